"""The one place where quantities change after a hold: accounts and pools under lock, and a movement for every change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models, rules
from grandstand.inventory.values import Availability, MovementKind
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Tx

ACCOUNT = store.table(models.Account)
CAP = store.table(models.Cap)
MOVEMENT = store.table(models.Movement)
POOL = store.table(models.Pool)

_COLUMNS = ["id", "organisation_id", "pool_id", "seating_id", "code", "on_hand", "held", "claimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as it stood when it was locked."""

    account_id: UUID
    organisation_id: UUID
    pool_id: UUID
    seating_id: UUID | None
    numbers: Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """By how much an account's quantities change, for which hold, and which seats where it has any."""

    organisation_id: UUID
    account_id: UUID
    hold_id: UUID | None = None
    on_hand: int = 0
    held: int = 0
    claimed: int = 0
    seat_ids: tuple[UUID, ...] = ()


def lock_accounts(tx: Tx, account_ids: Iterable[UUID]) -> dict[UUID, AccountRow]:
    """Lock accounts in key order and read them under the lock. Those that do not exist are left out."""
    found = tx.select_among(ACCOUNT, _COLUMNS, "id", sorted(set(account_ids)), order_by="id", lock=True)
    return {
        id_: AccountRow(
            account_id=id_,
            organisation_id=organisation_id,
            pool_id=pool_id,
            seating_id=seating_id,
            numbers=Availability(account_id=id_, pool_id=pool_id, code=code, on_hand=on_hand, held=held, claimed=claimed),
        )
        for id_, organisation_id, pool_id, seating_id, code, on_hand, held, claimed in found
    }


def apply(tx: Tx, deltas: Sequence[Delta], *, kind: MovementKind, by: Actor, now: datetime, reason: str) -> None:
    """Change accounts and pools by the sums of `deltas` and write a movement for each. Five statements; walls refuse what cannot be."""
    if not deltas:
        return
    sums: dict[UUID, list[int]] = {}
    for delta in deltas:
        total = sums.setdefault(delta.account_id, [0, 0, 0])
        total[0] += delta.on_hand
        total[1] += delta.held
        total[2] += delta.claimed
    accounts = lock_accounts(tx, sums)
    tx.update(ACCOUNT, [(id_, *sums[id_]) for id_ in sorted(sums)], key=["id"], add_to=["on_hand", "held", "claimed"])
    _change_pools(tx, [(accounts[id_].pool_id, on_hand) for id_, (on_hand, _, _) in sums.items()])
    tx.insert(
        MOVEMENT,
        ["organisation_id", "account_id", "hold_id", "on_hand", "held", "claimed", "seats"],
        [(d.organisation_id, d.account_id, d.hold_id, d.on_hand, d.held, d.claimed, seats_written(d.seat_ids)) for d in deltas],
        same={"kind": kind.value, "at": now, "by": str(by), "reason": reason},
    )


def _change_pools(tx: Tx, changes: Sequence[tuple[UUID, int]]) -> None:
    """A pool has on hand what its accounts have together."""
    sums: dict[UUID, int] = {}
    for pool_id, on_hand in changes:
        sums[pool_id] = sums.get(pool_id, 0) + on_hand
    changed = sorted((pool_id, on_hand) for pool_id, on_hand in sums.items() if on_hand)
    tx.select_among(POOL, ["id"], "id", [pool_id for pool_id, _ in changed], order_by="id", lock=True)
    tx.update(POOL, changed, key=["id"], add_to=["on_hand"])


def seats_written(seat_ids: Sequence[UUID]) -> list[str] | None:
    """Seats as a movement names them."""
    return [seat_id.hex for seat_id in seat_ids] or None


def lower_caps(tx: Tx, lowered: Sequence[tuple[str, str, int]]) -> None:
    """Holders' caps have room again: (holder, scope, by how much). Two statements."""
    sums: dict[UUID, int] = {}
    ids = rules.cap_ids([(scope, holder) for holder, scope, _ in lowered])
    for id_, (_, _, quantity) in zip(ids, lowered, strict=True):
        sums[id_] = sums.get(id_, 0) - quantity
    changed = sorted((id_, quantity) for id_, quantity in sums.items() if quantity)
    tx.select_among(CAP, ["id"], "id", [id_ for id_, _ in changed], order_by="id", lock=True)
    tx.update(CAP, changed, key=["id"], add_to=["used"])
