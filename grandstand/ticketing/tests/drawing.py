"""Seat plans that hypothesis draws: small, with aisles, categories, restricted view, accessible places with their companions."""

from dataclasses import dataclass, replace

import hypothesis.strategies as st

from grandstand.kit.ids import named_id
from grandstand.ticketing.values.plans import Plan, PlanCategory, PlanRow, PlanSeat, Point, Section, Shape, ShapeKind

SEAT, AISLE, ROW = 0.5, 1.7, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """A seat to draw. `after_aisle` says that an aisle is before it; `pair` makes it an accessible place with the next one for its companion."""

    category: str
    after_aisle: bool = False
    restricted: bool = False
    pair: bool = False


CHAIRS = st.builds(
    Chair,
    category=st.sampled_from("AAAAB"),
    after_aisle=st.sampled_from([False] * 7 + [True]),
    restricted=st.sampled_from([False] * 9 + [True]),
    pair=st.sampled_from([False] * 11 + [True]),
)
ROWS = st.lists(st.lists(CHAIRS, min_size=1, max_size=8), min_size=1, max_size=4)


def drawn(sections: list[list[list[Chair]]], *, focus: Point | None = None) -> Plan:
    """The plan of these chairs. Each section has a row more, of category Z, long and without aisles, so that seats are usually SEAT apart."""
    made = []
    for s, rows in enumerate(sections):
        ruler = [Chair(category="Z")] * 60
        lines = tuple(_row(f"{s}/{r}", str(r), chairs, r) for r, chairs in enumerate([*rows, ruler]))
        made.append(Section(name=f"S{s}", rows=lines, at=Point(0, 20 * s)))
    categories = tuple(PlanCategory(code=code, name=f"Category {code}", colour="#112233") for code in "ABZ")
    return Plan(name="drawn", categories=categories, sections=tuple(made), width=40, height=40, focus=focus)


def _row(where: str, name: str, chairs: list[Chair], r: int) -> PlanRow:
    x, seats = 0.0, list[PlanSeat]()
    for n, chair in enumerate(chairs):
        x += (AISLE if chair.after_aisle else SEAT) if n else 0
        before = chairs[n - 1] if n else None
        seat = PlanSeat(
            id=named_id(f"{where}/{n}".encode()), number=str(n + 1), at=Point(x, 0), category=chair.category, has_restricted_view=chair.restricted
        )
        if before is not None and before.pair and seats[-1].is_accessible:
            seat = replace(seat, category=before.category, companion_of=seats[-1].id)
        elif chair.pair and n + 1 < len(chairs) and not chairs[n + 1].after_aisle:
            seat = replace(seat, is_accessible=True)
        seats.append(seat)
    return PlanRow(name=name, seats=tuple(seats), at=Point(0, ROW * r))


FOCI = st.none() | st.builds(Point, st.integers(-10, 50), st.integers(-10, 50))
PLANS = st.builds(lambda sections, focus: drawn(sections, focus=focus), st.lists(ROWS, min_size=1, max_size=2), FOCI)

NUMBERS = st.integers(-1000, 1000) | st.floats(-1000, 1000, allow_nan=False)
POINTS = st.builds(Point, NUMBERS, NUMBERS)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
NAMES = TEXTS.filter(lambda text: bool(text.strip()))
SIZES = {
    ShapeKind.CIRCLE: st.integers(0, 99).map(lambda n: Point(2 * n, 2 * n)),
    ShapeKind.ELLIPSE: POINTS,
    ShapeKind.RECTANGLE: POINTS,
    ShapeKind.POLYGON: st.just(Point(0, 0)),
    ShapeKind.TEXT: st.just(Point(0, 0)),
}


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Any shape that the format can say."""
    kind, text = draw(st.sampled_from(ShapeKind)), draw(TEXTS)
    return Shape(
        kind=kind,
        at=draw(POINTS),
        size=draw(SIZES[kind]),
        points=tuple(draw(st.lists(POINTS, max_size=4))) if kind is ShapeKind.POLYGON else (),
        rotation=draw(st.integers(0, 359)),
        fill=draw(st.sampled_from(["", "#aabbcc"])),
        border=draw(st.sampled_from(["", "#aabbcc"])),
        text=text,
        text_at=draw(POINTS) if text else Point(0, 0),
        text_colour=draw(st.sampled_from(["", "#aabbcc"])) if text else "",
    )
