"""A stand around a field of play, made from nothing but a capacity, for venues of which nobody has drawn the plan.

Every row runs around the field at one distance from it: two straights and two half circles, so that rows are parallel and widen outwards. Rows
make tiers, with a gangway between them; aisles cut a tier into sections. Lengths are in metres.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from math import ceil, cos, dist, pi, sin
from uuid import UUID

from grandstand.kit.ids import named_id
from grandstand.kit.money import Money
from grandstand.ticketing.rules.plans import placed, with_categories
from grandstand.ticketing.rules.selling import CATEGORIES, SHARES
from grandstand.ticketing.values.plans import MOST_SEATS, Plan, PlanCategory, PlanRow, PlanSeat, Point, Section, Shape, ShapeKind

FIELDS = ((10_000, 105.0, 68.0), (1_500, 40.0, 20.0), (1, 14.0, 8.0))
"""From which capacity on the field of play is how long and wide: a football pitch (FIFA), a handball court (IHF), a piste or a table."""

RUN_OFF, SEAT, ROW, AISLE, GANGWAY, EDGE = 4.0, 0.5, 0.8, 1.2, 3.0, 3.0
"""Metres: from the field to the first row, from seat to seat and row to row (as EN 13200-1 recommends), between sections and tiers, around all."""

ROWS_OF_TIER, WIDEST_SECTION = 28, 14.0
"""A tier has so many rows at most, and a section is so many metres wide in its middle row: 14 seats from any seat to an aisle."""

ACCESSIBLE_PER_MILLE = 10
"""Accessible places of 1,000 seats, each with a companion's seat. The 2010 ADA Standards (221.2.1) ask for about 5, plans of Games for 7 to 10."""

