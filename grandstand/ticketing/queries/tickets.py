"""A person's tickets, as they are shown; and the codes on them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.store.api import Kind, Tx, read, table
from grandstand.ticketing import models
from grandstand.ticketing.codes import write_code
from grandstand.ticketing.queries.keys import signers
from grandstand.ticketing.queries.known import KnownTicket, known_tickets
from grandstand.ticketing.queries.offers import OfferRow, offers_by_id
from grandstand.ticketing.queries.plans import seat_labels_many
from grandstand.ticketing.queries.sales import gates_of_venues, sales_by_session
from grandstand.ticketing.rules import entry_window
from grandstand.ticketing.values import EventKind, GateView, NoCode, NoSuchTicket, SeatLabel, TicketEvent, TicketState, TicketView, VoidedBy

TICKET = table(models.Ticket)

_LAST = datetime.max.replace(tzinfo=UTC)


def my_tickets(*, person_id: UUID, language: str) -> list[TicketView]:
    """Every ticket of a person, by the session's start, those to be confirmed last. Eight statements, ten with seats whatever their number."""
    with read() as tx:
        ids = [id_ for (id_,) in tx.select(TICKET, ["id"], "holder_id = %s", (person_id,))]
        return _views(tx, ids, language)


def tickets_of_order(*, order_id: UUID, holder_id: UUID | None, language: str) -> list[TicketView]:
    """The tickets of an order that belong to this person, or to nobody (a guest's) when None. Eight statements, ten with seats."""
    with read() as tx:
        found = tx.select(TICKET, ["id", "holder_id"], "order_id = %s", (order_id,))
        return _views(tx, [id_ for id_, holder in found if holder == holder_id], language)


def ticket(*, ticket_id: UUID, holder_id: UUID, language: str) -> TicketView:
    """One ticket of this person. Raises NoSuchTicket, for somebody else's too. Eight statements, ten with seats."""
    with read() as tx:
        found = [view for view in _views(tx, [ticket_id], language) if view.holder_id == holder_id]
    if not found:
        raise NoSuchTicket("There is no such ticket among yours.", ticket_id=str(ticket_id))
    return found[0]


def tickets_beside(*, ticket_id: UUID, holder_id: UUID, language: str) -> list[TicketView]:
    """One ticket of this person and all others of its order for its session, in order. Raises NoSuchTicket. Nine statements, eleven with seats."""
    with read() as tx:
        found = tx.rows(
            "SELECT o.id FROM ticketing_ticket t JOIN ticketing_ticket o "
            "ON o.order_id = t.order_id AND o.session_id = t.session_id AND o.holder_id = t.holder_id WHERE t.id = %s AND t.holder_id = %s",
            (ticket_id, holder_id),
            kinds=[Kind.UUID],
        )
        if not found:
            raise NoSuchTicket("There is no such ticket among yours.", ticket_id=str(ticket_id))
        return _views(tx, [id_ for (id_,) in found], language)


def tickets_by_ids(*, ticket_ids: Sequence[UUID], language: str) -> list[TicketView]:
    """Tickets whoever holds them: for notices and the box office. Eight statements, ten with seats."""
    with read() as tx:
        return _views(tx, ticket_ids, language)


def codes(*, tickets: Sequence[TicketView], now: datetime) -> dict[UUID, str]:
    """The code of each ticket that has one now, by id. One statement. Raises KeyUnreadable.

    It is made here, of what is true now: after a move it carries the new times. None for tickets that are void, to be activated, or of a
    session without times; `code` says which.
    """
    with read() as tx:
        keys = signers(tx, [view.organisation_id for view in tickets], now=now)
    return {
        view.id: write_code(
            keys[view.organisation_id].private,
            ticket_id=view.id,
            session_id=view.session_id,
            gates=view.gate_numbers,
            window=view.entry,
            needs_activation=view.needs_activation,
        )
        for view in tickets
        if view.organisation_id in keys and view.entry is not None and _why_no_code(view) is None
    }


def code(*, ticket: TicketView, now: datetime) -> str:
    """The code of one ticket. Raises NoCode, KeyUnreadable. One statement."""
    why = _why_no_code(ticket)
    if why is not None:
        raise NoCode(f"This ticket has no code to show: {why.replace('_', ' ')}.", ticket_id=str(ticket.id), why=why)
    found = codes(tickets=[ticket], now=now).get(ticket.id)
    if found is None:
        raise NoCode("This ticket has no code to show: its organiser has no key to sign it with.", ticket_id=str(ticket.id), why="no_key")
    return found


