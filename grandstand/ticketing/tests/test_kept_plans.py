"""Plans are large: a process reads each once and keeps those of all the venues of a Games."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from grandstand.kit.ids import new_id
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.adapters.seating_plan_json import read_own_plan
from grandstand.ticketing.queries import plans
from grandstand.ticketing.tests.test_seating import Hall, add, hall, small_plan, world
from grandstand.ticketing.values.plans import Plan

__all__ = ["hall", "world"]

VENUES = 40
THREADS = 6
LARGE = "Arena"
"""A plan whose reading takes long enough for others to ask for it too."""


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the plans that are read from their documents, in order."""
    names: list[str] = []

    def reading(document: bytes) -> Plan:
        plan = read_own_plan(document)
        names.append(plan.name)
        if plan.name == LARGE:
            time.sleep(0.3)
        return plan

    monkeypatch.setattr(plans, "read_own_plan", reading)
    return names


def test_the_plans_of_forty_venues_are_read_once_each(hall: Hall, read: list[str]) -> None:
    names = [f"Hall {n}" for n in range(VENUES)]
    with hall.world.database.write() as tx:
        ids = [add(tx, replace(small_plan(), name=name), hall.office) for name in names]
        for _ in range(2):
            assert [ticketing.plan(tx, plan_id).name for plan_id in ids] == names
    assert read == names


def test_a_plan_that_many_threads_ask_for_at_once_is_read_once(hall: Hall, read: list[str]) -> None:
    with hall.world.database.write() as tx:
        plan_id = add(tx, replace(small_plan(), name=LARGE), hall.office)
    start = threading.Barrier(THREADS)

    def ask(_n: int) -> UUID:
        start.wait(10)
        with hall.world.database.snapshot() as tx:
            found = ticketing.plan(tx, plan_id)
        hall.world.database.close()
        return found.sections[0].rows[0].seats[0].id

    with ThreadPoolExecutor(THREADS) as threads:
        assert len(set(threads.map(ask, range(THREADS)))) == 1
    assert read == [LARGE]


def test_a_plan_that_is_not_there_is_refused_each_time(hall: Hall) -> None:
    with hall.world.database.write() as tx:
        for _ in range(2):
            with pytest.raises(ticketing.NoSuchPlan):
                ticketing.plan(tx, new_id())


def test_a_plan_that_seats_nobody_is_told_from_one_that_seated_a_session(hall: Hall) -> None:
    session_id = hall.office.session.id
    with hall.world.database.write() as tx:
        other = add(tx, replace(small_plan(), name="Never used"), hall.office)
        assert ticketing.seated_plan(tx, hall.plan_id) == ticketing.plan(tx, hall.plan_id)
        with pytest.raises(ticketing.NoSuchPlan):
            ticketing.seated_plan(tx, other)
        assert [ticketing.has_seated(tx, session_id=session_id, plan_id=plan_id) for plan_id in (hall.plan_id, other)] == [True, False]
        assert not ticketing.has_seated(tx, session_id=new_id(), plan_id=hall.plan_id)
