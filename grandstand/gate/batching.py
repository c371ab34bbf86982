"""Natural batching: whoever waits is decided together, and answered after one commit.

The event loop only puts requests into a queue. Each committer thread takes what waits, decides it in one transaction and answers. The busier it
is, the larger the batches become, and the less each request costs; when it is quiet, a request is a batch of one and waits for nobody.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from grandstand.gate.values import GateBusy

MOST_IN_BATCH = 512
"""More in one commit makes each request little cheaper and everyone in it wait longer (docs/explanation/on-sale.md)."""

PATIENCE_S = 1.0
"""Whoever would wait longer than this is told to come back instead: an early no is better than a time-out."""

SMOOTHING = 0.2
"""Weight of the newest batch in the pace that is expected."""


class Batcher[Ask, Answer]:
    """A bounded queue in front of a function that decides many asks at once.

    `decide` gets what waits, in the order of arrival, and returns as many answers; it runs in one of `threads` threads. When it raises, every
    ask of the batch gets the error. `leave` runs in each thread when it ends, to close what it opened.
    """

    def __init__(
        self, decide: Callable[[Sequence[Ask]], Sequence[Answer]], *, threads: int, name: str, leave: Callable[[], None] = lambda: None
    ) -> None:
        self._decide, self._leave = decide, leave
        self._waiting: deque[tuple[Ask, asyncio.Future[Answer]]] = deque()
        self._more = threading.Condition()
        self._resting = 0
        self._stopping = False
        self._seconds_each = 0.0
        self.batches = 0
        self.answered = 0
        self.seconds = 0.0
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Begin to decide."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Decide what waits, then end. What is asked afterwards is never answered."""
        with self._more:
            self._stopping = True
            self._more.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def wait_s(self) -> float:
        """How long somebody who asks now is expected to wait for their turn."""
        return len(self._waiting) * self._seconds_each

    def ask(self, ask: Ask) -> asyncio.Future[Answer]:
        """Queue `ask`; the future has its answer after the commit. Raises GateBusy when it would wait too long. On the event loop only."""
        waiting = self._waiting
        if len(waiting) > MOST_IN_BATCH and self.wait_s > PATIENCE_S:
            raise GateBusy("Too many people at once: ask again in a moment, with the same key.", retry_after_s=ceil(self.wait_s))
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting.append((ask, future))
        if self._resting:
            with self._more:
                self._more.notify()
        return future

    # -- in the threads ----------------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while batch := self._take():
            started = time.perf_counter()
            asks, futures = [ask for ask, _ in batch], [future for _, future in batch]
            try:
                answers: Sequence[Answer] | Exception = _each(asks, self._decide(asks))
            except Exception as error:  # noqa: BLE001 whoever asked is told, and the thread goes on with the next batch
                answers = error
            self._note(len(batch), time.perf_counter() - started)
            _tell(futures, answers)
        self._leave()

    def _take(self) -> list[tuple[Ask, asyncio.Future[Answer]]]:
        """What waits, at most one batch of it; nothing when it is time to end."""
        while True:
            if batch := self._pop():
                return batch
            with self._more:
                if self._stopping:
                    return []
                self._resting += 1
                # Something may have come between the look and the lock; the pause is for that rare case.
                self._more.wait(timeout=0.05 if self._waiting else 1.0)
                self._resting -= 1

    def _pop(self) -> list[tuple[Ask, asyncio.Future[Answer]]]:
        batch = []
        try:
            for _ in range(MOST_IN_BATCH):
                batch.append(self._waiting.popleft())  # noqa: PERF401 other threads pop too: what was taken must be kept when it runs empty
        except IndexError:
            pass
        return batch

    def _note(self, count: int, seconds: float) -> None:
        each = seconds / count / len(self._threads)
        self._seconds_each += SMOOTHING * (each - self._seconds_each) if self._seconds_each else each
        self.batches, self.answered, self.seconds = self.batches + 1, self.answered + count, self.seconds + seconds


class Meter:
    """How long these batchers keep somebody waiting, since it was looked at last."""

    def __init__(self, *batchers: Batcher[Any, Any]) -> None:
        self._batchers = batchers
        self._before = [(0, 0.0)] * len(batchers)

    def __call__(self) -> int:
        """Milliseconds for a turn and a commit, of the slowest; 0 for those that had nothing to do."""
        now = [(batcher.batches, batcher.seconds) for batcher in self._batchers]
        before, self._before = self._before, now
        commits = [(s - s0) / (n - n0) if n > n0 else 0.0 for (n, s), (n0, s0) in zip(now, before, strict=True)]
        return max(round(1_000 * (batcher.wait_s + commit)) for batcher, commit in zip(self._batchers, commits, strict=True))


def _each[Answer](asks: Sequence[Any], answers: Sequence[Answer]) -> Sequence[Answer]:
    """An answer too few would give everybody behind it somebody else's."""
    if len(answers) != len(asks):
        raise RuntimeError(f"{len(asks)} asked and {len(answers)} were answered: nobody is told whose answer is whose")
    return answers


def _tell[Answer](futures: Sequence[asyncio.Future[Answer]], answers: Sequence[Answer] | Exception) -> None:
    """Answer on the loops that asked, one wake-up for each."""
    loops = {future.get_loop() for future in futures}
    for loop in loops:
        mine = [n for n, future in enumerate(futures) if future.get_loop() is loop] if len(loops) > 1 else range(len(futures))
        loop.call_soon_threadsafe(_settle, [futures[n] for n in mine], answers if isinstance(answers, Exception) else [answers[n] for n in mine])


def _settle[Answer](futures: Sequence[asyncio.Future[Answer]], answers: Sequence[Answer] | Exception) -> None:
    for n, future in enumerate(futures):
        if future.done():  # who asked has gone; the answer stands in the database for when they ask again
            continue
        if isinstance(answers, Exception):
            future.set_exception(answers)
        else:
            future.set_result(answers[n])
