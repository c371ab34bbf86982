"""Rate limits that hold for all processes together: one counter row per key and window, changed in one statement."""

from datetime import UTC, datetime, timedelta

from grandstand.store.kinds import Kind
from grandstand.store.tx import Tx

KEPT = timedelta(days=1)
"""Longer than any window in use; older counters are swept."""


def allow(tx: Tx, *, key: str, limit: int, window: timedelta, now: datetime) -> bool:
    """Count one more request for `key` and say whether it is within `limit` of the present window.

    Windows are aligned to the epoch, so every process agrees on them. A refused request counts too.
    """
    seconds = int(window.total_seconds())
    starts_at = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    counted = tx.rows(
        "INSERT INTO store_rate (key, window_starts_at, count) VALUES (%s, %s, 1) "
        "ON CONFLICT (key, window_starts_at) DO UPDATE SET count = store_rate.count + 1 RETURNING count",
        (key, starts_at),
        kinds=[Kind.INT],
    )
    return int(counted[0][0]) <= limit


def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete counters of windows long past; returns how many."""
    return tx.execute("DELETE FROM store_rate WHERE window_starts_at < %s", (now - KEPT,))
