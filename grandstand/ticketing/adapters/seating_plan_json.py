"""Seat plans as JSON, in the format that pretix and its plan editors read and write, with keys of our own where it has no word.

The format: `name`, `categories` (`name`, `color`), `size` (`width`, `height`), `zones` with `rows` of `seats` and `areas` to draw. Positions
count from what contains them. Our keys begin with `grandstand:`; readers that pass over what they do not know lose only those, and for readers
that refuse it the plan is written without them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec

from grandstand.kit.codecs import Json
from grandstand.kit.ids import named_id
from grandstand.ticketing.rules import plans
from grandstand.ticketing.values.plans import (
    ORIGIN,
    Plan,
    PlanCategory,
    PlanProblem,
    PlanRead,
    PlanRow,
    PlanSeat,
    Point,
    Section,
    Shape,
    ShapeKind,
)

OURS = "grandstand:"
ACCESSIBLE, COMPANION_OF, RESTRICTED, GATE = f"{OURS}accessible", f"{OURS}companion_of", f"{OURS}restricted_view", f"{OURS}gate"
FOCUS, CODE, SEAT_ID = f"{OURS}focus", f"{OURS}code", f"{OURS}id"

type Fields = dict[str, Any]


def write_plan(plan: Plan, *, own_keys: bool = True) -> bytes:
    """The plan as JSON. Without `own_keys`, only what the format itself can say: its strict readers refuse a key that they do not know."""
    written = _Writer(plan).plan()
    return msgspec.json.encode(written if own_keys else _without_ours(written))


def read_plan(content: bytes, *, lineage: UUID) -> PlanRead:
    """The plan in a file, with every problem in it.

    A seat's id is its `seat_guid` where that is a UUID, else made from `lineage` (the venue's id) and it.
    """
    reader = _Reader(lineage=lineage)
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        problem = PlanProblem(where="file", what=f"It is not JSON: {error}.", advice="Export the plan again.")
        return PlanRead(plan=reader.plan({}), problems=(problem,))
    plan = reader.plan(found)
    return PlanRead(plan=plan, problems=tuple(dict.fromkeys([*reader.told, *plans.problems(plan)])))


def read_own_plan(content: bytes) -> Plan:
    """A plan that `write_plan` wrote with our keys, and that had no problem then: it is not looked for again."""
    return _Reader(lineage=UUID(int=0)).plan(msgspec.json.decode(content))


# -- writing -----------------------------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes one plan. Everything is written that is not empty, then what other programs had written beside it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._names = {category.code: category.name for category in plan.categories}

    def plan(self) -> Fields:
        plan = self._plan
        written: Fields = {
            "name": plan.name,
            "categories": [_with(category_fields(each), each.extra) for each in plan.categories],
            "zones": [self._section(section) for section in plan.sections],
            **plan_fields(plan),
        }
        return _with(written, plan.extra)

    def _section(self, section: Section) -> Fields:
        rows = [self._row(row) for row in section.rows]
        areas = [_with(shape_fields(shape), shape.extra) for shape in section.shapes]
        return _with({**section_fields(section), "rows": rows, "areas": areas}, section.extra)

    def _row(self, row: PlanRow) -> Fields:
        seats = [_with(seat_fields(seat, self._names), seat.extra) for seat in row.seats]
        return _with({**row_fields(row), "seats": seats}, row.extra)


def plan_fields(plan: Plan) -> Fields:
    """What a plan itself says, without its parts."""
    focus = {} if plan.focus is None else {FOCUS: _point(plan.focus)}
    return {"name": plan.name, "size": {"width": plan.width, "height": plan.height}, **focus}


def category_fields(category: PlanCategory) -> Fields:
    """What a category says."""
    code = {} if category.code == category.name else {CODE: category.code}
    return {"name": category.name, **({"color": category.colour} if category.colour else {}), **code}


def section_fields(section: Section) -> Fields:
    """What a section itself says."""
    return {"name": section.name, "position": _point(section.at)}


def row_fields(row: PlanRow) -> Fields:
    """What a row itself says."""
    return {"row_number": row.name, "position": _point(row.at)}


def seat_fields(seat: PlanSeat, names: Mapping[str, str]) -> Fields:
    """What a seat says: its category by name, its id too where other programs call it by something else."""
    fields: Fields = {
        "seat_guid": seat.guid or str(seat.id),
        "seat_number": seat.number,
        "category": names.get(seat.category, seat.category),
        "position": _point(seat.at),
    }
    if seat.guid:
        fields[SEAT_ID] = str(seat.id)
    if seat.is_accessible:
        fields[ACCESSIBLE] = True
    if seat.companion_of is not None:
        fields[COMPANION_OF] = str(seat.companion_of)
    if seat.has_restricted_view:
        fields[RESTRICTED] = True
    if seat.gate:
        fields[GATE] = seat.gate
    return fields


def shape_fields(shape: Shape) -> Fields:
    """What a shape says, the text on it included."""
    fields: Fields = {"shape": shape.kind.value, "position": _point(shape.at)}
    match shape.kind:
        case ShapeKind.CIRCLE:
            fields["circle"] = {"radius": shape.size.x / 2}
        case ShapeKind.ELLIPSE:
            fields["ellipse"] = {"radius": _point(shape.size)}
        case ShapeKind.RECTANGLE:
            fields["rectangle"] = {"width": shape.size.x, "height": shape.size.y}
        case ShapeKind.POLYGON:
            fields["polygon"] = {"points": [_point(point) for point in shape.points]}
        case ShapeKind.TEXT:
            pass
    fields |= {"color": shape.fill} if shape.fill else {}
    fields |= {"border_color": shape.border} if shape.border else {}
    fields |= {"rotation": shape.rotation} if shape.rotation else {}
    if shape.text:
        fields["text"] = {"text": shape.text, "position": _point(shape.text_at)} | ({"color": shape.text_colour} if shape.text_colour else {})
    return fields


def _point(point: Point) -> Fields:
    return {"x": point.x, "y": point.y}


def _with(fields: Fields, extra: Mapping[str, Json]) -> Fields:
    """These fields and what others had written beside them, at any depth."""
    for key, value in extra.items():
        known = fields.get(key)
        if isinstance(known, dict) and isinstance(value, Mapping):
            _with(known, value)
        else:
            fields.setdefault(key, value)
    return fields


def _without_ours(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_ours(each) for key, each in value.items() if not key.startswith(OURS)}
        case list():
            return [_without_ours(each) for each in value]
        case _:
            return value


# -- reading -----------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads one plan part by part, goes on after a problem, and tells them all."""

    lineage: UUID
    told: list[PlanProblem] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    def plan(self, found: Any) -> Plan:
        fields = self._object(found, "plan")
        categories = tuple(self._parts(fields, "categories", "plan", self._category))
        self.codes = {category.name: category.code for category in categories}
        size = self._object(fields.get("size", {"width": 0, "height": 0}), "size")
        plan = Plan(
            name=self._text(fields, "name", "plan"),
            categories=categories,
            sections=tuple(self._parts(fields, "zones", "plan", self._section)),
            width=self._number(size, "width", "size"),
            height=self._number(size, "height", "size"),
            focus=self._place(fields[FOCUS], "focus") if FOCUS in fields else None,
        )
        return replace(plan, extra=_rest(fields, {**plan_fields(plan), "categories": 0, "zones": 0}))

    def _category(self, found: Any, where: str) -> PlanCategory:
        fields = self._object(found, where)
        name = self._text(fields, "name", where)
        category = PlanCategory(code=self._text(fields, CODE, where) or name, name=name, colour=self._text(fields, "color", where))
        return replace(category, extra=_rest(fields, category_fields(category)))

    def _section(self, found: Any, where: str) -> Section:
        fields = self._object(found, where)
        name = self._text(fields, "name", where)
        where = f"section {name}" if name else where
        section = Section(
            name=name,
            at=self._place(fields.get("position", {"x": 0, "y": 0}), where),
            rows=tuple(self._parts(fields, "rows", where, self._row)),
            shapes=tuple(shape for shape in self._parts(fields, "areas", where, self._shape) if shape is not None),
        )
        return replace(section, extra=_rest(fields, {**section_fields(section), "rows": 0, "areas": 0}))

    def _row(self, found: Any, where: str) -> PlanRow:
        fields = self._object(found, where)
        name = self._text(fields, "row_number", where)
        where = f"{where.rpartition(', ')[0]}, row {name}" if name else where
        row = PlanRow(
            name=name, at=self._place(fields.get("position", {"x": 0, "y": 0}), where), seats=tuple(self._parts(fields, "seats", where, self._seat))
        )
        return replace(row, extra=_rest(fields, {**row_fields(row), "seats": 0}))

    def _seat(self, found: Any, where: str) -> PlanSeat:
        fields = self._object(found, where)
        number, guid = self._text(fields, "seat_number", where), self._text(fields, "seat_guid", where)
        where = f"{where.rpartition(', ')[0]}, seat {number}" if number else where
        if not guid:
            self._tell(where, "The seat has no seat_guid.", "Give every seat an id of its own that stays when the plan changes.")
        if "position" not in fields:
            self._tell(where, "The seat has no position.", "Give its x and y, counted from its row.")
        companion_of, category = self._text(fields, COMPANION_OF, where), self._text(fields, "category", where)
        id_ = self._id(self._text(fields, SEAT_ID, where) or guid)
        seat = PlanSeat(
            id=id_,
            number=number,
            at=self._place(fields.get("position", {"x": 0, "y": 0}), where),
            category=self.codes.get(category, category),
            is_accessible=self._flag(fields, ACCESSIBLE, where),
            companion_of=self._id(companion_of) if companion_of else None,
            has_restricted_view=self._flag(fields, RESTRICTED, where),
            gate=self._text(fields, GATE, where),
            guid="" if guid == str(id_) else guid,
        )
        return replace(seat, extra=extra) if (extra := _rest(fields, seat_fields(seat, {}))) else seat

    def _shape(self, found: Any, where: str) -> Shape | None:
        fields = self._object(found, where)
        # The first editions of the format knew rectangles only, with their size beside their place.
        old = "shape" not in fields and {"width", "height"} <= fields.keys()
        drawn = {"shape": "rectangle", "rectangle": {"width": fields["width"], "height": fields["height"]}, **fields} if old else fields
        if old and isinstance(drawn.get("text"), str):
            drawn = {**drawn, "text": {"text": drawn["text"]}}
        kinds = [kind for kind in ShapeKind if kind.value == drawn.get("shape")]
        if not kinds:
            known = ", ".join(ShapeKind)
            self._tell(where, f"There is no shape {drawn.get('shape')!r} to draw.", f"Use one of {known}, or leave it out.")
            return None
        shape = self._drawn(kinds[0], drawn, where)
        return replace(shape, extra=_rest(drawn, shape_fields(shape) | ({"width": 0, "height": 0} if old else {})))

    def _drawn(self, kind: ShapeKind, fields: Fields, where: str) -> Shape:
        form, text = self._object(fields.get(kind.value, {}), where), self._object(fields.get("text") or {}, where)
        size = ORIGIN
        if kind is ShapeKind.CIRCLE:
            size = Point(2 * self._number(form, "radius", where), 2 * self._number(form, "radius", where))
        elif kind is ShapeKind.ELLIPSE:
            size = self._place(form.get("radius"), where)
        elif kind is ShapeKind.RECTANGLE:
            size = Point(self._number(form, "width", where), self._number(form, "height", where))
        points = form.get("points", []) if kind is ShapeKind.POLYGON else []
        return Shape(
            kind=kind,
            at=self._place(fields.get("position"), where),
            size=size,
            points=tuple(self._place(point, where) for point in (points if isinstance(points, list) else [])),
            rotation=self._number(fields, "rotation", where) if fields.get("rotation") else 0,
            fill=self._text(fields, "color", where),
            border=self._text(fields, "border_color", where),
            text=self._text(text, "text", where),
            text_at=self._place(text["position"], where) if text.get("position") else ORIGIN,
            text_colour=self._text(text, "color", where),
        )

    # -- values of the format ------------------------------------------------------------------------------------------------------------

    def _id(self, guid: str) -> UUID:
        try:
            id_ = UUID(guid)
        except ValueError:
            return named_id(self.lineage.bytes + guid.encode())
        return id_ if str(id_) == guid else named_id(self.lineage.bytes + guid.encode())

    def _parts[T](self, fields: Fields, key: str, where: str, read: Callable[[Any, str], T]) -> list[T]:
        found = fields.get(key, [])
        if not isinstance(found, list):
            self._tell(where, f"{key} is no list.", "Write it as a list.")
            return []
        of = {"zones": "section", "rows": "row", "seats": "seat", "categories": "category", "areas": "area"}[key]
        inside = "" if where == "plan" else f"{where}, "
        return [read(each, f"{inside}{of} no. {n}") for n, each in enumerate(found, start=1)]

    def _object(self, found: Any, where: str) -> Fields:
        if isinstance(found, dict):
            return found
        self._tell(where, "It is missing, or no object.", "Write it as an object with the members of the format.")
        return {}

    def _text(self, fields: Fields, key: str, where: str) -> str:
        found = fields.get(key)
        if isinstance(found, str):
            return found
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if found is not None:
            self._tell(where, f"{key} is no text.", "Write it in quotation marks.")
        return ""

    def _number(self, fields: Fields, key: str, where: str) -> float:
        found = fields.get(key)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return found
        self._tell(where, f"{key} is missing, or no number.", "Write it as a number.")
        return 0

    def _flag(self, fields: Fields, key: str, where: str) -> bool:
        found = fields.get(key, False)
        if not isinstance(found, bool):
            self._tell(where, f"{key} is neither true nor false.", "Write true or false.")
        return found is True

    def _place(self, found: Any, where: str) -> Point:
        if not isinstance(found, dict):
            self._tell(where, "A position is missing, or no object.", "Write it as an object with x and y.")
            return ORIGIN
        return Point(self._number(found, "x", where), self._number(found, "y", where))

    def _tell(self, where: str, what: str, advice: str) -> None:
        self.told.append(PlanProblem(where=where, what=what, advice=advice))


def _rest(fields: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Json]:
    """What is in a part of a file and would not be written again, at any depth: other programs' keys."""
    rest: dict[str, Json] = {}
    for key, value in fields.items():
        if key not in written:
            rest[key] = value
        elif isinstance(value, dict) and isinstance(written[key], Mapping) and (deeper := _rest(value, written[key])):
            rest[key] = deeper
    return rest


def plain_problems(found: Sequence[PlanProblem]) -> list[dict[str, str]]:
    """Problems as plain values, for a report."""
    return [{"where": problem.where, "what": problem.what, "advice": problem.advice} for problem in found]
