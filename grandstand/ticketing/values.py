"""What crosses the door of ticketing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.spans import Span

type Names = Mapping[str, str]
"""A text in other languages: language code (fr, zh-hans) to text, beside a default text that always exists."""

# -- at the gate -------------------------------------------------------------------------------------------------------------------------


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
    database itself answered.
    """

    reason: Reason | None
    ticket_id: UUID | None = None
    session_id: UUID | None = None
    gates: frozenset[int] = frozenset()
    window: Span | None = None
    used_at: datetime | None = None
    used_gate: str = ""
    as_of: datetime | None = None

    @property
    def admitted(self) -> bool:
        return self.reason is None
