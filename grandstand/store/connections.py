"""Ways to open a transaction: over Django's connection for pages and commands, or directly for paths that bypass the ORM."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from django.db import connection, transaction
from psycopg.types.string import TextLoader

from grandstand.kit.reach import REACH, reach
from grandstand.store.ahead import Ahead
from grandstand.store.faults import Deadlock, Lost, our_errors
from grandstand.store.kinds import Engine
from grandstand.store.sqlite.base import PRAGMAS
from grandstand.store.tx import Tx
from grandstand.store.write_lock import write_lock

DEADLOCK_TRIES = 5
"""A batch locks in key order, so a deadlock needs an outsider (a migration, a person at psql). Five in a row mean a fault, not bad luck."""


def django_engine() -> Engine:
    """The engine of Django's default connection."""
    return "postgresql" if connection.vendor == "postgresql" else "sqlite"


@contextmanager
def write() -> Iterator[Tx]:
    """A transaction on Django's connection, commits at the end. Inside another one it joins it, as a savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield Tx(cursor, django_engine())


@contextmanager
def read() -> Iterator[Tx]:
    """Statements on Django's connection without opening a transaction. For reading only."""
    with connection.cursor() as cursor:
        yield Tx(cursor, django_engine())


def write_retrying[T](work: Callable[[Tx], T]) -> T:
    """Run `work` in a transaction on Django's connection, again after a deadlock. Not inside another transaction."""
    return _retrying(write, work)


class Database:
    """A database opened without Django, for the gate, benchmarks and races. One connection per thread, opened when first used."""

    def __init__(self, url: str, *, waits_for_locks_s: float = 0) -> None:
        """`url` is a DATABASE_URL: `postgresql://user:password@host:port/name` or `sqlite:///path`. Raises ValueError for others.

        On PostgreSQL whoever waits longer than `waits_for_locks_s` for a lock gets Deadlock; 0: as long as the server says.
        """
        self.url = url
        self._waits_for_locks_s = waits_for_locks_s
        self.engine: Engine = engine_of(url)
        self._local = threading.local()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction of its own: commits at the end, rolls back when the block raises. Raises Lost; the next one connects anew."""
        if self.engine == "postgresql":
            try:
                connect = self._connection()
                # References are checked at the commit, whose refusal is a wall's too.
                with our_errors(), _postgresql_transaction(connect) as tx:
                    yield tx
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if getattr(self._local, "connection", None) is None or self._local.connection.closed:
                    self._local.connection = None
                    raise Lost(str(error)) from error
                raise
            return
        connect = self._connection()
        with _sqlite_transaction(connect, self.url):
            yield Tx(connect.cursor(), "sqlite", qmark=True)

    @contextmanager
    def snapshot(self) -> Iterator[Tx]:
        """A transaction that only reads, and sees one moment however long it takes. Others go on writing."""
        connect = self._connection()
        connect.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if self.engine == "postgresql" else "BEGIN")
        try:
            yield Tx(connect.cursor(), self.engine, qmark=self.engine == "sqlite")
        finally:
            connect.execute("ROLLBACK")

    def write_retrying[T](self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction, again after a deadlock."""
        return _retrying(self.write, work)

    def close(self) -> None:
        """Close this thread's connection."""
        if (found := getattr(self._local, "connection", None)) is not None:
            found.close()
            self._local.connection = None

    def _connection(self) -> Any:
        if getattr(self._local, "connection", None) is None:
            self._local.connection = _open_postgresql(self.url, self._waits_for_locks_s) if self.engine == "postgresql" else _open_sqlite(self.url)
        return self._local.connection


def engine_of(url: str) -> Engine:
    """The engine a DATABASE_URL names."""
    match urlsplit(url).scheme:
        case "postgresql" | "postgres" | "pgsql":
            return "postgresql"
        case "sqlite":
            return "sqlite"
        case other:
            raise ValueError(f"DATABASE_URL starts with {other!r}: use postgresql:// or sqlite:///")


def sqlite_path(url: str) -> str:
    """The file of a `sqlite:///` URL; four slashes for an absolute path."""
    return unquote(urlsplit(url).path.removeprefix("/"))


def _open_postgresql(url: str, waits_for_locks_s: float) -> psycopg.Connection[Any]:
    # What else the URL says is libpq's to read.
    given = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items() if name in {*REACH, "options"}}
    waits = {"lock_timeout": round(1_000 * waits_for_locks_s)} if waits_for_locks_s else {}
    options = reach(given, timezone="UTC", **waits)
    # Prepared from the first time on: what psycopg prepares later in a pipeline, it takes for prepared even when the server skipped it.
    opened = psycopg.connect(url, autocommit=True, prepare_threshold=0, **options)
    opened.adapters.register_loader("jsonb", TextLoader)
    return opened


def _open_sqlite(url: str) -> sqlite3.Connection:
    opened = sqlite3.connect(sqlite_path(url), isolation_level=None, timeout=20)
    try:
        for pragma in [*PRAGMAS.split(";"), "PRAGMA foreign_keys = ON"]:
            opened.execute(pragma)
    except BaseException:
        opened.close()
        raise
    return opened


@contextmanager
def _postgresql_transaction(opened: psycopg.Connection[Any]) -> Iterator[Tx]:
    """Begin, end and what nobody waits for go out with statements that are waited for: an on-sale lives on few round trips under its locks."""
    try:
        with opened.pipeline() as pipeline:
            opened.execute("BEGIN", prepare=False)
            yield Tx(None, "postgresql", ahead=Ahead(opened, pipeline))
            ended = opened.execute("COMMIT", prepare=False)
    except BaseException:
        # After an error the server skips what was sent until the pipeline ends. A connection that is gone has rolled back.
        if not opened.closed and opened.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
            opened.execute("ROLLBACK", prepare=False)
        raise
    if ended.statusmessage != "COMMIT":
        raise RuntimeError("an error of the database was caught within its transaction, which was undone: catch it outside, or use a savepoint")


@contextmanager
def _sqlite_transaction(opened: sqlite3.Connection, url: str) -> Iterator[None]:
    lock = write_lock(str(Path(sqlite_path(url))))
    lock.acquire()
    try:
        opened.execute("BEGIN IMMEDIATE")
        try:
            yield
            with our_errors():
                opened.execute("COMMIT")
        except BaseException:
            if opened.in_transaction:  # a full disk has ended it already
                opened.execute("ROLLBACK")
            raise
    finally:
        lock.release()


def _retrying[T](open_write: Callable[[], Any], work: Callable[[Tx], T]) -> T:
    for tries_left in reversed(range(DEADLOCK_TRIES)):
        try:
            with open_write() as tx:
                return work(tx)
        except Deadlock:
            if tries_left == 0:
                raise
    raise AssertionError("the last try returns or raises")
