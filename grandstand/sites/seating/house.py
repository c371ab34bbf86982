"""The seats of a session: where they are, whose they are, what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import NamedTuple
from uuid import UUID

from grandstand.games import api as games
from grandstand.inventory import api as inventory
from grandstand.kit.keeping import Kept
from grandstand.kit.money import Money
from grandstand.sites.offers import ACCESSIBLE, OPEN_TO_ALL, Offer, offers
from grandstand.sites.seating import labels
from grandstand.store.api import Tx
from grandstand.ticketing import api as ticketing


class Place(NamedTuple):
    """A seat with the positions of its section in the plan and of its row in the section."""

    section: int
    row: int
    seat: ticketing.PlanSeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A plan with its seats by number: the position of a seat among all, section by section, row by row.

    `of_section` has the numbers of each section's seats, `codes` which categories they are of.
    """

    plan_id: UUID
    plan: ticketing.Plan
    places: tuple[Place, ...]
    numbers: Mapping[UUID, int]
    of_section: tuple[range, ...]
    codes: tuple[frozenset[str], ...]

    def label(self, number: int) -> ticketing.SeatLabel:
        """What is printed for a seat."""
        section, row, seat = self.places[number]
        of = self.plan.sections[section]
        return ticketing.SeatLabel(section=of.name, row=of.rows[row].name, number=seat.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """How a session is seated now, and what is sold of it: one entry for each category of the plan, in its order."""

    session_id: UUID
    seating: ticketing.SeatingRow
    indexed: Indexed
    categories: tuple["Category", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of the plan. `accessible` sells its accessible places and their companions' seats. `shape` is how its seats are drawn.

    Without an offer nothing of it is sold in this market.
    """

    code: str
    name: str
    colour: str
    shape: str
    public: Offer | None
    accessible: Offer | None

    @property
    def is_open(self) -> bool:
        """Whether anything of it can be had now, by everybody or by those who ask for an accessible place."""
        return any(offer is not None and offer.most for offer in (self.public, self.accessible))

    @property
    def is_accessible_only(self) -> bool:
        """Whether accessible places and companions' seats are all that can be had of it now."""
        return self.is_open and not (self.public is not None and self.public.most)

    @property
    def told(self) -> Offer | None:
        """The offer whose price is told: everybody's, where not only accessible places can be had."""
        return self.accessible if self.public is None or self.is_accessible_only else self.public


class SeatIs(StrEnum):
    """What can be done with a seat."""

    FREE = "free"
    TAKEN = "taken"
    YOURS = "yours"
    """Whoever asks has it already, in their basket or bought."""
    NOT_SOLD = "not_sold"
    """Kept by the organiser, not in the plan any more, or not sold in this market."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat as it stands. `offer_id` and `price` are None where it is not sold; `number` is its position in the plan."""

    number: int
    seat_id: UUID
    words: str
    name: str
    category: str
    is_accessible: bool
    is_companion: bool
    has_restricted_view: bool
    state: SeatIs
    offer_id: UUID | None
    price: Money | None


SHAPES = ("circle", "square", "diamond")
"""Of the seats of the first category, the second and so on, so that they can be told apart without their colours."""

MOST_SEATS_KEPT = 500_000
"""Of all plans together that a process keeps by numbers, as many as it keeps of the plans themselves: some 150 bytes a seat more."""

_kept: Kept[UUID, Indexed] = Kept(most=MOST_SEATS_KEPT, size=lambda kept: len(kept.places))


def find_seating(tx: Tx, session_id: UUID) -> tuple[ticketing.SeatingRow, Indexed] | None:
    """The session's seating and the plan that it is seated by; None for one without numbered seats. Two statements at most."""
    found = ticketing.seatings_many(tx, [session_id]).get(session_id)
    return (found, indexed(tx, found.plan_id)) if found else None


def indexed(tx: Tx, plan_id: UUID) -> Indexed:
    """The plan by numbers. Raises NoSuchPlan. One statement, or none: a stored plan never changes, so it is kept in memory."""
    return _kept.get(plan_id, lambda: _indexed(plan_id, ticketing.plan(tx, plan_id)))


def _indexed(plan_id: UUID, plan: ticketing.Plan) -> Indexed:
    places = tuple(Place(s, r, seat) for s, section in enumerate(plan.sections) for r, row in enumerate(section.rows) for seat in row.seats)
    ends = [0, *accumulate(sum(len(row.seats) for row in section.rows) for section in plan.sections)]
    return Indexed(
        plan_id=plan_id,
        plan=plan,
        places=places,
        numbers={place.seat.id: n for n, place in enumerate(places)},
        of_section=tuple(range(start, end) for start, end in pairwise(ends)),
        codes=tuple(frozenset(seat.category for row in section.rows for seat in row.seats) for section in plan.sections),
    )


def house_of(
    session: games.Session, seating: tuple[ticketing.SeatingRow, Indexed], on_sale: Sequence[ticketing.OfferOnSale], *, language: str
) -> House:
    """The house of a seated session, from what is on sale in the reader's market."""
    seated, plan = seating
    public, accessible = (
        {each.code: each for each in offers(on_sale, session=session, language=language, account=account)} for account in (OPEN_TO_ALL, ACCESSIBLE)
    )
    categories = []
    for n, each in enumerate(plan.plan.categories):
        sold = public.get(each.code) or accessible.get(each.code)
        categories.append(
            Category(
                code=each.code,
                name=sold.name if sold else each.name,
                colour=sold.colour if sold else each.colour,
                shape=SHAPES[n % len(SHAPES)],
                public=public.get(each.code),
                accessible=accessible.get(each.code),
            )
        )
    return House(session_id=session.id, seating=seated, indexed=plan, categories=tuple(categories))


def seats_now(tx: Tx, house: House, numbers: Sequence[int], *, holder: str = "") -> list[Seat]:
    """These seats as they stand, in their order. With `holder`, who asks, what they have is theirs. Two statements, four with a holder."""
    places = [house.indexed.places[number] for number in numbers]
    states = inventory.seats_among(tx, house.seating.seating_id, [place.seat.id for place in places])
    offer_of = {offer.account_id: offer.id for offer in ticketing.offers_of_sessions(tx, [house.session_id])} if states else {}
    sold = {offer.offer_id: offer.price for category in house.categories for offer in (category.public, category.accessible) if offer is not None}
    holds = [state.hold_id for state in states.values() if state.hold_id is not None]
    theirs = {id_ for id_, hold in inventory.holds(tx, holds).items() if hold.holder == holder} if holder and holds else set()
    seats = []
    for number, place in zip(numbers, places, strict=True):
        state = states.get(place.seat.id)
        offer_id = offer_of.get(state.account_id) if state is not None else None
        seats.append(_seat(house, number, place.seat, state, offer_id if offer_id in sold else None, sold, theirs))
    return seats


def _seat(
    house: House,
    number: int,
    seat: ticketing.PlanSeat,
    state: inventory.SeatState | None,
    offer_id: UUID | None,
    prices: Mapping[UUID, Money],
    theirs: set[UUID],
) -> Seat:
    if state is None or (state.hold_id is None and offer_id is None):
        stands = SeatIs.NOT_SOLD
    elif state.hold_id is None:
        stands = SeatIs.FREE
    else:
        stands = SeatIs.YOURS if state.hold_id in theirs else SeatIs.TAKEN
    return Seat(
        number=number,
        seat_id=seat.id,
        words=labels.seat(house.indexed.label(number)),
        name=seat.number,
        category=next((category.name for category in house.categories if category.code == seat.category), seat.category),
        is_accessible=seat.is_accessible,
        is_companion=seat.companion_of is not None,
        has_restricted_view=seat.has_restricted_view,
        state=stands,
        offer_id=offer_id,
        price=prices.get(offer_id) if offer_id is not None else None,
    )


# -- the plan as a list ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChoice:
    """A section to look at. `number` is its position in the plan; `categories` are those of its seats, the best first."""

    number: int
    name: str
    categories: tuple[Category, ...]
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A row with its seats as they stand. `category` is what all of them cost alike, empty where they differ."""

    name: str
    category: str
    price: Money | None
    seats: tuple[Seat, ...]


def sections(house: House, *, current: int | None) -> list[SectionChoice]:
    """Every section with seats, by name."""
    found = []
    for n, section in enumerate(house.indexed.plan.sections):
        codes = house.indexed.codes[n]
        if codes:
            categories = tuple(category for category in house.categories if category.code in codes)
            found.append(SectionChoice(number=n, name=section.name, categories=categories, current=n == current))
    return sorted(found, key=lambda section: labels.natural(section.name))


def numbers_of_section(house: House, section: int) -> Sequence[int]:
    """The seats of a section; none for a number that is no section's."""
    return house.indexed.of_section[section] if section < len(house.indexed.of_section) else ()


def rows(house: House, seats: Sequence[Seat]) -> list[RowShown]:
    """The seats of one section by row, the nearest to the field of play first."""
    of_row: dict[tuple[int, int], list[Seat]] = {}
    for seat in seats:
        place = house.indexed.places[seat.number]
        of_row.setdefault((place.section, place.row), []).append(seat)
    return [_row(house.indexed.plan.sections[section].rows[row].name, found) for (section, row), found in of_row.items()]


def _row(name: str, seats: list[Seat]) -> RowShown:
    kinds = {(seat.category, seat.price) for seat in seats if seat.price is not None}
    category, price = next(iter(kinds)) if len(kinds) == 1 else ("", None)
    return RowShown(name=name, category=category, price=price, seats=tuple(seats))
