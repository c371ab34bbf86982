"""What the gate knows of a person, and how it forgets."""

from datetime import datetime
from uuid import UUID

from grandstand.commerce.api import Owner
from grandstand.gate.rooms.joining import give_up_many
from grandstand.gate.rooms.rows import PLACE, ROOM
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.store.api import Tx


class PlacesOfPerson:
    """A people.PersonalData: places in waiting rooms. A forgotten person's place stays in the published order, without them."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Two statements."""
        holder = Owner(person_id=person_id).holder
        places = tx.select(PLACE, ["id", "room_id", "number", "joined_at", "entered_at"], "holder = %s", (holder,), order_by="joined_at, id")
        codes: dict[UUID, str] = dict(tx.select_among(ROOM, ["id", "code"], "id", sorted({place[1] for place in places})))
        return [
            {
                "place": str(id_),
                "waiting_room": codes[room_id],
                "number": number,
                "joined_at": joined_at.isoformat(),
                "entered_at": entered_at.isoformat() if entered_at else None,
            }
            for id_, room_id, number, joined_at, entered_at in places
        ]

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """Free their places."""
        holder = Owner(person_id=person_id).holder
        rooms = tx.select(PLACE, ["room_id"], "holder = %s", (holder,))
        give_up_many(tx, [(holder, room_id) for (room_id,) in rooms])
