"""What the documentation says is there is there, and what is there is said."""

import re

from typer.main import get_command

from grandstand.config.cli import archive, bench, demo, doctor, imports, serve  # noqa: F401 they add their commands
from grandstand.config.cli.frame import app
from grandstand.config.doctor import look
from grandstand.store.api import Database
from tests.architecture.house import ROOT


def test_every_finding_of_the_doctor_has_its_line_in_the_runbooks(sqlite: Database) -> None:
    page = (ROOT / "docs" / "runbooks" / "index.md").read_text()
    missing = [finding.name for finding in look() if f"`{finding.name}`" not in page]
    assert not missing, f"docs/runbooks/index.md: say what to do when these are red: {', '.join(missing)}"


def test_every_command_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text()
    names = get_command(app).commands  # type: ignore[attr-defined]
    missing = [name for name in names if not re.search(rf"`{name}\b", page)]
    assert not missing, f"docs/reference/command-line.md: {', '.join(missing)}"


def test_every_decision_is_listed_and_has_its_five_parts() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text()
    wrong = [
        f"{page.name}: {part}"
        for page in sorted(folder.glob("[0-9]*.md"))
        for part in ("## Question", "## Decision", "## Why", "## Cost", "## What enforces it")
        if part not in page.read_text() or f"({page.name})" not in index
    ]
    assert not wrong, "\n".join(wrong)


def test_what_the_decisions_name_exists() -> None:
    named = {
        (page.name, path)
        for page in (ROOT / "docs" / "decisions").glob("*.md")
        for path in re.findall(r"`((?:tests|grandstand|scripts|bench)/[\w/.-]+)`", page.read_text())
    }
    assert [f"{page}: {path}" for page, path in sorted(named) if not (ROOT / path).exists()] == []
