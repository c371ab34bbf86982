"""A clock that leaps ahead takes nobody's time, on both engines."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from grandstand.config import leaps, worker
from grandstand.config.leaps import LEAP, Leaps
from grandstand.gate.testing import ask, make_pass, open_gate
from grandstand.inventory import api as inventory
from grandstand.inventory.testing import make_stock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store import api as store
from grandstand.store.api import Database, Kind, Tx
from tests.market import open_market

ALMOST = timedelta(seconds=5)
"""So much of what is expected a slow machine may be off."""


def until(database: Database) -> tuple[datetime, datetime, datetime]:
    """Until when the hold, its line in the basket and its order last."""
    with database.write() as tx:
        [(hold,)] = tx.rows("SELECT expires_at FROM inventory_hold", kinds=[Kind.INSTANT])
        [(line,)] = tx.rows("SELECT hold_expires_at FROM commerce_basket_line", kinds=[Kind.INSTANT])
        [(order,)] = tx.rows("SELECT pay_by FROM commerce_order", kinds=[Kind.INSTANT])
    return hold, line, order


@dataclass(kw_only=True)
class Clocks:
    """The clock that decides and this process's monotonic one, so far ahead of the real ones."""

    leapt: timedelta = timedelta()
    passed: timedelta = timedelta()

    def now(self, tx: Tx) -> datetime:
        """As the store has it: never before the mark."""
        here = datetime.now(UTC) + self.leapt + self.passed
        mark = tx.row("SELECT max(high_water) FROM store_clock", kinds=[Kind.INSTANT])
        return max(here, (mark and mark[0]) or here)

    def monotonic(self) -> float:
        return time.monotonic() + self.passed.total_seconds()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """With a worker that has not swept yet."""
    found = Clocks()

    def now(tx: Tx) -> datetime:
        return found.now(tx)

    monkeypatch.setattr(Tx, "now", now)
    monkeypatch.setattr(leaps, "time", SimpleNamespace(monotonic=found.monotonic))
    monkeypatch.setattr(worker, "_leaps", Leaps())
    return found


def sweep() -> None:
    """What the worker does every second, with nothing to end."""
    worker._swept(lambda _tx, *, now: now)


def fail(tx: Tx, *, now: datetime) -> int:
    raise RuntimeError(f"the sweep at {now} fails on {tx.engine}")


def hold(organisation_id: UUID, account_id: UUID) -> None:
    """For ten minutes, by the clock that decides."""
    wants = (inventory.Want(account_id=account_id, quantity=1),)
    wish = inventory.Wish(
        key=new_id().hex, organisation_id=organisation_id, holder="person:1", basket_id=new_id(), wants=wants, hold_for=timedelta(minutes=10)
    )
    with store.write() as tx:
        inventory.hold_many(tx, [wish], now=tx.now())


def ends() -> list[datetime]:
    """When the holds end, in the order in which they were made."""
    with store.write() as tx:
        return [at for (at,) in tx.rows("SELECT expires_at FROM inventory_hold ORDER BY id", kinds=[Kind.INSTANT])]


@pytest.fixture
def stock(database: Database) -> tuple[UUID, UUID]:
    """An organisation, and an account of its with units that nobody has set aside."""
    organisation_id = make_organisation().id
    with database.write() as tx:
        return organisation_id, make_stock(tx, organisation_id, 5)


def test_sweeps_that_fail_are_no_leap(clocks: Clocks, stock: tuple[UUID, UUID]) -> None:
    sweep()
    hold(*stock)
    before = ends()
    for _ in range(5):
        clocks.passed += timedelta(minutes=2)
        with pytest.raises(RuntimeError):
            worker._swept(fail)
    sweep()
    assert ends() == before


def test_what_is_held_by_the_leapt_clock_before_anything_is_swept_lasts_no_longer(clocks: Clocks, stock: tuple[UUID, UUID]) -> None:
    sweep()
    hold(*stock)
    clocks.leapt = timedelta(hours=1)
    hold(*stock)
    before = ends()
    sweep()
    earlier, later = (after - was for after, was in zip(ends(), before, strict=True))
    assert abs(earlier - clocks.leapt) < ALMOST
    assert later == timedelta()


def test_a_leap_that_a_failing_sweep_saw_is_made_up_for_by_the_next(clocks: Clocks, stock: tuple[UUID, UUID]) -> None:
    sweep()
    hold(*stock)
    [before] = ends()
    clocks.leapt = timedelta(hours=1)
    with pytest.raises(RuntimeError):
        worker._swept(fail)
    assert ends() == [before]
    sweep()
    sweep()
    [after] = ends()
    assert abs(after - before - clocks.leapt) < ALMOST


@pytest.mark.parametrize(("by", "made_up"), [(timedelta(hours=1), True), (2 * LEAP, True), (LEAP / 2, False), (-timedelta(hours=1), False)])
def test_a_leap_ahead_is_made_up_for_once(database: Database, clocks: Clocks, by: timedelta, *, made_up: bool) -> None:
    office = open_market(database, units=10)
    item: dict[str, Any] = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    with open_gate(database.url) as gate:
        buyer = make_pass(gate)
        held = ask(gate, "/gate/hold", {"key": new_id().hex, **item}, bearer=buyer)
        who = {"email": "fan@example.org", "name": "Fan", "language": "en"}
        money = {"told_minor": 12_000, "currency": "EUR", "provider": "test"}
        ask(gate, "/gate/pay", {"key": "pay", "items": [{"hold": held.content["hold_id"], **item}], **who, **money}, bearer=buyer)
    sweep()
    before = until(database)
    clocks.leapt = by
    for _ in range(2):
        sweep()
    longer = [after - was for after, was in zip(until(database), before, strict=True)]
    assert all(abs(each - (by if made_up else timedelta())) < ALMOST for each in longer), longer
