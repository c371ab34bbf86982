"""Array parameters as PostgreSQL takes them fastest: parsing ids and instants from text costs the server about as much as storing them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import pack
from typing import Any, ClassVar

import msgspec
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from grandstand.store.kinds import Kind, TextWrong, columns_for_sqlite

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def postgresql_array(kind: Kind, values: Sequence[Any]) -> "Array | str":
    """An array parameter for values of one kind, many times faster than the driver's own list dumper on thousands of values.

    Raises TypeError for an instant without a zone, TextWrong for a text with a NUL.
    """
    if None not in values:
        if kind in _BINARY:
            return _BINARY[kind](values)
        if kind is Kind.JSON:
            return _texts([msgspec.json.encode(value).decode() for value in values])
        if kind is Kind.TEXT:
            return _texts(values)
    return "{" + ",".join(["NULL" if value is None else _literal(kind, value) for value in values]) + "}"


def _texts(values: Sequence[str]) -> str:
    """Looked at all together first: hardly one of them needs care."""
    together = '","'.join(values)
    if "\x00" in together:
        raise TextWrong
    if "\\" in together or together.count('"') != 2 * max(0, len(values) - 1):
        return "{" + ",".join(map(_quoted, values)) + "}"
    return '{"' + together + '"}' if values else "{}"


def unnested(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]], *, alias: str = "v") -> tuple[str, list[Any]]:
    """Rows as a source of a statement, `unnest(...) AS alias`, with its parameters: an array per column."""
    arrays = [postgresql_array(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return f"unnest({', '.join(f'%s::{kind.value}[]' for kind in kinds)}) AS {alias}", arrays


def json_rows(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as one JSON parameter for SQLite's `json_each`."""
    return json.dumps(list(zip(*columns_for_sqlite(kinds, rows), strict=True)))


class Array:
    """Values of one type with a fixed length, none of them null."""

    __slots__ = ("values",)
    oid: ClassVar[int]
    element_oid: ClassVar[int]
    length: ClassVar[int]

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = self.encoded(values)

    def encoded(self, values: Sequence[Any]) -> list[bytes]:
        """Each value as PostgreSQL sends it."""
        raise NotImplementedError

    def binary(self) -> bytes:
        """For parameters that travel beside the SQL."""
        if not self.values:
            return pack(">iiI", 0, 0, self.element_oid)
        header = pack(">iiIii", 1, 0, self.element_oid, len(self.values), 1)
        return pack(">i", self.length).join([header, *self.values])

    def text(self) -> str:
        """For a driver that writes parameters into the SQL, as Django's cursors do."""
        raise NotImplementedError


class _Ids(Array):
    __slots__ = ()
    oid, element_oid, length = 2951, 2950, 16

    def encoded(self, values: Sequence[Any]) -> list[bytes]:
        return [value.int.to_bytes(16) for value in values]

    def text(self) -> str:
        return "{" + b"".join(self.values).hex(",", 16) + "}"


class _Ints(Array):
    __slots__ = ()
    oid, element_oid, length = 1016, 20, 8

    def encoded(self, values: Sequence[Any]) -> list[bytes]:
        return [int(value).to_bytes(8, signed=True) for value in values]

    def text(self) -> str:
        return "{" + ",".join([str(int.from_bytes(value, signed=True)) for value in self.values]) + "}"


class _Instants(Array):
    __slots__ = ()
    oid, element_oid, length = 1185, 1184, 8

    def encoded(self, values: Sequence[Any]) -> list[bytes]:
        codes, last, code = [], None, b""
        for value in values:
            if value is not last:  # the rows of a batch mostly share one instant
                last, code = value, _microseconds(value).to_bytes(8, signed=True)
            codes.append(code)
        return codes

    def text(self) -> str:
        instants = [_EPOCH + int.from_bytes(value, signed=True) * _MICROSECOND for value in self.values]
        return "{" + ",".join([f'"{instant.isoformat()}"' for instant in instants]) + "}"


_BINARY: dict[Kind, type[Array]] = {Kind.UUID: _Ids, Kind.INT: _Ints, Kind.INSTANT: _Instants}


class _TextDumper(Dumper):
    def dump(self, obj: Array) -> bytes:
        return obj.text().encode()


class _BinaryDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.binary()


for _kind in _BINARY.values():
    for _dumper in (_TextDumper, _BinaryDumper):  # where both will do, psycopg takes the one registered last
        psycopg.adapters.register_dumper(_kind, type(_dumper.__name__, (_dumper,), {"oid": _kind.oid}))


def _microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise TypeError("an instant needs a time zone to be stored")
    return (instant - _EPOCH) // _MICROSECOND


def _literal(kind: Kind, value: Any) -> str:
    match kind:
        case Kind.TEXT | Kind.ADDRESS:
            return _quoted(value)
        case Kind.BOOL:
            return "t" if value else "f"
        case Kind.JSON:
            return _quoted(msgspec.json.encode(value).decode())
        case Kind.DATE:
            return f'"{value.isoformat()}"'
        case Kind.BYTES:
            return f'"\\\\x{value.hex()}"'
        case Kind.UUID | Kind.INT | Kind.INSTANT:
            return _BINARY[kind]([value]).text()[1:-1]


def _quoted(text: str) -> str:
    if "\x00" in text:
        raise TextWrong
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
