"""What ticketing does when something happened elsewhere, or here. Each runs in the transaction that marks its facts as delivered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from grandstand.ticketing.services.telling import NOTHING_MORE, Telling, tell_holders, valid_tickets_of_session


def send_tickets(tx: Tx, facts: Sequence[TicketsIssued]) -> None:
    """Tell the buyers that the tickets are there, with a link, and with paper and calendar in the mail.

    A session that was cancelled or postponed at the moment of the payment was told of before there was a holder: that is told now, of a cancelled
    one nothing else.
    """
    known = known_tickets(tx, [ticket_id for fact in facts for ticket_id in fact.ticket_ids])
    sessions = games.sessions_many(tx, sorted({ticket.session_id for ticket in known.values()}))
    told = [telling for fact in facts for telling in _of_issue(fact, known, sessions)]
    tell_holders(tx, told)


def _of_issue(fact: TicketsIssued, known: Mapping[UUID, KnownTicket], sessions: Mapping[UUID, games.SessionBrief]) -> Iterator[Telling]:
    tickets = [known[id_] for id_ in fact.ticket_ids if id_ in known and known[id_].voiding is None]
    status = {ticket.session_id: sessions[ticket.session_id].status for ticket in tickets}
    good = [ticket for ticket in tickets if status[ticket.session_id] is not games.Status.CANCELLED]
    yield Telling(tickets=good, template="tickets_issued", occasion=fact.fact_id.hex, at=fact.occurred_at, with_files=True)
    for session_id in sorted(status):
        if template := _UNUSUAL.get(status[session_id]):
            of_session = [ticket for ticket in tickets if ticket.session_id == session_id]
            yield Telling(tickets=of_session, template=template, occasion=f"{fact.fact_id.hex}:{session_id.hex}", at=fact.occurred_at)


_UNUSUAL = {games.Status.CANCELLED: "session_cancelled", games.Status.POSTPONED: "session_postponed"}


def tell_of_voiding(tx: Tx, facts: Sequence[TicketVoided]) -> None:
    """Tell the holders which tickets admit nobody any more, and why. Those of one order taken back together are told of together."""
    together = _together(tx, [fact.voiding_id for fact in facts])
    tell_holders(tx, [_of_voiding(fact, together.get(fact.voiding_id, ())) for fact in facts])


def _of_voiding(fact: TicketVoided, voided: Sequence[KnownTicket]) -> Telling:
    voidings = [ticket.voiding for ticket in voided if ticket.voiding is not None]
    reason = "; ".join(sorted({voiding.reason for voiding in voidings}))
    context: dict[str, Json] = {"reason": reason, "refunded": all(voiding.origin == "sale" for voiding in voidings)}
    return Telling(tickets=voided, template="tickets_voided", occasion=fact.occurred_at.isoformat(), at=fact.occurred_at, context=context)


def tell_of_reinstatement(tx: Tx, facts: Sequence[TicketReinstated]) -> None:
    """Tell the holders that the tickets are good again."""
    known = known_tickets(tx, [fact.ticket_id for fact in facts])
    where, param = tx.among("voiding_id", Kind.UUID, [fact.voiding_id for fact in facts])
    rows = tx.rows(f"SELECT voiding_id, reason FROM ticketing_reinstatement WHERE {where}", (param,), kinds=[Kind.UUID, Kind.TEXT])
    reasons: dict[UUID, str] = dict(rows)
    told = [
        Telling(
            tickets=[known[fact.ticket_id]],
            template="ticket_reinstated",
            occasion=fact.fact_id.hex,
            at=fact.occurred_at,
            context={"reason": reasons.get(fact.voiding_id, "")},
        )
        for fact in facts
        if fact.ticket_id in known
    ]
    tell_holders(tx, told)


def tell_of_seats(tx: Tx, facts: Sequence[SeatsChanged]) -> None:
    """Tell the buyers which seats became which, and why, with the new papers."""
    where, param = tx.among("c.id", Kind.UUID, [id_ for fact in facts for id_ in fact.change_ids])
    rows = tx.rows(
        f"SELECT c.id, c.ticket_id, c.from_seat_id, c.to_seat_id, c.reason FROM ticketing_seat_change c WHERE {where}",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT],
    )
    changes = {id_: tuple(change) for id_, *change in rows}
    known = known_tickets(tx, [ticket_id for ticket_id, *_ in changes.values()])
    of_facts = [(fact, [changes[id_] for id_ in sorted(fact.change_ids) if id_ in changes]) for fact in facts]
    labels = seat_labels_many(tx, [(fact.session_id, seat_id) for fact, of_fact in of_facts for _, *pair, _ in of_fact for seat_id in pair])
    told = []
    for fact, of_fact in of_facts:
        seats: list[Json] = [
            {"before": asdict(labels[fact.session_id, before]), "after": asdict(labels[fact.session_id, after])} for _, before, after, _ in of_fact
        ]
        context: dict[str, Json] = {"reason": "; ".join(sorted({reason for *_, reason in of_fact})), "seats": seats}
        tickets = [known[ticket_id] for ticket_id in dict.fromkeys(ticket_id for ticket_id, *_ in of_fact)]
        told.append(
            Telling(tickets=tickets, template="seats_changed", occasion=fact.fact_id.hex, at=fact.occurred_at, context=context, with_files=True)
        )
    tell_holders(tx, told)


def tell_of_move(tx: Tx, facts: Sequence[games.SessionMoved]) -> None:
    """Tell every holder of the new time or place. Codes shown before stay good; those shown from now on carry the new times."""
    moved: list[tuple[_OfSession, Mapping[str, Json]]] = [
        (fact, {"before_at": _text(fact.starts_before_at), "venue_moved": fact.venue_before_id != fact.venue_after_id}) for fact in facts
    ]
    _tell_sessions(tx, "session_moved", moved)


def tell_of_postponement(tx: Tx, facts: Sequence[games.SessionPostponed]) -> None:
    """Tell every holder that the time is open."""
    _tell_sessions(tx, "session_postponed", [(fact, NOTHING_MORE) for fact in facts])


def tell_of_cancellation(tx: Tx, facts: Sequence[games.SessionCancelled]) -> None:
    """Tell every holder that it will not take place. Their tickets stay as they are until the money goes back, which begins later."""
    _tell_sessions(tx, "session_cancelled", [(fact, NOTHING_MORE) for fact in facts])


def plan_refund_of_session(tx: Tx, facts: Sequence[games.SessionCancelled]) -> None:
    """Everybody with a ticket gets the money back, unless the session takes place after all."""
    for fact in facts:
        plan_refund(tx, session_id=fact.session_id, cancelled_at=fact.occurred_at)


def end_refund_of_session(tx: Tx, facts: Sequence[games.SessionReinstated]) -> None:
    """They take place after all, so no more money goes back."""
    for fact in facts:
        end_refund(tx, session_id=fact.session_id, reinstated_at=fact.occurred_at)


def tell_of_return(tx: Tx, facts: Sequence[games.SessionReinstated]) -> None:
    """Tell every holder that it takes place after all."""
    _tell_sessions(tx, "session_reinstated", [(fact, NOTHING_MORE) for fact in facts])


def adopt_tickets(tx: Tx, facts: Sequence[OrderAdopted]) -> None:
    """The tickets that somebody bought as a guest are in their account from now on."""
    for fact in facts:
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


def _tell_sessions(tx: Tx, template: str, about: Sequence[tuple[_OfSession, Mapping[str, Json]]]) -> None:
    told = [
        Telling(
            tickets=valid_tickets_of_session(tx, fact.session_id), template=template, occasion=fact.fact_id.hex, at=fact.occurred_at, context=context
        )
        for fact, context in about
    ]
    tell_holders(tx, told)


def _together(tx: Tx, voiding_ids: Sequence[UUID]) -> dict[UUID, list[KnownTicket]]:
    """Of each voiding, the tickets of its order that were voided at the same instant and still are."""
    where, param = tx.among("v.id", Kind.UUID, sorted(set(voiding_ids)))
    rows = tx.rows(
        "SELECT v.id, o.id FROM ticketing_voiding v JOIN ticketing_ticket t ON t.id = v.ticket_id JOIN ticketing_ticket o ON o.order_id = t.order_id "
        f"JOIN ticketing_voiding w ON w.ticket_id = o.id AND w.at = v.at WHERE {where} ORDER BY o.id",
        (param,),
        kinds=[Kind.UUID, Kind.UUID],
    )
    known = known_tickets(tx, [ticket_id for _, ticket_id in rows])
    together: dict[UUID, list[KnownTicket]] = defaultdict(list)
    for voiding_id, ticket_id in rows:
        if known[ticket_id].voiding is not None:
            together[voiding_id].append(known[ticket_id])
    return together


def _text(instant: datetime | None) -> str:
    return instant.isoformat() if instant is not None else ""
