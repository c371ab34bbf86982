"""What there is to sell: pools and their accounts, units received and lost, moved between accounts, released at an instant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.facts import StockMoved
from grandstand.inventory.services.counting import Delta, apply, lock_accounts
from grandstand.inventory.values import Availability, Move, MovementKind, NewPool, Reason, Refused, StockChange
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store import api as store
from grandstand.store.api import Kind, Row, Tx

ACCOUNT = store.table(models.Account)
MOVEMENT = store.table(models.Movement)
POOL = store.table(models.Pool)
RELEASE = store.table(models.ScheduledRelease)
SEAT = store.table(models.Seat)
SEATING = store.table(models.Seating)
TAKEN = store.table(models.SeatTaken)


def open_pools(tx: Tx, pools: Sequence[NewPool], *, by: Actor, now: datetime, reason: str) -> dict[UUID, list[UUID]]:
    """Open pools with their accounts and first units: pool id to the ids of its accounts, in order. Three statements.

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
    return {pool_id: account_ids for _, pool_id, account_ids in made}


def open_seating(tx: Tx, *, organisation_id: UUID, name: str, seats: Sequence[tuple[UUID, UUID]], now: datetime, by: Actor, reason: str) -> UUID:
    """Name the seats of accounts that have as many units: `seats` holds (seat id, account id). Returns the seating's id.

    Raises ValueError when an account's units and seats differ, or some of it is held already.
    """
    counts: dict[UUID, int] = {}
    for _, account_id in seats:
        counts[account_id] = counts.get(account_id, 0) + 1
    rows = lock_accounts(tx, list(counts))
    for account_id, count in counts.items():
        _, _, _, _, on_hand, held, claimed = rows[account_id]
        if (on_hand, held, claimed) != (count, 0, 0):
            raise ValueError(f"account {account_id} has {on_hand} units, {held + claimed} of them taken: it cannot get {count} seats")
    seating_id = new_id()
    tx.insert(SEATING, ["id", "organisation_id", "name"], [(seating_id, organisation_id, name)])
    tx.insert(
        SEAT,
        ["seating_id", "seat_id", "organisation_id", "account_id"],
        [(seating_id, seat_id, organisation_id, account_id) for seat_id, account_id in seats],
    )
    tx.update(ACCOUNT, [(account_id, seating_id) for account_id in sorted(counts)], key=["id"], set_to=["seating_id"])
    change = store.Change(by=by, action="open", object_type="inventory.seating", object_id=seating_id, reason=reason, organisation_id=organisation_id)
    store.record(tx, [change], now=now)
    return seating_id


