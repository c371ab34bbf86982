"""A sale in which gate, worker and PostgreSQL are killed again and again, without warning, and come back: nobody was told anything untrue.

`make soak` sells 20,000 units to 60,000 buyers under 50 kills, and 12,000 seats to 8,000 under 20; `make test` does a part of it, under 4 and 4.
What is killed and when is drawn from a seed.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker as Blocker

from grandstand.commerce.api import HOLD_FOR
from grandstand.gate.api import Passes
from grandstand.gate.testing import ask_all, open_gate
from grandstand.store import testing as databases
from grandstand.store.api import Database, Kind, installation_secrets
from tests.faults.buyers import Buyer, Crowd, make_buyers
from tests.faults.market import open_hall, open_market, states, stock_of, sweep_all, untruths, untruths_of_seats
from tests.faults.processes import Kept, Platform, mortal_postgresql, platform, wait_for_postgresql

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds what to kill in /proc, which this system has not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large a sale, how many kills, how many buyers ask at a time, and what share of those who hold pays at once."""

    buyers: int
    units: int
    kills: int
    at_once: int
    pays: float


SOAK = os.environ.get("GRANDSTAND_SOAK") == "1"
SCALE = Scale(buyers=60_000, units=20_000, kills=50, at_once=128, pays=0.2) if SOAK else Scale(buyers=1_500, units=500, kills=4, at_once=32, pays=0.1)
SEATED = Scale(buyers=8_000, units=12_000, kills=20, at_once=64, pays=0) if SOAK else Scale(buyers=1_500, units=2_250, kills=4, at_once=32, pays=0)
"""Of a sale in which the best seats are chosen; units are seats, fewer than are wanted."""
CHANGE = 0.3
"""Of those who hold seats and keep them, so many want one more."""
SEED = 2007
DELIVERED_WITHIN_S = 1_800 if SOAK else 60


@pytest.fixture
def server() -> Iterator[tuple[Kept, str]]:
    """PostgreSQL with the settings that it has for everybody."""
    folder = None if SOAK else databases.memory()
    with mortal_postgresql(folder=folder) as made:
        yield made


def deaths(chance: random.Random, postgresql: Kept, served: Platform, *, number: int) -> list[tuple[str, Callable[[], None]]]:
    """So many kills, each kind at least once if there are enough."""
    kinds: dict[str, Callable[[], None]] = {
        "gate process": lambda: served.server.kill_child(chance),
        "postgresql backend": lambda: postgresql.kill_child(chance),
        "postgresql postmaster": postgresql.kill,
        "worker": served.worker.kill,
        "gate whole": served.server.kill,
    }
    every = list(kinds.items())[:number]
    drawn = [*every, *chance.choices(list(kinds.items()), k=number - len(every))]
    chance.shuffle(drawn)
    return drawn


@contextmanager
def sold_under_kills(
    server: tuple[Kept, str], folder: Path, scale: Scale, crowd_of: Callable[[tuple[str, int]], Crowd], buyers: list[Buyer], chance: random.Random
) -> Iterator[Database]:
    """What is there when all buyers have their final answer; the platform is still up, and its doctor is asked at the end."""
    postgresql, url = server
    served = platform(url, folder)
    drawn = deaths(chance, postgresql, served, number=scale.kills)
    crowd = crowd_of(("127.0.0.1", served.port))
    after = sorted(round(chance.uniform(0.02, 0.95) * scale.buyers) for _ in drawn)
    crowd.strikes += [(number, strike) for number, (_, strike) in zip(after, drawn, strict=True)]
    served.start()
    try:
        began = time.monotonic()
        asyncio.run(crowd.buy(buyers))
        sold_in_s = time.monotonic() - began
        kept = (postgresql, served.server, served.worker)
        print_figures(crowd, buyers, Counter(name for name, _ in drawn), sold_in_s, kept, units=scale.units)
        database = Database(url)
        yield database
        assert [check for check in json.loads(served.doctor())["checks"] if not check["healthy"]] == []
        database.close()
    finally:
        served.stop()


@pytest.mark.timeout(7_200 if SOAK else 180)
def test_whatever_is_killed_nobody_was_told_anything_untrue(server: tuple[Kept, str], tmp_path: Path, django_db_blocker: Blocker) -> None:
    chance = random.Random(SEED)
    with django_db_blocker.unblock():
        office = open_market(server[1], units=SCALE.units)
    buyers = make_buyers(chance, SCALE.buyers, pays=SCALE.pays)
    passes, offer_id = Passes(installation_secrets()), office.offers["A"]

    def crowd(address: tuple[str, int]) -> Crowd:
        return Crowd(address, passes, offer_id, at_once=SCALE.at_once)

    with sold_under_kills(server, tmp_path, SCALE, crowd, buyers, chance) as database:
        wrong, stock, now_held = untruths(database, buyers), stock_of(database), states(database)
        say(oversold=stock.oversold, wrong=len(wrong))
        assert (stock.oversold, wrong) == (0, [])
        paid = sum(buyer.quantity for buyer in buyers if buyer.order_id)
        assert (stock.on_hand, stock.claimed) == (SCALE.units, paid)
        wait_until_delivered(database)
        swept = sweep_all(database, after=HOLD_FOR + timedelta(minutes=1))
        left = stock_of(database)
        assert (swept, left.held, left.claimed, left.promised) == (now_held["held"], 0, paid, paid)


