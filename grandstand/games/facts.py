"""What games announces. Instants are UTC; None means "not known"."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionScheduled(Fact):
    """A session is new in the schedule, perhaps still without times or venue."""

    session_id: UUID
    edition_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved(Fact):
    """A session has other times or another venue than before. `stakes` tickets were sold or held when it moved."""

    session_id: UUID
    edition_id: UUID
    starts_before_at: datetime | None
    ends_before_at: datetime | None
    venue_before_id: UUID | None
    starts_after_at: datetime | None
    ends_after_at: datetime | None
    venue_after_id: UUID | None
    stakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPostponed(Fact):
    """A session will take place at a time still to be told."""

    session_id: UUID
    edition_id: UUID
    stakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(Fact):
    """A session will not take place."""

    session_id: UUID
    edition_id: UUID
    stakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReinstated(Fact):
    """A cancelled or postponed session takes place after all, at the times it now has."""

    session_id: UUID
    edition_id: UUID
    stakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsEntered(Fact):
    """A unit has results, new or corrected."""

    unit_id: UUID
    edition_id: UUID