def receive_many(tx: Tx, changes: Sequence[StockChange], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Units come in. Refused (CAPACITY, `left` is the room that is left) above the pool's capacity. In order, each on its own."""
    return _change(tx, changes, 1, MovementKind.RECEIVED, by=by, now=now, reason=reason)


def remove_many(tx: Tx, changes: Sequence[StockChange], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Free units are lost or withdrawn. Refused (SOLD_OUT, `left` is what is free) below what is held and claimed."""
    return _change(tx, changes, -1, MovementKind.LOST, by=by, now=now, reason=reason)


def move_many(tx: Tx, moves: Sequence[Move], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Free units go to another account of the same pool: the answer is the receiving account, or why not. Announces StockMoved."""
    rows = lock_accounts(tx, [id_ for move in moves for id_ in (move.from_account_id, move.to_account_id)])
    free = {id_: _free(row) for id_, row in rows.items()}
    seats = _seats_to_move(tx, moves, rows)
    done: list[Move] = []
    refusals: dict[int, Refused] = {}
    for n, move in enumerate(moves):
        refusal = _move_refused(move, rows, free, seats)
        if refusal is not None:
            refusals[n] = refusal
            continue
        free[move.from_account_id] -= move.quantity
        free[move.to_account_id] += move.quantity
        done.append(move)
    deltas = [
        Delta(organisation_id=rows[id_][1], account_id=id_, on_hand=sign * move.quantity)
        for move in done
        for id_, sign in ((move.from_account_id, -1), (move.to_account_id, 1))
    ]
    apply(tx, deltas, kind=MovementKind.MOVED, by=by, now=now, reason=reason)
    _reseat(tx, done, rows)
    store.announce(
        tx,
        [
            StockMoved(
                organisation_id=rows[move.from_account_id][1],
                occurred_at=now,
                from_account_id=move.from_account_id,
                to_account_id=move.to_account_id,
                quantity=move.quantity,
            )
            for move in done
        ],
    )
    stock = availability_many(tx, [move.to_account_id for move in done])
    return [refusals[n] if n in refusals else stock[move.to_account_id] for n, move in enumerate(moves)]


def schedule_release(tx: Tx, *, from_account_id: UUID, to_account_id: UUID, quantity: int | None, due_at: datetime, by: Actor, reason: str) -> UUID:
    """At `due_at`, that many free units (None: all that are free then) go to the other account. Raises ValueError across pools."""
    rows = lock_accounts(tx, [from_account_id, to_account_id])
    if from_account_id == to_account_id or len(rows) < 2 or rows[from_account_id][2] != rows[to_account_id][2]:
        raise ValueError("a timed release goes to another account of the same pool")
    release_id = new_id()
    tx.insert(
        RELEASE,
        ["id", "organisation_id", "from_account_id", "to_account_id", "quantity", "due_at", "by", "reason"],
        [(release_id, rows[from_account_id][1], from_account_id, to_account_id, quantity, due_at, str(by), reason)],
    )
    return release_id


def run_due_releases(tx: Tx, *, now: datetime) -> int:
    """Carry out the timed releases that are due, each with what is free of it; returns how many. In a transaction of its own."""
    skip = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    due = tx.rows(
        "SELECT id, from_account_id, to_account_id, quantity, by, reason FROM inventory_scheduled_release "
        f"WHERE done_at IS NULL AND due_at <= %s ORDER BY due_at, id{skip}",
        (now,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.INT, Kind.TEXT, Kind.TEXT],
    )
    lock_accounts(tx, [id_ for row in due for id_ in row[1:3]])
    for release_id, from_account_id, to_account_id, quantity, by, reason in due:
        free = availability_many(tx, [from_account_id])[from_account_id].free
        moved = free if quantity is None else min(free, quantity)
        if moved:
            seat_ids = _free_seat_ids(tx, from_account_id, moved)
            move = Move(from_account_id=from_account_id, to_account_id=to_account_id, quantity=moved, seat_ids=seat_ids)
            move_many(tx, [move], by=Actor.parse(by), now=now, reason=reason)
        tx.update(RELEASE, [(release_id, now, moved)], key=["id"], set_to=["done_at", "moved"])
    return len(due)


def availability_many(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Availability]:
    """The accounts' numbers as they stand. One statement."""
    rows = tx.select_among(ACCOUNT, NUMBERS, "id", sorted(set(account_ids)))
    return {row[0]: availability_of(row) for row in rows}


NUMBERS = ["id", "pool_id", "code", "on_hand", "held", "claimed"]


def availability_of(row: Row) -> Availability:
    account_id, pool_id, code, on_hand, held, claimed = row
    return Availability(account_id=account_id, pool_id=pool_id, code=code, on_hand=on_hand, held=held, claimed=claimed)


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _free(row: Row) -> int:
    return int(row[4] - row[5] - row[6])


def _change(
    tx: Tx, changes: Sequence[StockChange], sign: int, kind: MovementKind, *, by: Actor, now: datetime, reason: str
) -> list[Availability | Refused]:
    rows = lock_accounts(tx, [change.account_id for change in changes])
    pools = {
        pool_id: (capacity, on_hand)
        for pool_id, capacity, on_hand in tx.select_among(
            POOL, ["id", "capacity", "on_hand"], "id", sorted({row[2] for row in rows.values()}), order_by="id", lock=True
        )
    }
    free = {id_: _free(row) for id_, row in rows.items()}
    grown = dict.fromkeys(pools, 0)
    refusals: dict[int, Refused] = {}
    deltas = []
    for n, change in enumerate(changes):
        account_id, quantity = change.account_id, change.quantity
        if quantity < 1:
            raise ValueError(f"a change of stock is by one unit or more, not {quantity}")
        if account_id not in rows:
            refusals[n] = Refused(reason=Reason.UNKNOWN, account_id=account_id)
            continue
        pool_id = rows[account_id][2]
        capacity, on_hand = pools[pool_id]
        room = None if capacity is None else capacity - on_hand - grown[pool_id]
        if rows[account_id][3] is not None:
            refusals[n] = Refused(reason=Reason.SEATS_NEEDED, account_id=account_id)
        elif sign > 0 and room is not None and quantity > room:
            refusals[n] = Refused(reason=Reason.CAPACITY, account_id=account_id, left=room)
        elif sign < 0 and quantity > free[account_id]:
            refusals[n] = Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=free[account_id])
        else:
            free[account_id] += sign * quantity
            grown[pool_id] += sign * quantity
            deltas.append(Delta(organisation_id=rows[account_id][1], account_id=account_id, on_hand=sign * quantity))
    apply(tx, deltas, kind=kind, by=by, now=now, reason=reason)
    tx.update(POOL, [(pool_id, change) for pool_id, change in grown.items() if change], key=["id"], add_to=["on_hand"])
    stock = availability_many(tx, list(rows))
    return [refusals[n] if n in refusals else stock[change.account_id] for n, change in enumerate(changes)]


def _move_refused(move: Move, rows: dict[UUID, Row], free: dict[UUID, int], seats: dict[tuple[UUID, UUID], tuple[UUID, bool]]) -> Refused | None:
    source, target = rows.get(move.from_account_id), rows.get(move.to_account_id)
    if source is None or target is None or source[2] != target[2] or source[0] == target[0] or source[3] != target[3]:
        return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id if source is None else move.to_account_id)
    if move.quantity < 1 or len(set(move.seat_ids)) != (move.quantity if source[3] is not None else 0):
        return Refused(reason=Reason.SEATS_NEEDED, account_id=move.from_account_id)
    for seat_id in move.seat_ids:
        account_id, is_taken = seats.get((source[3], seat_id), (None, False))
        if account_id != move.from_account_id or is_taken:
            return Refused(reason=Reason.SEATS_TAKEN if is_taken else Reason.UNKNOWN, account_id=move.from_account_id)
    if move.quantity > free[move.from_account_id]:
        return Refused(reason=Reason.SOLD_OUT, account_id=move.from_account_id, left=free[move.from_account_id])
    return None


