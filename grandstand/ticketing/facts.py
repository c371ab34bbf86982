"""What ticketing announces."""

from dataclasses import dataclass
from uuid import UUID

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxOfficeOpened(Fact):
    """The box office of a session opened."""

    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeated(Fact):
    """The seats of a session are those of this plan from now on: its first one, or a version with fewer."""

    session_id: UUID
    plan_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsChanged(Fact):
    """Tickets of one order are for other seats of their session now. The seat changes say which, and why."""

    session_id: UUID
    order_id: UUID
    change_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferChanged(Fact):
    """Price, conditions or status of an offer changed: what was read of it before is out of date."""

    offer_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsIssued(Fact):
    """The tickets of one order exist. `holder_id` is None for a guest."""

    order_id: UUID
    holder_id: UUID | None
    ticket_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketVoided(Fact):
    """A ticket was taken back. The voiding says why."""

    ticket_id: UUID
    session_id: UUID
    voiding_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReinstated(Fact):
    """A voiding was undone."""

    ticket_id: UUID
    session_id: UUID
    voiding_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAdmitted(Fact):
    """Somebody came in. `occurred_at` is when; `gate_id` is None where no gate was named."""

    ticket_id: UUID
    session_id: UUID
    gate_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionTakenBack(Fact):
    """An admission did not happen after all."""

    ticket_id: UUID
    session_id: UUID
