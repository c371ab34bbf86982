"""phantom-stock: London 2012, synchronised swimming. 20,000 seats were believed left over four sessions, 10,000 were real.

Some 3,000 buyers were told six months later that their seats did not exist. Grandstand: the capacity of a pool is the reconciled plan, and a wall.
Whoever believes in more can neither open, receive nor move it in, sales stop at the plan, and the doctor sees what was forced past it. At the real
figures: who cannot have seats is told when they ask.
"""

from collections import Counter
from datetime import timedelta
from itertools import batched
from typing import Any

import pytest

from grandstand.commerce.api import Ask, ItemRef, Quote
from grandstand.games.testing import make_edition, make_session
from grandstand.inventory import api as inventory
from grandstand.inventory.api import Held, Move, NewAccount, NewPool, Reason, Refused, StockChange, Wish
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Tx, WallHit
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import EUROS, NOW, BoxOffice, make_box_office

HOW: dict[str, Any] = {"by": Actor.system("test"), "now": NOW, "reason": "a spreadsheet says so"}
SESSIONS, REAL, BELIEVED = 4, 2_500, 5_000
"""Sessions, and the seats that each has and was believed to have."""

LOTS = (3, 3, 4)
"""So many seats each buyer wants, in turn. The first 750 of a session want all that are real, the next 750 the others that are believed in."""

BUYERS = BELIEVED // sum(LOTS) * len(LOTS)


def quotes(tx: Tx, office: BoxOffice) -> dict[int, Quote]:
    """What the box office asks for so many seats, by their number."""
    asks = [Ask(ref=ItemRef(kind="ticket", item_id=office.offers["A"]), quantity=quantity) for quantity in sorted(set(LOTS))]
    return {each.quantity: each for each in ticketing.Tickets().quote_many(tx, asks, market=EUROS, now=NOW) if isinstance(each, Quote)}


def wish(quote: Quote, buyer: str) -> Wish:
    return Wish(
        key=new_id().hex,
        organisation_id=quote.seller_id,
        holder=buyer,
        basket_id=new_id(),
        wants=quote.wants,
        caps=quote.caps,
        limit=quote.hold_limit,
        window=quote.window,
        hold_for=timedelta(minutes=10),
        offer_version=quote.version,
    )


def accounts(tx: Tx, office: BoxOffice) -> dict[str, inventory.Availability]:
    """The accounts of the session's only pool, by their code."""
    [want] = quotes(tx, office)[3].wants
    pool_id = inventory.availability_many(tx, [want.account_id])[want.account_id].pool_id
    return {account.code: account for account in inventory.accounts_of_pools_many(tx, [pool_id])}


def unhealthy(tx: Tx) -> list[str]:
    return [finding.name for finding in inventory.check_stock(tx) if not finding.healthy]


def test_sales_stop_at_the_plan_and_three_thousand_buyers_hear_it_at_once(database: Database) -> None:
    edition, none_set_aside = make_edition(), ticketing.Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)
    held, refused = Counter[str](), Counter[str]()
    for n in range(SESSIONS):
        session = make_session(edition=edition, code=f"SWA{n:02}")
        office = make_box_office(session=session, seats=REAL, categories=("A",), reserves=none_set_aside, gates=())
        with database.write() as tx:
            offered = quotes(tx, office)
        wishes = [wish(offered[LOTS[m % len(LOTS)]], f"person:{n}-{m}") for m in range(BUYERS)]
        for batch in batched(wishes, 256, strict=False):
            with database.write() as tx:
                answers = inventory.hold_many(tx, batch, now=NOW)
            for asked, answer in zip(batch, answers, strict=True):
                [want] = asked.wants
                if isinstance(answer, Held):
                    held["buyers"], held["seats"] = held["buyers"] + 1, held["seats"] + want.quantity
                else:
                    assert answer == Refused(reason=Reason.SOLD_OUT, account_id=want.account_id, left=0)
                    refused["buyers"], refused["seats"] = refused["buyers"] + 1, refused["seats"] + want.quantity
        plan = ticketing.reconciliation(session_id=session.id)
        assert (plan.capacity, plan.taken, plan.sellable, plan.set_aside, plan.unassigned) == (REAL, REAL, 0, 0, 0)
    assert held == refused == {"buyers": 3_000, "seats": 10_000}
    with database.write() as tx:
        assert unhealthy(tx) == []


def test_what_is_believed_above_the_plan_cannot_be_opened(database: Database) -> None:
    office = make_box_office(seats=REAL, categories=("A",))
    believed = NewPool(
        organisation_id=office.organisation_id, name="believed", accounts=(NewAccount(code="public", on_hand=BELIEVED),), capacity=REAL
    )
    with pytest.raises(WallHit, match="inventory_pool_within_capacity"), database.write() as tx:
        inventory.open_pools(tx, [believed], **HOW)
    plan = ticketing.reconciliation(session_id=office.session.id)
    assert (plan.capacity, plan.sellable + plan.set_aside) == (REAL, REAL)


def test_what_is_believed_above_the_plan_can_neither_be_received_nor_moved_in(database: Database) -> None:
    office = make_box_office(seats=REAL, categories=("A",))
    with database.write() as tx:
        public, kill = (accounts(tx, office)[code] for code in ("public", "kill"))
        received = inventory.receive_many(tx, [StockChange(account_id=public.account_id, quantity=BELIEVED - REAL)], **HOW)
    assert received == [Refused(reason=Reason.CAPACITY, account_id=public.account_id, left=0)]
    moves = [Move(from_account_id=kill.account_id, to_account_id=public.account_id, quantity=quantity) for quantity in (kill.on_hand, 1)]
    with database.write() as tx:
        first, second = inventory.move_many(tx, moves, **HOW)
        one_more = inventory.receive_many(tx, [StockChange(account_id=kill.account_id, quantity=1)], **HOW)
    assert isinstance(first, inventory.Availability)
    assert first.on_hand == public.on_hand + kill.on_hand
    assert second == Refused(reason=Reason.SOLD_OUT, account_id=kill.account_id, left=0)
    assert one_more == [Refused(reason=Reason.CAPACITY, account_id=kill.account_id, left=0)]
    plan = ticketing.reconciliation(session_id=office.session.id)
    assert plan.capacity == plan.sellable + plan.set_aside == REAL


@pytest.mark.parametrize(
    ("table", "wall", "forced"),
    [
        ("inventory_pool", "inventory_pool_within_capacity", "UPDATE inventory_pool SET on_hand = on_hand + 2500"),
        ("inventory_pool", "inventory_pool_within_capacity", "UPDATE inventory_pool SET capacity = 2499"),
        ("inventory_account", "inventory_account_never_oversold", "UPDATE inventory_account SET held = held + 2500 WHERE code = 'public'"),
    ],
)
def test_what_is_forced_past_the_wall_by_hand_meets_it_and_without_the_wall_the_doctor(
    database: Database, table: str, wall: str, forced: str
) -> None:
    make_box_office(seats=REAL, categories=("A",))
    with pytest.raises(WallHit, match=wall), database.write() as tx:
        tx.execute(forced)
    with database.write() as tx:
        assert unhealthy(tx) == []
        if tx.engine == "sqlite":
            tx.execute("PRAGMA ignore_check_constraints = ON")
        else:
            tx.execute(f"ALTER TABLE {table} DROP CONSTRAINT {wall}")
        tx.execute(forced)
        assert "inventory_no_pool_oversold" in unhealthy(tx)
