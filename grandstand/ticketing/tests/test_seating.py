"""A session that is sold by its seats: from the plan to the ticket and back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_world, selling
from grandstand.games.testing import make_edition, make_session
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Tx
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.rules import plans
from grandstand.ticketing.testing import BY, NOW, BoxOffice, euros, make_box_office
from grandstand.ticketing.tests.drawing import Chair, drawn
from grandstand.ticketing.tests.test_telling import settle
from grandstand.ticketing.values.plans import Plan, PlanSeat, Point

A, B, PAIR = Chair(category="A"), Chair(category="B"), Chair(category="A", pair=True)
NOTHING_ASIDE = ticketing.Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)
REASON = "the press needs the front row"


def small_plan() -> Plan:
    """Category B in front: a row of four, and two rows of six in A behind, the last with an accessible place."""
    plan = drawn([[[B] * 4, [A] * 6, [A, A, A, A, PAIR, A]]], focus=Point(0, 0))
    section = replace(plan.sections[0], name="101", rows=plan.sections[0].rows[:-1])
    rows = tuple(replace(row, seats=tuple(replace(seat, gate="G2") for seat in row.seats)) for row in section.rows)
    return replace(plan, sections=(replace(section, rows=rows),), categories=plan.categories[:2])


@dataclass(slots=True, kw_only=True)
class Hall:
    """A session that is sold by its seats."""

    world: World
    office: BoxOffice
    plan: Plan
    plan_id: UUID
    seating_id: UUID

    def seat(self, where: str) -> UUID:
        """A seat by its row and number."""
        [found] = [id_ for id_, label in plans.labels(self.plan).items() if f"{label.row}/{label.number}" == where]
        return found

    def buy(self, *where: str, code: str = "A") -> commerce.Placed:
        """A guest's order of these seats, paid."""
        return buy(self.world, self.office, [self.seat(each) for each in where], code)

    def without(self, *where: str) -> UUID:
        """A version of the plan without these seats."""
        with self.world.database.write() as tx:
            return add(tx, plans.without_seats(self.plan, {self.seat(each) for each in where}), self.office)

    def where(self, placed: commerce.Placed) -> list[str]:
        """The seats of an order's tickets, in order."""
        views = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")
        return [f"{view.seat.row}/{view.seat.number}" for view in views if view.seat is not None]

    def assert_all_is_well(self) -> None:
        with self.world.database.write() as tx:
            findings = [*ticketing.check_tickets(tx), *commerce.check_orders(tx), *inventory.check_stock(tx)]
        assert [finding for finding in findings if not finding.healthy] == []


def buy(world: World, office: BoxOffice, seat_ids: list[UUID], code: str) -> commerce.Placed:
    owner = commerce.Owner(visitor=f"visitor-{new_id().hex[-12:]}")
    ref = commerce.ItemRef(kind="ticket", item_id=office.offers[code])
    world.add(owner, ref, len(seat_ids), now=NOW, seat_ids=tuple(seat_ids))
    placed = world.place(owner, now=NOW)
    world.pay(placed, now=NOW)
    return placed


def add(tx: Tx, plan: Plan, office: BoxOffice) -> UUID:
    assert office.session.venue_id is not None
    return ticketing.add_plan(tx, plan=plan, venue_id=office.session.venue_id, now=NOW, by=BY, reason="for a test")


def open_office(world: World, plan: Plan, *, reserves: ticketing.Reserves = NOTHING_ASIDE) -> BoxOffice:
    session = make_session(edition=make_edition(organisation_id=world.organisation.id))
    prices = {"A": [euros(8_000)], "B": [euros(12_000)]}
    sold = ticketing.SessionPlan(session_id=session.id, categories=ticketing.plan_categories(plan, prices))
    with world.database.write() as tx:
        ticketing.open_sessions(tx, plans=[sold], now=NOW, by=BY, reason="for a test", reserves=reserves)
    return make_box_office(session=session)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(ticketing.Tickets()):
        yield world


@pytest.fixture
def hall(world: World) -> Hall:
    plan = small_plan()
    office = open_office(world, plan)
    with world.database.write() as tx:
        plan_id = add(tx, plan, office)
        seating_id = ticketing.open_seats(tx, session_id=office.session.id, plan_id=plan_id, now=NOW, by=BY, reason="for a test")
    return Hall(world=world, office=office, plan=plan, plan_id=plan_id, seating_id=seating_id)


