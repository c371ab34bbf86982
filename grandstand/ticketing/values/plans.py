"""A seat plan: where every seat is, what is printed for it, and what is drawn around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from grandstand.kit.codecs import Json

MOST_SEATS = 100_000
"""Of one plan. The largest stadiums seat a little more than 100,000 with the field of play empty; nothing larger is planned for."""

NOTHING: Mapping[str, Json] = MappingProxyType({})


class Point(NamedTuple):
    """A place in the units of the plan (metres, where it was made here), x to the right, y downwards."""

    x: float
    y: float

    def plus(self, other: "Point") -> "Point":
        """This place, counted from `other`."""
        return Point(self.x + other.x, self.y + other.y)


ORIGIN = Point(0, 0)


class ShapeKind(StrEnum):
    """What can be drawn."""

    CIRCLE = "circle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Something to draw: the outline of a section, the field of play, a stage. `at` counts from its section.

    `points` are a polygon's, counted from `at`. `size` is width and height of a rectangle, the two radii of an ellipse, twice the radius of a
    circle. Colours are #rrggbb, empty for none; `rotation` is in degrees. `extra` keeps what other programs wrote and we do not read.
    """

    kind: ShapeKind
    at: Point
    size: Point = ORIGIN
    points: tuple[Point, ...] = ()
    rotation: float = 0
    fill: str = ""
    border: str = ""
    text: str = ""
    text_at: Point = ORIGIN
    text_colour: str = ""
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSeat:
    """One seat. `at` counts from its row. `category` is a price category's code, `gate` the code of the way in, empty for any.

    `companion_of` is the accessible seat that it stands beside. `guid` is what other programs call the seat where that is not its id.
    """

    id: UUID
    number: str
    at: Point
    category: str
    is_accessible: bool = False
    companion_of: UUID | None = None
    has_restricted_view: bool = False
    gate: str = ""
    guid: str = ""
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """Seats side by side, in the order in which they stand. `at` counts from its section."""

    name: str
    seats: tuple[PlanSeat, ...]
    at: Point = ORIGIN
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A block of rows, the nearest to the field of play first where there is one. `at` counts from the plan's corner."""

    name: str
    rows: tuple[PlanRow, ...] = ()
    at: Point = ORIGIN
    shapes: tuple[Shape, ...] = ()
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCategory:
    """A price category as the plan names it: `code` is that of the box office, at most 10 characters; `colour` #rrggbb or empty."""

    code: str
    name: str
    colour: str = ""
    extra: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The seats of a venue as they are sold for one kind of event. `categories` are in their order, the best first.

    `focus` is what everybody wants to be near: the middle of the field of play, the finish, the stage. None where the plan does not say: then
    its middle is taken.
    """

    name: str
    categories: tuple[PlanCategory, ...]
    sections: tuple[Section, ...]
    width: float
    height: float
    focus: Point | None = None
    extra: Mapping[str, Json] = NOTHING


class Placed(NamedTuple):
    """A seat with where it is: section and row are their positions in the plan and the section, `at` counts from the plan's corner."""

    section: int
    row: int
    seat: PlanSeat
    at: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLabel:
    """What is printed for a seat. `gate` is the name of the way in, empty for any."""

    section: str
    row: str
    number: str
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Something in a plan that cannot be right: where, what, and what to do about it."""

    where: str
    what: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRead:
    """A plan as it was read. It may be used when `problems` is empty; what is wrong with each part is told there."""

    plan: Plan
    problems: tuple[PlanProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A stored plan without its seats. `seats` counts them by category code."""

    id: UUID
    organisation_id: UUID
    venue_id: UUID
    name: str
    version: int
    seats: Mapping[str, int]


# -- a plan that shrinks under a session that sells --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HitParty:
    """Those who sit together by one order line, some of whose seats would go. `seats` are all of theirs, in the order of `ticket_ids`.

    `proposal` are as many other seats, side by side, in the same category or a better one, in the order of `seats`; None when there are none.
    """

    order_id: UUID
    line_id: UUID
    hold_id: UUID
    ticket_ids: tuple[UUID, ...]
    seats: tuple[UUID, ...]
    lost: tuple[UUID, ...]
    proposal: tuple[UUID, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrink:
    """What a version with fewer seats would do to a session.

    `free` go at once, and so do `empty`, which were paid back without being freed; `unclear` are held in a basket, or kept without a ticket.
    """

    session_id: UUID
    plan_id: UUID
    free: tuple[UUID, ...]
    empty: tuple[UUID, ...]
    parties: tuple[HitParty, ...]
    unclear: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatSwap:
    """Other seats that were agreed on for a party: one for each of its seats, in their order."""

    line_id: UUID
    seats: tuple[UUID, ...]
