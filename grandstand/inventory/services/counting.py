"""The one place where quantities change: accounts under lock, and a movement for every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.values import MovementKind
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Row, Tx

ACCOUNT = store.table(models.Account)
MOVEMENT = store.table(models.Movement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """By how much an account's quantities change, and for which hold."""

    organisation_id: UUID
    account_id: UUID
    hold_id: UUID | None = None
    on_hand: int = 0
    held: int = 0
    claimed: int = 0


def lock_accounts(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Lock accounts in key order: id to (id, organisation_id, pool_id, seating_id, on_hand, held, claimed)."""
    columns = ["id", "organisation_id", "pool_id", "seating_id", "on_hand", "held", "claimed"]
    return {row[0]: row for row in tx.select_among(ACCOUNT, columns, "id", sorted(set(account_ids)), order_by="id", lock=True)}


def apply(tx: Tx, deltas: Sequence[Delta], *, kind: MovementKind, by: Actor, now: datetime, reason: str) -> None:
    """Change the accounts by the sums of `deltas` and write a movement for each. Three statements; the walls refuse what cannot be."""
    if not deltas:
        return
    sums: dict[UUID, list[int]] = {}
    for delta in deltas:
        total = sums.setdefault(delta.account_id, [0, 0, 0])
        total[0] += delta.on_hand
        total[1] += delta.held
        total[2] += delta.claimed
    lock_accounts(tx, list(sums))
    tx.update(ACCOUNT, [(id_, *sums[id_]) for id_ in sorted(sums)], key=["id"], add_to=["on_hand", "held", "claimed"])
    tx.insert(
        MOVEMENT,
        ["organisation_id", "account_id", "hold_id", "on_hand", "held", "claimed"],
        [(d.organisation_id, d.account_id, d.hold_id, d.on_hand, d.held, d.claimed) for d in deltas],
        same={"kind": kind.value, "at": now, "by": str(by), "reason": reason},
    )