def history(*, ticket_id: UUID, language: str) -> list[TicketEvent]:
    """Everything that happened to a ticket, in order. Four statements."""
    with read() as tx:
        known = known_tickets(tx, [ticket_id], language=language).get(ticket_id)
        if known is None:
            raise NoSuchTicket("There is no such ticket.", ticket_id=str(ticket_id))
        voidings = tx.rows(
            "SELECT v.at, v.reason, v.origin, r.at, r.reason FROM ticketing_voiding v LEFT JOIN ticketing_reinstatement r ON r.voiding_id = v.id "
            "WHERE v.ticket_id = %s ORDER BY v.number",
            (ticket_id,),
            kinds=[Kind.INSTANT, Kind.TEXT, Kind.TEXT, Kind.INSTANT, Kind.TEXT],
        )
        changes = tx.rows("SELECT at, reason FROM ticketing_seat_change WHERE ticket_id = %s", (ticket_id,), kinds=[Kind.INSTANT, Kind.TEXT])
    events = [TicketEvent(kind=EventKind.ISSUED, at=known.issued_at)]
    if known.activated_at is not None:
        events.append(TicketEvent(kind=EventKind.ACTIVATED, at=known.activated_at))
    for (voided_at, why, _origin, back_at, why_back), following in zip_longest(voidings, voidings[1:]):
        events.append(TicketEvent(kind=EventKind.VOIDED, at=voided_at, reason=why))
        # A refund that takes over from the box office ends one voiding as it begins the next: nothing was given back between them.
        is_taken_over = following is not None and following[2] == VoidedBy.SALE and following[0] == back_at
        if back_at is not None and not is_taken_over:
            events.append(TicketEvent(kind=EventKind.REINSTATED, at=back_at, reason=why_back))
    events += [TicketEvent(kind=EventKind.SEAT_CHANGED, at=at, reason=why) for at, why in changes]
    if known.used_at is not None:
        events.append(TicketEvent(kind=EventKind.ADMITTED, at=known.used_at, gate=known.used_gate))
    return sorted(events, key=lambda event: event.at)


def _why_no_code(view: TicketView) -> str | None:
    if view.state is TicketState.VOID:
        return "void"
    if view.session_status == games.Status.CANCELLED:
        return "cancelled"
    if view.state is TicketState.NOT_ACTIVATED:
        return "not_activated"
    return "times_unknown" if view.entry is None else None


def _views(tx: Tx, ticket_ids: Sequence[UUID], language: str) -> list[TicketView]:
    if not ticket_ids:
        return []
    known = known_tickets(tx, ticket_ids, language=language)
    paid = {id_: Money(minor=minor, currency=currency) for id_, minor, currency in _prices(tx, sorted(known))}
    offers = offers_by_id(tx, sorted({ticket.offer_id for ticket in known.values()}), language=language)
    session_ids = sorted({ticket.session_id for ticket in known.values()})
    sales = sales_by_session(tx, session_ids)
    sessions = games.sessions_by_ids(ids=session_ids, language=language)
    organisations = movement.organisations({ticket.organisation_id for ticket in known.values()})
    gates: dict[UUID, list[GateView]] = defaultdict(list)
    for gate in gates_of_venues(tx, sorted({s.venue_id for s in sessions.values() if s.venue_id is not None}), language=language):
        gates[gate.venue_id].append(gate)
    places = _places(tx, list(known.values()))
    seats = seat_labels_many(tx, [(t.session_id, t.seat_id) for t in known.values() if t.seat_id is not None], language=language)
    views = [
        _view(
            ticket,
            paid[ticket.id],
            offers[ticket.offer_id],
            sessions[ticket.session_id],
            organisations[ticket.organisation_id].name,
            sales[ticket.session_id].doors_before_min,
            gates,
            places[ticket.id],
            seats=seats,
        )
        for ticket in known.values()
    ]
    return sorted(views, key=lambda view: (view.starts_at or _LAST, view.session_code, view.order_id, view.number))


def _prices(tx: Tx, ticket_ids: Sequence[UUID]) -> list[tuple[UUID, int, str]]:
    return tx.select_among(TICKET, ["id", "price_minor", "currency"], "id", ticket_ids)


def _places(tx: Tx, tickets: Sequence[KnownTicket]) -> dict[UUID, tuple[int, int]]:
    """Which of how many tickets each is, among those of its order for its session."""
    rows = tx.select_among(
        TICKET, ["id", "order_id", "session_id"], "order_id", sorted({ticket.order_id for ticket in tickets}), order_by="line_id, serial"
    )
    together: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for id_, order_id, session_id in rows:
        together[order_id, session_id].append(id_)
    return {id_: (n, len(ids)) for ids in together.values() for n, id_ in enumerate(ids, start=1)}


def _view(
    known: KnownTicket,
    price: Money,
    offer: OfferRow,
    session: games.Session,
    organisation_name: str,
    doors_before_min: int,
    gates: dict[UUID, list[GateView]],
    place: tuple[int, int],
    *,
    seats: Mapping[tuple[UUID, UUID], SeatLabel],
) -> TicketView:
    at_venue = gates.get(session.venue_id, []) if session.venue_id is not None else []
    return TicketView(
        id=known.id,
        organisation_id=known.organisation_id,
        organisation_name=organisation_name,
        session_id=session.id,
        session_code=session.code,
        session_title=session.title,
        session_status=session.status.value,
        discipline=session.discipline_name,
        venue=session.venue_name,
        zone=session.zone,
        time_zone=session.time_zone,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        # A postponed session keeps its old times to be read, and nobody comes in by them.
        entry=None
        if session.status is games.Status.POSTPONED
        else entry_window(starts_at=session.starts_at, ends_at=session.ends_at, doors_before_min=doors_before_min),
        gates=tuple(gate.name for gate in at_venue if gate.number in known.gates),
        gate_numbers=known.gates,
        category=offer.category,
        seat=None if known.seat_id is None else seats.get((known.session_id, known.seat_id)),
        price=price,
        order_id=known.order_id,
        number=place[0],
        of=place[1],
        holder_id=known.holder_id,
        issued_at=known.issued_at,
        state=known.state,
        needs_activation=known.needs_activation,
        used_at=known.used_at,
        used_gate=known.used_gate,
        void_reason=known.voiding.reason if known.voiding is not None else "",
    )
