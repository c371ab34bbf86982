"""One open transaction, the same over a Django connection, psycopg or sqlite3.

SQL is written once, with `%s` for parameters. Sets of rows go through `insert`, `insert_new`, `select_among` and `update`, which need one
statement whatever the number of rows.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import repeat
from types import MappingProxyType
from typing import Any

import django.db
import psycopg

from grandstand.store.arrays import postgresql_array
from grandstand.store.kinds import Engine, Kind, TextWrong, columns_for_sqlite, decode_rows, encode_for_sqlite, sqlite_array
from grandstand.store.tables import Table

type Row = tuple[Any, ...]

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Deadlock(Exception):
    """The database chose this transaction as the victim, or gave up waiting: nothing was written, the whole transaction can be tried again."""


class Lost(Exception):
    """The database could not be reached, or went away before it said whether the transaction stands: try again what may happen twice."""


class WallHit(Exception):
    """A constraint or trigger refused the write: a fault of ours, or a race that a wall was built for. `constraint` names it."""

    def __init__(self, message: str, constraint: str) -> None:
        super().__init__(message)
        self.constraint = constraint


class DataWrong(Exception):
    """A value does not fit its column: too long, too large. A fault of ours, or of whoever gave the value; the rest of a batch may be well."""


class Tx:
    """What a write path needs of a transaction. Never commits: whoever opened it does."""

    def __init__(self, cursor: Any, engine: Engine, *, qmark: bool = False) -> None:
        self._cursor = cursor
        self._qmark = qmark
        self.engine: Engine = engine
        self.lock_rows = " FOR NO KEY UPDATE" if engine == "postgresql" else ""
        """Ends a SELECT that locks what it reads. SQLite's writer has locked everything already."""

    # -- one statement -------------------------------------------------------------------------------------------------------------

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one statement, return the number of rows it changed."""
        self._run(sql, params)
        return int(self._cursor.rowcount)

    def rows(self, sql: str, params: Sequence[Any] = (), *, kinds: Sequence[Kind]) -> list[Row]:
        """Run one statement, return its rows decoded by `kinds`, one per column."""
        self._run(sql, params)
        return decode_rows(self.engine, kinds, self._cursor.fetchall())

    def row(self, sql: str, params: Sequence[Any] = (), *, kinds: Sequence[Kind]) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, params, kinds=kinds)
        return found[0] if found else None

    def among(self, expression: str, kind: Kind, values: Sequence[Any]) -> tuple[str, Any]:
        """A condition that `expression` is one of `values`, with its one parameter: `sql, param = tx.among("id", Kind.UUID, ids)`."""
        if self.engine == "postgresql":
            return f"{expression} = ANY(%s::{kind.value}[])", postgresql_array(kind, values)
        return f"{expression} IN (SELECT value FROM json_each(%s))", sqlite_array(values)

    # -- sets of rows --------------------------------------------------------------------------------------------------------------

    def select(
        self, table: Table, columns: Sequence[str], where: str = "true", params: Sequence[Any] = (), *, order_by: str = "", lock: bool = False
    ) -> list[Row]:
        """Rows of one table, decoded. `lock` takes FOR NO KEY UPDATE in `order_by`, which must then be given, so that nobody deadlocks."""
        if lock and not order_by:
            raise ValueError("locking needs order_by: rows are locked in key order everywhere")
        sql = f"SELECT {', '.join(columns)} FROM {table.name} WHERE {where}"
        sql += f" ORDER BY {order_by}" if order_by else ""
        return self.rows(sql + (self.lock_rows if lock else ""), params, kinds=table.of(columns))

    def select_among(
        self, table: Table, columns: Sequence[str], key: str, values: Sequence[Any], *, order_by: str = "", lock: bool = False
    ) -> list[Row]:
        """Rows whose `key` is one of `values`. No values, no statement."""
        if not values:
            return []
        where, param = self.among(key, table.kinds[key], values)
        return self.select(table, columns, where, (param,), order_by=order_by, lock=lock)

    def stream(self, table: Table, columns: Sequence[str], *, size: int = 1_000) -> Iterator[list[Row]]:
        """Every row of a table, decoded, in batches of `size`, without holding them all. Inside a transaction only."""
        link = self._cursor.connection
        cursor = link.cursor(name=f"stream_{id(table)}") if self.engine == "postgresql" else link.cursor()
        with closing(cursor):
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table.name}")
            while batch := cursor.fetchmany(size):
                yield decode_rows(self.engine, table.of(columns), batch)

    def insert(
        self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, same: Mapping[str, Any] = NOTHING, skip_conflicts: bool = False
    ) -> int:
        """Insert rows, return how many were new. Without `skip_conflicts` a conflict raises WallHit. `same` are columns equal in all rows."""
        if not rows:
            return 0
        into = f"INSERT INTO {table.name} ({', '.join([*columns, *same])})"
        tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
        if self.engine == "postgresql":
            source, arrays = _unnested(table.of(columns), rows)
            constants = "".join([f", (%s::{kind.value}[])[1]" for kind in table.of(list(same))])
            return self.execute(
                f"{into} SELECT v.*{constants} FROM {source}{tail}",
                [*(postgresql_array(table.kinds[column], [value]) for column, value in same.items()), *arrays],
            )
        marks = ", ".join(["%s"] * (len(columns) + len(same)))
        return self._run_many(f"{into} VALUES ({marks}){tail}", table.of([*columns, *same]), rows, list(same.values()))

    def insert_new(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: Sequence[str]) -> set[Row]:
        """Insert the rows that conflict with nothing and return their keys. A row that another open transaction inserts is waited for."""
        if not rows:
            return set()
        kinds = table.of(key)
        if self.engine == "postgresql":
            source, arrays = _unnested(table.of(columns), rows)
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM {source} ON CONFLICT DO NOTHING RETURNING {', '.join(key)}"
            return set(self.rows(sql, arrays, kinds=kinds))
        paths = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(columns)))
        sql = (
            f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {paths} FROM json_each(%s) WHERE true "
            f"ON CONFLICT DO NOTHING RETURNING {', '.join(key)}"
        )
        return set(self.rows(sql, (_json_rows(table.of(columns), rows),), kinds=kinds))

    def grow(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: Sequence[str], add_to: str) -> list[Row]:
        """Insert rows; where one with the `key` exists, lock it and let `add_to` grow by the row's value instead.

        Returns each key with what `add_to` grew to. Keys must not repeat; sorted, nobody deadlocks. One statement on PostgreSQL, two on SQLite.
        """
        if not rows:
            return []
        back = [*key, add_to]
        into = f"INSERT INTO {table.name} ({', '.join(columns)})"
        tail = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {add_to} = {table.name}.{add_to} + excluded.{add_to}"
        if self.engine == "postgresql":
            source, arrays = _unnested(table.of(columns), rows)
            return self.rows(f"{into} SELECT * FROM {source} {tail} RETURNING {', '.join(back)}", arrays, kinds=table.of(back))
        self._run_many(f"{into} VALUES ({', '.join(['%s'] * len(columns))}) {tail}", table.of(columns), rows)
        places = [columns.index(column) for column in key]
        return self.select_matching(table, back, key, [[row[place] for place in places] for row in rows])

    def select_matching(
        self, table: Table, columns: Sequence[str], key: Sequence[str], rows: Sequence[Sequence[Any]], *, order_by: str = "", lock: bool = False
    ) -> list[Row]:
        """Rows of which all columns of `key` together are one of `rows`. No rows, no statement. `lock` as in `select`."""
        if not rows:
            return []
        matches, params = self._matching(table, key, rows)
        return self.select(table, columns, matches, params, order_by=order_by, lock=lock)

    def delete_matching(self, table: Table, key: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Delete the rows of which all columns of `key` together are one of `rows`; return how many. No rows, no statement."""
        if not rows:
            return 0
        matches, params = self._matching(table, key, rows)
        return self.execute(f"DELETE FROM {table.name} WHERE {matches}", params)

    def update(
        self, table: Table, rows: Sequence[Sequence[Any]], *, key: Sequence[str], set_to: Sequence[str] = (), add_to: Sequence[str] = ()
    ) -> int:
        """Change each row named by its `key`: the columns of `set_to` become the value, those of `add_to` grow by it.

        Each of `rows` holds the key, then `set_to`, then `add_to`. Returns how many rows changed. Keys must not repeat.
        """
        if not rows:
            return 0
        if self.engine == "postgresql":
            columns = [*key, *set_to, *add_to]
            source, arrays = _unnested(table.of(columns), rows, alias=f"v({', '.join(columns)})")
            changes = [f"{c} = v.{c}" for c in set_to] + [f"{c} = t.{c} + v.{c}" for c in add_to]
            where = " AND ".join(f"t.{c} = v.{c}" for c in key)
            return self.execute(f"UPDATE {table.name} t SET {', '.join(changes)} FROM {source} WHERE {where}", arrays)
        changes = [f"{c} = %s" for c in set_to] + [f"{c} = {c} + %s" for c in add_to]
        where = " AND ".join(f"{c} = %s" for c in key)
        width, order = len(key), [*set_to, *add_to, *key]
        turned = [[*row[width:], *row[:width]] for row in rows]
        return self._run_many(f"UPDATE {table.name} SET {', '.join(changes)} WHERE {where}", table.of(order), turned)

    # -- the clock -----------------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The instant that decides: PostgreSQL's clock, or this host's on SQLite, and never before the stored high-water mark."""
        if self.engine == "postgresql":
            sql = "SELECT GREATEST(clock_timestamp(), (SELECT max(high_water) FROM store_clock))"
            return self.rows(sql, kinds=[Kind.INSTANT])[0][0].astimezone(UTC)  # type: ignore[no-any-return]
        mark = self.rows("SELECT max(high_water) FROM store_clock", kinds=[Kind.INSTANT])[0][0]
        return max(datetime.now(UTC), mark) if mark is not None else datetime.now(UTC)

    # -- below here: drivers -------------------------------------------------------------------------------------------------------

    def _matching(self, table: Table, key: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
        if self.engine == "postgresql":
            source, params = _unnested(table.of(key), rows, alias=f"v({', '.join(key)})")
            return f"({', '.join(key)}) IN (SELECT {', '.join(f'v.{column}' for column in key)} FROM {source})", params
        paths = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(key)))
        return f"({', '.join(key)}) IN (SELECT {paths} FROM json_each(%s))", [_json_rows(table.of(key), rows)]

    def _run(self, sql: str, params: Sequence[Any]) -> None:
        with our_errors():
            if self.engine == "sqlite":
                self._cursor.execute(_qmarks(sql) if self._qmark else sql, [encode_for_sqlite(p) for p in params])
            else:
                if any(isinstance(param, str) and "\x00" in param for param in params):
                    raise TextWrong
                self._cursor.execute(sql, list(params))

    def _run_many(self, sql: str, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]], same: Sequence[Any] = ()) -> int:
        with our_errors():
            count = len(kinds) - len(same)
            constants = [column[0] for column in columns_for_sqlite(kinds[count:], [same])] if same else []
            encoded = zip(*columns_for_sqlite(kinds[:count], rows), *(repeat(constant, len(rows)) for constant in constants), strict=True)
            self._cursor.executemany(_qmarks(sql) if self._qmark else sql, encoded)
            return int(self._cursor.rowcount)


