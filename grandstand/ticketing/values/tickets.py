"""A person's tickets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.ticketing.values.offers import Category


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
class TicketEvent:
    """One thing that happened to a ticket: issued, activated, voided, reinstated, admitted. `reason` is in the words of who did it."""

    kind: str
    at: datetime
    reason: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as its holder sees it, texts in the language asked for.

    Times of the session are None while they are to be confirmed. `entry` is when the code admits, None with them. `session_status` is that of
    games. `gates` are names, none for any gate.
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
    category: Category
    price: Money
    order_id: UUID
    serial: int
    holder_id: UUID | None
    issued_at: datetime
    state: TicketState
    needs_activation: bool
    history: tuple[TicketEvent, ...] = ()
