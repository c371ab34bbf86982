"""Reading the head of a queue that is a table."""

from collections.abc import Iterator
from contextlib import contextmanager

from grandstand.store.tx import Tx


@contextmanager
def queue_order(tx: Tx) -> Iterator[None]:
    """Within it, PostgreSQL walks a queue's index in its order and stops at the LIMIT.

    What it knows of a queue is from when it was empty. For the few rows that it expects it would rather read and sort everything that waits, for
    each batch again, and a backlog would be worked off more slowly the longer it is.
    """
    if tx.engine == "postgresql":
        tx.execute("SET LOCAL enable_bitmapscan = off")
    yield
    if tx.engine == "postgresql":
        tx.execute("SET LOCAL enable_bitmapscan = DEFAULT")
