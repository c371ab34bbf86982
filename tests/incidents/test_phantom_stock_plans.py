"""phantom-stock, with seat plans: seats were sold that the built stand did not have, and their buyers heard of it half a year later.

Grandstand: when the plan shrinks under a session that sells, every order that is hit is known at once, with other seats as good; nothing goes
while one of them has none; and what was agreed on happens in one step, with a notice to each buyer.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_world, selling
from grandstand.games.testing import make_edition, make_session
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.rules import plans
from grandstand.ticketing.testing import NOW, euros, make_box_office
from grandstand.ticketing.tests.test_telling import settle

BY = Actor.system("test")
SEATS, PARTIES = 1_000, 40


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(ticketing.Tickets()):
        yield world


def test_seats_that_are_not_built_cost_nobody_a_place_and_nobody_is_told_too_late(world: World) -> None:
    plan = ticketing.make_bowl(plan_id=new_id(), name="Aquatics", capacity=SEATS, shares={"A": 100})
    session = make_session(edition=make_edition(organisation_id=world.organisation.id))
    assert session.venue_id is not None
    with world.database.write() as tx:
        sold = ticketing.SessionPlan(session_id=session.id, categories=ticketing.plan_categories(plan, {"A": [euros(5_000)]}))
        ticketing.open_sessions(tx, plans=[sold], now=NOW, by=BY, reason="for a test")
        believed = ticketing.add_plan(tx, plan=plan, venue_id=session.venue_id, now=NOW, by=BY, reason="as designed")
        seating_id = ticketing.open_seats(tx, session_id=session.id, plan_id=believed, now=NOW, by=BY, reason="for a test")
        states = inventory.seats_of_seating(tx, seating_id)
    office = make_box_office(session=session)
    with world.database.write() as tx:
        [public] = [each for each in inventory.availability_many(tx, list({s.account_id for s in states})).values() if each.code == "public"]
    chooser = ticketing.Chooser(plan, group_of={state.seat_id: state.account_id for state in states})
    placed = [_buy(world, office.offers["A"], chooser.choose(2 + n % 3, public.account_id) or ()) for n in range(PARTIES)]
    hit_rows = {(label.section, label.row) for _, label in _labels(placed)[:2]}
    gone = {id_ for id_, label in plans.labels(plan).items() if (label.section, label.row) in hit_rows}
    with world.database.write() as tx:
        real = ticketing.add_plan(tx, plan=plans.without_seats(plan, gone), venue_id=session.venue_id, now=NOW, by=BY, reason="as built")
        shrink = ticketing.preview_shrink(tx, session_id=session.id, plan_id=real)
    orders = {party.order_id for party in shrink.parties}
    assert orders == {order_id for order_id, label in _labels(placed) if (label.section, label.row) in hit_rows}
    assert orders
    assert all(party.proposal is not None for party in shrink.parties)

    with pytest.raises(ticketing.SeatsUnresolved), world.database.write() as tx:
        ticketing.apply_shrink(tx, session_id=session.id, plan_id=real, swaps=[], now=NOW, by=BY, reason="too early")
    while settle():
        pass
    swaps = [ticketing.SeatSwap(line_id=party.line_id, seats=party.proposal or ()) for party in shrink.parties]
    with world.database.write() as tx:
        ticketing.apply_shrink(tx, session_id=session.id, plan_id=real, swaps=swaps, now=NOW, by=BY, reason="the stand was built smaller")
    told = [mail.subject for mail in settle() if "Other seats" in str(mail.subject)]
    with world.database.write() as tx:
        findings = [*ticketing.check_tickets(tx), *inventory.check_stock(tx), *commerce.check_orders(tx)]
        left = {state.seat_id for state in inventory.seats_of_seating(tx, seating_id)}
    assert [finding for finding in findings if not finding.healthy] == []
    assert left == {seat.id for seat in plans.seats_of(plan)} - gone
    assert len(told) == len(orders)
    plan_now = ticketing.reconciliation(session_id=session.id)
    assert (plan_now.capacity, plan_now.taken) == (SEATS - len(gone), sum(2 + n % 3 for n in range(PARTIES)))
    assert not any((label.section, label.row) in hit_rows for _, label in _labels(placed))


def _buy(world: World, offer_id: UUID, seats: tuple[UUID, ...]) -> commerce.Placed:
    owner = commerce.Owner(visitor=f"visitor-{new_id().hex[-12:]}")
    world.add(owner, commerce.ItemRef(kind="ticket", item_id=offer_id), len(seats), now=NOW, seat_ids=seats)
    bought = world.place(owner, now=NOW)
    world.pay(bought, now=NOW)
    return bought


def _labels(placed: Sequence[commerce.Placed]) -> list[tuple[UUID, ticketing.SeatLabel]]:
    """The seat of every ticket, with its order."""
    return [
        (order.order_id, view.seat)
        for order in placed
        for view in ticketing.tickets_of_order(order_id=order.order_id, holder_id=None, language="en")
        if view.seat is not None
    ]
