"""Every text for people is translated, in every language: lists what is not, by room, and exits 1.

The texts are read out of Python and templates with Babel, so that GNU gettext need not be installed.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "zh_Hans")
SINGULAR = ("_", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(SINGULAR),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")

type Key = tuple[str | None, str]


def texts_in(path: Path) -> Iterator[tuple[int, Key]]:
    """The texts to translate in a file: line, and (context, text)."""
    source = path.read_text()
    if path.suffix != ".py":
        # What templatize makes of a template is calls between blanked-out text; indentation means nothing in it.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    for line, text, _, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        yield line, (context, text[0] if isinstance(text, tuple) else text)


def translated(language: str) -> tuple[set[Key], list[str]]:
    """What all rooms' catalogues of a language translate, and what is wrong in them."""
    done: set[Key] = set()
    wrong = []
    for path in sorted(ROOT.glob(f"grandstand/*/locale/{language}/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        for message in catalogue:
            if message.id:
                key, problem = _read(message, catalogue)
                done.add(key)
                wrong += [f"{path.relative_to(ROOT)}:{message.lineno}: {problem}: {key[1]!r}"] if problem else []
    return done, wrong


def _read(message: Message, catalogue: Catalog) -> tuple[Key, str]:
    ids, strings = _texts(message.id), _texts(message.string)
    key: Key = (str(message.context) if message.context else None, ids[0])
    if not all(strings) or (message.pluralizable and len(strings) != catalogue.num_plurals):
        return key, "not translated"
    if message.fuzzy:
        return key, "still fuzzy: read it and remove the mark"
    wanted = set(PLACEHOLDER.findall(" ".join(ids)))
    if set(PLACEHOLDER.findall(" ".join(strings))) != wanted:
        return key, f"its placeholders must be {', '.join(sorted(wanted)) or 'none'}"
    return key, ""


def _texts(value: Any) -> list[str]:
    return [str(text or "") for text in (value if isinstance(value, list | tuple) else [value])]


def sources() -> list[Path]:
    """Every file that can hold a text for people. Tests and the command line speak English."""
    found = [*ROOT.glob("grandstand/**/*.py"), *ROOT.glob("grandstand/**/templates/**/*.html"), *ROOT.glob("grandstand/**/templates/**/*.txt")]
    return sorted(path for path in found if not {"tests", "migrations", "cli"} & set(path.relative_to(ROOT).parts))


def main() -> int:
    problems = []
    asked = [(path, line, key) for path in sources() for line, key in texts_in(path)]
    for language in LANGUAGES:
        done, wrong = translated(language)
        problems += wrong
        problems += [f"{path.relative_to(ROOT)}:{line}: not in {language}: {key[1]!r}" for path, line, key in asked if key not in done]
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} texts to translate: add them to grandstand/<room>/locale/<language>/LC_MESSAGES/django.po")
        return 1
    print(f"{len({key for _, _, key in asked})} texts, complete in {', '.join(LANGUAGES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
