"""The gate with a network: each scan answered by the database, each ticket admitted once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store.api import Change, Tx, announce, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.codes import Forged, read_code
from grandstand.ticketing.facts import AdmissionTakenBack, TicketAdmitted
from grandstand.ticketing.queries.known import KnownTicket, known_tickets, lock_tickets
from grandstand.ticketing.queries.sales import SaleRow, called_off, gates_by_id, keyrings, sales_by_session
from grandstand.ticketing.rules import Known, decide, entry_window
from grandstand.ticketing.services.scanning import KeptScan, ScanRow, kept_scans, reused, write_scans
from grandstand.ticketing.values import CodeContent, GateView, NoSuchGate, NoSuchTicket, NotOnSale, Reason, ScanAttempt, TicketNotUsed, Verdict

ADMISSION = table(models.Admission)


def scan_many(tx: Tx, attempts: Sequence[ScanAttempt], *, by: Actor, now: datetime) -> list[Verdict]:
    """Answer each scan, in their order; who is admitted is in from now on, and nobody else with that ticket.

    A scan that was answered before (same `scan_id`, code, session and gate) gets the same answer and changes nothing. Fourteen statements at most
    whatever their number. Raises NotOnSale for a session without box office, NoSuchGate for a gate that is not at its venue, ScanReused for a
    `scan_id` that stands for another code, session or gate: an answer lets in only whom it was given for.
    """
    if not attempts:
        return []
    place = _place(tx, attempts)
    contents = [_content(attempt, place) for attempt in attempts]
    ids = sorted({content.ticket_id for content in contents if content is not None})
    lock_tickets(tx, "id", ids)
    known = known_tickets(tx, ids)
    before = kept_scans(tx, [attempt.scan_id for attempt in attempts])
    fresh: dict[UUID, ScanRow] = {}
    verdicts: list[Verdict] = []
    admitted: dict[UUID, tuple[ScanAttempt, Verdict]] = {}
    for attempt, content in zip(attempts, contents, strict=True):
        ticket = None if content is None else known.get(content.ticket_id)
        if attempt.scan_id in before:
            before[attempt.scan_id].must_be(attempt)
            verdicts.append(_again(before[attempt.scan_id], content, ticket))
            continue
        if attempt.scan_id in fresh:
            _must_be_same(fresh[attempt.scan_id].attempt, attempt)
            verdicts.append(replace(fresh[attempt.scan_id].verdict, answered_at=now))
            continue
        if content is None or ticket is None:
            verdict = Verdict(reason=Reason.FORGED)
        else:
            verdict = _decide(content, ticket, attempt, place, now, admitted.get(ticket.id))
            if verdict.admitted:
                admitted[ticket.id] = (attempt, verdict)
        fresh[attempt.scan_id] = ScanRow(attempt=attempt, organisation_id=place.sales[attempt.session_id].organisation_id, verdict=verdict, at=now)
        verdicts.append(verdict)
    _admit(tx, admitted, known, by=by, now=now)
    write_scans(tx, list(fresh.values()), by=by, received_at=now)
    return verdicts


def take_back_admission(*, ticket_id: UUID, organisation_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The ticket counts as unused again: the wrong person was let in, or nobody. Scan and audit log keep what was.

    Raises NoSuchTicket, TicketNotUsed.
    """
    with write() as tx:
        lock_tickets(tx, "id", [ticket_id])
        ticket = known_tickets(tx, [ticket_id]).get(ticket_id)
        if ticket is None or ticket.organisation_id != organisation_id:
            raise NoSuchTicket("There is no such ticket.", ticket_id=str(ticket_id))
        if ticket.admission_id is None or ticket.used_at is None:
            raise TicketNotUsed("Nobody came in with this ticket.", ticket_id=str(ticket_id))
        tx.execute("DELETE FROM ticketing_admission WHERE id = %s", (ticket.admission_id,))
        change = Change(
            by=by,
            action="take_back_admission",
            object_type="ticketing.ticket",
            object_id=ticket.id,
            reason=reason,
            organisation_id=ticket.organisation_id,
            before={"used_at": ticket.used_at.isoformat(), "gate": ticket.used_gate},
            after={"used_at": None},
        )
        record(tx, [change], now=now)
        fact = AdmissionTakenBack(organisation_id=ticket.organisation_id, occurred_at=now, ticket_id=ticket.id, session_id=ticket.session_id)
        announce(tx, [fact])


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the scans of a batch are made: the sessions and gates they name, and the keys of those sessions' sellers."""

    sales: Mapping[UUID, SaleRow]
    sessions: Mapping[UUID, games.SessionBrief]
    gates: Mapping[UUID, GateView]
    keys: Mapping[UUID, Mapping[str, bytes]]

    def gate(self, attempt: ScanAttempt) -> GateView | None:
        return None if attempt.gate_id is None else self.gates[attempt.gate_id]


