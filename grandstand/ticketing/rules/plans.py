"""What a seat plan says: where seats are, which stand side by side, and what cannot be right about it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from math import dist, isfinite
from statistics import median_low
from uuid import UUID

from grandstand.kit.money import Money
from grandstand.ticketing.values.offers import CategoryPlan
from grandstand.ticketing.values.plans import MOST_SEATS, Placed, Plan, PlanProblem, PlanSeat, Point, SeatLabel, Section

AISLE = 1.6
"""Seats further apart than so many times the usual distance of their section have an aisle between them. Across an aisle of a metre, seats of
half a metre are three times as far apart as usual; a seat drawn a little out of place stays under 1.6."""

LONGEST_CODE, LONGEST_LABEL = 10, 30
"""Of a category's code and of a section's, row's or seat's name: as wide as their columns."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def placed(plan: Plan) -> Iterator[Placed]:
    """Every seat with where it is, section by section, row by row."""
    for s, section in enumerate(plan.sections):
        for r, row in enumerate(section.rows):
            corner = section.at.plus(row.at)
            for seat in row.seats:
                yield Placed(s, r, seat, corner.plus(seat.at))


def seats_of(plan: Plan) -> Iterator[PlanSeat]:
    """Every seat, section by section, row by row."""
    return (seat for section in plan.sections for row in section.rows for seat in row.seats)


def labels(plan: Plan) -> dict[UUID, SeatLabel]:
    """What is printed for each seat; the gate by its code."""
    return {
        seat.id: SeatLabel(section=section.name, row=row.name, number=seat.number, gate=seat.gate)
        for section in plan.sections
        for row in section.rows
        for seat in row.seats
    }


def focal_point(plan: Plan) -> Point:
    """Where everybody wants to be near; the middle where the plan does not say."""
    return plan.focus or Point(plan.width / 2, plan.height / 2)


def distances_mm(plan: Plan) -> dict[UUID, int]:
    """How far each seat is from the focal point, in thousandths of the plan's unit. Whole, so that sums of them are exact."""
    focus = focal_point(plan)
    return {each.seat.id: round(dist(each.at, focus) * 1000) for each in placed(plan)}


def neighbours(section: Section) -> list[list[list[PlanSeat]]]:
    """Of each row, the seats that stand side by side: cut where there is an aisle."""
    gaps = [dist(a.at, b.at) for row in section.rows for a, b in pairwise(row.seats)]
    widest = AISLE * median_low(gaps) if gaps else 0.0
    return [_cut(row.seats, widest) for row in section.rows]


def _cut(seats: Sequence[PlanSeat], widest: float) -> list[list[PlanSeat]]:
    runs: list[list[PlanSeat]] = []
    for n, seat in enumerate(seats):
        if n and dist(seats[n - 1].at, seat.at) <= widest:
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return runs


# -- what the box office makes of it -----------------------------------------------------------------------------------------------------


def seats_by_category(plan: Plan) -> dict[str, int]:
    """How many seats each category has, in the categories' order; those without seats are left out."""
    counts = Counter(seat.category for seat in seats_of(plan))
    return {category.code: counts[category.code] for category in plan.categories if counts[category.code]}


def is_for_accessible(seat: PlanSeat) -> bool:
    """Whether the seat is an accessible place or its companion's: sold from the accessible account, to those who ask for it."""
    return seat.is_accessible or seat.companion_of is not None


def plan_categories(plan: Plan, prices: Mapping[str, Sequence[Money]]) -> tuple[CategoryPlan, ...]:
    """The plan's categories as a session is opened with, with the price of one seat of each. Raises KeyError for a category without one."""
    accessible = Counter(seat.category for seat in seats_of(plan) if is_for_accessible(seat))
    return tuple(
        CategoryPlan(code=code, seats=seats, prices=tuple(prices[code]), accessible=accessible[code])
        for code, seats in seats_by_category(plan).items()
    )


def accounts_of_seats(plan: Plan, *, category: str, units: Mapping[str, int]) -> dict[UUID, str]:
    """Which account each seat of a category is in. `units` says how many each account has; together they are the category's seats.

    `accessible` has the accessible places and their companions, and exactly as many units. Of the others the accounts that are not the public's
    get theirs first, in order of their codes: those with restricted view, then the furthest away, so that what is held back is not the best.
    """
    far = distances_mm(plan)
    seats = [seat for seat in seats_of(plan) if seat.category == category]
    chosen = {seat.id: "accessible" for seat in seats if is_for_accessible(seat)}
    others = sorted((seat for seat in seats if seat.id not in chosen), key=lambda seat: (not seat.has_restricted_view, -far[seat.id], seat.id))
    left = iter(others)
    for code in sorted(units.keys() - {"accessible", "public"}):
        chosen |= {seat.id: code for seat in islice(left, units[code])}
    return chosen | {seat.id: "public" for seat in left}


# -- what cannot be right ----------------------------------------------------------------------------------------------------------------


def problems(plan: Plan) -> list[PlanProblem]:
    """Everything about a plan that cannot be right, with where it is and what to do."""
    found = [*_problems_of_the_whole(plan), *_problems_of_categories(plan)]
    known = {category.code for category in plan.categories}
    by_id: dict[UUID, PlanSeat] = {}
    printed: dict[tuple[str, str, str], str] = {}
    for where, label, seat in _each(plan):
        found += _problems_of_seat(where, label, seat, known)
        if seat.id in by_id:
            what = f"The seat {seat.guid or seat.id} is in the plan twice."
            found.append(PlanProblem(where=where, what=what, advice="Give one of them an id of its own."))
        if label in printed:
            advice = "Give one of them another number, row or section: a fan could not tell them apart."
            found.append(PlanProblem(where=where, what=f"It is printed as {printed[label]} is.", advice=advice))
        by_id[seat.id], printed[label] = seat, where
    return [*found, *_problems_of_companions(plan, by_id)]


