"""What pages ask before something goes into a basket: whether this person has to wait."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.api import ItemRef, Owner
from grandstand.gate.rooms.rows import GUARD, places_of, rooms_by_id
from grandstand.gate.rooms.values import Room, Stage
from grandstand.store.api import Row, Tx


def find_room_before(tx: Tx, refs: Sequence[ItemRef], *, owner: Owner | None, now: datetime) -> Room | None:
    """The waiting room that the owner has to pass before one of the items; None when there is none, or one let them in and their time runs.

    One statement for items without a room, three with one.
    """
    keys = sorted({(ref.kind, ref.item_id) for ref in refs})
    rows = _guards(tx, keys)
    rooms = rooms_by_id(tx, [room_id for _, _, room_id in rows])
    rooms = {id_: room for id_, room in rooms.items() if room.stage(now) not in {Stage.PLANNED, Stage.ENDED}}
    if not rooms:
        return None
    places = places_of(tx, [(owner.holder, id_) for id_ in rooms]) if owner else {}
    inside = {room_id for (_, room_id), place in places.items() if place.entered_at is not None and not place.is_over(rooms[room_id], now)}
    for key in keys:
        before = [rooms[room_id] for kind, item_id, room_id in rows if (kind, item_id) == key and room_id in rooms]
        if before and not any(room.id in inside for room in before):
            return before[0]
    return None


def rooms_before_each(tx: Tx, refs: Sequence[ItemRef]) -> dict[ItemRef, list[UUID]]:
    """The rooms before each of these items, whatever their stage. One statement."""
    before: dict[tuple[str, UUID], list[UUID]] = {(ref.kind, ref.item_id): [] for ref in refs}
    for kind, item_id, room_id in _guards(tx, sorted(before)):
        before[kind, item_id].append(room_id)
    return {ref: before[ref.kind, ref.item_id] for ref in refs}


def _guards(tx: Tx, keys: Sequence[tuple[str, UUID]]) -> list[Row]:
    return tx.select_matching(GUARD, ["kind", "item_id", "room_id"], ["kind", "item_id"], keys)