@cache
def _qmarks(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")


def _unnested(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]], *, alias: str = "v") -> tuple[str, list[Any]]:
    arrays = [postgresql_array(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return f"unnest({', '.join(f'%s::{kind.value}[]' for kind in kinds)}) AS {alias}", arrays


def _json_rows(kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> str:
    return json.dumps(list(zip(*columns_for_sqlite(kinds, rows), strict=True)))


_SQLITE_NAME = re.compile(r"(?:constraint failed: )(.+)$")


@contextmanager
def our_errors() -> Iterator[None]:
    """Raise what a driver raises as one of ours: Deadlock, WallHit, DataWrong. Others stay what they are."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error, django.db.Error) as error:
        cause = error.__cause__ if isinstance(error, django.db.Error) and error.__cause__ is not None else error
        match cause:
            case psycopg.errors.DeadlockDetected() | psycopg.errors.SerializationFailure() | psycopg.errors.LockNotAvailable():
                raise Deadlock(str(cause)) from error
            case sqlite3.OperationalError() if "locked" in str(cause) or "busy" in str(cause):
                raise Deadlock(str(cause)) from error
            case psycopg.IntegrityError() | psycopg.errors.RaiseException():
                raise WallHit(str(cause), cause.diag.constraint_name or cause.diag.message_primary or "") from error
            case sqlite3.IntegrityError():
                found = _SQLITE_NAME.search(str(cause))
                raise WallHit(str(cause), found[1] if found else str(cause)) from error
            case psycopg.DataError() | sqlite3.DataError():
                raise DataWrong(str(cause)) from error
            case _:
                raise
