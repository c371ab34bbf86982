"""Units that go from one account to another, by hand or when their time has come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.facts import StockMoved
from grandstand.inventory.queries import availability_many, free_seats
from grandstand.inventory.rules import SeatKey
from grandstand.inventory.services.counting import AccountRow, Delta, apply, lock_accounts
from grandstand.inventory.values import Availability, Move, MovementKind, NoSuchRelease, Reason, Refused
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.ids import new_id
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

RELEASE = store.table(models.ScheduledRelease)
SEAT = store.table(models.Seat)
TAKEN = store.table(models.SeatTaken)


def move_many(tx: Tx, moves: Sequence[Move], *, by: Actor, now: datetime, reason: str) -> list[Availability | Refused]:
    """Free units go to another account of the same pool: the answer is the receiving account, or why not. In order, each on its own.

    Refused: UNKNOWN for accounts of different pools or a seat of another account, SEATS_NEEDED, SEATS_TAKEN, SOLD_OUT (`left` is what is free).
    Announces StockMoved. Twelve statements.
    """
    rows = lock_accounts(tx, [id_ for move in moves for id_ in (move.from_account_id, move.to_account_id)])
    free = {id_: row.numbers.free for id_, row in rows.items()}
    account_of = _lock_free_seats(tx, moves, rows)
    done: list[Move] = []
    refusals: dict[int, Refused] = {}
    for n, move in enumerate(moves):
        refusal = _refusal(move, rows, free, account_of)
        if refusal is not None:
            refusals[n] = refusal
            continue
        free[move.from_account_id] -= move.quantity
        free[move.to_account_id] += move.quantity
        seating_id = rows[move.to_account_id].seating_id
        if seating_id is not None:
            account_of.update({(seating_id, seat_id): move.to_account_id for seat_id in move.seat_ids})
        done.append(move)
    _write(tx, done, rows, by=by, now=now, reason=reason)
    stock = availability_many(tx, [move.to_account_id for move in done])
    return [refusals[n] if n in refusals else stock[move.to_account_id] for n, move in enumerate(moves)]


def schedule_release(
    tx: Tx, *, from_account_id: UUID, to_account_id: UUID, quantity: int | None, due_at: datetime, by: Actor, now: datetime, reason: str
) -> UUID:
    """At `due_at`, that many free units (None: all that are free then) go to the other account.

    Raises ValueError when it is of another pool or seating, and for less than one unit.
    """
    rows = lock_accounts(tx, [from_account_id, to_account_id])
    if len(rows) < 2 or len({(row.pool_id, row.seating_id) for row in rows.values()}) > 1:
        raise ValueError("a timed release goes to another account of the same pool and seating")
    if quantity is not None and quantity < 1:
        raise ValueError(f"a timed release is of one unit or more, not {quantity}")
    release_id, organisation_id = new_id(), rows[from_account_id].organisation_id
    tx.insert(
        RELEASE,
        ["id", "organisation_id", "from_account_id", "to_account_id", "quantity", "due_at", "by", "reason"],
        [(release_id, organisation_id, from_account_id, to_account_id, quantity, due_at, str(by), reason)],
    )
    after: dict[str, Json] = {
        "from": rows[from_account_id].numbers.code,
        "to": rows[to_account_id].numbers.code,
        "quantity": quantity,
        "due_at": due_at.isoformat(),
    }
    store.record(tx, [_change("schedule", release_id, organisation_id, by, reason, after=after)], now=now)
    return release_id


def cancel_release(tx: Tx, *, release_id: UUID, by: Actor, now: datetime, reason: str) -> None:
    """The timed release will not happen. Raises NoSuchRelease, also when it has been carried out."""
    rows = tx.select(RELEASE, ["organisation_id"], "id = %s AND done_at IS NULL", (release_id,), order_by="id", lock=True)
    if not rows:
        raise NoSuchRelease("There is no such release to come: it was carried out, or cancelled.", release_id=str(release_id))
    tx.execute("DELETE FROM inventory_scheduled_release WHERE id = %s", (release_id,))
    store.record(tx, [_change("cancel", release_id, rows[0][0], by, reason)], now=now)


def run_due_releases(tx: Tx, *, now: datetime) -> int:
    """Carry out the timed releases that are due, each with what is free of it; returns how many. In a transaction of its own.

    Nothing moves where one of the two accounts was given seats meanwhile: the release is done, with none moved.
    On PostgreSQL those that another transaction is carrying out are left to it.
    """
    skip = " FOR NO KEY UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    due = tx.rows(
        "SELECT id, from_account_id, to_account_id, quantity, by, reason FROM inventory_scheduled_release "
        f"WHERE done_at IS NULL AND due_at <= %s ORDER BY due_at, id{skip}",
        (now,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.INT, Kind.TEXT, Kind.TEXT],
    )
    rows = lock_accounts(tx, [account_id for row in due for account_id in row[1:3]])
    for release_id, from_account_id, to_account_id, quantity, by, reason in due:
        free = availability_many(tx, [from_account_id])[from_account_id].free
        moved = free if quantity is None else min(free, quantity)
        if moved:
            seat_ids = free_seats(tx, from_account_id, limit=moved) if rows[from_account_id].seating_id else ()
            move = Move(from_account_id=from_account_id, to_account_id=to_account_id, quantity=moved, seat_ids=seat_ids)
            [answer] = move_many(tx, [move], by=Actor.parse(by), now=now, reason=reason)
            moved = 0 if isinstance(answer, Refused) else moved
        tx.update(RELEASE, [(release_id, now, moved)], key=["id"], set_to=["done_at", "moved"])
    return len(due)


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _lock_free_seats(tx: Tx, moves: Sequence[Move], rows: dict[UUID, AccountRow]) -> dict[SeatKey, UUID | None]:
    """The account of each named seat, None for one that is taken."""
    keys = sorted(
        {(row.seating_id, seat_id) for move in moves if (row := rows.get(move.from_account_id)) and row.seating_id for seat_id in move.seat_ids}
    )
    columns = ["seating_id", "seat_id", "account_id"]
    found = tx.select_matching(SEAT, columns, columns[:2], keys, order_by="seating_id, seat_id", lock=True)
    taken = set(tx.select_matching(TAKEN, columns[:2], columns[:2], keys))
    return {(seating_id, seat_id): None if (seating_id, seat_id) in taken else account_id for seating_id, seat_id, account_id in found}


def _refusal(move: Move, rows: dict[UUID, AccountRow], free: dict[UUID, int], account_of: dict[SeatKey, UUID | None]) -> Refused | None:
    source, target = rows.get(move.from_account_id), rows.get(move.to_account_id)
    if source is None:
        return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id)
    if target is None or source is target or source.pool_id != target.pool_id or source.seating_id != target.seating_id:
        return Refused(reason=Reason.UNKNOWN, account_id=move.to_account_id)
    if source.seating_id is not None and not move.seat_ids:
        return Refused(reason=Reason.SEATS_NEEDED, account_id=move.from_account_id)
    for seat_id in move.seat_ids:
        if source.seating_id is None:
            return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id)
        key = (source.seating_id, seat_id)
        if account_of.get(key, move.to_account_id) is None:
            return Refused(reason=Reason.SEATS_TAKEN, account_id=move.from_account_id)
        if account_of.get(key) != move.from_account_id:
            return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id)
    if move.quantity > free[move.from_account_id]:
        return Refused(reason=Reason.SOLD_OUT, account_id=move.from_account_id, left=free[move.from_account_id])
    return None


def _write(tx: Tx, done: Sequence[Move], rows: dict[UUID, AccountRow], *, by: Actor, now: datetime, reason: str) -> None:
    deltas = [
        Delta(organisation_id=rows[id_].organisation_id, account_id=id_, on_hand=sign * move.quantity, seat_ids=move.seat_ids)
        for move in done
        for id_, sign in ((move.from_account_id, -1), (move.to_account_id, 1))
    ]
    apply(tx, deltas, kind=MovementKind.MOVED, by=by, now=now, reason=reason)
    last = {(rows[move.to_account_id].seating_id, seat_id): move.to_account_id for move in done for seat_id in move.seat_ids}
    tx.update(SEAT, [(*key, account_id) for key, account_id in last.items()], key=["seating_id", "seat_id"], set_to=["account_id"])
    facts = [
        StockMoved(
            organisation_id=rows[move.from_account_id].organisation_id,
            occurred_at=now,
            from_account_id=move.from_account_id,
            to_account_id=move.to_account_id,
            quantity=move.quantity,
        )
        for move in done
    ]
    store.announce(tx, facts)


def _change(action: str, release_id: UUID, organisation_id: UUID, by: Actor, reason: str, *, after: dict[str, Json] | None = None) -> store.Change:
    return store.Change(
        by=by,
        action=action,
        object_type="inventory.release",
        object_id=release_id,
        reason=reason,
        organisation_id=organisation_id,
        after=after,
    )
