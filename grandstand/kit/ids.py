"""Identifiers that sort in the order of their making (UUID version 7, RFC 9562 section 5.7)."""

import os
import threading
import time
from hashlib import blake2b
from uuid import UUID, SafeUUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_VERSION_8 = (0x8 << 76) | (0b10 << 62)
_FREE_BITS = (1 << 128) - 1 - (0xF << 76) - (0b11 << 62)
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
    random = memoryview(noise)[5:].cast("I")
    return [_stamp(ordered, noise) for ordered, noise in zip(range(first, first + count), random, strict=True)]


def named_id(name: bytes) -> UUID:
    """The id of a name: the same name always has the same id, two names never do in practice (122 bits of BLAKE2b, UUID version 8)."""
    return _uuid(int.from_bytes(blake2b(name, digest_size=16).digest()) & _FREE_BITS | _VERSION_8)


_set_int, _set_is_safe = vars(UUID)["int"].__set__, vars(UUID)["is_safe"].__set__


def _stamp(ordered: int, noise: int) -> UUID:
    return _uuid(ordered >> 42 << 80 | (ordered >> 30 & 0xFFF) << 64 | (ordered & 0x3FFFFFFF) << 32 | noise | _VERSION_AND_VARIANT)


def _uuid(value: int) -> UUID:
    # UUID's own constructor spends most of its time on forms of input that are not ours, and a busy minute makes millions.
    made = object.__new__(UUID)
    _set_int(made, value)
    _set_is_safe(made, SafeUUID.unknown)
    return made
