"""Rate limits that hold for all processes together: one counter row per key and window, changed in one statement."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from grandstand.store.kinds import Kind
from grandstand.store.tx import Tx

KEPT = timedelta(days=1)
"""Longer than any window in use; older counters are swept."""


def allow(tx: Tx, *, key: str, limit: int, window: timedelta, now: datetime, count: int = 1) -> bool:
    """Count one more request for `key`, or `count` units of it, and say whether it is within `limit` of the present window.

    Windows are aligned to the epoch, so every process agrees on them. A refused request counts too, unless its transaction is undone.
    """
    starts_at = _window_of(now, window)
    counted = tx.rows(
        "INSERT INTO store_rate (key, window_starts_at, count) VALUES (%s, %s, %s) "
        "ON CONFLICT (key, window_starts_at) DO UPDATE SET count = store_rate.count + excluded.count RETURNING count",
        (key, starts_at, count),
        kinds=[Kind.INT],
    )
    return int(counted[0][0]) <= limit


def within_limit(tx: Tx, counts: Mapping[str, int], *, limit: int, window: timedelta, now: datetime) -> dict[str, int]:
    """Count so many more for each key, as `allow` does, and say how many of them are within `limit`. One statement, none without keys."""
    if not counts:
        return {}
    starts_at = _window_of(now, window)
    rows = [(key, starts_at, count) for key, count in sorted(counts.items())]
    counted = tx.rows(
        f"INSERT INTO store_rate (key, window_starts_at, count) VALUES {', '.join(['(%s, %s, %s)'] * len(rows))} "
        "ON CONFLICT (key, window_starts_at) DO UPDATE SET count = store_rate.count + excluded.count RETURNING key, count",
        tuple(value for row in rows for value in row),
        kinds=[Kind.TEXT, Kind.INT],
    )
    return {key: min(counts[key], max(0, limit - (count - counts[key]))) for key, count in counted}


def _window_of(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete counters of windows long past; returns how many."""
    return tx.execute("DELETE FROM store_rate WHERE window_starts_at < %s", (now - KEPT,))
