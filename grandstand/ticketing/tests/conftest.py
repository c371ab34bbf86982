"""Proof that a path meets no ORM and that its statements do not grow with its batch."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.kit import clock
from grandstand.store.api import Database, Tx
from grandstand.ticketing.testing import NOW

type SetClock = Callable[[datetime], None]
type Counted = Callable[[Callable[[Tx], Any]], int]


@pytest.fixture
def counted(database: Database, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Run some work over a raw connection, with Django's database access blocked, and say how many statements it needed."""

    def run(work: Callable[[Tx], Any]) -> int:
        statements = 0
        with monkeypatch.context() as patch, database.write() as tx, django_db_blocker.block():
            for name in ("_rows_later", "_count_later", "_run_many"):
                real = getattr(Tx, name)

                def counting(self: Tx, *arguments: Any, real: Callable[..., Any] = real) -> Any:
                    nonlocal statements
                    statements += 1
                    return real(self, *arguments)

                patch.setattr(Tx, name, counting)
            work(tx)
        assert statements > 0
        return statements

    return run


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Let pages believe that it is another time, from now on; NOW of this room's tests to begin with."""

    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to