def _each(plan: Plan) -> Iterator[tuple[str, tuple[str, str, str], PlanSeat]]:
    """Every seat with where it is, in words, and its section, row and number. What has no name is counted."""
    for s, section in enumerate(plan.sections, start=1):
        for r, row in enumerate(section.rows, start=1):
            in_row = f"section {section.name or f'no. {s}'}, row {row.name or f'no. {r}'}"
            for n, seat in enumerate(row.seats, start=1):
                yield f"{in_row}, seat {seat.number or f'no. {n}'}", (section.name, row.name, seat.number), seat


def _problems_of_the_whole(plan: Plan) -> Iterator[PlanProblem]:
    count = sum(1 for _ in seats_of(plan))
    if not plan.name.strip() or len(plan.name) > 100:
        yield PlanProblem(where="plan", what="It has no name, or one longer than 100 characters.", advice="Give it a short name.")
    if not count:
        yield PlanProblem(where="plan", what="It has no seats.", advice="Add a section with a row of seats.")
    if count > MOST_SEATS:
        yield PlanProblem(where="plan", what=f"It has {count} seats.", advice=f"Cut it into plans of at most {MOST_SEATS} seats.")
    if not (isfinite(plan.width) and isfinite(plan.height) and plan.width > 0 and plan.height > 0):
        yield PlanProblem(where="size", what="Width and height must be above 0.", advice="Give the size of the whole drawing.")


def _problems_of_categories(plan: Plan) -> Iterator[PlanProblem]:
    seen: set[str] = set()
    for category in plan.categories:
        where = f"category {category.name or '?'}"
        if not 1 <= len(category.code) <= LONGEST_CODE:
            advice = f"Give it a code of 1 to {LONGEST_CODE} characters under grandstand:code, or a shorter name."
            yield PlanProblem(where=where, what=f"The code {category.code!r} is too long or empty.", advice=advice)
        if category.code in seen:
            yield PlanProblem(where=where, what="There is another category with this code.", advice="Give each a code of its own.")
        if category.colour and not _COLOUR.fullmatch(category.colour):
            yield PlanProblem(where=where, what=f"{category.colour!r} is no colour.", advice="Write it as #rrggbb.")
        seen.add(category.code)


def _problems_of_seat(where: str, label: tuple[str, str, str], seat: PlanSeat, known: set[str]) -> Iterator[PlanProblem]:
    for what, text in zip(("section", "row", "seat"), label, strict=True):
        if not text.strip():
            yield PlanProblem(where=where, what=f"The {what} has no name or number.", advice="Say what is printed on the ticket.")
        elif len(text) > LONGEST_LABEL:
            yield PlanProblem(where=where, what=f"The name of the {what} is too long.", advice=f"Use at most {LONGEST_LABEL} characters.")
    if seat.category not in known:
        yield PlanProblem(where=where, what=f"There is no category {seat.category!r}.", advice="Add it to the categories, or name one that is there.")
    if len(seat.gate) > 20:
        yield PlanProblem(where=where, what="The code of its gate is too long.", advice="Use the code of one of the venue's gates.")
    if not (isfinite(seat.at.x) and isfinite(seat.at.y)):
        yield PlanProblem(where=where, what="Its position is no number.", advice="Give x and y as numbers.")


def _problems_of_companions(plan: Plan, by_id: Mapping[UUID, PlanSeat]) -> Iterator[PlanProblem]:
    rows = {seat.id: (s, r) for s, r, seat, _ in placed(plan)}
    for where, _, seat in _each(plan):
        if seat.companion_of is None:
            continue
        beside = by_id.get(seat.companion_of)
        if beside is None or not beside.is_accessible or seat.is_accessible:
            yield PlanProblem(where=where, what="It is no companion's seat of an accessible seat.", advice="Name an accessible seat of the plan.")
        elif rows[beside.id] != rows[seat.id] or beside.category != seat.category:
            advice = "Choose a companion's seat in the same row and category."
            yield PlanProblem(where=where, what="Its accessible seat is in another row or category.", advice=advice)


def with_categories(plan: Plan, of: Mapping[UUID, str]) -> Plan:
    """The plan with these seats in other categories."""
    return replace(
        plan,
        sections=tuple(
            replace(
                section,
                rows=tuple(
                    replace(row, seats=tuple(replace(seat, category=of.get(seat.id, seat.category)) for seat in row.seats)) for row in section.rows
                ),
            )
            for section in plan.sections
        ),
    )


def without_seats(plan: Plan, gone: set[UUID]) -> Plan:
    """The plan without these seats; a companion's seat whose accessible seat is gone is an ordinary one. Rows and sections stay, if empty."""
    return replace(
        plan,
        sections=tuple(replace(section, rows=tuple(replace(row, seats=_left(row.seats, gone)) for row in section.rows)) for section in plan.sections),
    )


def _left(seats: Sequence[PlanSeat], gone: set[UUID]) -> tuple[PlanSeat, ...]:
    return tuple(replace(seat, companion_of=None) if seat.companion_of in gone else seat for seat in seats if seat.id not in gone)
