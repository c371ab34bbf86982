"""An installation for tests of backup, restore and erasures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_django.fixtures import Settings

from grandstand.store import testing as databases

SECRET = "k" * 60


@contextmanager
def installed(settings: Settings, url: str, home: Path) -> Iterator[None]:
    """As if this process had started with that database and folder."""
    settings.DATABASE_URL, settings.GRANDSTAND_HOME = url, home
    with databases.as_default(url):
        yield
