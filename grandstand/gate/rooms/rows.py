"""Reading waiting rooms and places."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from grandstand.commerce.api import ItemRef
from grandstand.gate import models
from grandstand.gate.rooms.values import Guarded, NoSuchRoom, Place, Room, Step
from grandstand.store.api import Tx, table

ROOM, PLACE, GUARD, RANK, STEP = (table(model) for model in (models.WaitingRoom, models.Place, models.Guard, models.EarlyRank, models.DoorStep))

_ROOM = [field.name for field in fields(Room)]
_PLACE = [field.name for field in fields(Place)]
_STEP = [field.name for field in fields(Step)]


def rooms(tx: Tx, where: str = "true", params: Sequence[Any] = (), *, lock: bool = False) -> list[Room]:
    """Rooms in the order of their ids, locked for a change of their numbers if `lock`."""
    return [Room(**dict(zip(_ROOM, row, strict=True))) for row in tx.select(ROOM, _ROOM, where, params, order_by="id", lock=lock)]


def rooms_by_id(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Room]:
    """The rooms that there are of these."""
    if not ids:
        return {}
    where, param = tx.among("id", ROOM.kinds["id"], sorted(set(ids)))
    return {room.id: room for room in rooms(tx, where, (param,), lock=lock)}


def room_of(tx: Tx, code: str, *, lock: bool = False) -> Room:
    """The room of an address. Raises NoSuchRoom."""
    found = rooms(tx, "code = %s", (code,), lock=lock)
    if not found:
        raise NoSuchRoom("There is no such waiting room.")
    return found[0]


def locked(tx: Tx, room_id: UUID) -> Room:
    """The room, locked. Raises NoSuchRoom."""
    found = rooms_by_id(tx, [room_id], lock=True)
    if not found:
        raise NoSuchRoom("There is no such waiting room.")
    return found[room_id]


def change(tx: Tx, room_id: UUID, **to: Any) -> None:
    """Set columns of a room."""
    tx.update(ROOM, [(room_id, *to.values())], key=["id"], set_to=list(to))


def places_of(tx: Tx, keys: Sequence[tuple[str, UUID]], *, lock: bool = False) -> dict[tuple[str, UUID], Place]:
    """Places by holder and room, locked in key order if `lock`."""
    wanted = sorted(set(keys))
    found = tx.select_matching(PLACE, _PLACE, ["holder", "room_id"], wanted, order_by="id" if lock else "", lock=lock)
    places = [Place(**dict(zip(_PLACE, row, strict=True))) for row in found]
    return {(place.holder, place.room_id): place for place in places}


def places_by_id(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Place]:
    """The places that there are of these, locked in key order if `lock`."""
    found = tx.select_among(PLACE, _PLACE, "id", sorted(set(ids)), order_by="id" if lock else "", lock=lock)
    places = [Place(**dict(zip(_PLACE, row, strict=True))) for row in found]
    return {place.id: place for place in places}


def guards(tx: Tx, room_ids: Sequence[UUID]) -> dict[UUID, list[Guarded]]:
    """What each room guards."""
    rows = tx.select_among(GUARD, ["room_id", "kind", "item_id", "session_id"], "room_id", room_ids, order_by="kind, item_id")
    found: dict[UUID, list[Guarded]] = {room_id: [] for room_id in room_ids}
    for room_id, kind, item_id, session_id in rows:
        found[room_id].append(Guarded(ref=ItemRef(kind=kind, item_id=item_id), session_id=session_id))
    return found


def steps(tx: Tx, room_id: UUID, *, most: int) -> list[Step]:
    """The newest steps of a door, the earliest first."""
    found = tx.select(STEP, _STEP, "room_id = %s", (room_id,), order_by=f"at DESC LIMIT {int(most)}")
    return [Step(**dict(zip(_STEP, row, strict=True))) for row in reversed(found)]