# -- plans -------------------------------------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_in_versions_and_the_same_plan_is_none(world: World) -> None:
    office, plan = open_office(world, small_plan()), small_plan()
    with world.database.write() as tx:
        first, again = add(tx, plan, office), add(tx, plan, office)
        second = add(tx, plans.without_seats(plan, {next(plans.seats_of(plan)).id}), office)
        views = ticketing.plans_of_venue(tx, office.session.venue_id or new_id())
        assert ticketing.plan(tx, first) == plan
    assert first == again
    assert [(view.id, view.version, view.seats) for view in views] == [(second, 2, {"A": 12, "B": 3}), (first, 1, {"A": 12, "B": 4})]


def test_a_plan_with_problems_is_not_kept(world: World) -> None:
    office = open_office(world, small_plan())
    with pytest.raises(ticketing.PlanWrong) as refused, world.database.write() as tx:
        add(tx, replace(small_plan(), categories=()), office)
    problems: Any = refused.value.detail["problems"]
    assert problems[0]["what"] == "There is no category 'B'."


def test_seats_go_to_the_accounts_whose_units_they_are(hall: Hall) -> None:
    with hall.world.database.write() as tx:
        states = inventory.seats_of_seating(tx, hall.seating_id)
        codes = {id_: each.code for id_, each in inventory.availability_many(tx, list({state.account_id for state in states})).items()}
    account = {state.seat_id: codes[state.account_id] for state in states}
    assert len(states) == 16
    assert [account[hall.seat(where)] for where in ("0/1", "1/6", "2/4", "2/5", "2/6")] == ["public", "public", "public", "accessible", "accessible"]
    hall.assert_all_is_well()


def test_a_plan_that_does_not_fit_the_box_office_is_refused_with_the_numbers(world: World) -> None:
    plan = small_plan()
    office = open_office(world, plan)
    with world.database.write() as tx:
        smaller = add(tx, plans.without_seats(plan, {next(plans.seats_of(plan)).id}), office)
    said = "category B: The plan has 3 seats and the box office 4, 4 of them in accounts"
    with pytest.raises(ticketing.PlanWrong, match=said), world.database.write() as tx:
        ticketing.open_seats(tx, session_id=office.session.id, plan_id=smaller, now=NOW, by=BY, reason="for a test")


def test_a_session_gets_its_seats_once_and_before_it_sells(hall: Hall, world: World) -> None:
    with pytest.raises(ticketing.PlanWrong, match="has its seats already"), world.database.write() as tx:
        ticketing.open_seats(tx, session_id=hall.office.session.id, plan_id=hall.plan_id, now=NOW, by=BY, reason="again")
    office = open_office(world, small_plan())
    world.bought(commerce.ItemRef(kind="ticket", item_id=office.offers["A"]), 1, owner=commerce.Owner(visitor="early"), now=NOW)
    with world.database.write() as tx:
        plan_id = add(tx, small_plan(), office)
    with pytest.raises(ticketing.PlanWrong, match="sold or held already"), world.database.write() as tx:
        ticketing.open_seats(tx, session_id=office.session.id, plan_id=plan_id, now=NOW, by=BY, reason="late")


def test_another_organisations_plan_is_none(hall: Hall, world: World) -> None:
    other = make_box_office()
    with pytest.raises(ticketing.NoSuchPlan), world.database.write() as tx:
        ticketing.open_seats(tx, session_id=other.session.id, plan_id=hall.plan_id, now=NOW, by=BY, reason="for a test")


# -- tickets and refunds -----------------------------------------------------------------------------------------------------------------


def test_a_ticket_knows_its_seat_and_its_way_in(hall: Hall) -> None:
    placed = hall.buy("1/2", "1/3")
    views = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")
    assert [view.seat for view in views] == [
        ticketing.SeatLabel(section="101", row="1", number="2", gate="Gate 2"),
        ticketing.SeatLabel(section="101", row="1", number="3", gate="Gate 2"),
    ]
    assert [view.gate_names for view in views] == [("Gate 2",)] * 2
    assert ticketing.order_pdf(str(placed.order_id)).startswith(b"%PDF")


def test_a_refund_of_named_tickets_frees_the_seats_of_those_tickets(hall: Hall) -> None:
    placed = hall.buy("1/1", "1/2", "1/3")
    first, *_ = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")
    (line,) = [line for sale in commerce.order(placed.order_id).sales for line in sale.lines]
    wanted = commerce.LineRefund(line_id=line.line_id, quantity=1, unit_ids=(first.id,))
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, reason="one is ill", lines=(wanted,))
    with hall.world.database.write() as tx:
        commerce.refund_many(tx, [ask], by=BY, now=NOW + timedelta(hours=1))
        taken = {state.seat_id for state in inventory.seats_of_seating(tx, hall.seating_id) if state.hold_id is not None}
    assert taken == {hall.seat("1/2"), hall.seat("1/3")}
    assert hall.where(hall.buy("1/1")) == ["1/1"]
    hall.assert_all_is_well()


