"""What ticketing knows of a person: the tickets they hold, the scanners they carry."""

from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.store.api import Change, Kind, Tx, record, table
from grandstand.ticketing import models

DEVICE = table(models.Device)


class TicketsOfPerson:
    """Implements people's PersonalData."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """See PersonalData. Two statements."""
        tickets = tx.rows(
            "SELECT t.id, t.order_id, t.session_id, t.issued_at, t.price_minor, t.currency, a.at, c.at FROM ticketing_ticket t "
            "LEFT JOIN ticketing_admission a ON a.ticket_id = t.id LEFT JOIN ticketing_activation c ON c.ticket_id = t.id "
            "WHERE t.holder_id = %s ORDER BY t.issued_at, t.id",
            (person_id,),
            kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.INSTANT, Kind.INT, Kind.TEXT, Kind.INSTANT, Kind.INSTANT],
        )
        devices = tx.select(DEVICE, ["name", "made_at", "synced_at"], "steward_id = %s", (person_id,), order_by="made_at, id")
        return {
            "tickets": [
                {
                    "ticket_id": str(ticket_id),
                    "order_id": str(order_id),
                    "session_id": str(session_id),
                    "issued_at": issued_at.isoformat(),
                    "price_minor": price_minor,
                    "currency": currency,
                    "came_in_at": _text(came_in_at),
                    "activated_at": _text(activated_at),
                }
                for ticket_id, order_id, session_id, issued_at, price_minor, currency, came_in_at, activated_at in tickets
            ],
            "scanners": [
                {"name": name, "registered_at": made_at.isoformat(), "last_sync_at": _text(synced_at)} for name, made_at, synced_at in devices
            ],
        }

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """See PersonalData. Tickets stay, as the sold seats that they are, without the person; on paper they still admit. Scanners end."""
        held = tx.execute("UPDATE ticketing_ticket SET holder_id = NULL WHERE holder_id = %s", (person_id,))
        tx.execute("UPDATE ticketing_device SET revoked_at = %s WHERE steward_id = %s AND revoked_at IS NULL", (now, person_id))
        carried = tx.execute("UPDATE ticketing_device SET steward_id = NULL WHERE steward_id = %s", (person_id,))
        if held or carried:
            change = Change(
                by=by,
                action="forget_person",
                object_type="people.person",
                object_id=person_id,
                reason="the person is forgotten",
                organisation_id=None,
                after={"tickets": held, "scanners": carried},
            )
            record(tx, [change], now=now)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
