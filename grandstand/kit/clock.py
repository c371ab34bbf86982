"""The host's clock. Only web, tasks and the command line read it; everything below takes `now=`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
