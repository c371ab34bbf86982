"""Who changed what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_ids
from grandstand.store import models
from grandstand.store.tables import table
from grandstand.store.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write, as the audit log keeps it.

    `before` is None for something new, `after` None for something removed. Neither holds personal data: of a person's name or address say that
    it changed, not to what. `object_type` is the room and the noun, `ticketing.offer`. `reason` is for a person to read, in English.
    """

    by: Actor
    action: str
    object_type: str
    object_id: UUID | str
    reason: str
    organisation_id: UUID | None
    before: Mapping[str, Json] | None = None
    after: Mapping[str, Json] | None = None


def record(tx: Tx, changes: Sequence[Change], *, now: datetime) -> None:
    """Write one audit row per change, in one statement. Raises ValueError for a change without a reason."""
    for change in changes:
        if not change.reason.strip():
            raise ValueError(f"{change.action} of {change.object_type} needs a reason: say why it was done")
    ids = new_ids(len(changes)) if changes else []
    tx.insert(
        table(models.AuditEntry),
        ["id", "at", "organisation_id", "actor", "action", "object_type", "object_id", "reason", "before", "after"],
        [
            (
                id_,
                now,
                change.organisation_id,
                str(change.by),
                change.action,
                change.object_type,
                str(change.object_id),
                change.reason,
                None if change.before is None else dict(change.before),
                None if change.after is None else dict(change.after),
            )
            for id_, change in zip(ids, changes, strict=True)
        ],
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change with the instant at which it was recorded."""

    at: datetime
    change: Change


def changes_of_person(tx: Tx, person_id: UUID) -> list[Recorded]:
    """What the person changed, and changes of others that name the person, the earliest first. One statement, which reads the whole log."""
    name = f"%{person_id}%"
    rows = tx.select(
        table(models.AuditEntry),
        ["at", "organisation_id", "actor", "action", "object_type", "object_id", "reason", "before", "after"],
        "actor = %s OR object_id = %s OR CAST(before AS text) LIKE %s OR CAST(after AS text) LIKE %s",
        (str(Actor.person(person_id)), str(person_id), name, name),
        order_by="at, id",
    )
    return [
        Recorded(
            at,
            Change(
                by=Actor.parse(actor),
                action=action,
                object_type=object_type,
                object_id=object_id,
                reason=reason,
                organisation_id=organisation_id,
                before=before,
                after=after,
            ),
        )
        for at, organisation_id, actor, action, object_type, object_id, reason, before, after in rows
    ]
