"""What ticketing does when something happened elsewhere, or here. Each runs in the transaction that marks its fact as delivered."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from grandstand.commerce.api import OrderAdopted
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.store.api import Change, Kind, Tx, record
from grandstand.ticketing.facts import SeatsChanged, TicketReinstated, TicketsIssued, TicketVoided
from grandstand.ticketing.queries.known import KnownTicket, known_tickets
from grandstand.ticketing.queries.plans import seat_labels_many
from grandstand.ticketing.services.cancelled import end_refund, plan_refund
from grandstand.ticketing.services.telling import tell_holders, valid_tickets_of_session


def send_tickets(tx: Tx, fact: TicketsIssued) -> None:
    """Tell the buyer that the tickets are there, with a link, and with paper and calendar in the mail.

    A session that was cancelled or postponed at the moment of the payment was told of before there was a holder: that is told now, of a cancelled
    one nothing else.
    """
    tickets = [ticket for ticket in known_tickets(tx, fact.ticket_ids).values() if ticket.voiding is None]
    sessions = games.sessions_many(tx, sorted({ticket.session_id for ticket in tickets}))
    cancelled = {session_id for session_id, session in sessions.items() if session.status is games.Status.CANCELLED}
    postponed = {session_id for session_id, session in sessions.items() if session.status is games.Status.POSTPONED}
    good = [ticket for ticket in tickets if ticket.session_id not in cancelled]
    tell_holders(tx, good, template="tickets_issued", occasion=fact.fact_id.hex, context={}, now=fact.occurred_at, with_files=True)
    for session_id in sorted(cancelled | postponed):
        of_session = [ticket for ticket in tickets if ticket.session_id == session_id]
        template = "session_cancelled" if session_id in cancelled else "session_postponed"
        tell_holders(tx, of_session, template=template, occasion=f"{fact.fact_id.hex}:{session_id.hex}", context={}, now=fact.occurred_at)


def tell_of_voiding(tx: Tx, fact: TicketVoided) -> None:
    """Tell the holder which tickets admit nobody any more, and why. Those of one order taken back together are told of together."""
    voided = _together(tx, fact.voiding_id)
    by_reason = {ticket.voiding.reason for ticket in voided if ticket.voiding is not None}
    reason = "; ".join(sorted(by_reason))
    refunded = all(ticket.voiding is not None and ticket.voiding.origin == "sale" for ticket in voided)
    context: dict[str, Json] = {"reason": reason, "refunded": refunded}
    tell_holders(tx, voided, template="tickets_voided", occasion=fact.occurred_at.isoformat(), context=context, now=fact.occurred_at)


def tell_of_reinstatement(tx: Tx, fact: TicketReinstated) -> None:
    """Tell the holder that the ticket is good again."""
    found = list(known_tickets(tx, [fact.ticket_id]).values())
    reason = tx.row("SELECT reason FROM ticketing_reinstatement WHERE voiding_id = %s", (fact.voiding_id,), kinds=[Kind.TEXT])
    context: dict[str, Json] = {"reason": reason[0] if reason is not None else ""}
    tell_holders(tx, found, template="ticket_reinstated", occasion=fact.fact_id.hex, context=context, now=fact.occurred_at)


def tell_of_seats(tx: Tx, fact: SeatsChanged) -> None:
    """Tell the buyer which seats became which, and why, with the new paper."""
    where, param = tx.among("c.id", Kind.UUID, fact.change_ids)
    rows = tx.rows(
        f"SELECT c.ticket_id, c.from_seat_id, c.to_seat_id, c.reason FROM ticketing_seat_change c WHERE {where} ORDER BY c.id",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT],
    )
    labels = seat_labels_many(tx, [(fact.session_id, seat_id) for _, *pair, _ in rows for seat_id in pair])
    seats: list[Json] = [
        {"before": asdict(labels[fact.session_id, before]), "after": asdict(labels[fact.session_id, after])} for _, before, after, _ in rows
    ]
    context: dict[str, Json] = {"reason": "; ".join(sorted({reason for *_, reason in rows})), "seats": seats}
    tickets = list(known_tickets(tx, [row[0] for row in rows]).values())
    tell_holders(tx, tickets, template="seats_changed", occasion=fact.fact_id.hex, context=context, now=fact.occurred_at, with_files=True)


def tell_of_move(tx: Tx, fact: games.SessionMoved) -> None:
    """Tell every holder of the new time or place. Codes shown before stay good; those shown from now on carry the new times."""
    context: dict[str, Json] = {
        "before_at": _text(fact.starts_before_at),
        "venue_moved": fact.venue_before_id != fact.venue_after_id,
    }
    _tell_session(tx, fact.session_id, "session_moved", context, fact)


def tell_of_postponement(tx: Tx, fact: games.SessionPostponed) -> None:
    """Tell every holder that the time is open."""
    _tell_session(tx, fact.session_id, "session_postponed", {}, fact)


def tell_of_cancellation(tx: Tx, fact: games.SessionCancelled) -> None:
    """Tell every holder that it will not take place. Their tickets stay as they are until the money goes back, which begins later."""
    _tell_session(tx, fact.session_id, "session_cancelled", {}, fact)


def plan_refund_of_session(tx: Tx, fact: games.SessionCancelled) -> None:
    """Everybody with a ticket gets the money back, unless the session takes place after all."""
    plan_refund(tx, session_id=fact.session_id, cancelled_at=fact.occurred_at)


def end_refund_of_session(tx: Tx, fact: games.SessionReinstated) -> None:
    """It takes place after all, so no more money goes back."""
    end_refund(tx, session_id=fact.session_id, reinstated_at=fact.occurred_at)


def tell_of_return(tx: Tx, fact: games.SessionReinstated) -> None:
    """Tell every holder that it takes place after all."""
    _tell_session(tx, fact.session_id, "session_reinstated", {}, fact)


def adopt_tickets(tx: Tx, fact: OrderAdopted) -> None:
    """The tickets that somebody bought as a guest are in their account from now on."""
    adopted = tx.execute("UPDATE ticketing_ticket SET holder_id = %s WHERE order_id = %s AND holder_id IS NULL", (fact.person_id, fact.order_id))
    if adopted:
        change = Change(
            by=Actor.person(fact.person_id),
            action="adopt_tickets",
            object_type="ticketing.order",
            object_id=fact.order_id,
            reason="the guest who bought them signed in",
            organisation_id=fact.organisation_id,
            after={"tickets": adopted},
        )
        record(tx, [change], now=fact.occurred_at)


type _OfSession = games.SessionMoved | games.SessionPostponed | games.SessionCancelled | games.SessionReinstated


def _tell_session(tx: Tx, session_id: UUID, template: str, context: dict[str, Json], fact: _OfSession) -> None:
    tickets = valid_tickets_of_session(tx, session_id)
    if tickets:
        tell_holders(tx, tickets, template=template, occasion=fact.fact_id.hex, context=context, now=fact.occurred_at)


def _together(tx: Tx, voiding_id: UUID) -> Sequence[KnownTicket]:
    """The tickets of one order that were voided at the instant of this voiding and still are."""
    rows = tx.rows(
        "SELECT o.id FROM ticketing_voiding v JOIN ticketing_ticket t ON t.id = v.ticket_id "
        "JOIN ticketing_ticket o ON o.order_id = t.order_id JOIN ticketing_voiding w ON w.ticket_id = o.id AND w.at = v.at WHERE v.id = %s",
        (voiding_id,),
        kinds=[Kind.UUID],
    )
    return [ticket for ticket in known_tickets(tx, [id_ for (id_,) in rows]).values() if ticket.voiding is not None]


def _text(instant: datetime | None) -> str:
    return instant.isoformat() if instant is not None else ""
