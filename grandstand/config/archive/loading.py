"""Filling an empty database from a copy of another, all or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from grandstand.config.archive.tables import FILLED_BY_MIGRATE, Kept, Tally, line
from grandstand.kit.errors import Refusal
from grandstand.store.api import Kind, Row, Tx, Wall

type Advance = Callable[[int], None]


class NotEmpty(Refusal):
    """The target has rows that would be mixed with others'."""

    code = "not_empty"

    def __init__(self, tables: list[str]) -> None:
        some = ", ".join(tables[:5]) + (" and more" if len(tables) > 5 else "")
        super().__init__(f"The target is not empty (rows in {some}): choose a new database. Nothing was changed.")


class CopyDiffers(Refusal):
    """What was read back is not what was written."""

    code = "copy_differs"


class Source(Protocol):
    """Where rows come from."""

    def batches(self, kept: Kept) -> Iterator[list[Row]]:
        """All rows of a table."""


@dataclass(frozen=True, slots=True)
class Live:
    """Rows of an open transaction."""

    tx: Tx

    def batches(self, kept: Kept) -> Iterator[list[Row]]:
        """All rows of a table."""
        return self.tx.stream(kept.table, kept.columns)


def load(source: Source, tx: Tx, *, tables: list[Kept], walls: list[Wall], advance: Advance) -> dict[str, Tally]:
    """Copy every table into the empty, migrated database of `tx` and return what each now holds, read back and compared.

    Raises NotEmpty, or CopyDiffers when a table does not come back as it was written; the caller's transaction then undoes everything.
    """
    refuse_rows(tx, tables)
    with lowered(tx, walls):
        for kept in reversed(tables):
            if kept.name in FILLED_BY_MIGRATE:
                tx.execute(f"DELETE FROM {kept.table.name}")
        written = {kept.name: _fill(source, tx, kept, advance) for kept in tables}
        _check_references(tx)
    _continue_numbering(tx, tables)
    for kept in tables:
        _compare(tx, kept, written[kept.name], advance)
    return written


def refuse_rows(tx: Tx, tables: list[Kept]) -> None:
    """Raise NotEmpty unless every table is as `migrate` leaves it."""
    filled = [kept.name for kept in tables if kept.name not in FILLED_BY_MIGRATE and _has_rows(tx, kept)]
    if filled:
        raise NotEmpty(filled)


def _has_rows(tx: Tx, kept: Kept) -> bool:
    return tx.row(f"SELECT 1 FROM {kept.table.name} LIMIT 1", kinds=[Kind.INT]) is not None


@contextmanager
def lowered(tx: Tx, walls: list[Wall]) -> Iterator[None]:
    """Without the walls, inside this transaction only: rows arrive table by table, so rules across tables hold again at the end."""
    for wall in walls:
        for statement in wall.lower_sql[tx.engine]:
            tx.execute(statement.replace("%", "%%"))
    yield
    for wall in walls:
        for statement in wall.raise_sql[tx.engine]:
            tx.execute(statement.replace("%", "%%"))


def _fill(source: Source, tx: Tx, kept: Kept, advance: Advance) -> Tally:
    tally = Tally()
    for rows in source.batches(kept):
        tx.insert(kept.table, kept.columns, rows)
        tally.add(map(line, rows))
        advance(len(rows))
    return tally


def _check_references(tx: Tx) -> None:
    if tx.engine == "postgresql":
        tx.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return
    broken = tx.rows('SELECT DISTINCT "table", "parent" FROM pragma_foreign_key_check', kinds=[Kind.TEXT, Kind.TEXT])
    if broken:
        raise CopyDiffers(f"Rows point at rows that are not there: {', '.join(f'{table} at {parent}' for table, parent in broken)}")


def _continue_numbering(tx: Tx, tables: list[Kept]) -> None:
    """Numbers given by the database go on after the highest copied one. SQLite does so by itself."""
    if tx.engine != "postgresql":
        return
    for kept in tables:
        if '"id"' in kept.table.kinds and kept.table.kinds['"id"'] is Kind.INT:
            tx.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM {kept.table.name}",
                (kept.table.name,),
            )


def _compare(tx: Tx, kept: Kept, written: Tally, advance: Advance) -> None:
    found = Tally()
    for rows in tx.stream(kept.table, kept.columns):
        found.add(map(line, rows))
        advance(len(rows))
    if (found.rows, found.digest) != (written.rows, written.digest):
        raise CopyDiffers(f"{kept.name}: {written.rows} rows were written, {found.rows} came back, or others. Nothing was changed.")
