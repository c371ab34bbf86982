"""Statements that are sent before anybody waits for their answers: several of them cost one round trip."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from grandstand.store.faults import our_errors
from grandstand.store.kinds import Kind, TextWrong, decode_rows

type Row = tuple[Any, ...]

type Later[T] = Callable[[], T]
"""Gives the answer to what was sent, when it is called within the transaction."""

_forgets_prepared = re.compile(r"DROP|ALTER|ROLLBACK|DISCARD|DEALLOCATE").match
"""Statements after which psycopg prepares all others anew."""


class Ahead:
    """The statements of one transaction on PostgreSQL. What one hits is raised where an answer is waited for next, or at the end."""

    def __init__(self, connection: psycopg.Connection[Any], pipeline: psycopg.Pipeline) -> None:
        self._connection, self._pipeline = connection, pipeline

    def rows(self, sql: str, params: Sequence[Any], kinds: Sequence[Kind]) -> Later[list[Row]]:
        """Send a statement; its rows come decoded by `kinds`."""
        cursor = self._sent(sql, params)

        def told() -> list[Row]:
            with self._waiting():
                found = cursor.fetchall()
            return decode_rows("postgresql", kinds, found)

        return told

    def count(self, sql: str, params: Sequence[Any]) -> Later[int]:
        """Send a statement; what comes is how many rows it changed."""
        cursor = self._sent(sql, params)

        def told() -> int:
            with self._waiting():
                if cursor.statusmessage is None:
                    self._pipeline.sync()
                if _forgets_prepared(sql):
                    # psycopg says so to the server with the next statement, but behind it: so the next is one that is not prepared.
                    self._connection.execute("SELECT", prepare=False)
                    self._pipeline.sync()
            return int(cursor.rowcount)

        return told

    def finish(self) -> None:
        """Wait for everything that was sent."""
        with self._waiting():
            self._pipeline.sync()

    def _sent(self, sql: str, params: Sequence[Any]) -> psycopg.Cursor[Any]:
        """Each has a cursor of its own: what comes back for it must not be taken for the answer to another."""
        if any(isinstance(param, str) and "\x00" in param for param in params):
            raise TextWrong
        with self._waiting():
            return self._connection.execute(sql, list(params))

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """After an error the server skips everything until a sync, a rollback to a savepoint too."""
        try:
            with our_errors():
                yield
        except BaseException:
            with suppress(psycopg.Error):
                self._pipeline.sync()
            raise
