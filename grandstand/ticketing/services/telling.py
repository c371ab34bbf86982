"""Notices to those who hold tickets. Nothing that concerns a ticket happens silently."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.kit.codecs import Json
from grandstand.messaging import api as messaging
from grandstand.store.api import Kind, Tx
from grandstand.ticketing.queries.known import KnownTicket, known_tickets

ORDER_PDF, ORDER_CALENDAR = "ticketing.order_pdf", "ticketing.order_calendar"
"""Names of the files that messaging asks for when it sends."""


def tell_holders(
    tx: Tx,
    tickets: Sequence[KnownTicket],
    *,
    template: str,
    occasion: str,
    context: Mapping[str, Json],
    now: datetime,
    with_files: bool = False,
) -> int:
    """Queue one notice per order with tickets among these, about all of them together; return how many were new.

    A person gets it by mail and in their account, a guest by mail with a link that opens the tickets. `occasion` makes the notice's key: telling
    of it again queues nothing. A buyer who was forgotten, at their own wish, is not there to be told. Three statements whatever their number.
    """
    of_order: dict[UUID, list[KnownTicket]] = defaultdict(list)
    for ticket in tickets:
        of_order[ticket.order_id].append(ticket)
    contacts = commerce.contacts_many(tx, sorted(of_order))
    sessions = games.sessions_many(tx, sorted({ticket.session_id for ticket in tickets}))
    notices = [
        messaging.Notice(
            key=f"ticketing.{template}:{occasion}:{order_id}",
            template=f"ticketing/notices/{template}",
            organisation_id=of[0].organisation_id,
            to_person_id=of[0].holder_id,
            to_email=contact.email if contact is not None else "",
            language=contact.language if contact is not None else "",
            context=_of_order(order_id, guest=of[0].holder_id is None) | {"sessions": _sessions(of, sessions)} | dict(context),
            attachments=_files(order_id) if with_files else (),
        )
        for order_id, of in of_order.items()
        for contact in [contacts.get(order_id)]
        if contact is not None or of[0].holder_id is not None
    ]
    return messaging.queue_notices(tx, notices, now=now)


def valid_tickets_of_session(tx: Tx, session_id: UUID) -> list[KnownTicket]:
    """The tickets of a session that are not void. Two statements."""
    ids = [id_ for (id_,) in tx.rows("SELECT id FROM ticketing_ticket WHERE session_id = %s ORDER BY id", (session_id,), kinds=[Kind.UUID])]
    return [ticket for ticket in known_tickets(tx, ids).values() if ticket.voiding is None]


def _of_order(order_id: UUID, *, guest: bool) -> dict[str, Json]:
    # A guest's link carries the order's key: whoever has the mail has the tickets, as with paper.
    return {"order_id": str(order_id), "key": commerce.order_key(order_id) if guest else ""}


def _sessions(tickets: Sequence[KnownTicket], sessions: Mapping[UUID, games.SessionBrief]) -> list[Json]:
    counts: dict[UUID, int] = defaultdict(int)
    for ticket in tickets:
        counts[ticket.session_id] += 1
    return [about(sessions[session_id]) | {"count": count} for session_id, count in counts.items()]


def about(session: games.SessionBrief) -> dict[str, Json]:
    """A session as a notice's template needs it, in every language, because its reader's may change until it is sent."""
    return {
        "title": session.title,
        "titles": dict(session.titles),
        "venue": session.venue_name,
        "venues": dict(session.venue_names),
        "time_zone": session.time_zone,
        "starts_at": session.starts_at.isoformat() if session.starts_at is not None else "",
    }


def _files(order_id: UUID) -> tuple[messaging.Attachment, ...]:
    return (
        messaging.Attachment(file_name="tickets.pdf", media_type="application/pdf", provider=ORDER_PDF, provider_id=str(order_id)),
        messaging.Attachment(file_name="tickets.ics", media_type="text/calendar", provider=ORDER_CALENDAR, provider_id=str(order_id)),
    )