SEATS_OF_GATE, MOST_GATES = 2_500, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """What the rows run around: two straights of `straight` metres, `radius` from the axis to the first row."""

    straight: float
    radius: float

    def length(self, out: float) -> float:
        """Of a row that is `out` metres behind the first."""
        return 2 * self.straight + 2 * pi * (self.radius + out)

    def at(self, share: float, out: float) -> Point:
        """Where a row's part ends that has `share` of each straight and each bend behind it, clockwise from the upper left, `share` from 0 to 4."""
        side, within = int(share) % 4, share - int(share)
        radius, half = self.radius + out, self.straight / 2
        if side % 2 == 0:
            x = -half + within * self.straight
            return Point(x, -radius) if side == 0 else Point(-x, radius)
        angle = -pi / 2 + within * pi
        x, y = half + radius * cos(angle), radius * sin(angle)
        return Point(x, y) if side == 1 else Point(-x, -y)

    def side_length(self, side: int, out: float) -> float:
        return self.straight if side % 2 == 0 else pi * (self.radius + out)

    def around(self, share: float, out: float) -> float:
        """How much of the way around is behind where a row's part ends, from 0 to 1."""
        sides = int(share)
        metres = sum(self.side_length(side, out) for side in range(sides)) + (share - sides) * self.side_length(sides, out)
        return metres / self.length(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A section to be: the part of the ring from `start` to `end`, and how many seats each of its rows has, with the row's distance out."""

    name: str
    start: float
    end: float
    rows: list[tuple[float, int]]


def make_bowl(
    *,
    plan_id: UUID,
    name: str,
    capacity: int,
    shares: Mapping[str, int] = SHARES,
    accessible_per_mille: int = ACCESSIBLE_PER_MILLE,
    gates: int | None = None,
) -> Plan:
    """A plan with exactly `capacity` seats, the same for the same arguments: a seat's id is made from `plan_id` and its label.

    `shares` are the categories' shares in percent, the nearest first. Accessible places, with a companion's seat beside each, stand in the last
    rows of the sections, at the gangway. `gates` are spread around, G1 and so on, one for SEATS_OF_GATE seats unless given. Raises ValueError
    for a capacity that is none.
    """
    if not 1 <= capacity <= MOST_SEATS:
        raise ValueError(f"a bowl has 1 to {MOST_SEATS} seats, not {capacity}")
    if not 0 <= accessible_per_mille <= 500:
        raise ValueError(f"of 1,000 seats 0 to 500 can be accessible with a companion's seat each, not {accessible_per_mille}")
    field, long, wide = _field(capacity)
    blocks = _blocks(field, capacity)
    out = max(out for block in blocks for out, _ in block.rows) + EDGE
    middle = Point(field.straight / 2 + field.radius + out, field.radius + out)
    doors = gates or min(MOST_GATES, ceil(capacity / SEATS_OF_GATE))
    accessible = _accessible(blocks, ceil(capacity * accessible_per_mille / 1000))
    sections = [_section(field, block, middle, plan_id, accessible[block.name], _gate(field, block, doors)) for block in blocks]
    corner = Point(middle.x - long / 2, middle.y - wide / 2)
    drawn = Shape(kind=ShapeKind.RECTANGLE, at=corner, size=Point(long, wide), fill="#d9e4d4", border="#7f9a76")
    known = {category.code: category.colour for category in CATEGORIES}
    plan = Plan(
        name=name,
        categories=tuple(PlanCategory(code=code, name=code, colour=known.get(code, "")) for code in shares),
        sections=(*sections, Section(name="field", shapes=(drawn,))),
        width=round(2 * middle.x, 2),
        height=round(2 * middle.y, 2),
        focus=_rounded(middle),
    )
    return with_categories(plan, _categories(plan, shares))


# -- rows and sections -------------------------------------------------------------------------------------------------------------------


def _field(capacity: int) -> tuple[_Field, float, float]:
    long, wide = next((long, wide) for least, long, wide in FIELDS if capacity >= least)
    return _Field(straight=long - wide, radius=wide / 2 + RUN_OFF), long, wide


def _blocks(field: _Field, capacity: int) -> list[_Block]:
    """Tier after tier, row after row, until the capacity is reached; the last row around has what is left, spread evenly over its sections."""
    blocks: list[_Block] = []
    left, out = capacity, 0.0
    for tier in count(1):
        ring = _ring(field, tier, out)
        for _ in range(ROWS_OF_TIER):
            widths = [_seats(field, block, out) for block in ring]
            widths = widths if sum(widths) <= left else _spread(left, widths)
            for block, seats in zip(ring, widths, strict=True):
                if seats:
                    block.rows.append((out, seats))
            left, out = left - sum(widths), out + ROW
            if not left:
                return [block for block in [*blocks, *ring] if block.rows]
        blocks, out = [*blocks, *ring], out + GANGWAY
    raise AssertionError("tiers never end")


def _ring(field: _Field, tier: int, out: float) -> list[_Block]:
    """The empty sections of a tier, clockwise."""
    middle = out + ROW * ROWS_OF_TIER / 2
    parts = [(side, ceil(field.side_length(side, middle) / WIDEST_SECTION)) for side in range(4)]
    edges = [side + n / many for side, many in parts for n in range(many)] + [4.0]
    return [_Block(name=str(100 * tier + n), start=start, end=end, rows=[]) for n, (start, end) in enumerate(pairwise(edges), start=1)]


def _seats(field: _Field, block: _Block, out: float) -> int:
    return max(1, int((_width(field, block, out) - AISLE) / SEAT))


def _width(field: _Field, block: _Block, out: float) -> float:
    return (block.end - block.start) * field.side_length(int(block.start), out)


def _spread(seats: int, shares: Sequence[int]) -> list[int]:
    return [part.minor for part in Money(minor=seats, currency="XXX").split(shares)]


def _section(field: _Field, block: _Block, middle: Point, plan_id: UUID, accessible: Mapping[int, int], gate: str) -> Section:
    rows = tuple(_row(field, block, n, middle, plan_id, accessible.get(n, 0), gate) for n in range(len(block.rows)))
    edge = [_rounded(field.at(share, out).plus(middle)) for share, out in _outline(block)]
    return Section(name=block.name, rows=rows, shapes=(Shape(kind=ShapeKind.POLYGON, at=Point(0, 0), points=tuple(edge), border="#9aa0a6"),))


def _gate(field: _Field, block: _Block, doors: int) -> str:
    return f"G{int(field.around(block.start, block.rows[0][0]) * doors) % doors + 1}"


def _outline(block: _Block) -> list[tuple[float, float]]:
    """Around a section: along its first row, back along its last; half a row before and behind."""
    inner, outer = block.rows[0][0] - ROW / 2, block.rows[-1][0] + ROW / 2
    # At the end of a bend the next side begins: a hair before it is still this one.
    steps = [block.start + (block.end - block.start) * n / 4 for n in range(4)] + [block.end - 1e-9]
    return [*((share, inner) for share in steps), *((share, outer) for share in reversed(steps))]


def _row(field: _Field, block: _Block, n: int, middle: Point, plan_id: UUID, accessible: int, gate: str) -> PlanRow:
    """Row `n` from the front, its seats in the middle of the section's width; the first `accessible` pairs are a place and its companion's seat."""
    out, seats = block.rows[n]
    name, width = str(n + 1), _width(field, block, out)
    ids = [named_id(plan_id.bytes + f"{block.name}/{name}/{number}".encode()) for number in range(1, seats + 1)]
    made = []
    for m, id_ in enumerate(ids):
        along = width / 2 + (m - (seats - 1) / 2) * SEAT
        share = block.start + (block.end - block.start) * along / width
        made.append(
            PlanSeat(
                id=id_,
                number=str(m + 1),
                at=_rounded(field.at(share, out).plus(middle)),
                category="",
                is_accessible=m < 2 * accessible and m % 2 == 0,
                companion_of=ids[m - 1] if m < 2 * accessible and m % 2 == 1 else None,
                gate=gate,
            )
        )
    return PlanRow(name=name, seats=tuple(made))


def _rounded(point: Point) -> Point:
    return Point(round(point.x, 3), round(point.y, 3))


# -- who sits where ----------------------------------------------------------------------------------------------------------------------


def _accessible(blocks: Sequence[_Block], places: int) -> dict[str, dict[int, int]]:
    """How many accessible places each row of each section has: spread by size, from the last row forward. Fewer where there is no room for pairs."""
    sizes = [sum(seats for _, seats in block.rows) for block in blocks]
    placed: dict[str, dict[int, int]] = defaultdict(dict)
    for block, wanted in zip(blocks, _spread(places, sizes), strict=True):
        left = wanted
        for n in reversed(range(len(block.rows))):
            here = min(left, block.rows[n][1] // 2)
            placed[block.name][n] = here
            left -= here
    return placed


def _categories(plan: Plan, shares: Mapping[str, int]) -> dict[UUID, str]:
    """The category of each seat: whole rows of sections, nearest to the middle first, each category until its share of all seats is reached."""
    rows: dict[tuple[int, int], list[tuple[float, UUID]]] = defaultdict(list)
    middle = plan.focus or Point(0, 0)
    for each in placed(plan):
        rows[each.section, each.row].append((dist(each.at, middle), each.seat.id))
    nearest = sorted(rows.items(), key=lambda row: (sum(far for far, _ in row[1]) / len(row[1]), row[0]))
    total, codes = sum(len(seats) for seats in rows.values()), list(shares)
    limits = [total * sum(list(shares.values())[: n + 1]) / sum(shares.values()) for n in range(len(codes))]
    of: dict[UUID, str] = {}
    category = 0
    for _, seats in nearest:
        while category < len(codes) - 1 and len(of) + len(seats) / 2 > limits[category]:
            category += 1
        of |= {id_: codes[category] for _, id_ in seats}
    return of
