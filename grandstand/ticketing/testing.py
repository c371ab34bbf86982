"""For tests of this room and those above it: a box office that is open, tickets in somebody's hands, a gate to come in by."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from grandstand.commerce.api import ItemRef, SoldLine
from grandstand.games import testing as games
from grandstand.games.api import Edition, Session
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement.api import Market
from grandstand.people import testing as people
from grandstand.store.api import Kind, read, write
from grandstand.ticketing.queries.offers import offers_of_sessions
from grandstand.ticketing.queries.sales import gates_of_venues
from grandstand.ticketing.queries.tickets import codes, tickets_by_ids
from grandstand.ticketing.rules.plans import plan_categories
from grandstand.ticketing.services.gates import add_gates
from grandstand.ticketing.services.issuing import issue_many
from grandstand.ticketing.services.opening import open_sessions
from grandstand.ticketing.services.plans import add_plan
from grandstand.ticketing.services.seating import open_seats
from grandstand.ticketing.values import CategoryPlan, Conditions, NewGate, Plan, Reserves, SessionPlan, TicketState

NOW = datetime(2031, 6, 2, 12, tzinfo=UTC)
BY = Actor.system("test")
EUROS = Market(code="fr", name="France", territories=("FR",), languages=("fr", "en"), currency="EUR", time_zone="Europe/Paris")


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def plan(session_id: UUID, *, seats: int = 300, codes: tuple[str, ...] = ("A", "B", "C")) -> SessionPlan:
    """A session with the same number of seats in each category: A at 120 €, B at 80 €, C at 40 €, and in dollars a quarter more."""
    major = {"A": 120, "B": 80, "C": 40}
    return SessionPlan(
        session_id=session_id,
        categories=tuple(
            CategoryPlan(code=code, seats=seats, prices=(euros(major[code] * 100), Money(minor=major[code] * 125, currency="USD"))) for code in codes
        ),
    )


@dataclass(slots=True, kw_only=True)
class BoxOffice:
    """A session whose box office is open, and its public offers by category code."""

    session: Session
    offers: dict[str, UUID]
    gates: dict[int, UUID] = field(default_factory=dict)

    @property
    def organisation_id(self) -> UUID:
        return self.session.organisation_id

    def line(self, *, code: str = "A", quantity: int = 1, person_id: UUID | None = None, order_id: UUID | None = None) -> SoldLine:
        """A line as commerce hands it over once it is paid."""
        return SoldLine(
            line_id=new_id(),
            order_id=order_id or new_id(),
            sale_id=new_id(),
            seller_id=self.organisation_id,
            ref=ItemRef(kind="ticket", item_id=self.offers[code]),
            quantity=quantity,
            seat_ids=(),
            hold_id=new_id(),
            person_id=person_id,
            unit_price=euros(12_000),
            ship_to=None,
        )

    def issue(self, *lines: SoldLine, now: datetime = NOW) -> list[UUID]:
        """Issue the tickets of these lines (one of one ticket unless given); their ids, by line and serial."""
        sold = lines or (self.line(),)
        with write() as tx:
            issue_many(tx, sold, now=now)
            return [
                ticket_id
                for line in sold
                for (ticket_id,) in tx.rows("SELECT id FROM ticketing_ticket WHERE line_id = %s ORDER BY serial", (line.line_id,), kinds=[Kind.UUID])
            ]


def make_box_office(
    *,
    session: Session | None = None,
    edition: Edition | None = None,
    seats: int = 300,
    categories: tuple[str, ...] = ("A", "B", "C"),
    gates: tuple[int, ...] = (1, 2, 3),
    reserves: Reserves | None = None,
    now: datetime = NOW,
    **conditions: Any,
) -> BoxOffice:
    """Open the box office of a session (swimming in Paris on 1 July 2031, 19:00 to 21:30, unless given), with gates at its venue."""
    session = session or games.make_session(edition=edition)
    with write() as tx:
        open_sessions(
            tx,
            plans=[plan(session.id, seats=seats, codes=categories)],
            now=now,
            by=BY,
            reason="for a test",
            conditions=Conditions(**conditions),
            reserves=reserves,
        )
        found = offers_of_sessions(tx, [session.id])
        stock = inventory.availability_many(tx, [offer.account_id for offer in found])
        offers = {offer.category.code: offer.id for offer in found if stock[offer.account_id].code == "public"}
    return BoxOffice(session=session, offers=offers, gates=make_gates(session, gates))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A session that is sold by its seats. `accessible` are its offers of accessible places with their companions', by category code."""

    office: BoxOffice
    plan: Plan
    plan_id: UUID
    seating_id: UUID
    accessible: dict[str, UUID]


NOTHING_ASIDE = Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)


def make_hall(
    plan: Plan,
    *,
    session: Session | None = None,
    reserves: Reserves = NOTHING_ASIDE,
    now: datetime = NOW,
    price_minor: int = 12_000,
    **conditions: Any,
) -> Hall:
    """Open the box office of a session by the seats of a plan; each seat costs the same."""
    session = session or games.make_session()
    assert session.venue_id is not None, "seats are at a venue"
    sold = SessionPlan(session_id=session.id, categories=plan_categories(plan, {each.code: [euros(price_minor)] for each in plan.categories}))
    with write() as tx:
        open_sessions(tx, plans=[sold], now=now, by=BY, reason="for a test", conditions=Conditions(**conditions), reserves=reserves)
        plan_id = add_plan(tx, plan=plan, venue_id=session.venue_id, now=now, by=BY, reason="for a test")
        seating_id = open_seats(tx, session_id=session.id, plan_id=plan_id, now=now, by=BY, reason="for a test")
        found = offers_of_sessions(tx, [session.id])
        stock = inventory.availability_many(tx, [offer.account_id for offer in found])
    of: dict[str, dict[str, UUID]] = {"public": {}, "accessible": {}}
    for offer in found:
        of[stock[offer.account_id].code][offer.category.code] = offer.id
    office = BoxOffice(session=session, offers=of["public"])
    return Hall(office=office, plan=plan, plan_id=plan_id, seating_id=seating_id, accessible=of["accessible"])


def make_gates(session: Session, numbers: tuple[int, ...]) -> dict[int, UUID]:
    """Gates at the session's venue, "Gate 1" and so on, by number."""
    if session.venue_id is None:
        return {}
    new = [
        NewGate(
            organisation_id=session.organisation_id, venue_id=session.venue_id, number=n, code=f"G{n}", name=f"Gate {n}", names={"fr": f"Porte {n}"}
        )
        for n in numbers
    ]
    with write() as tx:
        add_gates(tx, gates=new, now=NOW, by=BY, reason="for a test")
    with read() as tx:
        return {gate.number: gate.id for gate in gates_of_venues(tx, [session.venue_id])}


def codes_of(ticket_ids: list[UUID], *, now: datetime = NOW) -> dict[UUID, str]:
    """The codes of these tickets."""
    return codes(tickets=tickets_by_ids(ticket_ids=ticket_ids, language="en"), now=now)


def printed_codes(ticket_ids: list[UUID], *, now: datetime = NOW) -> dict[UUID, str]:
    """The codes of these tickets as somebody may have them on paper, activated or not."""
    views = [replace(view, state=TicketState.VALID) for view in tickets_by_ids(ticket_ids=ticket_ids, language="en")]
    return codes(tickets=views, now=now)


def make_holder() -> UUID:
    """Somebody who may hold tickets."""
    return people.make_person().id
