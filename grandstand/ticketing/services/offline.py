"""Scanners that were without a network: what they take along, and what they bring back."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store.api import Kind, Tx, announce, table
from grandstand.ticketing import bundles, models
from grandstand.ticketing.codes import Forged, read_code
from grandstand.ticketing.facts import TicketAdmitted
from grandstand.ticketing.queries.keys import signer
from grandstand.ticketing.queries.known import KnownTicket, known_tickets, lock_tickets
from grandstand.ticketing.queries.sales import SaleRow, called_off, gates_by_id, gates_of_venues, keyrings, sales_by_session
from grandstand.ticketing.rules import entry_window
from grandstand.ticketing.services.scanning import ScanRow, code_digest, kept_scans, write_scans
from grandstand.ticketing.values import Conflict, NoSuchGate, NotOnSale, OfflineScan, Reason, ScanAttempt, Synced, Verdict

ADMISSION = table(models.Admission)
DEVICE = table(models.Device)


def scanner_bundle(tx: Tx, *, session_id: UUID, device_id: UUID | None, language: str, now: datetime) -> dict[str, Any]:
    """What a scanner takes along for a session, signed; its last sync is now. Eight statements. Raises NotOnSale, NoSuchKey."""
    sale = _sale(tx, session_id)
    session = games.sessions_many(tx, [session_id], language=language)[session_id]
    window = entry_window(starts_at=session.starts_at, ends_at=session.ends_at, doors_before_min=sale.doors_before_min)
    gates = gates_of_venues(tx, [session.venue_id] if session.venue_id is not None else [], language=language)
    names: dict[UUID | None, str] = {gate.id: gate.name for gate in gates}
    key = signer(tx, sale.organisation_id, now=now)
    bundle = bundles.Bundle(
        format=bundles.FORMAT,
        organisation_id=sale.organisation_id,
        session_id=session_id,
        session_code=session.code,
        session_title=session.title,
        venue=session.venue_name,
        time_zone=session.time_zone,
        opens_at=window.starts_at if window is not None else None,
        closes_at=window.ends_at if window is not None else None,
        synced_at=now,
        gates=tuple(bundles.Gate(id=gate.id, number=gate.number, code=gate.code, name=gate.name) for gate in gates),
        keys=_as_text(keyrings(tx, [sale.organisation_id])[sale.organisation_id]),
        void=frozenset(_void(tx, session_id)),
        used={ticket_id: bundles.Use(at=at, gate=names.get(gate_id, "")) for ticket_id, at, gate_id in _used(tx, session_id)},
        activated=frozenset(_activated(tx, session_id)),
        called_off=called_off(session),
    )
    if device_id is not None:
        tx.update(DEVICE, [(device_id, now)], key=["id"], set_to=["synced_at"])
    return bundles.write_bundle(bundle, key.private)


def upload_scans(tx: Tx, *, session_id: UUID, device_id: UUID | None, scans: Sequence[OfflineScan], by: Actor, now: datetime) -> Synced:
    """Keep what a scanner decided without a network, and say where the database would have decided otherwise.

    Nothing is lost and nothing undone: who was let in is in. The first use of a ticket is its admission; a second one, or that of a void ticket,
    is a conflict, reported here and kept with the scan. A scan uploaded before is counted as known; one under the id of another scan is kept
    under an id of its own. A scanner's clock that runs ahead is taken as now. Whether the session was called off by then is not asked: the
    schedule says what is so now, not since when. Eleven statements whatever the number of scans.
    Raises NotOnSale, NoSuchGate for a gate that is not the seller's.
    """
    sale = _sale(tx, session_id)
    keys = keyrings(tx, [sale.organisation_id]).get(sale.organisation_id, {})
    decoded = [_Decoded.of(scan, keys, now) for scan in sorted(scans, key=lambda scan: (scan.at, scan.scan_id))]
    ids = sorted({entry.ticket_id for entry in decoded if entry.ticket_id is not None})
    lock_tickets(tx, "id", ids)
    known = known_tickets(tx, ids)
    new = _new(tx, decoded, session_id)
    gates = _gates(tx, scans, sale.organisation_id)
    judged = _judge(new, known, session_id, gates)
    _admit(tx, judged, known, session_id, by=by, now=now)
    rows = [_row(each, sale, session_id, device_id) for each in judged]
    write_scans(tx, rows, by=by, received_at=now)
    return Synced(
        received=len(scans),
        known=len(scans) - len(judged),
        admitted=sum(each.entry.scan.reason is None for each in judged),
        refused=sum(each.entry.scan.reason is not None for each in judged),
        conflicts=tuple(each.conflict for each in judged if each.conflict is not None),
    )


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


def _sale(tx: Tx, session_id: UUID) -> SaleRow:
    sale = sales_by_session(tx, [session_id]).get(session_id)
    if sale is None:
        raise NotOnSale("The box office of this session is not open, so nobody has a ticket for it.", session_id=str(session_id))
    return sale


def _as_text(keys: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(public).decode() for name, public in keys.items()}


def _void(tx: Tx, session_id: UUID) -> list[UUID]:
    sql = (
        "SELECT v.ticket_id FROM ticketing_voiding v JOIN ticketing_ticket t ON t.id = v.ticket_id WHERE t.session_id = %s "
        "AND NOT EXISTS (SELECT 1 FROM ticketing_reinstatement r WHERE r.voiding_id = v.id)"
    )
    return [ticket_id for (ticket_id,) in tx.rows(sql, (session_id,), kinds=[Kind.UUID])]


def _used(tx: Tx, session_id: UUID) -> list[tuple[UUID, datetime, UUID | None]]:
    return tx.select(ADMISSION, ["ticket_id", "at", "gate_id"], "session_id = %s", (session_id,))


def _activated(tx: Tx, session_id: UUID) -> list[UUID]:
    sql = "SELECT c.ticket_id FROM ticketing_activation c JOIN ticketing_ticket t ON t.id = c.ticket_id WHERE t.session_id = %s"
    return [ticket_id for (ticket_id,) in tx.rows(sql, (session_id,), kinds=[Kind.UUID])]


type _Said = tuple[str, UUID, UUID | None, Reason | None]
"""What makes two uploads the same scan: code, session, gate and answer."""


def _new(tx: Tx, decoded: Sequence["_Decoded"], session_id: UUID) -> list["_Decoded"]:
    """Those that are not in the journal, each under an id that no other scan has: nothing is lost, whatever ids the scanner made. One statement."""
    said = [_said(entry.scan, session_id) for entry in decoded]
    others = [_other_id(entry.scan, what) for entry, what in zip(decoded, said, strict=True)]
    kept = kept_scans(tx, [*(entry.scan.scan_id for entry in decoded), *others])
    taken: dict[UUID, _Said] = {id_: (scan.code_digest, scan.session_id, scan.gate_id, scan.reason) for id_, scan in kept.items()}
    new = []
    for entry, what, other_id in zip(decoded, said, others, strict=True):
        kept_as = entry.scan.scan_id if taken.get(entry.scan.scan_id, what) == what else other_id
        if kept_as not in taken:
            taken[kept_as] = what
            new.append(replace(entry, kept_as=kept_as))
    return new


def _said(scan: OfflineScan, session_id: UUID) -> _Said:
    return code_digest(scan.code), session_id, scan.gate_id, scan.reason


def _other_id(scan: OfflineScan, said: _Said) -> UUID:
    """Made from what was scanned, so that the same upload finds it again."""
    return uuid5(scan.scan_id, "|".join(str(part) for part in said))


def _gates(tx: Tx, scans: Sequence[OfflineScan], organisation_id: UUID) -> dict[UUID, str]:
    """Names of the gates that were scanned at. The session may have been moved to another venue since, so any gate of its seller will do."""
    ids = sorted({scan.gate_id for scan in scans if scan.gate_id is not None})
    gates = {gate.id: gate.name for gate in gates_by_id(tx, ids).values() if gate.organisation_id == organisation_id}
    if unknown := [str(id_) for id_ in ids if id_ not in gates]:
        raise NoSuchGate("These gates do not exist.", gates=unknown)
    return gates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    """An uploaded scan with what its code truly says. `kept_as` is its id in the journal."""

    scan: OfflineScan
    kept_as: UUID
    at: datetime
    ticket_id: UUID | None
    session_id: UUID | None

    @classmethod
    def of(cls, scan: OfflineScan, keys: Mapping[str, bytes], now: datetime) -> "_Decoded":
        try:
            content = read_code(scan.code, keys=keys)
        except Forged:
            return cls(scan=scan, kept_as=scan.scan_id, at=min(scan.at, now), ticket_id=None, session_id=None)
        return cls(scan=scan, kept_as=scan.scan_id, at=min(scan.at, now), ticket_id=content.ticket_id, session_id=content.session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An uploaded scan, what the database would have said against it, and whether it is its ticket's admission."""

    entry: _Decoded
    conflict: Conflict | None
    admits: bool


