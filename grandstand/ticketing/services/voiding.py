"""Tickets taken back, given back, made ready: each a row with who, when and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.api import ChosenUnits, RevokedLine
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id, new_ids
from grandstand.store.api import Change, Tx, announce, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.facts import TicketReinstated, TicketVoided
from grandstand.ticketing.queries.known import KnownTicket, known_of_lines, known_tickets, lock_tickets
from grandstand.ticketing.values import (
    NoSuchTicket,
    TicketIsVoid,
    TicketNotVoid,
    TicketRefunded,
    TicketsMiscounted,
    TicketUsed,
    TooFewTickets,
    VoidedBy,
)

VOIDING = table(models.Voiding)
REINSTATEMENT = table(models.Reinstatement)
ACTIVATION = table(models.Activation)

_REINSTATEMENT = ["id", "organisation_id", "voiding_id", "at", "actor", "reason"]


def revoke_many(tx: Tx, lines: Sequence[RevokedLine], *, by: Actor, now: datetime) -> None:
    """Void `quantity` tickets of each line: those named, else unused ones, those that the box office voided first, then the newest.

    What the box office had voided is its sale's from now on and cannot be reinstated. All or nothing. Raises TicketUsed (with when) unless the
    session was cancelled, so that whoever came in came in vain; TicketIsVoid (its sale took it back before), TooFewTickets, TicketsMiscounted,
    NoSuchTicket. Nine statements at most.
    """
    chosen = {ticket.id: (ticket, line.reason) for line, tickets in zip(lines, _of_lines(tx, lines), strict=True) for ticket in tickets}
    _void(tx, chosen, origin=VoidedBy.SALE, by=by, now=now, in_vain=_used_in_vain(tx, [ticket for ticket, _ in chosen.values()]))


def choose_many(tx: Tx, lines: Sequence[RevokedLine]) -> list[ChosenUnits]:
    """The tickets that `revoke_many` would void, locked, with the seats that they are for now. Two statements.

    Raises TooFewTickets, TicketsMiscounted, NoSuchTicket.
    """
    return [
        ChosenUnits(
            line_id=line.line_id,
            unit_ids=tuple(ticket.id for ticket in tickets),
            seat_ids=tuple(ticket.seat_id for ticket in tickets if ticket.seat_id is not None),
        )
        for line, tickets in zip(lines, _of_lines(tx, lines), strict=True)
    ]


def void_ticket(*, ticket_id: UUID, organisation_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The ticket admits nobody from now on; its holder is told why, and `reinstate_ticket` is the way back.

    Money and seat stay where they are: a refund goes through commerce, before or after. Raises NoSuchTicket, TicketUsed, TicketIsVoid.
    """
    with write() as tx:
        ticket = _locked(tx, ticket_id, organisation_id)
        _void(tx, {ticket.id: (ticket, reason)}, origin=VoidedBy.BOX_OFFICE, by=by, now=now)


