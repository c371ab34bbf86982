"""A clock that leaps ahead takes nobody's time: what lasts until an instant then lasts longer by as much.

On SQLite the clock that decides is this host's, which somebody may put right, or wrong; on PostgreSQL it is the database server's.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from grandstand.commerce import api as commerce
from grandstand.inventory import api as inventory
from grandstand.store import api as store

LEAP = timedelta(minutes=1)
"""Of a hold's quarter of an hour. Smaller steps are what a machine that was busy or asleep for a moment makes."""

log = structlog.get_logger(__name__)


SETTLES_S = 5.0
"""A gate carries on an instant that it read up to a second before (`gate/offers.py`): what it set aside by that after a leap is made up for too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leap:
    """The clock was at `since` and then ran ahead by so much; until `settled_at` of the monotonic clock somebody may go by the old one."""

    since: datetime
    by: timedelta
    settled_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the monotonic clock said when a sweep looked at the one that decides, and the leap that it found."""

    ticks_s: float
    leap: Leap | None = None


class Leaps:
    """Compares the clock that decides with this process's monotonic one, from sweep to sweep. Its threads share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ticks_s: float | None = None
        self._last: Leap | None = None

    def make_up(self, tx: store.Tx) -> Look:
        """Prolong holds, baskets and orders by what the clock has leapt ahead since the last sweep. Before anything is swept.

        The high-water mark is locked and was kept by whichever process swept last, so of many workers one makes up for a leap.
        What comes back is to be kept after the commit.
        """
        kept, now, ticks_s = store.high_water(tx), tx.now(), time.monotonic()
        before_s, last = self._ticks_s, self._last
        if kept is None or before_s is None:
            return Look(ticks_s=ticks_s)
        by = now - kept - timedelta(seconds=ticks_s - before_s)
        if by >= LEAP:
            log.warning("clock_leapt", by_s=round(by.total_seconds()))
            found = Leap(since=kept, by=by, settled_at=ticks_s + SETTLES_S)
            _prolong(tx, found, now=now)
            return Look(ticks_s=ticks_s, leap=found)
        if last is not None and ticks_s < last.settled_at:
            _prolong(tx, last, now=now, ending_by=now)
        return Look(ticks_s=ticks_s)

    def keep(self, look: Look) -> None:
        """The sweep was committed, and with it the mark: the next is compared with this one. After one that failed the mark is where it was."""
        with self._lock:
            self._ticks_s = look.ticks_s if self._ticks_s is None else max(self._ticks_s, look.ticks_s)
            self._last = look.leap or self._last


def _prolong(tx: store.Tx, leap: Leap, *, now: datetime, ending_by: datetime | None = None) -> None:
    """What was made by the leapt clock already has its whole time: it is from later than the old clock would say now."""
    commerce.prolong_all(tx, since=leap.since, made_by=now - leap.by, by=leap.by, ending_by=ending_by)
    inventory.prolong_all(tx, made_by=now - leap.by, by=leap.by, ending_by=ending_by)