@pytest.mark.timeout(7_200 if SOAK else 180)
def test_whatever_is_killed_everybody_has_the_seats_that_they_were_told(server: tuple[Kept, str], tmp_path: Path, django_db_blocker: Blocker) -> None:
    """While the best seats are chosen by two processes, held, exchanged for others and given back."""
    chance = random.Random(SEED)
    with django_db_blocker.unblock():
        hall = open_hall(server[1], seats=SEATED.units, limit_per_line=4, cap_per_person=4)
    buyers = make_buyers(chance, SEATED.buyers, pays=SEATED.pays)
    for buyer in buyers:
        buyer.changes = not buyer.gives_back and chance.random() < CHANGE
    passes, offer_id = Passes(installation_secrets()), hall.office.offers["A"]

    def crowd(address: tuple[str, int]) -> Crowd:
        return Crowd(address, passes, offer_id, at_once=SEATED.at_once, more={"may_split": True})

    with sold_under_kills(server, tmp_path, SEATED, crowd, buyers, chance) as database:
        wrong = untruths_of_seats(database, hall, buyers)
        say(wrong=len(wrong), changed=sum(buyer.is_changed for buyer in buyers))
        assert wrong == []
        assert any(buyer.is_changed for buyer in buyers)


@pytest.mark.parametrize("settings", [(), ("synchronous_commit=off", "wal_writer_delay=10s")], ids=["as served", "control"])
@pytest.mark.parametrize("sold_by", ["units", "seats"])
def test_what_a_killed_database_forgot_would_be_seen(settings: tuple[str, ...], sold_by: str, django_db_blocker: Blocker) -> None:
    """The control: a database that answers first and writes after seconds forgets what was acknowledged, and the comparisons say so."""
    with mortal_postgresql(folder=databases.memory(), settings=settings) as (postgresql, url), django_db_blocker.unblock():
        hall = open_hall(url, seats=100) if sold_by == "seats" else None
        office = hall.office if hall else open_market(url, units=100)
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("CHECKPOINT")
        buyers = make_buyers(random.Random(SEED), 40, pays=0)
        with open_gate(url) as gate:
            wish = {"key": "wish", "kind": "ticket", "item": str(office.offers["A"]), "may_split": True}
            asks = [("/gate/hold", {**wish, "quantity": buyer.quantity}, gate.passes.issue(buyer.bearer)) for buyer in buyers]
            for buyer, answer in zip(buyers, ask_all(gate, asks), strict=True):
                assert answer.status == 200, answer
                buyer.hear(answer.content)
                buyer.vanishes, buyer.gives_back = False, False
            postgresql.kill()
            postgresql.wait_for_start(2)
            wait_for_postgresql(url)
        database = Database(url)
        forgotten = untruths_of_seats(database, hall, buyers) if hall else untruths(database, buyers)
        database.close()
    assert bool(forgotten) is bool(settings)


def wait_until_delivered(database: Database) -> None:
    """Every fact of the sale reaches whoever hears it: the worker that was killed goes on where it was."""
    until = time.monotonic() + DELIVERED_WITHIN_S
    while True:
        with database.write() as tx:
            [(waiting,)] = tx.rows("SELECT count(*) FROM store_delivery WHERE delivered_at IS NULL", kinds=[Kind.INT])
        if not waiting:
            return
        assert time.monotonic() < until, f"{waiting} facts were not delivered within {DELIVERED_WITHIN_S} s"
        time.sleep(0.2)


def print_figures(crowd: Crowd, buyers: list[Buyer], killed: Counter[str], sold_in_s: float, kept: Sequence[Kept], *, units: int) -> None:
    """What happened, seen with `pytest -s`."""
    say(
        buyers=len(buyers),
        units=units,
        kills=dict(killed),
        started_again={each.name: each.starts - 1 for each in kept},
        seconds=round(sold_in_s),
        requests=crowd.asked,
        torn=crowd.torn,
        told_to_come_back=crowd.told_to_wait,
        longest_wait_s=round(crowd.longest_s, 1),
        held=sum(buyer.hold_id is not None for buyer in buyers),
        paid=sum(buyer.order_id is not None for buyer in buyers),
        given_back=sum(buyer.is_given_back for buyer in buyers),
        refused=dict(Counter(buyer.refused for buyer in buyers if buyer.refused)),
        vanished=sum(buyer.vanishes for buyer in buyers),
    )


def say(**figures: object) -> None:
    """One JSON object on a line."""
    sys.stdout.write(json.dumps(figures) + "\n")
