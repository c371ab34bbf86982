"""What there is to sell: pools and their accounts, their seats, units received and removed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.queries import availability_many
from grandstand.inventory.services.counting import AccountRow, Delta, apply, lock_accounts
from grandstand.inventory.values import Availability, MovementKind, NewPool, Reason, Refused, StockChange
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store import api as store
from grandstand.store.api import Tx

ACCOUNT = store.table(models.Account)
MOVEMENT = store.table(models.Movement)
POOL = store.table(models.Pool)
SEAT = store.table(models.Seat)
SEATING = store.table(models.Seating)


def open_pools(tx: Tx, pools: Sequence[NewPool], *, by: Actor, now: datetime, reason: str) -> dict[UUID, list[UUID]]:
    """Open pools with their accounts and first units: pool id to the ids of its accounts, in order. Four statements.

    Raises WallHit (inventory_pool_within_capacity) when the accounts together exceed the capacity, and nothing is opened.
    """
    made = [(pool, pool.pool_id or new_id(), [account.account_id or new_id() for account in pool.accounts]) for pool in pools]
    tx.insert(
        POOL,
        ["id", "organisation_id", "name", "capacity", "on_hand"],
        [(pool_id, pool.organisation_id, pool.name, pool.capacity, sum(a.on_hand for a in pool.accounts)) for pool, pool_id, _ in made],
    )
    accounts = [
        (account_id, pool.organisation_id, pool_id, account.code, account.on_hand)
        for pool, pool_id, account_ids in made
        for account, account_id in zip(pool.accounts, account_ids, strict=True)
    ]
    tx.insert(ACCOUNT, ["id", "organisation_id", "pool_id", "code", "on_hand"], accounts, same={"held": 0, "claimed": 0})
    tx.insert(
        MOVEMENT,
        ["organisation_id", "account_id", "on_hand"],
        [(organisation_id, account_id, on_hand) for account_id, organisation_id, _, _, on_hand in accounts if on_hand],
        same={"kind": MovementKind.OPENED.value, "held": 0, "claimed": 0, "at": now, "by": str(by), "reason": reason},
    )
    store.record(tx, [_opened(pool, pool_id, by, reason) for pool, pool_id, _ in made], now=now)
    return {pool_id: account_ids for _, pool_id, account_ids in made}


def open_account(tx: Tx, *, pool_id: UUID, code: str, by: Actor, now: datetime, reason: str) -> UUID:
    """Another account of the pool, with no units yet; the one that has the code, when there is one. Three statements.

    Raises ValueError for no pool.
    """
    found = tx.select(POOL, ["organisation_id"], "id = %s", (pool_id,))
    if not found:
        raise ValueError(f"there is no pool {pool_id} to open an account in")
    account_id, organisation_id = new_id(), found[0][0]
    columns = ["id", "organisation_id", "pool_id", "code", "on_hand", "held", "claimed"]
    if not tx.insert(ACCOUNT, columns, [(account_id, organisation_id, pool_id, code, 0, 0, 0)], skip_conflicts=True):
        [(known,)] = tx.select(ACCOUNT, ["id"], "pool_id = %s AND code = %s", (pool_id, code))
        return UUID(str(known))
    change = store.Change(
        by=by,
        action="open",
        object_type="inventory.account",
        object_id=account_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"pool_id": str(pool_id), "code": code},
    )
    store.record(tx, [change], now=now)
    return account_id


def open_seating(tx: Tx, *, organisation_id: UUID, name: str, seats: Sequence[tuple[UUID, UUID]], now: datetime, by: Actor, reason: str) -> UUID:
    """Name the seats of accounts that have as many units: `seats` holds (seat id, account id). Returns the seating's id. Five statements.

    Raises ValueError when an account is not the organisation's, its units and seats differ, or some of it is held already.
    """
    counts: dict[UUID, int] = {}
    for _, account_id in seats:
        counts[account_id] = counts.get(account_id, 0) + 1
    rows = lock_accounts(tx, counts)
    for account_id, count in counts.items():
        row = rows.get(account_id)
        if row is None or row.organisation_id != organisation_id or row.seating_id is not None:
            raise ValueError(f"account {account_id} is not one of the organisation's that has no seats yet")
        if (row.numbers.on_hand, row.numbers.free) != (count, count):
            raise ValueError(f"account {account_id} has {row.numbers.on_hand} units, {row.numbers.free} of them free: it cannot get {count} seats")
    seating_id = new_id()
    tx.insert(SEATING, ["id", "organisation_id", "name"], [(seating_id, organisation_id, name)])
    tx.update(ACCOUNT, [(account_id, seating_id) for account_id in sorted(counts)], key=["id"], set_to=["seating_id"])
    tx.insert(SEAT, ["seat_id", "account_id"], seats, same={"seating_id": seating_id, "organisation_id": organisation_id})
    change = store.Change(
        by=by,
        action="open",
        object_type="inventory.seating",
        object_id=seating_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"name": name, "seats": len(seats)},
    )
    store.record(tx, [change], now=now)
    return seating_id


def receive_many(tx: Tx, changes: Sequence[StockChange], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Units come in. Refused (CAPACITY, `left` is the room that is left) above the pool's capacity. In order, each on its own.

    Accounts with seats take none (SEATS_NEEDED): their units are their seats. The answers are the accounts' numbers after all changes.
    """
    return _change(tx, changes, 1, MovementKind.RECEIVED, by=by, now=now, reason=reason)


