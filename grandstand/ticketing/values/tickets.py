"""A person's tickets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.ticketing.values.offers import Category
from grandstand.ticketing.values.plans import SeatLabel


class TicketState(StrEnum):
    """What a ticket is now, read from its rows."""

    VALID = "valid"
    NOT_ACTIVATED = "not_activated"
    USED = "used"
    VOID = "void"


class VoidedBy(StrEnum):
    """Who took a ticket back."""

    SALE = "sale"
    """A refund or cancellation: money and seat went back with it, so it cannot be reinstated."""
    BOX_OFFICE = "box_office"
    """The organiser's staff; the way back is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as its holder sees it, texts in the language asked for.

    Times of the session are None while they are to be confirmed. `entry` is when the code admits, None with them. `session_status` is that of
    games. `gates` are names, none for any gate. `number` of `of` is its place among the tickets of its order for this session. `seat` is None
    where the session has no seat plan.
    """

    id: UUID
    organisation_id: UUID
    organisation_name: str
    session_id: UUID
    session_code: str
    session_title: str
    session_status: str
    discipline: str
    venue: str
    zone: str
    time_zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    entry: Span | None
    gates: tuple[str, ...]
    gate_numbers: frozenset[int]
    category: Category
    seat: SeatLabel | None
    price: Money
    order_id: UUID
    number: int
    of: int
    holder_id: UUID | None
    issued_at: datetime
    state: TicketState
    needs_activation: bool
    used_at: datetime | None
    used_gate: str
    void_reason: str

    @property
    def gate_names(self) -> tuple[str, ...]:
        """The way in: the gates that admit, else the one nearest to the seat; none for any."""
        return self.gates or ((self.seat.gate,) if self.seat is not None and self.seat.gate else ())


class EventKind(StrEnum):
    """What can happen to a ticket."""

    ISSUED = "issued"
    ACTIVATED = "activated"
    VOIDED = "voided"
    REINSTATED = "reinstated"
    ADMITTED = "admitted"
    SEAT_CHANGED = "seat_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """One thing that happened to a ticket. `reason` is in the words of who did it."""

    kind: EventKind
    at: datetime
    reason: str = ""
    gate: str = ""