# -- shrinking ---------------------------------------------------------------------------------------------------------------------------


def preview(hall: Hall, plan_id: UUID) -> ticketing.Shrink:
    with hall.world.database.write() as tx:
        return ticketing.preview_shrink(tx, session_id=hall.office.session.id, plan_id=plan_id)


def apply(hall: Hall, plan_id: UUID, *swaps: ticketing.SeatSwap) -> ticketing.Shrink:
    with hall.world.database.write() as tx:
        return ticketing.apply_shrink(
            tx, session_id=hall.office.session.id, plan_id=plan_id, swaps=swaps, now=NOW + timedelta(days=1), by=BY, reason=REASON
        )


def accepted(shrink: ticketing.Shrink) -> list[ticketing.SeatSwap]:
    return [ticketing.SeatSwap(line_id=party.line_id, seats=party.proposal) for party in shrink.parties if party.proposal is not None]


def test_a_party_that_loses_a_seat_is_offered_as_many_side_by_side_and_told(hall: Hall) -> None:
    placed, other = hall.buy("1/1", "1/2", "1/3"), hall.buy("2/1")
    settle()
    smaller = hall.without("1/1", "1/5")
    shrink = preview(hall, smaller)
    assert [hall.where(placed), hall.where(other)] == [["1/1", "1/2", "1/3"], ["2/1"]]
    assert shrink.free == (hall.seat("1/5"),)
    [party] = shrink.parties
    assert party.lost == (hall.seat("1/1"),)
    assert party.proposal == tuple(hall.seat(where) for where in ("2/2", "2/3", "2/4"))

    apply(hall, smaller, *accepted(shrink))
    assert hall.where(placed) == ["2/2", "2/3", "2/4"]
    assert hall.where(other) == ["2/1"]
    [told] = settle()
    assert "Other seats" in told.subject
    assert "Before: section 101, row 1, seat 1\nNow: section 101, row 2, seat 2, Gate 2" in told.body
    assert REASON in told.body
    reconciled = ticketing.reconciliation(session_id=hall.office.session.id)
    assert (reconciled.capacity, reconciled.taken, reconciled.unassigned) == (14, 4, 0)
    first = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")[0]
    assert [event.kind.value for event in ticketing.history(ticket_id=first.id, language="en")] == ["issued", "seat_changed"]
    hall.assert_all_is_well()
    # The seats that stay are for sale again, those that went are not there.
    assert hall.where(hall.buy("1/2")) == ["1/2"]
    hall.assert_all_is_well()


def test_a_party_for_which_there_are_no_seats_as_good_is_told_of_and_nothing_goes_until_it_has_some(hall: Hall) -> None:
    placed = hall.buy("1/1", "1/2")
    for where in (("1/3", "1/4"), ("1/5", "1/6"), ("2/1", "2/2"), ("2/3", "2/4")):
        hall.buy(*where)
    smaller = hall.without("1/1")
    [party] = preview(hall, smaller).parties
    assert party.proposal is None
    with pytest.raises(ticketing.SeatsUnresolved) as refused:
        apply(hall, smaller)
    assert refused.value.detail["parties"] == [str(party.line_id)]
    assert hall.where(placed) == ["1/1", "1/2"]
    hall.assert_all_is_well()


def test_the_worse_category_moves_up_and_its_refund_frees_the_better_seats(hall: Hall) -> None:
    hall.buy("0/3", "0/4", code="B")
    placed = hall.buy("0/1", "0/2", code="B")
    smaller = hall.without("0/1")
    shrink = preview(hall, smaller)
    [party] = shrink.parties
    assert party.proposal == (hall.seat("1/1"), hall.seat("1/2"))
    apply(hall, smaller, *accepted(shrink))
    assert hall.where(placed) == ["1/1", "1/2"]
    hall.assert_all_is_well()
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, reason="they would rather not come")
    with hall.world.database.write() as tx:
        commerce.refund_many(tx, [ask], by=BY, now=NOW + timedelta(days=2))
        taken = {state.seat_id for state in inventory.seats_of_seating(tx, hall.seating_id) if state.hold_id is not None}
    assert taken == {hall.seat("0/3"), hall.seat("0/4")}
    hall.assert_all_is_well()


