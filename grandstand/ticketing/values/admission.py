"""At the gate: codes, scans, scanners and counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.spans import Span


class Reason(StrEnum):
    """Why somebody is not let in. Stable: kept in every scan, spoken by scanners, translated where it is shown."""

    FORGED = "forged"
    """Not a code of ours: unreadable, changed, signed by another key, or for a ticket that does not exist."""
    WRONG_SESSION = "wrong_session"
    """A true ticket, for another session: another day, another time or another venue."""
    WRONG_GATE = "wrong_gate"
    NOT_VALID_YET = "not_valid_yet"
    """Before the doors open."""
    TOO_LATE = "too_late"
    """After the session ended."""
    NOT_ACTIVATED = "not_activated"
    """A true ticket that its holder must activate before coming in."""
    VOID = "void"
    """Taken back: refunded or cancelled."""
    ALREADY_USED = "already_used"
    """Somebody came in with it before."""
    SESSION_CANCELLED = "session_cancelled"
    """The session will not take place."""
    SESSION_POSTPONED = "session_postponed"
    """The session does not take place at the time it had; the new one is still to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeContent:
    """What a ticket's code says. `gates` are the numbers (1 to 32) of the gates that admit, none for any gate. `window` is whole minutes."""

    key_id: str
    ticket_id: UUID
    session_id: UUID
    gates: frozenset[int]
    window: Span
    needs_activation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a scan. Admitted when `reason` is None.

    `ticket_id` and `session_id` are known for every code that is truly ours. `window` is when it admits. `used_at` and `used_gate` say when and
    where it was used before. `as_of` is the last sync of a scanner that decided without a network: void and used are as of then; None when the
    database itself answered. `answered_at` is set when this scan was answered before: this is that answer again.
    """

    reason: Reason | None
    ticket_id: UUID | None = None
    session_id: UUID | None = None
    gates: frozenset[int] = frozenset()
    window: Span | None = None
    used_at: datetime | None = None
    used_gate: str = ""
    as_of: datetime | None = None
    answered_at: datetime | None = None

    @property
    def admitted(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """A way into a venue, its name in the language asked for."""

    id: UUID
    organisation_id: UUID
    venue_id: UUID
    number: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGate:
    """A gate to make."""

    organisation_id: UUID
    venue_id: UUID
    number: int
    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A scanner just registered. `token` is shown once: only its digest is kept."""

    device_id: UUID
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A scanner that signed in."""

    id: UUID
    organisation_id: UUID
    steward_id: UUID
    name: str
    synced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPlace:
    """A session at which tickets can be scanned. `entry` is when they admit, None while its times are not known.

    `called_off` is the reason for which they admit nobody, SESSION_CANCELLED or SESSION_POSTPONED; None while the session takes place.
    """

    session_id: UUID
    organisation_id: UUID
    session_code: str
    session_title: str
    venue: str
    time_zone: str
    starts_at: datetime | None
    entry: Span | None
    called_off: Reason | None
    gates: tuple[GateView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanAttempt:
    """A code held before a scanner. `scan_id` is made by the scanner, one for each scan, so that a repeated request is the same scan."""

    scan_id: UUID
    code: str
    session_id: UUID
    gate_id: UUID | None
    device_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineScan:
    """What a scanner decided without a network at `at`, `reason` None for admitted."""

    scan_id: UUID
    code: str
    gate_id: UUID | None
    at: datetime
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Somebody let in without a network whom the database would have refused, and why. The other use, where that is the reason."""

    scan_id: UUID
    ticket_id: UUID | None
    at: datetime
    reason: Reason
    used_at: datetime | None = None
    used_gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What became of uploaded scans. `known` were uploaded before. Every one is kept, those in conflict too."""

    received: int
    known: int
    admitted: int
    refused: int
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCount:
    """Scans at one gate of a session so far. `gate_id` None gathers those without a gate."""

    gate_id: UUID | None
    gate: str
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCount:
    """Who is in. `inside` counts tickets admitted, `conflicts` those let in without network whom the database would have refused."""

    session_id: UUID
    inside: int
    refused: int
    conflicts: int
    sold: int
    by_gate: tuple[GateCount, ...]
    refused_by_reason: Mapping[Reason, int]