def _place(tx: Tx, attempts: Sequence[ScanAttempt]) -> _Place:
    session_ids = sorted({attempt.session_id for attempt in attempts})
    sales = sales_by_session(tx, session_ids)
    sessions = games.sessions_many(tx, session_ids)
    gates = gates_by_id(tx, sorted({attempt.gate_id for attempt in attempts if attempt.gate_id is not None}))
    for attempt in attempts:
        if attempt.session_id not in sales:
            raise NotOnSale("The box office of this session is not open, so nobody has a ticket for it.", session_id=str(attempt.session_id))
        venue_id = sessions[attempt.session_id].venue_id
        if attempt.gate_id is not None and (attempt.gate_id not in gates or gates[attempt.gate_id].venue_id != venue_id):
            raise NoSuchGate("This gate is not at the venue of the session: choose another.", gate_id=str(attempt.gate_id))
    return _Place(sales, sessions, gates, keyrings(tx, sorted({sale.organisation_id for sale in sales.values()})))


def _content(attempt: ScanAttempt, place: _Place) -> CodeContent | None:
    try:
        return read_code(attempt.code, keys=place.keys.get(place.sales[attempt.session_id].organisation_id, {}))
    except Forged:
        return None


def _decide(
    content: CodeContent,
    ticket: KnownTicket,
    attempt: ScanAttempt,
    place: _Place,
    now: datetime,
    first: tuple[ScanAttempt, Verdict] | None,
) -> Verdict:
    session = place.sessions[attempt.session_id]
    # The code was made for the times and gates of its day. The schedule knows better, but only for the session that stands here.
    window = entry_window(starts_at=session.starts_at, ends_at=session.ends_at, doors_before_min=place.sales[attempt.session_id].doors_before_min)
    used_at, used_gate = ticket.used_at, ticket.used_gate
    if first is not None:
        gate = place.gate(first[0])
        used_at, used_gate = now, "" if gate is None else gate.name
    known = Known(
        called_off=called_off(session),
        void=ticket.voiding is not None,
        used_at=used_at,
        used_gate=used_gate,
        activated=ticket.activated_at is not None,
        window=window,
        gates=ticket.gates,
    )
    here = place.gate(attempt)
    # What must be activated is decided by the offer as it is now, not as it was when the code was shown.
    content = replace(content, needs_activation=ticket.needs_activation)
    return decide(content, known, session_id=attempt.session_id, gate=None if here is None else here.number, now=now)


def _must_be_same(first: ScanAttempt, attempt: ScanAttempt) -> None:
    if (first.code, first.session_id, first.gate_id) != (attempt.code, attempt.session_id, attempt.gate_id):
        raise reused(attempt.scan_id)


def _again(kept: KeptScan, content: CodeContent | None, ticket: KnownTicket | None) -> Verdict:
    verdict = Verdict(reason=kept.reason, ticket_id=kept.ticket_id, answered_at=kept.at)
    if content is None or ticket is None:  # forged, or its key was revoked since
        return verdict
    used = kept.reason is Reason.ALREADY_USED
    return replace(
        verdict,
        session_id=content.session_id,
        gates=ticket.gates,
        window=content.window,
        used_at=ticket.used_at if used else None,
        used_gate=ticket.used_gate if used else "",
    )


def _admit(tx: Tx, admitted: Mapping[UUID, tuple[ScanAttempt, Verdict]], known: Mapping[UUID, KnownTicket], *, by: Actor, now: datetime) -> None:
    if not admitted:
        return
    ids = new_ids(len(admitted))
    rows = [
        (id_, known[ticket_id].organisation_id, ticket_id, attempt.session_id, attempt.gate_id, attempt.scan_id, now, str(by))
        for id_, (ticket_id, (attempt, _)) in zip(ids, sorted(admitted.items()), strict=True)
    ]
    # The tickets are locked and were found unused, so the wall `ticketing_ticket_admitted_once` is never hit: if it is, that is a fault.
    tx.insert(ADMISSION, ["id", "organisation_id", "ticket_id", "session_id", "gate_id", "scan_id", "at", "actor"], rows)
    announce(
        tx,
        [
            TicketAdmitted(
                organisation_id=known[ticket_id].organisation_id,
                occurred_at=now,
                ticket_id=ticket_id,
                session_id=attempt.session_id,
                gate_id=attempt.gate_id,
            )
            for ticket_id, (attempt, _) in sorted(admitted.items())
        ],
    )
