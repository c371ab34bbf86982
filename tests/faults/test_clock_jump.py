"""The clock of the server's machine is put an hour ahead, or back, in the middle of a sale: as its processes see it, on both engines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self
from uuid import UUID

import pytest
from django.test import Client

from grandstand.config import worker
from grandstand.gate.application import Gate
from grandstand.gate.testing import ask, look, make_pass, open_gate
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.store import tx as store_tx
from grandstand.store.api import Database, Kind
from grandstand.ticketing.testing import BoxOffice
from tests.market import open_market

HOUR = timedelta(hours=1)
SWEEPS = {"expire_holds", "end_overdue_orders", "release_stock"}

type Jump = Callable[[timedelta], None]


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Puts the clock of this machine ahead, as all of the platform reads it. The monotonic clock runs on, as it does."""

    def put(by: timedelta) -> None:
        class Jumped(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Self:
                real = datetime.now(tz) + by
                return cls.fromisoformat(real.isoformat())

        monkeypatch.setattr(clock, "datetime", Jumped)
        monkeypatch.setattr(store_tx, "datetime", Jumped)

    return put


@contextmanager
def served(database: Database) -> Iterator[Gate]:
    """The gate, with the clock of its process as the server sets it."""
    with open_gate(database.url) as gate:
        clock.follow(gate.board.now)
        try:
            yield gate
        finally:
            clock.follow(None)


def sweep() -> None:
    """What the worker does that frees or ends anything."""
    for job in worker.jobs():
        if job.name in SWEEPS:
            assert worker.run_once(job) >= 0


def hold(gate: Gate, office: BoxOffice, bearer: str) -> Any:
    wish = {"key": new_id().hex, "kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    return ask(gate, "/gate/hold", wish, bearer=bearer)


def pay(gate: Gate, office: BoxOffice, bearer: str, held: Any, *, is_charged: bool) -> Any:
    item = {"hold": held.content["hold_id"], "kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    buyer = {"email": "fan@example.org", "name": "Fan", "language": "en"}
    money = {"told_minor": 12_000, "currency": "EUR", "provider": "test", "is_charged": is_charged}
    return ask(gate, "/gate/pay", {"key": "pay", "items": [item], **buyer, **money}, bearer=bearer)


def states(database: Database) -> list[str]:
    """Of all holds, in the order in which they were made."""
    with database.write() as tx:
        return [state for (state,) in tx.rows("SELECT state FROM inventory_hold ORDER BY id", kinds=[Kind.TEXT])]


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "back"])
def test_no_hold_and_no_order_is_cut_short(database: Database, jump: Jump, by: timedelta) -> None:
    office = open_market(database, units=10)
    with served(database) as gate:
        chooses, orders = make_pass(gate), make_pass(gate)
        chosen = hold(gate, office, chooses)
        ordered = pay(gate, office, orders, hold(gate, office, orders), is_charged=False)
        sweep()
        jump(by)
        look(gate)
        sweep()
        assert states(database) == ["held", "held"]
        late = hold(gate, office, make_pass(gate))
        sweep()
        assert states(database) == ["held", "held", "held"]
        assert late.status == 200
        assert pay(gate, office, chooses, chosen, is_charged=True).content["status"] == "paid"
    with database.write() as tx:
        [(status,)] = tx.rows("SELECT status FROM commerce_order WHERE id = %s", (UUID(ordered.content["order_id"]),), kinds=[Kind.TEXT])
    assert status == "awaiting_payment"


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "back"])
def test_nothing_is_sold_after_the_end(database: Database, jump: Jump, by: timedelta, client: Client) -> None:
    ended = Span(ends_at=clock.now() - timedelta(minutes=1))
    office = open_market(database, units=10, window=ended)
    with served(database) as gate:
        sweep()
        jump(by)
        look(gate)
        sweep()
        assert hold(gate, office, make_pass(gate)).content["refused"] == "closed"
        form = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": "1", "key": str(new_id()), "next": "/"}
        page = client.post("/basket/add", form, follow=True)
    assert "The sale is over" in page.content.decode()
    assert "held" not in states(database)
