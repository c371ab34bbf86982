"""What this room knows of a person: the notices that went to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
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
        email = people.person(person_id).email
        rows = tx.select(table(models.Notice), _TOLD, "to_person_id = %s OR to_email = %s", (person_id, email), order_by="queued_at, id")
        return [_told(row, email) for row in rows]

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """Delete them, those still queued too: nobody is there to read them."""
        email = people.person(person_id).email
        tx.execute("DELETE FROM messaging_notice WHERE to_person_id = %s OR to_email = %s", (person_id, email))


def export_guests_notices(tx: Tx, *, email: str, about: str) -> list[Json]:
    """The notices that went to somebody without an account and mention `about`, the id of what they bought. One statement."""
    rows = tx.select(table(models.Notice), [*_TOLD, "context"], _GUESTS, (email,), order_by="queued_at, id")
    return [_told(row, email) for *row, context in rows if about in f"{row[-1]} {context}"]


def forget_guests_notices(tx: Tx, *, email: str, about: str) -> int:
    """Delete them, those still queued too; return how many. Two statements."""
    rows = tx.select(table(models.Notice), ["id", "body", "context"], _GUESTS, (email,), order_by="id", lock=True)
    ids = [id_ for id_, body, context in rows if about in f"{body} {context}"]
    if not ids:
        return 0
    where, param = tx.among("id", table(models.Notice).kinds["id"], ids)
    return tx.execute(f"DELETE FROM messaging_notice WHERE {where}", (param,))


_TOLD = ["template", "state", "to_email", "queued_at", "sent_at", "subject", "body"]
_GUESTS = "to_person_id IS NULL AND to_email = %s"


def _told(row: Sequence[Any], email: str) -> Json:
    template, state, to_email, queued_at, sent_at, subject, body = row
    return {
        "notice": template,
        "state": state,
        "to": to_email or email,
        "queued_at": queued_at.isoformat(),
        "sent_at": sent_at.isoformat() if sent_at else None,
        "subject": subject,
        "text": body,
    }
