"""Reading the seats of what a waiting room is about to sell while people still gather: a plan of 60,000 seats takes seconds."""

import threading
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

EVERY_S = 1.0

log = structlog.get_logger("grandstand.gate")


class Warming:
    """A thread that reads the seats of each item once, soon after a room before it has opened: one session after the other, while there is room.

    What it could not read, or what was forgotten again, is read when somebody asks for it.
    """

    def __init__(
        self,
        coming: Callable[[], Sequence[UUID]],
        find: Callable[[Sequence[UUID]], object],
        *,
        is_full: Callable[[], bool],
        leave: Callable[[], None],
    ) -> None:
        """`coming` are the items behind open rooms, `find` reads where their seats are; `leave` closes what that opened in this thread."""
        self._coming, self._find, self._is_full, self._leave = coming, find, is_full, leave
        self._tried = set[UUID]()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="gate-warming", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the session that is being read has been read."""
        self._stopping.set()
        self._thread.join()

    def read(self) -> None:
        """Read what has come and was not tried yet."""
        new = [item_id for item_id in self._coming() if item_id not in self._tried]
        for item_id in new:
            if self._stopping.is_set() or self._is_full():
                break
            self._tried.add(item_id)
            try:
                self._find([item_id])
            except Exception:
                log.exception("gate.seats_not_read", item=str(item_id))
        if new:
            self._leave()

    def _work(self) -> None:
        while not self._stopping.wait(EVERY_S):
            self.read()
