"""A seat plan as the map draws it: one compact JSON of whole numbers, in which the seats stand in the plan's own order.

Lengths are in PITCH-ths of the usual distance from seat to seat, so that a browser knows how large a seat is whatever unit the plan is in.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import dist
from statistics import median_low
from typing import Any
from uuid import UUID

import msgspec

from grandstand.kit.codecs import Json
from grandstand.kit.keeping import Kept
from grandstand.ticketing import api as ticketing

FORMAT = 1
"""Counted up when the drawing is written in another way: it is a part of the drawing's address, which browsers keep for ever."""

PITCH = 40
"""Numbers from one seat to the next. A fortieth of a seat is half a pixel where seats are largest."""

ACCESSIBLE, COMPANION, RESTRICTED = 1, 2, 4
"""What is said of a seat, one bit each."""

MOST_BYTES_KEPT = 8_000_000
"""Of all drawings together that a process keeps in memory: those of a million seats."""

_kept: Kept[UUID, bytes] = Kept(most=MOST_BYTES_KEPT, size=len)


def drawing(plan_id: UUID, read: Callable[[], ticketing.Plan]) -> bytes:
    """The stored plan's drawing. `read` is called for a plan whose drawing is not kept in memory: a stored plan never changes."""
    return _kept.get(plan_id, lambda: msgspec.json.encode(drawn(read())))


def drawn(plan: ticketing.Plan) -> dict[str, Any]:
    """The plan as plain lists.

    `sections` are `[name, outline, rows]`, sections without seats among them, so that their numbers are the plan's. An outline is
    `x, y, x, y ...`, empty where the plan draws none. A row is `[name, numbers, category, marks, x, y, dx, dy, dx, dy ...]`: numbers are the
    first of a row that counts up, else all of them; category and marks are one number where all seats agree, else one each.
    """
    scale = PITCH / _usual_distance(plan)
    codes = {category.code: n for n, category in enumerate(plan.categories)}
    focus = plan.focus or ticketing.Point(plan.width / 2, plan.height / 2)
    sections: list[Json] = []
    shapes: list[Json] = []
    for section in plan.sections:
        outline = next((shape for shape in section.shapes if section.rows and shape.kind is ticketing.ShapeKind.POLYGON), None)
        corner = section.at.plus(outline.at) if outline is not None else section.at
        edge = [n for point in (outline.points if outline is not None else ()) for n in _scaled(corner.plus(point), scale)]
        sections.append([section.name, edge, [_row(section, row, codes, scale) for row in section.rows]])
        shapes += [_shape(section, shape, scale) for shape in section.shapes if shape is not outline]
    return {
        "format": FORMAT,
        "pitch": PITCH,
        "size": [round(plan.width * scale), round(plan.height * scale)],
        "focus": list(_scaled(focus, scale)),
        "categories": list(codes),
        "sections": sections,
        "shapes": shapes,
    }


def _usual_distance(plan: ticketing.Plan) -> float:
    """From a seat to the next in its row; what is usual in the plan."""
    gaps = [dist(a.at, b.at) for section in plan.sections for row in section.rows for a, b in pairwise(row.seats)]
    usual = median_low(gaps) if gaps else 0
    return usual if usual > 0 else max(plan.width, plan.height) / 100


def _row(section: ticketing.Section, row: ticketing.PlanRow, codes: dict[str, int], scale: float) -> Json:
    corner = section.at.plus(row.at)
    places = [_scaled(corner.plus(seat.at), scale) for seat in row.seats]
    return [
        row.name,
        _numbers(row.seats),
        _agreed([codes[seat.category] for seat in row.seats]),
        _agreed([_marks(seat) for seat in row.seats]),
        *_steps(places),
    ]


def _numbers(seats: Sequence[ticketing.PlanSeat]) -> Json:
    first = seats[0].number if seats else ""
    if first.isascii() and first.isdecimal() and [seat.number for seat in seats] == [str(int(first) + n) for n in range(len(seats))]:
        return int(first)
    return [seat.number for seat in seats]


def _agreed(numbers: list[int]) -> Json:
    return numbers[0] if numbers and len(set(numbers)) == 1 else list(numbers)


def _marks(seat: ticketing.PlanSeat) -> int:
    return ACCESSIBLE * seat.is_accessible | COMPANION * (seat.companion_of is not None) | RESTRICTED * seat.has_restricted_view


def _steps(places: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The first place, then from each to the next: small numbers, much alike."""
    before = (0, 0)
    for x, y in places:
        yield x - before[0]
        yield y - before[1]
        before = (x, y)


def _shape(section: ticketing.Section, shape: ticketing.Shape, scale: float) -> Json:
    """Something drawn around the seats: `[kind, fill, border, rotation, text, x, y, ...]`, then its size or the other points."""
    at = section.at.plus(shape.at)
    more = [n for point in shape.points for n in _scaled(point, scale)] if shape.kind is ticketing.ShapeKind.POLYGON else _scaled(shape.size, scale)
    return [shape.kind.value, shape.fill, shape.border, shape.rotation, shape.text, *_scaled(at, scale), *more]


def _scaled(point: ticketing.Point, scale: float) -> tuple[int, int]:
    return round(point.x * scale), round(point.y * scale)