def _judge(entries: Sequence[_Decoded], known: Mapping[UUID, KnownTicket], session_id: UUID, gates: Mapping[UUID, str]) -> list[_Judged]:
    uses = {ticket.id: (ticket.used_at, ticket.used_gate) for ticket in known.values() if ticket.used_at is not None}
    judged = []
    for entry in entries:
        ticket = known.get(entry.ticket_id) if entry.ticket_id is not None else None
        reason = _against(entry, ticket, session_id, uses) if entry.scan.reason is None else None
        used_at, used_gate = uses.get(ticket.id, (None, "")) if ticket is not None and reason is Reason.ALREADY_USED else (None, "")
        conflict = None
        if reason is not None:
            conflict = Conflict(
                scan_id=entry.scan.scan_id, ticket_id=entry.ticket_id, at=entry.at, reason=reason, used_at=used_at, used_gate=used_gate
            )
        let_in = entry.scan.reason is None and ticket is not None and ticket.session_id == session_id
        admits = let_in and ticket is not None and ticket.id not in uses
        if admits and ticket is not None:
            uses[ticket.id] = (entry.at, gates.get(entry.scan.gate_id, "") if entry.scan.gate_id is not None else "")
        judged.append(_Judged(entry=entry, conflict=conflict, admits=admits))
    return judged


