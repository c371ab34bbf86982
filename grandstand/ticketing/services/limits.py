"""How often one may scan."""

from datetime import datetime, timedelta

from grandstand.store.api import Tx, allow
from grandstand.ticketing.values import TooManyScans

SCANS_A_MINUTE = 240
"""A steward needs about three seconds a person, a turnstile one. Four a second is a machine that guesses codes."""

SYNCS_A_MINUTE = 30


def check_rate(tx: Tx, *, key: str, now: datetime) -> None:
    """Count scans for whoever makes them, over all processes. Raises TooManyScans."""
    _check(tx, f"ticketing.scan:{key}", SCANS_A_MINUTE, now)


def check_sync_rate(tx: Tx, *, key: str, now: datetime) -> None:
    """The same for bundles and uploads, which are larger. Raises TooManyScans."""
    _check(tx, f"ticketing.sync:{key}", SYNCS_A_MINUTE, now)


def _check(tx: Tx, key: str, limit: int, now: datetime) -> None:
    if not allow(tx, key=key, limit=limit, window=timedelta(minutes=1), now=now):
        raise TooManyScans("Too many scans in a minute: wait a few seconds, then scan again.", limit=limit)
