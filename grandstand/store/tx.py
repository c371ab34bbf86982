"""One open transaction, the same over a Django connection, psycopg or sqlite3.

SQL is written once, with `%s` for parameters. A set of rows needs one statement, whatever their number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from itertools import count, repeat
from types import MappingProxyType
from typing import Any

from grandstand.store.ahead import Ahead, Later, Row
from grandstand.store.arrays import json_rows, postgresql_array, unnested
from grandstand.store.faults import our_errors
from grandstand.store.kinds import Engine, Kind, TextWrong, columns_for_sqlite, decode_rows, encode_for_sqlite, sqlite_array
from grandstand.store.tables import Table

NOTHING: Mapping[str, Any] = MappingProxyType({})

_streams = count()


class Tx:
    """What a write path needs of a transaction. Never commits: whoever opened it does."""

    def __init__(self, cursor: Any, engine: Engine, *, qmark: bool = False, ahead: Ahead | None = None) -> None:
        """With `ahead`, and then without a cursor, what nobody waits for goes out with the next statement that is answered, and raises there."""
        self._cursor = cursor
        self._qmark = qmark
        self._ahead = ahead
        self.engine: Engine = engine
        self.lock_rows = " FOR NO KEY UPDATE" if engine == "postgresql" else ""
        """Ends a SELECT that locks what it reads. SQLite's writer has locked everything already."""

    # -- one statement -------------------------------------------------------------------------------------------------------------

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one statement, return the number of rows it changed."""
        return self._count_later(sql, params)()

    def rows(self, sql: str, params: Sequence[Any] = (), *, kinds: Sequence[Kind]) -> list[Row]:
        """Run one statement, return its rows decoded by `kinds`, one per column."""
        return self._rows_later(sql, params, kinds)()

    def row(self, sql: str, params: Sequence[Any] = (), *, kinds: Sequence[Kind]) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, params, kinds=kinds)
        return found[0] if found else None

    @contextmanager
    def savepoint(self, name: str) -> Iterator[Callable[[], int]]:
        """A part of the transaction that can be undone: call what it yields. An error undoes it. `name` is a word of the caller's own."""
        undo = partial(self.execute, f"ROLLBACK TO SAVEPOINT {name}")
        self.execute(f"SAVEPOINT {name}")
        try:
            yield undo
            if self._ahead is not None:
                self._ahead.finish()
        except BaseException:
            undo()
            raise
        finally:
            self.execute(f"RELEASE SAVEPOINT {name}")

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
        return self.rows(self._selecting(table, columns, where, order_by, lock=lock), params, kinds=table.of(columns))

    def select_among(
        self, table: Table, columns: Sequence[str], key: str, values: Sequence[Any], *, order_by: str = "", lock: bool = False
    ) -> list[Row]:
        """Rows whose `key` is one of `values`. No values, no statement."""
        return self.select_among_later(table, columns, key, values, order_by=order_by, lock=lock)()

    def stream(self, table: Table, columns: Sequence[str], *, size: int = 1_000) -> Iterator[list[Row]]:
        """Every row of a table, decoded, in batches of `size`, without holding them all. Inside a transaction only."""
        sql = f"SELECT {', '.join(columns)} FROM {table.name}"
        if self.engine == "postgresql":
            name = f"stream_{next(_streams)}"  # ends with the transaction
            self.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}")
            while batch := self.rows(f"FETCH {size} FROM {name}", kinds=table.of(columns)):
                yield batch
            return
        with closing(self._cursor.connection.cursor()) as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(size):
                yield decode_rows(self.engine, table.of(columns), batch)

    def insert(
        self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, same: Mapping[str, Any] = NOTHING, skip_conflicts: bool = False
    ) -> int:
        """Insert rows, return how many were new. Without `skip_conflicts` a conflict raises WallHit. `same` are columns equal in all rows."""
        told = self.insert_later(table, columns, rows, same=same, skip_conflicts=skip_conflicts)
        return told() if skip_conflicts else len(rows)  # all of them, or a wall is hit

    def insert_new(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: Sequence[str]) -> set[Row]:
        """Insert the rows that conflict with nothing and return their keys. A row that another open transaction inserts is waited for."""
        if not rows:
            return set()
        kinds = table.of(key)
        if self.engine == "postgresql":
            source, arrays = unnested(table.of(columns), rows)
            sql = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM {source} ON CONFLICT DO NOTHING RETURNING {', '.join(key)}"
            return set(self.rows(sql, arrays, kinds=kinds))
        paths = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(columns)))
        sql = (
            f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {paths} FROM json_each(%s) WHERE true "
            f"ON CONFLICT DO NOTHING RETURNING {', '.join(key)}"
        )
        return set(self.rows(sql, (json_rows(table.of(columns), rows),), kinds=kinds))

    def grow(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: Sequence[str], add_to: str) -> list[Row]:
        """Insert rows; where one with the `key` exists, lock it and let `add_to` grow by the row's value instead.

        Returns each key with what `add_to` grew to. Keys must not repeat; sorted, nobody deadlocks. One statement on PostgreSQL, two on SQLite.
        """
        return self.grow_later(table, columns, rows, key=key, add_to=add_to)()

    # -- sets of rows, sent together -----------------------------------------------------------------------------------------------
    # What comes back is called for the answer, once others were sent too: all of them cost one round trip. Without a pipeline each is done at once.

    def select_among_later(
        self, table: Table, columns: Sequence[str], key: str, values: Sequence[Any], *, order_by: str = "", lock: bool = False
    ) -> Later[list[Row]]:
        """As `select_among`."""
        if not values:
            return list
        where, param = self.among(key, table.kinds[key], values)
        return self._rows_later(self._selecting(table, columns, where, order_by, lock=lock), (param,), table.of(columns))

    def insert_later(
        self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, same: Mapping[str, Any] = NOTHING, skip_conflicts: bool = False
    ) -> Later[int]:
        """As `insert`."""
        if not rows:
            return int
        into = f"INSERT INTO {table.name} ({', '.join([*columns, *same])})"
        tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
        if self.engine == "postgresql":
            source, arrays = unnested(table.of(columns), rows)
            constants = "".join([f", (%s::{kind.value}[])[1]" for kind in table.of(list(same))])
            params = [*(postgresql_array(table.kinds[column], [value]) for column, value in same.items()), *arrays]
            return self._count_later(f"{into} SELECT v.*{constants} FROM {source}{tail}", params)
        marks = ", ".join(["%s"] * (len(columns) + len(same)))
        found = self._run_many(f"{into} VALUES ({marks}){tail}", table.of([*columns, *same]), rows, list(same.values()))
        return lambda: found

    def grow_later(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, key: Sequence[str], add_to: str) -> Later[list[Row]]:
        """As `grow`."""
        if not rows:
            return list
        back = [*key, add_to]
        places = [columns.index(column) for column in back]
        into = f"INSERT INTO {table.name} ({', '.join(columns)})"
        tail = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {add_to} = {table.name}.{add_to} + excluded.{add_to}"
        if self.engine == "postgresql":
            source, arrays = unnested(table.of(columns), rows)
            return self._rows_later(f"{into} SELECT * FROM {source} {tail} RETURNING {', '.join(back)}", arrays, table.of(back))
        # This is the only writer, so what is there can be read first: mostly nothing, and then there is nothing to read back.
        asked = [tuple([row[place] for place in places]) for row in rows]
        before = {tuple(found[:-1]): found[-1] for found in self.select_matching(table, back, key, [row[:-1] for row in asked])}
        self._run_many(f"{into} VALUES ({', '.join(['%s'] * len(columns))}) {tail}", table.of(columns), rows)
        grown: list[Row] = [(*row[:-1], row[-1] + before.get(row[:-1], 0)) for row in asked]
        return lambda: grown

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
        self,
        table: Table,
        rows: Sequence[Sequence[Any]],
        *,
        key: Sequence[str],
        set_to: Sequence[str] = (),
        add_to: Sequence[str] = (),
        known: bool = False,
    ) -> int:
        """Change each row named by its `key`: the columns of `set_to` become the value, those of `add_to` grow by it.

        Each of `rows` holds the key, then `set_to`, then `add_to`. Returns how many rows changed; when they are `known` to be there, because this
        transaction locked or wrote them, nobody waits for the count. Keys must not repeat.
        """
        if not rows:
            return 0
        if self.engine == "postgresql":
            columns = [*key, *set_to, *add_to]
            source, arrays = unnested(table.of(columns), rows, alias=f"v({', '.join(columns)})")
            changes = [f"{c} = v.{c}" for c in set_to] + [f"{c} = t.{c} + v.{c}" for c in add_to]
            where = " AND ".join(f"t.{c} = v.{c}" for c in key)
            sql = f"UPDATE {table.name} t SET {', '.join(changes)} FROM {source} WHERE {where}"
            told = self._count_later(sql, arrays)
            return len(rows) if known else told()
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
            source, params = unnested(table.of(key), rows, alias=f"v({', '.join(key)})")
            return f"({', '.join(key)}) IN (SELECT {', '.join(f'v.{column}' for column in key)} FROM {source})", params
        paths = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(key)))
        return f"({', '.join(key)}) IN (SELECT {paths} FROM json_each(%s))", [json_rows(table.of(key), rows)]

    def _run(self, sql: str, params: Sequence[Any]) -> None:
        with our_errors():
            if self.engine == "sqlite":
                self._cursor.execute(_qmarks(sql) if self._qmark else sql, [encode_for_sqlite(p) for p in params])
            else:
                if any(isinstance(param, str) and "\x00" in param for param in params):
                    raise TextWrong
                self._cursor.execute(sql, list(params))

    def _selecting(self, table: Table, columns: Sequence[str], where: str, order_by: str, *, lock: bool) -> str:
        if lock and not order_by:
            raise ValueError("locking needs order_by: rows are locked in key order everywhere")
        ordered = f" ORDER BY {order_by}" if order_by else ""
        return f"SELECT {', '.join(columns)} FROM {table.name} WHERE {where}{ordered}{self.lock_rows if lock else ''}"

    def _rows_later(self, sql: str, params: Sequence[Any], kinds: Sequence[Kind]) -> Later[list[Row]]:
        if self._ahead is not None:
            return self._ahead.rows(sql, params, kinds)
        self._run(sql, params)
        found = decode_rows(self.engine, kinds, self._cursor.fetchall())
        return lambda: found

    def _count_later(self, sql: str, params: Sequence[Any]) -> Later[int]:
        if self._ahead is not None:
            return self._ahead.count(sql, params)
        self._run(sql, params)
        found = int(self._cursor.rowcount)
        return lambda: found

    def _run_many(self, sql: str, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]], same: Sequence[Any] = ()) -> int:
        with our_errors():
            own = len(kinds) - len(same)
            constants = [column[0] for column in columns_for_sqlite(kinds[own:], [same])] if same else []
            encoded = zip(*columns_for_sqlite(kinds[:own], rows), *(repeat(constant, len(rows)) for constant in constants), strict=True)
            self._cursor.executemany(_qmarks(sql) if self._qmark else sql, encoded)
            return int(self._cursor.rowcount)


@cache
def _qmarks(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")
