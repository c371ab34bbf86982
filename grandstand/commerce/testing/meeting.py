"""Two transactions that meet on PostgreSQL at a chosen place, so that their order of locks is proved and not left to luck."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest

from grandstand.store.api import Database, Kind, Tx

_PATIENCE_S = 30


class Meeting:
    """The first transaction stands still in front of a function until the second waits for one of its locks, or has ended."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self._database, self._monkeypatch = database, monkeypatch
        self._first: int | None = None
        self._calls = 0
        self._stands, self._goes_on = threading.Event(), threading.Event()

    def stand_before(self, *functions: tuple[Any, str], call: int = 1) -> None:
        """Let the first stand before the `call`th call of any of these, each given as the object that has it and its name."""
        for owner, name in functions:
            self._monkeypatch.setattr(owner, name, self._standing(getattr(owner, name), call))

    def of(self, first: Callable[[Tx], Any], second: Callable[[Tx], Any]) -> tuple[Future[Any], Future[Any]]:
        """Both, each in a transaction of its own that is tried once; what they answered or raised."""
        with ThreadPoolExecutor(2) as threads:
            one = threads.submit(self._write, first, is_first=True)
            assert self._stands.wait(_PATIENCE_S), f"the first transaction never came to its place: {one}"
            two = threads.submit(self._write, second)
            while not two.done() and not self._somebody_waits():
                wait([two], timeout=0.01)
            self._goes_on.set()
        return one, two

    def _write(self, work: Callable[[Tx], Any], *, is_first: bool = False) -> Any:
        if is_first:
            self._first = threading.get_ident()
        try:
            with self._database.write() as tx:
                return work(tx)
        finally:
            self._database.close()

    def _standing(self, function: Callable[..., Any], call: int) -> Callable[..., Any]:
        def standing(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == self._first:
                self._calls += 1
                if self._calls == call:
                    self._stands.set()
                    assert self._goes_on.wait(_PATIENCE_S), "the second transaction neither waited nor ended"
            return function(*args, **kwargs)

        return standing

    def _somebody_waits(self) -> bool:
        with self._database.write() as tx:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(tx.rows(sql, kinds=[Kind.INT])[0][0])