def _against(entry: _Decoded, ticket: KnownTicket | None, session_id: UUID, uses: Mapping[UUID, object]) -> Reason | None:
    if ticket is None:
        return Reason.FORGED
    if entry.session_id != session_id:
        return Reason.WRONG_SESSION
    if ticket.voiding is not None:
        return Reason.VOID
    if ticket.id in uses:
        return Reason.ALREADY_USED
    return Reason.NOT_ACTIVATED if ticket.needs_activation and ticket.activated_at is None else None


def _admit(tx: Tx, judged: Sequence[_Judged], known: Mapping[UUID, KnownTicket], session_id: UUID, *, by: Actor, now: datetime) -> None:
    admitting = [(known[each.entry.ticket_id], each.entry) for each in judged if each.admits and each.entry.ticket_id is not None]
    if not admitting:
        return
    rows = [
        (id_, ticket.organisation_id, ticket.id, session_id, entry.scan.gate_id, entry.kept_as, entry.at, str(by))
        for id_, (ticket, entry) in zip(new_ids(len(admitting)), admitting, strict=True)
    ]
    tx.insert(ADMISSION, ["id", "organisation_id", "ticket_id", "session_id", "gate_id", "scan_id", "at", "actor"], rows)
    announce(
        tx,
        [
            TicketAdmitted(
                organisation_id=ticket.organisation_id,
                occurred_at=entry.at,
                ticket_id=ticket.id,
                session_id=session_id,
                gate_id=entry.scan.gate_id,
            )
            for ticket, entry in admitting
        ],
    )


def _row(judged: _Judged, sale: SaleRow, session_id: UUID, device_id: UUID | None) -> ScanRow:
    scan = judged.entry.scan
    return ScanRow(
        attempt=ScanAttempt(scan_id=judged.entry.kept_as, code=scan.code, session_id=session_id, gate_id=scan.gate_id, device_id=device_id),
        organisation_id=sale.organisation_id,
        verdict=Verdict(reason=scan.reason, ticket_id=judged.entry.ticket_id),
        at=judged.entry.at,
        offline=True,
        conflict=judged.conflict.reason if judged.conflict is not None else None,
    )
