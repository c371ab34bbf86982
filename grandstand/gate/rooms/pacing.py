"""How many are let in now: the pace that was set, slowed by a database that labours and by a house that is full."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

CALM_MS, LABOURING_MS = 100, 1_000
"""Up to the first a commit costs nobody anything; at the second, where the gate begins to send people away, nobody more is let in."""

LONGEST_LEAP = timedelta(seconds=5)
"""What was not let in during a longer standstill is not made up for at once: it would be a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`more` places now, and since when the next ones are counted: what is left of a whole place is not lost."""

    more: int
    moved_at: datetime


def pace(*, rate_per_min: int, moved_at: datetime, now: datetime, commit_ms: int, room_inside: int) -> Pace:
    """How many come in. `commit_ms` is the slowest gate's, `room_inside` how many more the house takes, those on their way counted as in."""
    since = max(moved_at, now - LONGEST_LEAP)
    rate = rate_per_min / 60 * share(commit_ms)
    due = floor(rate * max(0.0, (now - since).total_seconds()))
    if due <= 0 and rate > 0:
        return Pace(more=0, moved_at=since)
    more = max(0, min(due, room_inside))
    return Pace(more=more, moved_at=since + timedelta(seconds=due / rate) if more == due and rate > 0 else now)


def share(commit_ms: int) -> float:
    """The part of the rate that a gate which commits in so many milliseconds takes, 1 to 0."""
    return min(1.0, max(0.0, (LABOURING_MS - commit_ms) / (LABOURING_MS - CALM_MS)))