def test_a_seat_in_somebodys_basket_is_waited_for(hall: Hall) -> None:
    with hall.world.database.write() as tx:
        state = next(state for state in inventory.seats_of_seating(tx, hall.seating_id) if state.seat_id == hall.seat("1/1"))
        want = inventory.Want(account_id=state.account_id, quantity=1, seat_ids=(state.seat_id,))
        wish = inventory.Wish(
            key="k", organisation_id=hall.office.organisation_id, holder="h", basket_id=new_id(), wants=(want,), hold_for=timedelta(minutes=5)
        )
        inventory.hold_many(tx, [wish], now=NOW)
    smaller = hall.without("1/1")
    assert preview(hall, smaller).unclear == (hall.seat("1/1"),)
    with pytest.raises(ticketing.SeatsUnresolved):
        apply(hall, smaller)
    with hall.world.database.write() as tx:
        inventory.expire_due(tx, now=NOW + timedelta(minutes=6))
    apply(hall, smaller)
    hall.assert_all_is_well()


def test_a_seat_paid_back_without_being_freed_goes_with_the_plan(hall: Hall) -> None:
    placed = hall.buy("1/1", "1/2")
    first, second = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")
    (line,) = [line for sale in commerce.order(placed.order_id).sales for line in sale.lines]
    lines = (commerce.LineRefund(line_id=line.line_id, quantity=1, unit_ids=(first.id,)),)
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, reason="broken seat", lines=lines, restock=False)
    with hall.world.database.write() as tx:
        commerce.refund_many(tx, [ask], by=BY, now=NOW)
    smaller = hall.without("1/1")
    shrink = preview(hall, smaller)
    assert (shrink.free, shrink.empty, shrink.parties, shrink.unclear) == ((), (hall.seat("1/1"),), (), ())
    apply(hall, smaller)
    with hall.world.database.write() as tx:
        taken = {state.seat_id for state in inventory.seats_of_seating(tx, hall.seating_id) if state.hold_id is not None}
    assert taken == {hall.seat("1/2")}
    assert ticketing.reconciliation(session_id=hall.office.session.id).capacity == 15
    hall.assert_all_is_well()
    rest = commerce.LineRefund(line_id=line.line_id, quantity=1, unit_ids=(second.id,))
    with hall.world.database.write() as tx:
        commerce.refund_many(tx, [replace(ask, key=new_id().hex, lines=(rest,), restock=True)], by=BY, now=NOW + timedelta(days=2))
    hall.assert_all_is_well()
    assert hall.where(hall.buy("1/2")) == ["1/2"]


def test_a_seat_of_a_party_that_stays_may_be_among_its_new_ones(hall: Hall) -> None:
    placed = hall.buy("1/1", "1/2")
    smaller = hall.without("1/1")
    [party] = preview(hall, smaller).parties
    apply(hall, smaller, ticketing.SeatSwap(line_id=party.line_id, seats=(hall.seat("1/2"), hall.seat("1/3"))))
    assert hall.where(placed) == ["1/3", "1/2"]
    hall.assert_all_is_well()
    assert [len(ticketing.history(ticket_id=ticket_id, language="en")) for ticket_id in party.ticket_ids] == [2, 1]


@pytest.mark.parametrize("seats", [["2/1"], ["2/1", "2/1"], ["1/1", "2/2"], ["0/1", "0/2"], ["2/1", "2/2", "2/3"]])
def test_a_swap_that_is_not_as_good_is_refused_and_changes_nothing(hall: Hall, seats: list[str]) -> None:
    placed = hall.buy("1/1", "1/2")
    smaller = hall.without("1/1")
    [party] = preview(hall, smaller).parties
    with pytest.raises(ticketing.PlanWrong):
        apply(hall, smaller, ticketing.SeatSwap(line_id=party.line_id, seats=tuple(hall.seat(where) for where in seats)))
    assert hall.where(placed) == ["1/1", "1/2"]
    hall.assert_all_is_well()


def test_a_plan_that_is_no_part_of_the_sessions_does_not_shrink_it(hall: Hall) -> None:
    seats = list(plans.seats_of(hall.plan))
    moved = plans.with_categories(hall.plan, {seats[0].id: "A"})

    def renamed(seat: PlanSeat) -> PlanSeat:
        return replace(seat, id=new_id()) if seat is seats[0] else seat

    section = hall.plan.sections[0]
    new = replace(
        hall.plan,
        sections=(replace(section, rows=tuple(replace(row, seats=tuple(renamed(seat) for seat in row.seats)) for row in section.rows)),),
    )
    for plan, what in ((moved, "It changes its category"), (new, "The session has no such seat")):
        with hall.world.database.write() as tx:
            plan_id = add(tx, plan, hall.office)
        with pytest.raises(ticketing.PlanWrong, match=f"section 101, row 0, seat 1: {what}"):
            preview(hall, plan_id)
