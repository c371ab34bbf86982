"""Changes beside others that need the same stock, on PostgreSQL. Each test brings about what a deadlock needs, and a deadlock ends it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce.api import ItemRef, Owner
from grandstand.gate.api import Granted, HoldAsk, Pass
from grandstand.gate.seats.shelf import Seats
from grandstand.gate.services import Desk
from grandstand.gate.values import ChangeAsk
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store.api import Database, Kind, Tx
from grandstand.ticketing.testing import make_box_office

LONG_ENOUGH_S = 0.5
"""For another thread to lock what it can."""


class Once(Database):
    """A database that tries nothing again after a deadlock."""

    def write_retrying[T](self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction. Raises Deadlock."""
        with self.write() as tx:
            return work(tx)


@pytest.fixture
def offers(postgresql: Database) -> list[UUID]:
    """Two offers of one session, in the order in which their accounts are locked."""
    make_market(is_default=True)
    office = make_box_office(seats=40, categories=("A", "B"), now=clock.now() - timedelta(days=1), limit_per_line=4, cap_per_person=8)
    with postgresql.write() as tx:
        where, param = tx.among("id", Kind.UUID, list(office.offers.values()))
        found = tx.rows(f"SELECT id FROM ticketing_offer WHERE {where} ORDER BY account_id", (param,), kinds=[Kind.UUID])
    return [offer_id for (offer_id,) in found]


def bearer() -> Pass:
    return Pass(owner=Owner(person_id=new_id()), market_code="fr", basket_id=new_id(), valid_until=clock.now() + timedelta(hours=1))


def wish(who: Pass, offer: UUID) -> HoldAsk:
    return HoldAsk(key=new_id().hex, bearer=who, ref=ItemRef(kind="ticket", item_id=offer), quantity=1)


def held(database: Database, who: Pass, offer: UUID) -> UUID:
    """A hold of theirs."""
    desk = Desk(database, seats=Seats())
    [answer] = desk.hold([wish(who, offer)])
    desk.leave()
    assert isinstance(answer, Granted)
    return answer.hold_id


def decide(database: Database, what: str, *asks: object) -> list[Any]:
    """At a desk of its own, which raises Deadlock."""
    desk = Desk(Once(database.url), seats=Seats())
    try:
        return list(getattr(desk, what)(asks))
    finally:
        desk.leave()


def after_giving_back(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Between the two halves of a change."""
    release_many = inventory.release_many

    def released(*arguments: Any, **more: Any) -> list[bool]:
        freed = release_many(*arguments, **more)
        then()
        return freed

    monkeypatch.setattr(inventory, "release_many", released)


def test_changes_that_cross_deadlock_nobody(postgresql: Database, offers: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    whose = [bearer(), bearer()]
    holds = [held(postgresql, who, offer) for who, offer in zip(whose, offers, strict=True)]
    asks = [ChangeAsk(hold_id=hold, want=wish(who, offer)) for hold, who, offer in zip(holds, whose, reversed(offers), strict=True)]
    both = threading.Barrier(2)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(LONG_ENOUGH_S)

    after_giving_back(monkeypatch, meet)
    with ThreadPoolExecutor(2) as threads:
        answers = [answer for told in threads.map(lambda ask: decide(postgresql, "change", ask), asks) for answer in told]
    assert [type(answer) for answer in answers] == [Granted, Granted]
    # The control: one waited for the other to be done with both halves, and not in between.
    assert both.broken


def test_a_change_beside_a_batch_of_holds_deadlocks_nobody(postgresql: Database, offers: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    who, other = bearer(), bearer()
    first, last = offers
    ask = ChangeAsk(hold_id=held(postgresql, who, last), want=wish(who, first))
    with ThreadPoolExecutor(1) as threads:
        told = []

        def begin_to_hold() -> None:
            told.append(threads.submit(decide, postgresql, "hold", wish(other, first), wish(other, last)))
            with suppress(TimeoutError):
                told[0].result(LONG_ENOUGH_S)

        after_giving_back(monkeypatch, begin_to_hold)
        answers = decide(postgresql, "change", ask)
        answers += told[0].result()
    assert [type(answer) for answer in answers] == [Granted] * 3
