"""Compile every room's django.po into the django.mo that Django reads. Babel does it, so that GNU gettext need not be installed."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def compile_one(source: Path) -> int:
    """Write the .mo beside `source`, whole or not at all; returns how many messages it has."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    making = source.with_suffix(".making")
    with making.open("wb") as file:
        write_mo(file, catalogue)
    making.replace(source.with_suffix(".mo"))
    return len(catalogue)


def main() -> int:
    sources = sorted(ROOT.glob("grandstand/*/locale/*/LC_MESSAGES/django.po"))
    print(f"Compiled {sum(compile_one(source) for source in sources)} messages of {len(sources)} catalogues")
    return 0


if __name__ == "__main__":
    sys.exit(main())
