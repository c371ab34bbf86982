"""What is known of tickets, read from their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.store.api import Kind, Row, Tx
from grandstand.ticketing.rules import in_language, ticket_state
from grandstand.ticketing.values import TicketState, VoidedBy

_SQL = """
SELECT t.id, t.organisation_id, t.session_id, t.offer_id, t.order_id, t.line_id, t.serial, t.holder_id, t.issued_at, t.seat_id,
       o.gates, o.needs_activation, c.at, v.id, v.number, v.origin, v.at, v.reason, a.id, a.at, g.name, g.names
FROM ticketing_ticket t
JOIN ticketing_offer o ON o.id = t.offer_id
LEFT JOIN ticketing_activation c ON c.ticket_id = t.id
LEFT JOIN ticketing_voiding v ON v.ticket_id = t.id AND NOT EXISTS (SELECT 1 FROM ticketing_reinstatement r WHERE r.voiding_id = v.id)
LEFT JOIN ticketing_admission a ON a.ticket_id = t.id
LEFT JOIN ticketing_gate g ON g.id = a.gate_id
WHERE """
_KINDS = [
    *(Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.INT, Kind.UUID, Kind.INSTANT, Kind.UUID),
    *(Kind.JSON, Kind.BOOL, Kind.INSTANT, Kind.UUID, Kind.INT, Kind.TEXT, Kind.INSTANT, Kind.TEXT, Kind.UUID, Kind.INSTANT, Kind.TEXT, Kind.JSON),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVoiding:
    """The voiding that makes a ticket void now."""

    id: UUID
    number: int
    origin: VoidedBy
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTicket:
    """A ticket and what happened to it. `gates` and `needs_activation` are its offer's as they are now."""

    id: UUID
    organisation_id: UUID
    session_id: UUID
    offer_id: UUID
    order_id: UUID
    line_id: UUID
    serial: int
    holder_id: UUID | None
    issued_at: datetime
    seat_id: UUID | None
    gates: frozenset[int]
    needs_activation: bool
    activated_at: datetime | None
    voiding: KnownVoiding | None
    admission_id: UUID | None
    used_at: datetime | None
    used_gate: str

    @property
    def state(self) -> TicketState:
        return ticket_state(
            void=self.voiding is not None,
            used=self.used_at is not None,
            needs_activation=self.needs_activation,
            activated=self.activated_at is not None,
        )


def known_tickets(tx: Tx, ticket_ids: Sequence[UUID], *, language: str = "en") -> dict[UUID, KnownTicket]:
    """What is known of each ticket that exists, by id. One statement; lock the tickets first where it must stay true."""
    return _known(tx, "t.id", ticket_ids, language)


def known_of_lines(tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, KnownTicket]:
    """The same of all tickets of these order lines."""
    return _known(tx, "t.line_id", line_ids, "en")


def lock_tickets(tx: Tx, column: str, values: Sequence[UUID]) -> list[UUID]:
    """Lock the tickets whose `column` is one of these, in key order, and return their ids. One statement."""
    if not values:
        return []
    where, param = tx.among(column, Kind.UUID, values)
    return [id_ for (id_,) in tx.rows(f"SELECT id FROM ticketing_ticket WHERE {where} ORDER BY id{tx.lock_rows}", (param,), kinds=[Kind.UUID])]


def _known(tx: Tx, column: str, values: Sequence[UUID], language: str) -> dict[UUID, KnownTicket]:
    if not values:
        return {}
    where, param = tx.among(column, Kind.UUID, sorted(set(values)))
    return {row[0]: _ticket(row, language) for row in tx.rows(_SQL + where, (param,), kinds=_KINDS)}


def _ticket(row: Row, language: str) -> KnownTicket:
    *ticket, gates, needs_activation, activated_at, voiding_id, number, origin, voided_at, reason, admission_id, used_at, gate, gate_names = row
    names = ("id", "organisation_id", "session_id", "offer_id", "order_id", "line_id", "serial", "holder_id", "issued_at", "seat_id")
    voiding = None if voiding_id is None else KnownVoiding(id=voiding_id, number=number, origin=VoidedBy(origin), at=voided_at, reason=reason)
    return KnownTicket(
        **dict(zip(names, ticket, strict=True)),
        gates=frozenset(gates),
        needs_activation=needs_activation,
        activated_at=activated_at,
        voiding=voiding,
        admission_id=admission_id,
        used_at=used_at,
        used_gate="" if gate is None else in_language(gate, gate_names, language),
    )
