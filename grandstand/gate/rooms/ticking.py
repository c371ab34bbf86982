"""What moves doors without being asked. Any number of processes may do it: each step locks the room and looks again."""

from collections.abc import Callable
from typing import Protocol

import structlog

from grandstand.gate.rooms import rows
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.rooms.seeding import close_early, fallback_at, seed_by_beacon, seed_by_fallback, write_order
from grandstand.gate.rooms.values import Room
from grandstand.gate.rules import round_opens_at
from grandstand.gate.values import Beacon, BeaconLate, BeaconWrong
from grandstand.store.api import Tx

log = structlog.get_logger("grandstand.gate")

RUNNING = "ended_at IS NULL AND starts_at <= %s"


class Transactions(Protocol):
    """Runs a function in a transaction: `store.write_retrying`, or that of a Database."""

    def __call__[T](self, work: Callable[[Tx], T]) -> T:
        """What the function returned, once it is committed."""
        ...


def move_doors(transaction: Transactions, beacon: Beacon) -> int:
    """Do what is due in every running room; return how many places were let in.

    The beacon is asked outside of any transaction, and last: one that does not answer keeps no other room's door.
    """
    found = transaction(lambda tx: rows.rooms(tx, RUNNING, (tx.now(),)))
    return sum(_move_or_log(transaction, beacon, room) for room in sorted(found, key=_awaits_beacon))


def _move_or_log(transaction: Transactions, beacon: Beacon, room: Room) -> int:
    """A room that fails is logged and tried again next time: the doors of the others move on."""
    try:
        return _move_door(transaction, beacon, room)
    except Exception:
        log.exception("gate.door_failed", room=room.code)
        return 0


def _move_door(transaction: Transactions, beacon: Beacon, room: Room) -> int:
    if _awaits_beacon(room):
        _seed(transaction, beacon, room)
    elif room.closed_at is None:
        transaction(lambda tx: close_early(tx, room.id, now=tx.now()))
    elif room.ordered_at is None:
        write_order(transaction, room, now=transaction(lambda tx: tx.now()))
    else:
        return transaction(lambda tx: open_more(tx, room.id, now=tx.now()))
    return 0


def _awaits_beacon(room: Room) -> bool:
    return room.closed_at is not None and not room.seed


def _seed(transaction: Transactions, beacon: Beacon, room: Room) -> None:
    now = transaction(lambda tx: tx.now())
    assert room.beacon_round is not None, "closed rooms have a round"
    if now < round_opens_at(room.beacon_round, zone_of=now):
        return
    try:
        round_ = beacon.round(room.beacon_round)
    except (BeaconLate, BeaconWrong) as late:
        log.warning("gate.beacon_late", room=room.code, round=room.beacon_round, says=str(late))
        if now >= fallback_at(room):
            transaction(lambda tx: seed_by_fallback(tx, room.id, now=tx.now()))
        return
    transaction(lambda tx: seed_by_beacon(tx, room.id, round_, now=tx.now()))