def reinstate_ticket(*, ticket_id: UUID, organisation_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The ticket is what it was before it was voided, and its holder is told. Raises NoSuchTicket, TicketNotVoid, TicketRefunded."""
    with write() as tx:
        ticket = _locked(tx, ticket_id, organisation_id)
        if ticket.voiding is None:
            raise TicketNotVoid("This ticket is not void, so there is nothing to give back.", ticket_id=str(ticket_id))
        if _went_back(ticket):
            raise TicketRefunded("Money and seat went back with this ticket: sell a new one instead.", ticket_id=str(ticket_id))
        row = (new_id(), ticket.organisation_id, ticket.voiding.id, now, str(by), reason)
        tx.insert(REINSTATEMENT, _REINSTATEMENT, [row])
        record(tx, [_change(ticket, "reinstate", by, reason)], now=now)
        fact = TicketReinstated(
            organisation_id=ticket.organisation_id,
            occurred_at=now,
            ticket_id=ticket.id,
            session_id=ticket.session_id,
            voiding_id=ticket.voiding.id,
        )
        announce(tx, [fact])


def activate_ticket(*, ticket_id: UUID, holder_id: UUID, now: datetime) -> None:
    """The holder makes the ticket ready for the gate; doing it again changes nothing. Raises NoSuchTicket, TicketIsVoid."""
    by = Actor.person(holder_id)
    with write() as tx:
        lock_tickets(tx, "id", [ticket_id])
        ticket = known_tickets(tx, [ticket_id]).get(ticket_id)
        if ticket is None or ticket.holder_id != holder_id:
            raise NoSuchTicket("There is no such ticket among yours.", ticket_id=str(ticket_id))
        if ticket.voiding is not None:
            raise TicketIsVoid("This ticket was taken back and cannot be activated.", ticket_id=str(ticket_id))
        if ticket.activated_at is None:
            row = (new_id(), ticket.organisation_id, ticket.id, now, str(by))
            tx.insert(ACTIVATION, ["id", "organisation_id", "ticket_id", "at", "actor"], [row])
            record(tx, [_change(ticket, "activate", by, "the holder activated it")], now=now)


def _of_lines(tx: Tx, lines: Sequence[RevokedLine]) -> list[list[KnownTicket]]:
    """The tickets to take back of each line, none of them twice. They are locked."""
    line_ids = sorted({line.line_id for line in lines})
    lock_tickets(tx, "line_id", line_ids)
    of_line: dict[UUID, list[KnownTicket]] = defaultdict(list)
    for ticket in known_of_lines(tx, line_ids).values():
        of_line[ticket.line_id].append(ticket)
    gone: set[UUID] = set()
    chosen = []
    for line in lines:
        chosen.append(_chosen(line, [ticket for ticket in of_line[line.line_id] if ticket.id not in gone]))
        gone.update(ticket.id for ticket in chosen[-1])
    return chosen


def _chosen(line: RevokedLine, tickets: Sequence[KnownTicket]) -> list[KnownTicket]:
    if line.unit_ids:
        if len(set(line.unit_ids)) != line.quantity:
            raise TicketsMiscounted(
                "Name as many different tickets as are to be taken back, or none of them.", named=len(set(line.unit_ids)), quantity=line.quantity
            )
        by_id = {ticket.id: ticket for ticket in tickets}
        if missing := [str(id_) for id_ in line.unit_ids if id_ not in by_id]:
            raise NoSuchTicket("These tickets are not of this order line.", tickets=missing)
        return [by_id[id_] for id_ in line.unit_ids]
    # A used one comes last: where it is needed to make up the number, `_void` refuses it with when it was used.
    left = sorted(
        (ticket for ticket in tickets if not _went_back(ticket)),
        key=lambda ticket: (ticket.used_at is not None, ticket.voiding is None, -ticket.serial),
    )
    if len(left) < line.quantity:
        raise TooFewTickets(f"The order line has {len(left)} tickets left.", line_id=str(line.line_id), left=len(left))
    return left[: line.quantity]


def _went_back(ticket: KnownTicket) -> bool:
    return ticket.voiding is not None and ticket.voiding.origin is VoidedBy.SALE


def _locked(tx: Tx, ticket_id: UUID, organisation_id: UUID) -> KnownTicket:
    lock_tickets(tx, "id", [ticket_id])
    ticket = known_tickets(tx, [ticket_id]).get(ticket_id)
    if ticket is None or ticket.organisation_id != organisation_id:
        raise NoSuchTicket("There is no such ticket.", ticket_id=str(ticket_id))
    return ticket


def _used_in_vain(tx: Tx, tickets: Sequence[KnownTicket]) -> set[UUID]:
    """The tickets among these by which somebody came in to a session that was cancelled then."""
    used = [ticket for ticket in tickets if ticket.used_at is not None]
    sessions = games.sessions_many(tx, sorted({ticket.session_id for ticket in used})) if used else {}
    return {ticket.id for ticket in used if sessions[ticket.session_id].status is games.Status.CANCELLED}


def _void(
    tx: Tx,
    chosen: Mapping[UUID, tuple[KnownTicket, str]],
    *,
    origin: VoidedBy,
    by: Actor,
    now: datetime,
    in_vain: Collection[UUID] = frozenset(),
) -> None:
    for ticket, _ in chosen.values():
        if ticket.used_at is not None and ticket.id not in in_vain:
            raise TicketUsed(
                "Somebody came in with this ticket, so it cannot be taken back.", ticket_id=str(ticket.id), used_at=ticket.used_at.isoformat()
            )
        if ticket.voiding is not None and (origin is VoidedBy.BOX_OFFICE or _went_back(ticket)):
            raise TicketIsVoid("This ticket was taken back already.", ticket_id=str(ticket.id))
    if not chosen:
        return
    # One voiding ends where the next begins: the box office's ends at the same instant, for the same reason, and nobody is told of a way back.
    ended = [
        (new_id(), ticket.organisation_id, ticket.voiding.id, now, str(by), reason)
        for ticket, reason in chosen.values()
        if ticket.voiding is not None
    ]
    if ended:
        tx.insert(REINSTATEMENT, _REINSTATEMENT, ended)
    numbers = _numbers(tx, list(chosen))
    ids = dict(zip(chosen, new_ids(len(chosen)), strict=True))
    rows = [
        (ids[ticket.id], ticket.organisation_id, ticket.id, numbers.get(ticket.id, 0) + 1, origin.value, now, str(by), reason)
        for ticket, reason in chosen.values()
    ]
    tx.insert(VOIDING, ["id", "organisation_id", "ticket_id", "number", "origin", "at", "actor", "reason"], rows)
    record(tx, [_change(ticket, "void", by, reason, origin=origin) for ticket, reason in chosen.values()], now=now)
    announce(
        tx,
        [
            TicketVoided(
                organisation_id=ticket.organisation_id,
                occurred_at=now,
                ticket_id=ticket.id,
                session_id=ticket.session_id,
                voiding_id=ids[ticket.id],
            )
            for ticket, _ in chosen.values()
        ],
    )


def _numbers(tx: Tx, ticket_ids: Sequence[UUID]) -> dict[UUID, int]:
    where, param = tx.among("ticket_id", VOIDING.kinds["ticket_id"], ticket_ids)
    rows = tx.select(VOIDING, ["ticket_id", "number"], where, (param,), order_by="number")
    return dict(rows)


def _change(ticket: KnownTicket, action: str, by: Actor, reason: str, *, origin: VoidedBy | None = None) -> Change:
    before = {"state": ticket.state.value}
    after = {"state": {"void": "void", "reinstate": "reinstated", "activate": "activated"}[action]}
    return Change(
        by=by,
        action=action,
        object_type="ticketing.ticket",
        object_id=ticket.id,
        reason=reason,
        organisation_id=ticket.organisation_id,
        before=before if ticket.voiding is None else before | {"origin": ticket.voiding.origin.value},
        after=after if origin is None else after | {"origin": origin.value},
    )
