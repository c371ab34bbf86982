"""Bytes to rows: encodings, delimiters, JSON items with the line each starts at."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grandstand.games.reports import FileWrong, Problem

MOST_BYTES = 50_000_000
"""About 300,000 sessions: no Games comes near, and the file is held in memory."""

_DELIMITERS = ",;\t|"
_UNTEXT = re.compile("[\x00\ud800-\udfff]")
"""What a database does not take as text."""


@dataclass(slots=True)
class Notes:
    """Problems, in the order in which they were found."""

    found: list[Problem] = field(default_factory=list)

    def add(self, kind: str, line: int, code: str = "", /, **detail: str | int) -> None:
        """One more."""
        self.found.append(Problem(kind=kind, line=line, code=code, detail=detail))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file as text. `digest` is the SHA-256 of its bytes."""

    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row with the line it starts at. Cells are stripped; those of unnamed or surplus columns are under numbers."""

    number: int
    cells: dict[str, str]


def read_text(path: Path, notes: Notes) -> Text:
    """The file's text, whatever Unicode it is written in; else taken for Windows-1252, with a problem. Raises FileWrong."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileWrong(f"{path} has {size:,} bytes, more than {MOST_BYTES:,}: split it")
        content = path.read_bytes()
    except OSError as error:
        raise FileWrong(f"{path} cannot be read: {error.strerror}") from error
    text = _decoded(content, path, notes)
    if _UNTEXT.search(text):
        notes.add("characters_removed", 1)
        text = _UNTEXT.sub("", text)
    return Text(name=path.name, text=text, digest=hashlib.sha256(content).hexdigest())


def _decoded(content: bytes, path: Path, notes: Notes) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        notes.add("not_utf8", 1)
    if b"\x00" in content:
        raise FileWrong(f"{path} is no text: export the table as CSV in UTF-8")
    return content.decode("cp1252", errors="replace")


def table(text: Text, notes: Notes) -> tuple[list[str], list[Line]]:
    """The header and the rows below it. Blank lines are no rows. Raises FileWrong for a file without a header and rows."""
    first = text.text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text.text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    lines: list[Line] = []
    try:
        for number, cells in _numbered(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = [cell.strip() or f"column {n}" for n, cell in enumerate(cells, start=1)]
                continue
            surplus = {f"cell {n}": cell.strip() for n, cell in enumerate(cells[len(header) :], start=len(header) + 1) if cell.strip()}
            lines.append(Line(number=number, cells={**dict(zip(header, map(str.strip, cells), strict=False)), **surplus}))
            if surplus:
                notes.add("too_many_cells", number, count=len(surplus), cells=", ".join(surplus.values()))
    except csv.Error as error:
        raise FileWrong(f"{text.name} line {reader.line_num} is no CSV: {error}. Check its quotation marks") from error
    if not lines:
        raise FileWrong(f"{text.name} has no rows below its header")
    return header, lines


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    starts_at = 1
    for cells in reader:
        yield starts_at, cells
        starts_at = reader.line_num + 1


def json_items(text: Text, key: str, notes: Notes) -> tuple[dict[str, Any], list[tuple[int, Any]]]:
    """The object's other fields, and the items of its list `key` (or of the list that the file is) with the line each starts at.

    Raises FileWrong.
    """
    try:
        whole = json.loads(text.text)
    except json.JSONDecodeError as error:
        raise FileWrong(f"{text.name} line {error.lineno} is no JSON: {error.msg}") from error
    except RecursionError:
        raise FileWrong(f"{text.name} is nested too deeply to be a schedule") from None
    if (clean := _cleaned(whole)) != whole:
        notes.add("characters_removed", 1)
        whole = clean
    items = whole.get(key) if isinstance(whole, dict) else whole
    if not isinstance(items, list):
        raise FileWrong(f"{text.name} has no list “{key}”: only openfootball's JSON and CSV files can be imported")
    rest = {name: value for name, value in whole.items() if name != key} if isinstance(whole, dict) else {}
    return rest, list(zip(_starts(text.text, key if isinstance(whole, dict) else None, len(items)), items, strict=True))


def _cleaned(value: Any) -> Any:
    """The value without what its strings escaped although no text can have it."""
    match value:
        case str():
            return _UNTEXT.sub("", value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {_cleaned(name): _cleaned(item) for name, item in value.items()}
        case _:
            return value


def _starts(text: str, key: str | None, count: int) -> Iterator[int]:
    """The line at which each item of the list starts: decoded one after another, since json keeps no positions."""
    opening = re.search(r"\[" if key is None else rf'"{re.escape(key)}"\s*:\s*\[', text)
    if opening is None:
        raise AssertionError("the list was just read")
    decoder, at, line, seen = json.JSONDecoder(), opening.end(), 1, 0
    for _ in range(count):
        while text[at] in " \t\r\n,":
            at += 1
        line += text.count("\n", seen, at)
        seen = at
        yield line
        _, at = decoder.raw_decode(text, at)
