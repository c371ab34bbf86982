"""The drawing of a plan has every seat where the plan has it, in the plan's order."""

from dataclasses import replace
from itertools import accumulate
from math import dist
from pathlib import Path
from typing import Any
from uuid import UUID
from zlib import compress

import msgspec
import pytest

from grandstand.sites.seating.drawing import ACCESSIBLE, COMPANION, PITCH, RESTRICTED, drawing, drawn
from grandstand.sites.seating.labels import by_row, natural
from grandstand.sites.web.seats_page import MODULES
from grandstand.ticketing import api as ticketing

PLAN_ID = UUID(int=7)


def unpacked(drawn: dict[str, Any]) -> list[tuple[str, str, str, str, int, int, int]]:
    """Each seat as the map reads it: section, row, number, category, marks, x, y."""
    seats = []
    for section, _, rows in drawn["sections"]:
        for name, numbers, category, marks, *steps in rows:
            places = list(zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True))
            for n, (x, y) in enumerate(places):
                number = str(numbers + n) if isinstance(numbers, int) else numbers[n]
                code = drawn["categories"][category[n] if isinstance(category, list) else category]
                seats.append((section, name, number, code, marks[n] if isinstance(marks, list) else marks, x, y))
    return seats


def planned(plan: ticketing.Plan, scale: float) -> list[tuple[str, str, str, str, int, int, int]]:
    return [
        (
            *(section.name, row.name, seat.number, seat.category),
            ACCESSIBLE * seat.is_accessible + COMPANION * (seat.companion_of is not None) + RESTRICTED * seat.has_restricted_view,
            round((section.at.x + row.at.x + seat.at.x) * scale),
            round((section.at.y + row.at.y + seat.at.y) * scale),
        )
        for section in plan.sections
        for row in section.rows
        for seat in row.seats
    ]


@pytest.mark.parametrize("capacity", [1, 2, 37, 900, 12_345])
def test_every_seat_is_where_the_plan_has_it_in_the_plans_order(capacity: int) -> None:
    plan = ticketing.make_bowl(plan_id=PLAN_ID, name="Bowl", capacity=capacity)
    found = drawn(plan)
    scale = found["size"][0] / plan.width
    seats = unpacked(found)
    assert len(seats) == capacity
    assert [seat[:5] for seat in seats] == [seat[:5] for seat in planned(plan, scale)]
    far = [dist(one[5:], other[5:]) for one, other in zip(seats, planned(plan, scale), strict=True)]
    assert max(far) < PITCH / 20
    assert [section[0] for section in found["sections"]] == [section.name for section in plan.sections]


def test_a_plan_in_any_unit_with_names_of_its_own_is_drawn() -> None:
    point = ticketing.Point
    names = ("A1", "A2", "B", "7")
    seats = tuple(
        ticketing.PlanSeat(id=UUID(int=n), number=name, at=point(25 * n, 0), category="V" if n else "W", has_restricted_view=n == 3)
        for n, name in enumerate(names)
    )
    text = ticketing.Shape(kind=ticketing.ShapeKind.TEXT, at=point(5, 5), text="Stage")
    section = ticketing.Section(name="Parterre", rows=(ticketing.PlanRow(name="I", seats=seats, at=point(10, 20)),), at=point(100, 0), shapes=(text,))
    kinds = (ticketing.PlanCategory(code="W", name="Wide"), ticketing.PlanCategory(code="V", name="View", colour="#123456"))
    plan = ticketing.Plan(name="Hall", categories=kinds, sections=(section,), width=500, height=250)
    found = drawn(plan)
    assert (found["size"], found["focus"]) == ([800, 400], [400, 200])
    assert unpacked(found) == [
        ("Parterre", "I", "A1", "W", 0, 176, 32),
        ("Parterre", "I", "A2", "V", 0, 216, 32),
        ("Parterre", "I", "B", "V", 0, 256, 32),
        ("Parterre", "I", "7", "V", RESTRICTED, 296, 32),
    ]
    assert found["shapes"] == [["text", "", "", 0, "Stage", 168, 8, 0, 0]]
    assert drawn(replace(plan, sections=()))["sections"] == []


def test_sixty_thousand_seats_are_a_small_file() -> None:
    plan = ticketing.make_bowl(plan_id=PLAN_ID, name="Bowl", capacity=60_000)
    read: list[UUID] = []

    def reading() -> ticketing.Plan:
        read.append(PLAN_ID)
        return plan

    content = drawing(PLAN_ID, reading)
    assert (len(content) < 500_000, len(compress(content, 6)) < 65_000) == (True, True)
    assert drawing(PLAN_ID, reading) is content
    assert read == [PLAN_ID]
    assert msgspec.json.decode(content) == drawn(plan)


def test_seats_are_told_row_by_row_in_the_order_in_which_people_count() -> None:
    def label(section: str, row: str, number: str) -> ticketing.SeatLabel:
        return ticketing.SeatLabel(section=section, row=row, number=number)

    told = by_row([label("102", "2", "10"), label("102", "10", "1"), label("9", "1", "1"), label("102", "2", "9")])
    assert told == ("Section 9, row 1, seat 1", "Section 102, row 2, seats 9, 10", "Section 102, row 10, seat 1")
    assert sorted(["A10", "a9", "B1", "10", "9"], key=natural) == ["9", "10", "a9", "A10", "B1"]


def test_every_module_of_the_map_is_fetched_at_once() -> None:
    folder = Path(__file__).parent.parent / "static" / "sites" / "seats"
    assert sorted(MODULES) == sorted(f"sites/seats/{path.name}" for path in folder.glob("*.js") if path.name != "main.js")
