"""The disk of the database is full in the middle of a sale, and has room again later."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.gate.application import Gate
from grandstand.gate.testing import ask_all, open_gate
from grandstand.store import testing as databases
from grandstand.store.api import Database, Engine
from tests.faults.buyers import Buyer, make_buyers
from tests.faults.disk import Disk, small_disk, why_not
from tests.faults.market import open_market, stock_of, untruths
from tests.faults.processes import mortal_postgresql

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

MEGABYTES: dict[Engine, int] = {"postgresql": 256, "sqlite": 32}
MOST_WAVES, WAVE = 200, 40
"""So many buyers at a time, until the disk has no room for one of them."""

GOES_ON_WITHIN_S = 60
"""PostgreSQL may have to start again, if what was full was its log."""


@contextmanager
def on_a_small_disk(engine: Engine) -> Iterator[tuple[Disk, str]]:
    """A small disk and the URL of a migrated database on it."""
    with small_disk(megabytes=MEGABYTES[engine]) as disk:
        if engine == "sqlite":
            with databases.database_copy("sqlite", cluster=None, folder=disk.path) as url:
                yield disk, url
        else:
            with mortal_postgresql(folder=disk.path, settings=["shared_buffers=16MB", "max_wal_size=48MB", "min_wal_size=32MB"]) as (_, url):
                yield disk, url


def hold(gate: Gate, item_id: UUID, buyers: Sequence[Buyer]) -> list[Buyer]:
    """Let all of them ask at once. Returns those who were told to come back, each with Retry-After; the others know their answer."""
    wish = {"key": "wish", "kind": "ticket", "item": str(item_id)}
    asks = [("/gate/hold", {**wish, "quantity": buyer.quantity}, gate.passes.issue(buyer.bearer)) for buyer in buyers]
    later = []
    for buyer, answer in zip(buyers, ask_all(gate, asks), strict=True):
        if answer.status == 200:
            buyer.hold_id = UUID(answer.content["hold_id"])
        else:
            assert (answer.status, answer.content["refused"], int(answer.headers["retry-after"]) >= 1) == (503, "unavailable", True), answer
            later.append(buyer)
    return later


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_a_full_disk_refuses_forgets_nothing_and_goes_on_when_there_is_room(engine: Engine, django_db_blocker: DjangoDbBlocker) -> None:
    chance = random.Random(3)
    with on_a_small_disk(engine) as (disk, url), django_db_blocker.unblock():
        office = open_market(url, units=2 * MOST_WAVES * WAVE)
        buyers: list[Buyer] = []
        with open_gate(url) as gate:
            disk.fill()
            later: list[Buyer] = []
            while not later:
                assert len(buyers) < MOST_WAVES * WAVE, "the disk was never full"
                wave = make_buyers(chance, WAVE, pays=0)
                buyers += wave
                later = hold(gate, office.offers["A"], wave)
            refused = len(later)
            disk.make_room()
            until = time.monotonic() + GOES_ON_WITHIN_S
            while later:
                assert time.monotonic() < until, f"{len(later)} of {refused} are still refused"
                later = hold(gate, office.offers["A"], later)
        for buyer in buyers:
            buyer.gives_back = buyer.vanishes = False
        database = Database(url)
        assert untruths(database, buyers) == []
        stock = stock_of(database)
        assert (stock.oversold, stock.held) == (0, sum(buyer.quantity for buyer in buyers))
        database.close()
