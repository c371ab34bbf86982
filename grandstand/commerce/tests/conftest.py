"""A world for each test of this room."""

from collections.abc import Iterator

import pytest

from grandstand.commerce.adapters.testbank_provider import TestProvider
from grandstand.commerce.testing import World, make_world, paying_with
from grandstand.commerce.tests.buying import Buying, Clock
from grandstand.store.api import Database


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """On each engine in turn."""
    with make_world(database) as made:
        yield made


@pytest.fixture
def sqlite_world(sqlite: Database) -> Iterator[World]:
    """On SQLite, for tests of pages and words."""
    with make_world(sqlite) as made:
        yield made


@pytest.fixture
def postgresql_world(postgresql: Database) -> Iterator[World]:
    """On PostgreSQL, for races."""
    with make_world(postgresql) as made:
        yield made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What pages and webhooks take for the present."""
    return Clock(monkeypatch)


@pytest.fixture
def buying(world: World, clock: Clock) -> Iterator[Buying]:
    """A visitor about to pay at the test bank."""
    with paying_with(TestProvider(platform_url="http://here")):
        yield Buying(world, clock)
