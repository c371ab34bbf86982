"""Reads of seat plans, and of what is printed for a seat."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from grandstand.kit.keeping import Kept
from grandstand.store.api import Kind, Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.adapters.seating_plan_json import read_own_plan
from grandstand.ticketing.queries.sales import gates_of_venues
from grandstand.ticketing.values import NoSuchPlan
from grandstand.ticketing.values.plans import Plan, PlanView, SeatLabel

PLAN = table(models.SeatPlan)

_SEATS_A_SESSION = "SELECT 1 FROM ticketing_session_seating n WHERE n.plan_id = ticketing_seat_plan.id"
_VIEW = ["id", "organisation_id", "venue_id", "name", "version", "seats"]

MOST_SEATS_KEPT = 500_000
"""Of all plans together that a process keeps in memory: the venues of a Games, some 450 bytes a seat."""

_kept: Kept[UUID, Plan] = Kept(most=MOST_SEATS_KEPT, size=lambda plan: sum(len(row.seats) for section in plan.sections for row in section.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatingRow:
    """By which plan a session is seated now, the `number`th since it opened, and its seating in inventory."""

    session_id: UUID
    plan_id: UUID
    seating_id: UUID
    number: int


def plan_views(tx: Tx, plan_ids: Sequence[UUID]) -> dict[UUID, PlanView]:
    """The stored plans with these ids, without their seats. One statement."""
    return {row[0]: _view(row) for row in tx.select_among(PLAN, _VIEW, "id", sorted(set(plan_ids)))}


def plans_of_venue(tx: Tx, venue_id: UUID) -> list[PlanView]:
    """Every version of every plan of a venue, by name, the newest version first. One statement."""
    return [_view(row) for row in tx.select(PLAN, _VIEW, "venue_id = %s", (venue_id,), order_by="name, version DESC")]


def plan(tx: Tx, plan_id: UUID) -> Plan:
    """The plan. Raises NoSuchPlan. One statement, or none: a plan never changes, so it is kept in memory."""
    return _kept.get(plan_id, lambda: _read(_the(tx.select(PLAN, ["document"], "id = %s", (plan_id,)), plan_id)))


def seated_plan(tx: Tx, plan_id: UUID) -> Plan:
    """A plan that seats or seated some session. Raises NoSuchPlan, for one that nobody is seated by too. One statement."""
    kept = _kept.find(plan_id)
    column = "id" if kept is not None else "document"
    found = _the(tx.select(PLAN, [column], f"id = %s AND EXISTS ({_SEATS_A_SESSION})", (plan_id,)), plan_id)
    return kept if kept is not None else _kept.get(plan_id, lambda: _read(found))


def has_seated(tx: Tx, *, session_id: UUID, plan_id: UUID) -> bool:
    """Whether the session is or was seated by this plan. One statement."""
    where = "SELECT 1 FROM ticketing_session_seating WHERE session_id = %s AND plan_id = %s LIMIT 1"
    return bool(tx.rows(where, (session_id, plan_id), kinds=[Kind.INT]))


def seatings_many(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, SeatingRow]:
    """How each of these sessions is seated now; those without a plan are left out. One statement."""
    if not session_ids:
        return {}
    where, param = tx.among("session_id", Kind.UUID, sorted(set(session_ids)))
    rows = tx.rows(
        f"SELECT session_id, plan_id, seating_id, number FROM ticketing_session_seating WHERE {where} ORDER BY session_id, number",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.INT],
    )
    return {row[0]: SeatingRow(session_id=row[0], plan_id=row[1], seating_id=row[2], number=row[3]) for row in rows}


def seat_labels_many(tx: Tx, seats: Sequence[tuple[UUID, UUID]], *, language: str = "en") -> dict[tuple[UUID, UUID], SeatLabel]:
    """What is printed for each (session, seat), by the newest of the session's plans that has the seat. Two statements.

    The gate is named in `language` where the venue has one with the plan's code, else by that code.
    """
    if not seats:
        return {}
    sessions, param = tx.among("n.session_id", Kind.UUID, sorted({session_id for session_id, _ in seats}))
    wanted, seat_param = tx.among("s.seat_id", Kind.UUID, sorted({seat_id for _, seat_id in seats}))
    rows = tx.rows(
        "SELECT n.session_id, s.seat_id, p.venue_id, s.section, s.row, s.number, s.gate FROM ticketing_session_seating n "
        "JOIN ticketing_seat_plan p ON p.id = n.plan_id JOIN ticketing_planned_seat s ON s.plan_id = n.plan_id "
        f"WHERE {sessions} AND {wanted} ORDER BY n.number",
        (param, seat_param),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT],
    )
    gates = {(gate.venue_id, gate.code): gate.name for gate in gates_of_venues(tx, sorted({row[2] for row in rows}), language=language)}
    return {
        (session_id, seat_id): SeatLabel(section=section, row=row, number=number, gate=gates.get((venue_id, gate), str(gate)))
        for session_id, seat_id, venue_id, section, row, number, gate in rows
    }


def _the(found: Sequence[tuple[Any, ...]], plan_id: UUID) -> Any:
    if not found:
        raise NoSuchPlan("There is no such seat plan.", plan_id=str(plan_id))
    return found[0][0]


def _read(document: Any) -> Plan:
    return read_own_plan(zlib.decompress(bytes(document)))


def _view(row: tuple[UUID, UUID, UUID, str, int, dict[str, int]]) -> PlanView:
    plan_id, organisation_id, venue_id, name, version, seats = row
    return PlanView(id=plan_id, organisation_id=organisation_id, venue_id=venue_id, name=name, version=version, seats=seats)
