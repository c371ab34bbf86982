"""Notices to those who hold tickets. Nothing that concerns a ticket happens silently."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.kit.codecs import Json
from grandstand.messaging import api as messaging
from grandstand.store.api import Kind, Tx
from grandstand.ticketing.queries.known import KnownTicket, known_tickets

ORDER_PDF, ORDER_CALENDAR = "ticketing.order_pdf", "ticketing.order_calendar"
"""Names of the files that messaging asks for when it sends."""

NOTHING_MORE: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the holders of these tickets are told of something that happened `at`. `occasion` makes the notices' keys: again it queues nothing."""

    tickets: Sequence[KnownTicket]
    template: str
    occasion: str
    at: datetime
    context: Mapping[str, Json] = NOTHING_MORE
    with_files: bool = False


def tell_holders(tx: Tx, tellings: Sequence[Telling]) -> int:
    """Queue one notice for each telling and order with tickets in it, about all of them together; return how many were new.

    A person gets it by mail and in their account, a guest by mail with a link that opens the tickets. A buyer who was forgotten, at their own
    wish, is not there to be told. Three statements whatever their number.
    """
    tickets = [ticket for telling in tellings for ticket in telling.tickets]
    contacts = commerce.contacts_many(tx, sorted({ticket.order_id for ticket in tickets}))
    sessions = games.sessions_many(tx, sorted({ticket.session_id for ticket in tickets}))
    told = [
        (_notice(telling, of, contacts.get(of[0].order_id), sessions), telling.at)
        for telling in tellings
        for of in _by_order(telling.tickets)
        if of[0].order_id in contacts or of[0].holder_id is not None
    ]
    return messaging.queue_notices(tx, [notice for notice, _ in told], now=[at for _, at in told])


def _by_order(tickets: Sequence[KnownTicket]) -> Iterable[list[KnownTicket]]:
    of_order: dict[UUID, list[KnownTicket]] = defaultdict(list)
    for ticket in tickets:
        of_order[ticket.order_id].append(ticket)
    return of_order.values()


def _notice(
    telling: Telling, of: Sequence[KnownTicket], contact: commerce.Contact | None, sessions: Mapping[UUID, games.SessionBrief]
) -> messaging.Notice:
    first = of[0]
    return messaging.Notice(
        key=f"ticketing.{telling.template}:{telling.occasion}:{first.order_id}",
        template=f"ticketing/notices/{telling.template}",
        organisation_id=first.organisation_id,
        to_person_id=first.holder_id,
        to_email=contact.email if contact is not None else "",
        language=contact.language if contact is not None else "",
        context=_of_order(first.order_id, guest=first.holder_id is None) | {"sessions": _sessions(of, sessions)} | dict(telling.context),
        attachments=_files(first.order_id) if telling.with_files else (),
    )


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
