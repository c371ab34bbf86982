"""Facts: written with what made them true, delivered at least once to each handler, by any number of workers."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_id
from grandstand.store import models, outbox
from grandstand.store.api import Database, Tx, announce, deliver_due, given_up, hear, read, undelivered, write
from grandstand.store.testing import statements

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
ORGANISATION = new_id()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved(Fact):
    """A fact of every shape a fact may have."""

    session_id: UUID
    starts_at: datetime
    seats: tuple[UUID, ...] = ()
    reason: str = ""
    before: datetime | None = None


class Broken(Exception):
    """What a handler of the tests raises."""


heard: list[tuple[str, SessionMoved]] = []


def remember(tx: Tx, fact: SessionMoved) -> None:
    heard.append(("remember", fact))
    tx.execute("INSERT INTO store_rate (key, window_starts_at, count) VALUES (%s, %s, 1)", (str(fact.fact_id), NOW))


def write_and_fail(tx: Tx, fact: SessionMoved) -> None:
    heard.append(("write_and_fail", fact))
    tx.execute("INSERT INTO store_rate (key, window_starts_at, count) VALUES (%s, %s, 1)", (f"failed {fact.fact_id}", NOW))
    raise Broken("no printer")


@pytest.fixture(autouse=True)
def _wiring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_kinds", {})
    monkeypatch.setattr(outbox, "_hearers", {})
    heard.clear()
    yield
    heard.clear()


def moved(*, at: datetime = NOW) -> SessionMoved:
    return SessionMoved(
        organisation_id=ORGANISATION, occurred_at=at, session_id=new_id(), starts_at=NOW + timedelta(days=3), seats=(new_id(), new_id()), reason="雨"
    )


def _announce(*facts: SessionMoved) -> None:
    with write() as tx:
        announce(tx, facts)


def test_a_fact_reaches_its_handler_as_it_was_announced_and_once(database: Database) -> None:
    hear(SessionMoved, remember)
    fact = moved()
    _announce(fact)
    assert deliver_due(now=NOW) == 1
    assert heard == [("remember", fact)]
    assert deliver_due(now=NOW + timedelta(days=1)) == 0
    row = models.Delivery.objects.get()
    assert (row.delivered_at, row.attempts, row.error) == (NOW, 1, "")


def test_a_fact_can_be_announced_over_a_driver(database: Database) -> None:
    hear(SessionMoved, remember)
    fact = moved()
    with database.write() as tx:
        announce(tx, [fact])
    assert deliver_due(now=NOW) == 1
    assert heard == [("remember", fact)]


def test_a_fact_of_a_transaction_that_fails_was_never_announced(database: Database) -> None:
    hear(SessionMoved, remember)

    def fail() -> None:
        with write() as tx:
            announce(tx, [moved()])
            raise Broken

    with pytest.raises(Broken):
        fail()
    assert deliver_due(now=NOW) == 0
    assert not models.Fact.objects.exists()


def test_every_handler_gets_every_fact_in_the_order_of_their_happening(database: Database) -> None:
    hear(SessionMoved, remember)
    late, early = moved(at=NOW), moved(at=NOW - timedelta(minutes=1))
    _announce(late, early)
    assert deliver_due(now=NOW) == 2
    assert [fact for _, fact in heard] == [early, late]


def test_a_fact_that_nobody_hears_is_kept_all_the_same(database: Database) -> None:
    _announce(moved())
    assert models.Fact.objects.count() == 1
    assert not models.Delivery.objects.exists()


def test_hearing_twice_is_hearing_once(database: Database) -> None:
    hear(SessionMoved, remember)
    hear(SessionMoved, remember)
    _announce(moved())
    assert deliver_due(now=NOW) == 1


def test_announcing_costs_two_statements_whatever_the_number(database: Database) -> None:
    hear(SessionMoved, remember)
    for count in (1, 40):
        with write() as tx, statements() as seen:
            announce(tx, [moved() for _ in range(count)])
        assert len(seen) == 2


def test_a_failing_handler_leaves_nothing_behind_and_does_not_stop_the_others(database: Database) -> None:
    hear(SessionMoved, write_and_fail)
    hear(SessionMoved, remember)
    fact = moved()
    _announce(fact)
    assert deliver_due(now=NOW) == 1
    assert list(models.Rate.objects.values_list("key", flat=True)) == [str(fact.fact_id)]
    with read() as tx:
        assert undelivered(tx) == [("SessionMoved", f"{__name__.removeprefix('grandstand.')}.write_and_fail", 1, "Broken: no printer")]
        assert given_up(tx) == []


def test_a_failed_delivery_is_tried_again_with_doubling_waits_until_it_is_given_up(database: Database) -> None:
    hear(SessionMoved, write_and_fail)
    _announce(moved())
    at, waits = NOW, []
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        assert deliver_due(now=at) == 0
        row = models.Delivery.objects.get()
        assert row.attempts == attempt
        assert deliver_due(now=row.due_at - timedelta(microseconds=1)) == 0
        assert models.Delivery.objects.get().attempts == attempt
        waits.append(row.due_at - at)
        at = row.due_at
    assert [wait.total_seconds() for wait in waits] == [2.0 * 2**n for n in range(outbox.MAX_ATTEMPTS)]
    assert deliver_due(now=at + timedelta(days=365)) == 0
    assert len(heard) == outbox.MAX_ATTEMPTS
    with read() as tx:
        assert [(kind, attempts) for kind, _, attempts, _ in given_up(tx)] == [("SessionMoved", outbox.MAX_ATTEMPTS)]


def test_a_delivery_whose_handler_is_gone_says_what_to_do(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(SessionMoved, remember)
    _announce(moved())
    monkeypatch.setattr(outbox, "_hearers", {})
    assert deliver_due(now=NOW) == 0
    with read() as tx:
        assert "restore it in config/wiring.py" in undelivered(tx)[0][3]


def test_a_worker_takes_no_more_than_it_is_told(database: Database) -> None:
    hear(SessionMoved, remember)
    _announce(*(moved() for _ in range(5)))
    assert deliver_due(now=NOW, limit=3) == 3
    assert deliver_due(now=NOW) == 2


def test_workers_at_once_deliver_each_fact_once(postgresql: Database) -> None:
    hear(SessionMoved, remember)
    facts = [moved() for _ in range(60)]
    _announce(*facts)
    handled: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            while done := deliver_due(now=NOW, limit=5):
                handled.append(done)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(handled) == 60
    assert sorted(fact.fact_id for _, fact in heard) == sorted(fact.fact_id for fact in facts)
    assert models.Delivery.objects.filter(delivered_at=NOW, attempts=1).count() == 60


def test_a_worker_that_dies_in_the_middle_leaves_its_fact_to_the_next(postgresql: Database) -> None:
    """At least once: the handler ran, its transaction did not commit, so nothing of it is there and another worker runs it again."""
    hear(SessionMoved, remember)
    _announce(moved())
    with pytest.raises(KeyboardInterrupt):
        _deliver_and_die()
    assert not models.Rate.objects.exists()
    assert deliver_due(now=NOW) == 1
    assert [name for name, _ in heard] == ["remember", "remember"]
    assert models.Rate.objects.count() == 1


def _deliver_and_die() -> None:
    with write():
        deliver_due(now=NOW)
        raise KeyboardInterrupt
