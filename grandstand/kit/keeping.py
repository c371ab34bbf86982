"""Things that never change and are dear to make, kept in the memory of a process."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Kept[K: Hashable, V]:
    """Each thing is made once, however many threads ask for it. Those that nobody asked for longest are forgotten first.

    All together are `most` large at most, each as large as `size` says; the one that was made last is kept however large.
    """

    def __init__(self, *, most: int, size: Callable[[V], int]) -> None:
        self._most = most
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._sizes: dict[K, int] = {}
        self._making: dict[K, threading.Lock] = {}

    def find(self, key: K) -> V | None:
        """The thing; None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The thing, made where it is not kept; who asks for it meanwhile waits. What `make` raises is raised, and nothing is kept."""
        kept = self.find(key)
        if kept is not None:
            return kept
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            kept = self.find(key)
            if kept is not None:
                return kept
            try:
                made = make()
                self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return made

    def _keep(self, key: K, made: V) -> None:
        with self._lock:
            self._kept[key] = made
            self._sizes[key] = self._size(made)
            while sum(self._sizes.values()) > self._most and len(self._kept) > 1:
                forgotten, _ = self._kept.popitem(last=False)
                del self._sizes[forgotten]
