"""One codec for every value that crosses into SQL, the same bytes as the ORM writes.

PostgreSQL takes most values as they are. SQLite has no types for them, so Django writes UUIDs as 32 hexadecimal digits, instants as
naive UTC text and JSON as text; raw SQL must write the same or the ORM cannot find its rows.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Literal
from uuid import UUID

type Engine = Literal["postgresql", "sqlite"]


class Kind(Enum):
    """What a column or parameter holds. The value is PostgreSQL's type."""

    UUID = "uuid"
    TEXT = "text"
    INT = "bigint"
    BOOL = "boolean"
    INSTANT = "timestamptz"
    DATE = "date"
    JSON = "jsonb"
    BYTES = "bytea"
    ADDRESS = "inet"


class TextWrong(ValueError):
    """A text holds a NUL, which PostgreSQL cannot store. Refused on SQLite too, so that data can always move."""

    def __init__(self) -> None:
        super().__init__("a text with a NUL character cannot be stored: remove it")


def encode_for_sqlite(value: Any) -> Any:
    """A plain Python value as Django's SQLite backend would bind it. Raises TextWrong for a text with a NUL."""
    match value:
        case str():
            if "\x00" in value:
                raise TextWrong
            return value
        case UUID():
            return value.hex
        case datetime():
            if value.tzinfo is None:
                raise TypeError("an instant needs a time zone to be stored")
            return str(value.astimezone(UTC).replace(tzinfo=None))
        case bool():
            return int(value)
        case date():
            return value.isoformat()
        case dict() | list() | tuple():
            return json.dumps(value)
        case _:
            return value


def columns_for_sqlite(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """The columns of `rows`, one or more, as Django's SQLite backend would bind them, several times faster than value by value.

    A bare text, number or truth in a JSON column is JSON too, which its value alone would not tell.
    """
    return [_column_for_sqlite(kind, values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]


def _column_for_sqlite(kind: Kind, values: Sequence[Any]) -> Sequence[Any]:
    match kind:
        case Kind.INT | Kind.BYTES:
            return values
        case Kind.JSON:
            return [None if value is None else json.dumps(value) for value in values]
        case Kind.UUID if values[0] is not values[-1]:
            return _ids_for_sqlite(values)
        case Kind.TEXT if None not in values:
            if "\x00" in "".join(values):
                raise TextWrong
            return values
        case _:
            return _each_once(values)


def _ids_for_sqlite(values: Sequence[Any]) -> list[Any]:
    try:
        digits = b"".join([value.int.to_bytes(16) for value in values]).hex()
    except AttributeError:  # one of them is none
        return _each_once(values)
    return [digits[start : start + 32] for start in range(0, len(digits), 32)]


def _each_once(values: Sequence[Any]) -> list[Any]:
    codes, last, code = [], None, None
    for value in values:
        if value is not last:  # the rows of a batch mostly share one instant
            last, code = value, encode_for_sqlite(value)
        codes.append(code)
    return codes


def _sqlite_instant(value: Any) -> datetime:
    # Django's connections parse declared columns already, expressions and raw connections give text.
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return instant.replace(tzinfo=UTC)


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


_FROM_SQLITE: dict[Kind, Callable[[Any], Any]] = {
    Kind.UUID: lambda value: value if isinstance(value, UUID) else UUID(value),
    Kind.INSTANT: _sqlite_instant,
    Kind.BOOL: bool,
    Kind.DATE: lambda value: value if isinstance(value, date) else date.fromisoformat(value),
    Kind.JSON: _loaded,
    Kind.BYTES: bytes,
}
_FROM_POSTGRESQL: dict[Kind, Callable[[Any], Any]] = {Kind.JSON: _loaded, Kind.BYTES: bytes, Kind.ADDRESS: str}


def decode_rows(engine: Engine, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows as Python values, whatever the driver gave. None stays None whatever the kind."""
    decoders = _FROM_SQLITE if engine == "sqlite" else _FROM_POSTGRESQL
    columns = list(zip(*rows, strict=True))
    for position, kind in enumerate(kinds if rows else ()):
        if decode := decoders.get(kind):
            columns[position] = tuple([None if value is None else decode(value) for value in columns[position]])
    return list(zip(*columns, strict=True))


def sqlite_array(values: Sequence[Any]) -> str:
    """A JSON array for SQLite's `json_each`."""
    return json.dumps([encode_for_sqlite(value) for value in values])
