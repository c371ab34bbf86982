"""Reads of named seats: whose they are, and who has them."""

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from grandstand.inventory.queries import MOVEMENT, seats_of_holds
from grandstand.inventory.values import MovementKind
from grandstand.store.api import Kind, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatState:
    """A seat of a seating as it stands: the account it is in, the hold that has it, None for nobody."""

    seat_id: UUID
    account_id: UUID
    hold_id: UUID | None


def seats_of_seating(tx: Tx, seating_id: UUID) -> list[SeatState]:
    """Every seat of a seating, by its id. One statement."""
    rows = tx.rows(
        "SELECT s.seat_id, s.account_id, t.hold_id FROM inventory_seat s LEFT JOIN inventory_seat_taken t "
        "ON t.seating_id = s.seating_id AND t.seat_id = s.seat_id WHERE s.seating_id = %s ORDER BY s.seat_id",
        (seating_id,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID],
    )
    return [SeatState(seat_id=seat_id, account_id=account_id, hold_id=hold_id) for seat_id, account_id, hold_id in rows]


def seats_among(tx: Tx, seating_id: UUID, seat_ids: Sequence[UUID]) -> dict[UUID, SeatState]:
    """These seats of a seating, by id; those that it does not have are left out. One statement."""
    if not seat_ids:
        return {}
    where, param = tx.among("s.seat_id", Kind.UUID, sorted(set(seat_ids)))
    rows = tx.rows(
        "SELECT s.seat_id, s.account_id, t.hold_id FROM inventory_seat s LEFT JOIN inventory_seat_taken t "
        f"ON t.seating_id = s.seating_id AND t.seat_id = s.seat_id WHERE s.seating_id = %s AND {where}",
        (seating_id, param),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID],
    )
    return {seat_id: SeatState(seat_id=seat_id, account_id=account_id, hold_id=hold_id) for seat_id, account_id, hold_id in rows}


def seats_of_holds_many(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """The seats that each hold has now, each with its account; holds without any are left out. One statement."""
    found, _ = seats_of_holds(tx, sorted(set(hold_ids)))
    return {
        hold_id: {seat_id: account_id for account_id, seat_ids in accounts.items() for seat_id in seat_ids} for hold_id, accounts in found.items()
    }


def seats_taken_by_many(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """The seats that each hold has now; holds without any are left out. One statement."""
    if not hold_ids:
        return {}
    where, param = tx.among("hold_id", Kind.UUID, hold_ids)
    taken: dict[UUID, set[UUID]] = {}
    for hold_id, seat_id in tx.rows(f"SELECT hold_id, seat_id FROM inventory_seat_taken WHERE {where}", (param,), kinds=[Kind.UUID, Kind.UUID]):
        taken.setdefault(hold_id, set()).add(seat_id)
    return taken


# -- what changed since somebody looked ------------------------------------------------------------------------------------------------------

MOST_MOVEMENTS = 20_000
"""Of one account at a time: more are read by the next look."""

_SINCE = {
    "postgresql": "SELECT m.account_id, m.id, m.hold_id, m.kind, m.seats FROM jsonb_to_recordset(%s::jsonb) AS v(a uuid, n bigint) "
    "CROSS JOIN LATERAL (SELECT account_id, id, hold_id, kind, seats FROM inventory_movement "
    f"WHERE account_id = v.a AND id > v.n ORDER BY id LIMIT {MOST_MOVEMENTS}) m ORDER BY m.id",
    "sqlite": "SELECT m.account_id, m.id, m.hold_id, m.kind, m.seats FROM json_each(%s) v JOIN inventory_movement m "
    "ON m.account_id = json_extract(v.value, '$.a') AND m.id > json_extract(v.value, '$.n') ORDER BY m.id",
}
"""PostgreSQL must be told to walk the index: it cannot know that the mark is near the end."""

_WITHOUT_SEATS = {MovementKind.RELEASED.value, MovementKind.EXPIRED.value}
"""Their movements name no seats: they are those that the hold was granted."""


def newest_movements_many(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The mark of each account from which on `seats_moved_since` tells what changed. One statement."""
    if not account_ids:
        return {}
    where, param = tx.among("account_id", Kind.UUID, sorted(set(account_ids)))
    rows = tx.rows(f"SELECT account_id, max(id) FROM inventory_movement WHERE {where} GROUP BY account_id", (param,), kinds=[Kind.UUID, Kind.INT])
    return dict.fromkeys(account_ids, 0) | dict(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What changed since somebody looked. `marks` are for the next look.

    `held` are seats that somebody has set aside and kept so far; of `others` nobody can say without looking at them again.
    """

    marks: dict[UUID, int]
    held: set[UUID]
    others: set[UUID]


def seats_moved_since(tx: Tx, marks: Mapping[UUID, int], *, besides: Container[UUID] = ()) -> Moved:
    """The seats about which something changed since `marks` in their accounts. At most two statements.

    Movements of an account are written under its lock, so their numbers grow in the order of the commits and none is missed. What the holds
    `besides` were granted is left out.
    """
    moved = Moved(marks=dict(marks), held=set(), others=set())
    if not marks:
        return moved
    since, let_go = json.dumps([{"a": account_id.hex, "n": number} for account_id, number in marks.items()]), set[UUID]()
    for account_id, number, hold_id, kind, named in tx.rows(
        _SINCE[tx.engine], (since,), kinds=[Kind.UUID, Kind.INT, Kind.UUID, Kind.TEXT, Kind.JSON]
    ):
        moved.marks[account_id] = number
        if kind in _WITHOUT_SEATS:
            let_go.add(hold_id)
        elif named and kind != MovementKind.HELD.value:
            moved.others.update([UUID(hex=seat_id) for seat_id in named])
        elif named and hold_id not in besides:
            moved.held.update([UUID(hex=seat_id) for seat_id in named])
    if let_go:
        where, param = tx.among("hold_id", Kind.UUID, sorted(let_go))
        for (named,) in tx.select(MOVEMENT, ["seats"], f"kind = 'held' AND {where}", (param,)):
            moved.others.update([UUID(hex=seat_id) for seat_id in named or ()])
    moved.held.difference_update(moved.others)
    return moved


def choose_alone(tx: Tx, seating_ids: Sequence[UUID]) -> None:
    """Wait until nobody else who calls this chooses seats of these seatings, until the transaction ends.

    It spares refusals: who does not call it is kept off by the walls all the same. One statement on PostgreSQL; SQLite's writer is alone anyway.
    """
    if tx.engine == "postgresql" and seating_ids:
        keys = sorted({int.from_bytes(seating_id.bytes[8:], signed=True) for seating_id in seating_ids})
        tx.rows("SELECT pg_advisory_xact_lock(k) IS NULL FROM unnest(%s::bigint[]) AS v(k)", (keys,), kinds=[Kind.BOOL])
