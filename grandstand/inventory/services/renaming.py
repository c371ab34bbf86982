"""Whose holds they are: a visitor turns out to be a person."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.inventory import models, rules
from grandstand.inventory.queries import LockedHold, lock_holds
from grandstand.inventory.services.counting import CAP, lower_caps
from grandstand.inventory.values import HoldState
from grandstand.store import api as store
from grandstand.store.api import Tx

HOLD = store.table(models.Hold)

_COUNTED = {HoldState.HELD, HoldState.CONFIRMED}


def rename_holders_many(tx: Tx, hold_ids: Sequence[UUID], *, holder: str) -> int:
    """The holds are `holder`'s from now on, whatever became of them, and their caps count for that holder; returns how many changed hands.

    A cap may come to count more than its limit: what was granted stays granted, and nothing is added to it. Units and seats stay as they are.
    Holds that do not exist, or are the holder's already, are left out. Six statements.
    """
    rows = [row for row in lock_holds(tx, hold_ids).values() if row.holder != holder]
    counts = [(row, scope, counted) for row in rows for scope, counted in _counted(row)]
    _grow(tx, [(row, scope, row.holder, 0) for row, scope, _ in counts] + [(row, scope, holder, counted) for row, scope, counted in counts])
    lower_caps(tx, [(row.holder, scope, counted) for row, scope, counted in counts])
    tx.update(HOLD, [(row.hold_id, holder) for row in rows], key=["id"], set_to=["holder"])
    return len(rows)


def _counted(row: LockedHold) -> list[tuple[str, int]]:
    """What the hold counts for under each of its caps now; nothing once it was let go."""
    if row.state not in _COUNTED:
        return []
    total = sum(units.total for units in row.units.values())
    back = total - sum(units.held + units.claimed + units.shipped for units in row.units.values())
    return [(scope, quantity - rules.cap_share(quantity, back=back, total=total)) for scope, _, quantity in row.caps]


def _grow(tx: Tx, counts: Sequence[tuple[LockedHold, str, str, int]]) -> None:
    """Count caps up, made where there are none, in key order: those that grow and those that will fall are locked in one statement."""
    ids = rules.cap_ids([(scope, holder) for _, scope, holder, _ in counts])
    rows: dict[UUID, tuple[UUID, UUID, str, str, int]] = {}
    for id_, (row, scope, holder, counted) in zip(ids, counts, strict=True):
        rows[id_] = (id_, row.organisation_id, scope, holder, counted + (rows[id_][4] if id_ in rows else 0))
    tx.grow(CAP, ["id", "organisation_id", "scope", "holder", "used"], [rows[id_] for id_ in sorted(rows)], key=["id"], add_to="used")
