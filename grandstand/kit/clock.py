"""What time it is. Only web, tasks and the command line read it; everything below takes `now=`."""

from collections.abc import Callable
from datetime import UTC, datetime

_followed: list[Callable[[], datetime | None]] = []


def now() -> datetime:
    """The present instant, aware, in UTC: of the clock that is followed, else this host's."""
    if _followed and (told := _followed[0]()) is not None:
        return told
    return datetime.now(UTC)


def follow(clock: Callable[[], datetime | None] | None) -> None:
    """Let this process go by another clock than its host's, which may jump: the database's, as the gate carries it on. None: the host's again.

    While that clock has no answer, the host's stands in.
    """
    _followed[:] = [] if clock is None else [clock]
