"""A batch that one bad wish must not spoil for the others."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from grandstand.inventory.services.holding import hold_many
from grandstand.inventory.values import Answer, Wish
from grandstand.store.api import DataWrong, Tx, WallHit

type Write = Callable[[Callable[[Tx], list[Answer]]], list[Answer]]
"""Runs its argument in a transaction of its own, again after a deadlock: `Database(url).write_retrying`, or `store.write_retrying`."""

FAULTS = (WallHit, DataWrong, ValueError, TypeError, OverflowError)
"""What a wish can be guilty of. Anything else, a lost connection above all, is not the wish's fault and is raised."""


def hold_each(write: Write, wishes: Sequence[Wish], *, now: datetime) -> list[Answer | Exception]:
    """Answer each wish as `hold_many` does, in one transaction; an error stands as the answer of the wish that caused it.

    When the transaction fails for what is in it, it is rolled back and each half tried on its own, in order, until the culprit stands alone:
    about 2 log2(n) transactions more for one culprit among n. Idempotency keys make it safe to try again.
    """
    if not wishes:
        return []
    try:
        return [*write(partial(hold_many, wishes=wishes, now=now))]
    except FAULTS as fault:
        if len(wishes) == 1:
            return [fault]
    half = len(wishes) // 2
    return [*hold_each(write, wishes[:half], now=now), *hold_each(write, wishes[half:], now=now)]
