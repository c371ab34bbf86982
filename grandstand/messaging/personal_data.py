"""What this room knows of a person: the notices that went to them."""

from datetime import datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.messaging import models
from grandstand.people import api as people
from grandstand.store.api import Tx, table


class NoticesOfPerson:
    """A people.PersonalData: notices are read out and forgotten, to their account and to their address alike."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Every notice, the earliest first, as it was sent."""
        columns = ["template", "state", "to_email", "queued_at", "sent_at", "subject", "body"]
        email = people.person(person_id).email
        rows = tx.select(table(models.Notice), columns, "to_person_id = %s OR to_email = %s", (person_id, email), order_by="queued_at, id")
        return [
            {
                "notice": template,
                "state": state,
                "to": to_email or email,
                "queued_at": queued_at.isoformat(),
                "sent_at": sent_at.isoformat() if sent_at else None,
                "subject": subject,
                "text": body,
            }
            for template, state, to_email, queued_at, sent_at, subject, body in rows
        ]

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """Delete them, those still queued too: nobody is there to read them."""
        email = people.person(person_id).email
        tx.execute("DELETE FROM messaging_notice WHERE to_person_id = %s OR to_email = %s", (person_id, email))