def _seats_to_move(tx: Tx, moves: Sequence[Move], rows: dict[UUID, Row]) -> dict[tuple[UUID, UUID], tuple[UUID, bool]]:
    keys = sorted(
        {(rows[m.from_account_id][3], seat_id) for m in moves if m.from_account_id in rows and rows[m.from_account_id][3] for seat_id in m.seat_ids}
    )
    columns = ["seating_id", "seat_id", "account_id"]
    found = tx.select_matching(SEAT, columns, columns[:2], keys, order_by="seating_id, seat_id", lock=True)
    taken = set(tx.select_matching(TAKEN, columns[:2], columns[:2], keys))
    return {(seating_id, seat_id): (account_id, (seating_id, seat_id) in taken) for seating_id, seat_id, account_id in found}


def _reseat(tx: Tx, moves: Sequence[Move], rows: dict[UUID, Row]) -> None:
    seats = [(rows[move.from_account_id][3], seat_id, move.to_account_id) for move in moves for seat_id in move.seat_ids]
    tx.update(SEAT, seats, key=["seating_id", "seat_id"], set_to=["account_id"])


def _free_seat_ids(tx: Tx, account_id: UUID, quantity: int) -> tuple[UUID, ...]:
    rows = tx.rows(
        "SELECT s.seat_id FROM inventory_seat s LEFT JOIN inventory_seat_taken t ON t.seating_id = s.seating_id AND t.seat_id = s.seat_id "
        "WHERE s.account_id = %s AND t.seat_id IS NULL ORDER BY s.seat_id LIMIT %s",
        (account_id, quantity),
        kinds=[Kind.UUID],
    )
    return tuple(seat_id for (seat_id,) in rows)
