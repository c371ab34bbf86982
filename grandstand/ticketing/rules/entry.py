"""What the gate decides: when a ticket admits, what it is now, and the answer to a scan."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.kit.spans import Span
from grandstand.ticketing.codes import Forged, Keyring, read_code
from grandstand.ticketing.values import CodeContent, Reason, TicketState, Verdict


def entry_window(*, starts_at: datetime | None, ends_at: datetime | None, doors_before_min: int) -> Span | None:
    """When a session's tickets admit: from the doors' opening until it ends. None while its times are not known."""
    if starts_at is None or ends_at is None:
        return None
    return Span(starts_at=starts_at - timedelta(minutes=doors_before_min), ends_at=ends_at)


def ticket_state(*, void: bool, used: bool, needs_activation: bool, activated: bool) -> TicketState:
    """What a ticket is. One that is void and was used all the same is void: that is what somebody has to look at."""
    if void:
        return TicketState.VOID
    if used:
        return TicketState.USED
    return TicketState.NOT_ACTIVATED if needs_activation and not activated else TicketState.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a ticket beyond its code. `window` and `gates`, when given, are newer than the code's: the session was moved since.

    `called_off` is the reason for which the session admits nobody, None while it takes place. `activated` matters only where the code asks for
    it. `as_of` is set when this was known at a scanner's last sync.
    """

    called_off: Reason | None = None
    void: bool = False
    used_at: datetime | None = None
    used_gate: str = ""
    activated: bool = False
    window: Span | None = None
    gates: frozenset[int] | None = None
    as_of: datetime | None = None


def token_digest(token: str) -> str:
    """What is kept of a scanner's token. It is long and random, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def verify(code: str, *, keys: Keyring, session_id: UUID, gate: int | None, now: datetime) -> Verdict:
    """Decide from the code and the public keys alone: signature, session, gate and time. No network, no database.

    `gate` None asks about no gate. What the code cannot know (called off, void, used, activated) is taken to be in order.
    """
    try:
        content = read_code(code, keys=keys)
    except Forged:
        return Verdict(reason=Reason.FORGED)
    return decide(content, Known(activated=True), session_id=session_id, gate=gate, now=now)


def decide(content: CodeContent, known: Known, *, session_id: UUID, gate: int | None, now: datetime) -> Verdict:
    """The answer to a code whose signature is true.

    The reason that nothing can mend comes first: another session, cancelled, void, used; then what only waiting mends, where and when; then what
    the holder can still do. So nobody walks to the right gate to hear there that the ticket is void, and nobody whose ticket was refunded with
    its session is sent to the box office to hear why.
    """
    window = known.window or content.window
    gates = content.gates if known.gates is None else known.gates
    reason = _reason(content, known, session_id, gate, gates, window, now)
    used = reason is Reason.ALREADY_USED
    return Verdict(
        reason=reason,
        ticket_id=content.ticket_id,
        session_id=content.session_id,
        gates=gates,
        window=window,
        used_at=known.used_at if used else None,
        used_gate=known.used_gate if used else "",
        as_of=known.as_of,
    )


def _reason(
    content: CodeContent, known: Known, session_id: UUID, gate: int | None, gates: frozenset[int], window: Span, now: datetime
) -> Reason | None:
    checks = {
        Reason.WRONG_SESSION: content.session_id != session_id,
        Reason.SESSION_CANCELLED: known.called_off is Reason.SESSION_CANCELLED,
        Reason.VOID: known.void,
        Reason.ALREADY_USED: known.used_at is not None,
        Reason.SESSION_POSTPONED: known.called_off is Reason.SESSION_POSTPONED,
        Reason.WRONG_GATE: gate is not None and bool(gates) and gate not in gates,
        Reason.NOT_VALID_YET: window.starts_at is not None and now < window.starts_at,
        Reason.TOO_LATE: window.ends_at is not None and now >= window.ends_at,
        Reason.NOT_ACTIVATED: content.needs_activation and not known.activated,
    }
    return next((reason for reason, holds in checks.items() if holds), None)
