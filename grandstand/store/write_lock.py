"""SQLite has one writer. Threads of one process take turns in the order in which they asked."""

import threading
from collections import deque
from functools import cache


class FairLock:
    """First come, first served. Not re-entrant: a thread that asks twice would wait for itself, so it gets an error instead."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._owner: int | None = None

    def acquire(self) -> None:
        """Wait for our turn. Raises RuntimeError when this thread holds the lock already."""
        me = threading.get_ident()
        with self._guard:
            if self._owner == me:
                raise RuntimeError("this thread is already writing: use the open Tx instead of a second transaction")
            if self._owner is None and not self._waiting:
                self._owner = me
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()
        self._owner = me

    def release(self) -> None:
        """Pass the lock to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._owner = -1  # taken, by a thread that is about to wake
                self._waiting.popleft().set()
            else:
                self._owner = None


@cache
def write_lock(database: str) -> FairLock:
    """The one lock of a database file in this process."""
    return FairLock()
