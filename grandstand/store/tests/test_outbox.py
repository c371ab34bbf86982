"""Facts: written with what made them true, delivered at least once to each handler, by any number of workers."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_id
from grandstand.store import models, outbox
from grandstand.store.api import Database, Deadlock, Kind, Tx, announce, deliver_due, given_up, hear, read, table, undelivered, write
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


def remember(tx: Tx, facts: Sequence[SessionMoved]) -> None:
    heard.extend(("remember", fact) for fact in facts)
    tx.insert(table(models.Rate), ["key", "window_starts_at", "count"], [(str(fact.fact_id), NOW, 1) for fact in facts])


def write_and_fail(tx: Tx, facts: Sequence[SessionMoved]) -> None:
    heard.extend(("write_and_fail", fact) for fact in facts)
    tx.insert(table(models.Rate), ["key", "window_starts_at", "count"], [(f"failed {fact.fact_id}", NOW, 1) for fact in facts])
    raise Broken("no printer")


def remember_but_the_broken(tx: Tx, facts: Sequence[SessionMoved]) -> None:
    remember(tx, facts)
    if any(fact.reason == "broken" for fact in facts):
        raise Broken("no printer")


def be_the_victim_twice(tx: Tx, facts: Sequence[SessionMoved]) -> None:
    heard.extend(("be_the_victim_twice", fact) for fact in facts)
    if len(heard) < 3 * len(facts):
        raise Deadlock("deadlock detected")


@pytest.fixture(autouse=True)
def _wiring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_kinds", {})
    monkeypatch.setattr(outbox, "_hearers", {})
    heard.clear()
    yield
    heard.clear()


def moved(*, at: datetime = NOW, reason: str = "雨") -> SessionMoved:
    later, seats = NOW + timedelta(days=3), (new_id(), new_id())
    return SessionMoved(organisation_id=ORGANISATION, occurred_at=at, session_id=new_id(), starts_at=later, seats=seats, reason=reason)


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


def test_what_is_due_comes_together_and_costs_the_same_statements_whatever_the_number(database: Database) -> None:
    hear(SessionMoved, remember)
    costs = []
    for count in (1, 40):
        _announce(*(moved(at=NOW - timedelta(seconds=n)) for n in range(count)))
        with statements() as seen:
            assert deliver_due(now=NOW) == count
        costs.append(len(seen))
    assert costs[0] == costs[1]
    told = [fact.occurred_at for _, fact in heard[1:]]
    assert told == sorted(told)


def test_one_that_cannot_be_handled_does_not_keep_the_others_of_its_batch_waiting(database: Database) -> None:
    hear(SessionMoved, remember_but_the_broken)
    facts = [moved(reason="broken" if n == 11 else "") for n in range(40)]
    _announce(*facts)
    assert deliver_due(now=NOW) == 39
    kept = {str(fact.fact_id) for fact in facts if fact.reason != "broken"}
    assert set(models.Rate.objects.values_list("key", flat=True)) == kept
    with read() as tx:
        assert [(attempts, error) for *_, attempts, error in undelivered(tx)] == [(1, "Broken: no printer")]
    assert models.Delivery.objects.filter(delivered_at=NOW, attempts=1).count() == 39


def test_a_deadlock_is_nobodys_fault_and_tried_again_at_once(database: Database) -> None:
    hear(SessionMoved, be_the_victim_twice)
    _announce(*(moved() for _ in range(10)))
    assert deliver_due(now=NOW) == 10
    assert len(heard) == 30
    assert models.Delivery.objects.filter(delivered_at=NOW, attempts=1).count() == 10


def test_more_than_one_transaction_takes_are_delivered_in_several(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_AT_ONCE", 4)
    hear(SessionMoved, remember)
    _announce(*(moved() for _ in range(10)))
    assert deliver_due(now=NOW, limit=9) == 9
    assert deliver_due(now=NOW) == 1


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


def test_a_batch_costs_the_same_however_many_wait_and_though_the_planner_knows_of_none(postgresql: Database) -> None:
    hear(SessionMoved, remember)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE store_delivery")
    _announce(*(moved(at=NOW - timedelta(seconds=n % 7)) for n in range(3_000)))
    with write() as tx:
        tx.execute("SET LOCAL enable_seqscan = off")  # as with a table of millions
        assert outbox._deliver_some(tx, now=NOW, most=8) == (8, 8)
        sql = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'store_delivery'"
        [(read_rows,)] = tx.rows(sql, kinds=[Kind.INT])
    assert read_rows < 3 * outbox.NEAR


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
