"""Seat plans kept, version after version."""

import hashlib
import zlib
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Tx, record, table
from grandstand.ticketing import models
from grandstand.ticketing.adapters.seating_plan_json import plain_problems, write_plan
from grandstand.ticketing.rules import plans
from grandstand.ticketing.values import PlanWrong
from grandstand.ticketing.values.plans import Plan

PLAN = table(models.SeatPlan)
SEAT = table(models.PlannedSeat)

FAST = 3
"""zlib's level: 9 MB of a stadium in a quarter of a second, to about a quarter of their size; higher levels save little and take seconds."""


def add_plan(tx: Tx, *, plan: Plan, venue_id: UUID, now: datetime, by: Actor, reason: str) -> UUID:
    """Keep a plan as the next version of that name at the venue, or find that the newest version is the same. Returns the version's id.

    Raises PlanWrong with its problems, also when somebody else is adding a version at this moment, and games' NoSuchVenue. Six statements.
    """
    if wrong := plans.problems(plan):
        raise PlanWrong(f"The plan has {len(wrong)} problems: {wrong[0].where}: {wrong[0].what}", problems=plain_problems(wrong))
    organisation_id = games.edition_by_id(edition_id=games.venue(venue_id=venue_id).edition_id).organisation_id
    content = write_plan(plan)
    digest = hashlib.sha256(content).hexdigest()
    found = tx.select(PLAN, ["id", "version", "document_digest"], "venue_id = %s AND name = %s", (venue_id, plan.name), order_by="version DESC")
    if found and found[0][2] == digest:
        newest: UUID = found[0][0]
        return newest
    plan_id, version, seats = new_id(), found[0][1] + 1 if found else 1, plans.seats_by_category(plan)
    columns = ["id", "organisation_id", "venue_id", "name", "version", "document", "document_digest", "seats", "made_at"]
    row = (plan_id, organisation_id, venue_id, plan.name, version, zlib.compress(content, FAST), digest, seats, now)
    if not tx.insert(PLAN, columns, [row], skip_conflicts=True):
        raise PlanWrong("Somebody else is adding a version of this plan: look at theirs, then add yours again.", problems=[])
    tx.insert(
        SEAT,
        ["seat_id", "category", "section", "row", "number", "gate"],
        [
            (seat.id, seat.category, section.name, row.name, seat.number, seat.gate)
            for section in plan.sections
            for row in section.rows
            for seat in row.seats
        ],
        same={"plan_id": plan_id, "organisation_id": organisation_id},
    )
    change = Change(
        by=by,
        action="add",
        object_type="ticketing.seatplan",
        object_id=plan_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"name": plan.name, "version": version, "seats": seats},
    )
    record(tx, [change], now=now)
    return plan_id
