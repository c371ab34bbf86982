"""What a parcel went through: its own append-only journal, and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.shop import models
from grandstand.shop.values import ParcelStatus
from grandstand.store.api import Change, Tx, record, table

PARCEL = table(models.Parcel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A parcel goes from one status to the next. `before` is None for one that was just opened."""

    parcel_id: UUID
    organisation_id: UUID
    before: ParcelStatus | None
    after: ParcelStatus
    reason: str
    carrier: str = ""
    tracking: str = ""


def write_steps(tx: Tx, steps: Sequence[Step], *, by: Actor, now: datetime) -> None:
    """Journal and audit rows of the steps. Two statements, none for none."""
    if not steps:
        return
    rows = [
        (id_, step.organisation_id, step.parcel_id, step.after.value, now, str(by), step.reason, step.carrier, step.tracking)
        for id_, step in zip(new_ids(len(steps)), steps, strict=True)
    ]
    tx.insert(table(models.ParcelChange), ["id", "organisation_id", "parcel_id", "status", "at", "actor", "reason", "carrier", "tracking"], rows)
    record(tx, [_change(step, by) for step in steps], now=now)


def forget_if_asked(tx: Tx, parcel_ids: Sequence[UUID]) -> None:
    """Of parcels whose way is over, forget the address where the person asked for it while it was needed. One statement, none for none."""
    if not parcel_ids:
        return
    where, param = tx.among("id", PARCEL.kinds["id"], parcel_ids)
    tx.execute(f"UPDATE shop_parcel SET ship_to = NULL WHERE forget AND ship_to IS NOT NULL AND {where}", (param,))


def _change(step: Step, by: Actor) -> Change:
    return Change(
        by=by,
        action="open" if step.before is None else "move",
        object_type="shop.parcel",
        object_id=step.parcel_id,
        reason=step.reason,
        organisation_id=step.organisation_id,
        before=None if step.before is None else {"status": step.before.value},
        after={"status": step.after.value} | ({"carrier": step.carrier} if step.carrier else {}),
    )
