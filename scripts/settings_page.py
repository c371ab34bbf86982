"""Writes docs/reference/settings.md from the declarations in the settings. A test compares the committed page with this."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grandstand.config.environment import Variable

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "settings.md"

HEAD = """# Settings

Everything that differs between installations comes from environment variables. This page is made from their declarations by `make docs`;
do not edit it. A variable that is set to nothing counts as not set.

| variable | default | meaning |
|---|---|---|
"""


def page() -> str:
    """The page's text."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
    from django.conf import settings

    from grandstand.config.environment import VARIABLES

    folder = str(settings.GRANDSTAND_HOME)  # reading one setting reads them all, which declares the variables
    lines = []
    for variable in VARIABLES.values():
        example = f" Example: `{variable.example}`." if variable.example else ""
        lines.append(f"| `{variable.name}` | {_default(variable, folder)} | {variable.meaning}{example} |\n")
    return HEAD + "".join(lines)


def _default(variable: "Variable", folder: str) -> str:
    if variable.name == "GRANDSTAND_HOME":
        return "`var` in the project's folder"
    shown = variable.default.replace(folder, "$GRANDSTAND_HOME")
    return f"`{shown}`" if shown else "none"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
