"""Identifiers that sort in the order of their making (UUID version 7, RFC 9562 section 5.7)."""

import os
import threading
import time
from uuid import UUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_COUNTER_BITS = 42
_lock = threading.Lock()
_last = 0
_after_fork_pid = os.getpid()


def new_id() -> UUID:
    """A new UUIDv7, larger than every one this process made before.

    The first 48 bits are Unix milliseconds, the next 12 and 30 count upwards within a millisecond from a random start (RFC 9562
    section 6.2, method 1), the last 32 are random. When the clock stands still or jumps back, the count goes on from the last value.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[UUID]:
    """`count` new ids in ascending order, with one look at the clock."""
    global _last, _after_fork_pid  # noqa: PLW0603 the last id of this process is one thing of the process
    noise = os.urandom(4 * count + 5)
    with _lock:
        if _after_fork_pid != os.getpid():
            _last, _after_fork_pid = 0, os.getpid()
        # Only 34 of the 42 counter bits start random, so that a busy millisecond has room to count upwards.
        start = ((time.time_ns() // 1_000_000) << _COUNTER_BITS) | (int.from_bytes(noise[:5]) >> 6)
        first = max(start, _last + 1)
        _last = first + count - 1
    return [_stamp(first + n, int.from_bytes(noise[5 + 4 * n : 9 + 4 * n])) for n in range(count)]


def _stamp(ordered: int, noise: int) -> UUID:
    milliseconds, counter = ordered >> _COUNTER_BITS, ordered & ((1 << _COUNTER_BITS) - 1)
    return UUID(int=(milliseconds << 80) | ((counter >> 30) << 64) | ((counter & 0x3FFFFFFF) << 32) | noise | _VERSION_AND_VARIANT)
