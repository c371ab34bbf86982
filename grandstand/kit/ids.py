"""Identifiers that sort in the order of their making (UUID version 7, RFC 9562 section 5.7)."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterable
from hashlib import blake2b
from itertools import repeat
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
    noise = int.from_bytes(os.urandom(9))
    made = object.__new__(UUID)  # as in `ids_of`, without its loops
    _set_int(made, _stamped(_counted(1, noise >> 38)) | noise & 0xFFFFFFFF)
    _set_is_safe(made, SafeUUID.unknown)
    return made


def new_ids(count: int) -> list[UUID]:
    """`count` new ids in ascending order, with one look at the clock."""
    noise = os.urandom(4 * count + 5)
    first = _counted(count, int.from_bytes(noise[:5]) >> 6)
    random = memoryview(noise)[5:].cast("I")
    return ids_of([_stamped(ordered) | noise for ordered, noise in zip(range(first, first + count), random, strict=True)])


def _counted(count: int, random: int) -> int:
    """The first of so many milliseconds with counter that nobody has had. `random` has 34 bits, where a new millisecond begins to count.

    Only 34 of the 42 counter bits start random, so that a busy millisecond has room to count upwards.
    """
    global _last, _after_fork_pid  # noqa: PLW0603 the last id of this process is one thing of the process
    with _lock:
        if _after_fork_pid != os.getpid():
            _last, _after_fork_pid = 0, os.getpid()
        first = max(time.time_ns() // 1_000_000 << _COUNTER_BITS | random, _last + 1)
        _last = first + count - 1
    return first


def named_id(name: bytes) -> UUID:
    """The id of a name: the same name always has the same id, two names never do in practice (122 bits of BLAKE2b, UUID version 8)."""
    return named_ids([name])[0]


def named_ids(names: Iterable[bytes]) -> list[UUID]:
    """The id of each name, in order, several times faster than one after the other."""
    read = int.from_bytes
    return ids_of([read(blake2b(name, digest_size=16).digest()) & _FREE_BITS | _VERSION_8 for name in names])


_set_int, _set_is_safe = vars(UUID)["int"].__set__, vars(UUID)["is_safe"].__set__


def ids_of(values: list[int]) -> list[UUID]:
    """UUIDs of integers from 0 to 2^128 - 1, which are not checked.

    UUID's own constructor spends most of its time on forms of input that are not ours, and a busy minute makes millions: here the loops run in C.
    """
    made = list(map(object.__new__, repeat(UUID, len(values))))
    deque(map(_set_int, made, values), maxlen=0)
    deque(map(_set_is_safe, made, repeat(SafeUUID.unknown)), maxlen=0)
    return made


def _stamped(ordered: int) -> int:
    return ordered >> 42 << 80 | (ordered >> 30 & 0xFFF) << 64 | (ordered & 0x3FFFFFFF) << 32 | _VERSION_AND_VARIANT
