"""Who writes, when and why: what every row of one write has in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.store import api as store
from grandstand.store.api import Change, Tx

type Plain = bool | int | str | date | datetime | StrEnum | UUID | Mapping[str, str] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One write, by somebody, at an instant, for a reason, within an organisation."""

    by: Actor
    now: datetime
    reason: str
    organisation_id: UUID

    def change(
        self, action: str, noun: str, id_: UUID, *, before: Mapping[str, Plain] | None = None, after: Mapping[str, Plain] | None = None
    ) -> Change:
        """One change as the audit log keeps it."""
        return Change(
            by=self.by,
            action=action,
            object_type=f"games.{noun}",
            object_id=id_,
            reason=self.reason,
            organisation_id=self.organisation_id,
            before=_json(before),
            after=_json(after),
        )

    def record(self, tx: Tx, changes: Iterable[Change]) -> None:
        """Write the audit rows, in one statement."""
        if rows := list(changes):
            store.record(tx, rows, now=self.now)


def _json(fields: Mapping[str, Plain] | None) -> dict[str, Json] | None:
    return None if fields is None else {name: _plain(value) for name, value in fields.items()}


def _plain(value: Plain) -> Json:
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return dict(value)
        case tuple():
            return list(value)
        case _:
            return value
