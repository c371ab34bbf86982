"""A house that is sold by its seats: one session in a bowl, with categories A at 120 €, B at 80 €, C at 40 €. Everything is open at NOW."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.test import Client
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.games import testing as games
from grandstand.games.api import Session
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement import testing as movement
from grandstand.movement.api import Market
from grandstand.sites.seating.house import Indexed, indexed
from grandstand.store.api import Kind, read, write
from grandstand.ticketing import api as ticketing

BY = Actor.system("test")
REASON = "for a test"
PRICES = {"A": 120, "B": 80, "C": 40}
NOTHING_ASIDE = ticketing.Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """What is on sale. `offers` by category and account: `offers["A", "public"]`."""

    market: Market
    session: Session
    plan: Indexed
    seating_id: UUID
    offers: dict[tuple[str, str], UUID]

    def url(self, name: str = "seats") -> str:
        """Of the seat page, or of one of its forms."""
        return reverse(f"sites:{name}", args=[self.session.id])

    def numbers(self, category: str, count: int, *, accessible: bool = False) -> list[int]:
        """The first so many seats of a category, by number: in their rows, side by side."""
        seats = [n for n, place in enumerate(self.plan.places) if place.seat.category == category and _for_accessible(place.seat) is accessible]
        return seats[:count]

    def ids(self, numbers: Sequence[int]) -> tuple[UUID, ...]:
        return tuple(self.plan.places[number].seat.id for number in numbers)

    def sell_out(self, category: str, *, account: str = "public", now: datetime) -> None:
        """Others hold all seats of a category."""
        numbers = self.numbers(category, len(self.plan.places), accessible=account == "accessible")
        for first in range(0, len(numbers), 6):
            self.hold(numbers[first : first + 6], category=category, account=account, now=now)

    def words(self, number: int) -> str:
        """What a seat is called in English."""
        label = self.plan.label(number)
        return f"Section {label.section}, row {label.row}, seat {label.number}"

    def form(self, numbers: Sequence[int] = (), **more: object) -> dict[str, object]:
        """What the page's form sends."""
        return {"key": str(new_id()), "plan": str(self.plan.plan_id), "seat": list(numbers), **more}

    def hold(self, numbers: Sequence[int], *, category: str = "A", account: str = "public", now: datetime) -> None:
        """Somebody else holds these seats."""
        seat_ids = self.ids(numbers)
        adding = commerce.Adding(
            key=str(new_id()),
            owner=commerce.Owner(visitor=new_id().hex),
            market_code=self.market.code,
            ref=commerce.ItemRef(kind="ticket", item_id=self.offers[category, account]),
            quantity=len(seat_ids),
            seat_ids=seat_ids,
        )
        with write() as tx:
            (answer,) = commerce.add_lines_many(tx, [adding], now=now)
        assert isinstance(answer, commerce.LineSet), answer

    def lines(self, client: Client) -> list[tuple[int, tuple[str, ...]]]:
        """The lines of a visitor's basket: how many, and where."""
        shown = client.get(reverse("sites:basket")).context
        return [(line.quantity, line.seats) for part in shown["basket"].parts for line in part.lines] if "basket" in shown else []


def open_seated(*, now: datetime, capacity: int = 900, most: int = 6, plan: ticketing.Plan | None = None) -> Seated:
    """Make it all. The session begins a day after `now`; `most` is how many one person may have."""
    market = movement.make_market(is_default=True)
    organisation = movement.make_organisation(name="Far Committee")
    edition = games.make_edition(organisation_id=organisation.id, name="Far Games", starts_on=now.date(), ends_on=(now + timedelta(days=9)).date())
    starts = (now + timedelta(days=1)).replace(hour=19, minute=0, second=0, microsecond=0, tzinfo=None)
    session = games.make_session(edition=edition, starts_local=starts, ends_local=starts + timedelta(hours=2))
    assert session.venue_id is not None, "its plan is of its venue"
    drawn = plan or ticketing.make_bowl(plan_id=new_id(), name="Bowl", capacity=capacity)
    prices = {category.code: [Money(minor=PRICES[category.code] * 100, currency="EUR")] for category in drawn.categories}
    rate = commerce.NewTaxRate(place="FR", tax_class="admission", rate_bp=2000, starts_on=date(2000, 1, 1), source="for a test")
    sold = ticketing.SessionPlan(session_id=session.id, categories=ticketing.plan_categories(drawn, prices))
    conditions = ticketing.Conditions(cap_per_person=most, limit_per_line=most)
    opened = now - timedelta(days=1)
    with write() as tx:
        commerce.set_tax_rates(tx, [rate], by=BY, reason=REASON, now=now)
        plan_id = ticketing.add_plan(tx, plan=drawn, venue_id=session.venue_id, now=opened, by=BY, reason=REASON)
        ticketing.open_sessions(tx, plans=[sold], now=opened, by=BY, reason=REASON, conditions=conditions, reserves=NOTHING_ASIDE)
        seating_id = ticketing.open_seats(tx, session_id=session.id, plan_id=plan_id, now=opened, by=BY, reason=REASON)
    found = ticketing.offers_for_session(session_id=session.id, market=market, language="en", now=now)
    offers = {(offer.category.code, offer.account): offer.offer_id for offer in found}
    with read() as tx:
        return Seated(market=market, session=session, plan=indexed(tx, plan_id), seating_id=seating_id, offers=offers)


def held() -> int:
    """How many units are set aside in all baskets together."""
    with read() as tx:
        ((units,),) = tx.rows("SELECT COALESCE(SUM(held), 0) FROM inventory_account", kinds=[Kind.INT])
    return int(units)


def boxes(content: str, *, checked: bool) -> list[int]:
    """The numbers of the seats that stand as boxes on a page, ticked or not, those that cannot be ticked left out."""
    found = re.findall(r'<input type="checkbox" name="seat" value="(\d+)"([^>]*)>', content)
    return [int(number) for number, more in found if "disabled" not in more and ("checked" in more) is checked]


def _for_accessible(seat: ticketing.PlanSeat) -> bool:
    return seat.is_accessible or seat.companion_of is not None