def remove_many(tx: Tx, changes: Sequence[StockChange], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Free units are lost or withdrawn. Refused (SOLD_OUT, `left` is what is free) below what is held and claimed, else as `receive_many`."""
    return _change(tx, changes, -1, MovementKind.LOST, by=by, now=now, reason=reason)


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _opened(pool: NewPool, pool_id: UUID, by: Actor, reason: str) -> store.Change:
    accounts = {account.code: account.on_hand for account in pool.accounts}
    return store.Change(
        by=by,
        action="open",
        object_type="inventory.pool",
        object_id=pool_id,
        reason=reason,
        organisation_id=pool.organisation_id,
        after={"name": pool.name, "capacity": pool.capacity, "accounts": accounts},
    )


def _change(
    tx: Tx, changes: Sequence[StockChange], sign: int, kind: MovementKind, *, by: Actor, now: datetime, reason: str
) -> list[Availability | Refused]:
    rows = lock_accounts(tx, [change.account_id for change in changes])
    free = {id_: row.numbers.free for id_, row in rows.items()}
    room = _lock_room(tx, {row.pool_id for row in rows.values()})
    refusals: dict[int, Refused] = {}
    deltas = []
    for n, change in enumerate(changes):
        refusal = _refusal(change, sign, rows.get(change.account_id), free, room)
        if refusal is not None:
            refusals[n] = refusal
            continue
        row = rows[change.account_id]
        free[change.account_id] += sign * change.quantity
        left = room[row.pool_id]
        room[row.pool_id] = None if left is None else left - sign * change.quantity
        deltas.append(Delta(organisation_id=row.organisation_id, account_id=change.account_id, on_hand=sign * change.quantity))
    apply(tx, deltas, kind=kind, by=by, now=now, reason=reason)
    stock = availability_many(tx, list(rows))
    return [refusals[n] if n in refusals else stock[change.account_id] for n, change in enumerate(changes)]


def _lock_room(tx: Tx, pool_ids: set[UUID]) -> dict[UUID, int | None]:
    """How many units more each pool may have on hand, None for any number."""
    rows = tx.select_among(POOL, ["id", "capacity", "on_hand"], "id", sorted(pool_ids), order_by="id", lock=True)
    return {pool_id: None if capacity is None else capacity - on_hand for pool_id, capacity, on_hand in rows}


def _refusal(change: StockChange, sign: int, row: AccountRow | None, free: dict[UUID, int], room: dict[UUID, int | None]) -> Refused | None:
    if row is None:
        return Refused(reason=Reason.UNKNOWN, account_id=change.account_id)
    if row.seating_id is not None:
        return Refused(reason=Reason.SEATS_NEEDED, account_id=change.account_id)
    left = room[row.pool_id]
    if sign > 0 and left is not None and change.quantity > left:
        return Refused(reason=Reason.CAPACITY, account_id=change.account_id, left=left)
    if sign < 0 and change.quantity > free[change.account_id]:
        return Refused(reason=Reason.SOLD_OUT, account_id=change.account_id, left=free[change.account_id])
    return None
