import threading
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import BY, NOW, FakeProvider, World, make_fact, make_world, paying_with
from grandstand.config import worker
from grandstand.config.worker import Job, Worker, run_once
from grandstand.kit.clock import now
from grandstand.store.api import Database, Kind


def test_a_fault_in_a_job_does_not_end_it(database: Database) -> None:
    def fail(at: datetime) -> int:
        raise LookupError("a bug")

    assert run_once(Job(name="fails", every=timedelta(seconds=1), work=fail)) == 0


def test_every_job_runs_in_its_own_thread_until_it_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[str, set[int]] = {"a": set(), "b": set()}
    both = threading.Barrier(3)

    def job(name: str) -> Job:
        def work(at: datetime) -> int:
            if not ran[name]:
                ran[name].add(threading.get_ident())
                both.wait(10)
            return 0

        return Job(name=name, every=timedelta(seconds=30), work=work)

    monkeypatch.setattr(worker, "jobs", lambda: [job("a"), job("b")])
    working = Worker()
    working.start()
    both.wait(10)
    working.stop()
    assert len(ran["a"] | ran["b"]) == 2
    assert not [thread for thread in working._threads if thread.is_alive()]


def test_a_job_that_did_something_is_done_again_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    left, empty = [3], threading.Event()

    def work(at: datetime) -> int:
        if left[0] == 0:
            empty.set()
            return 0
        left[0] -= 1
        return 1

    monkeypatch.setattr(worker, "jobs", lambda: [Job(name="once", every=timedelta(hours=1), work=work)])
    working = Worker()
    working.start()
    assert empty.wait(10)
    working.stop()
    assert left == [0]


def test_what_ran_out_is_swept_and_what_still_counts_stays(database: Database) -> None:
    cache.set("over", 1, timeout=1)
    cache.set("counts", 1, timeout=3600 * 24)
    old, young = SessionStore(), SessionStore()
    for session, days in ((old, -1), (young, 1)):
        session.set_expiry(timedelta(days=days))
        session.create()
    [sweep] = [job for job in worker.jobs() if job.name == "sweep"]
    sweep.work(now() + timedelta(hours=1))
    with database.write() as tx:
        assert [key for (key,) in tx.rows("SELECT cache_key FROM store_cache", kinds=[Kind.TEXT])] == [":1:counts"]
    assert [SessionStore().exists(session.session_key or "") for session in (old, young)] == [False, True]


def test_a_lock_of_sign_in_outlives_a_thousand_other_keys(database: Database) -> None:
    cache.set("a-lock", 1, timeout=3600)
    for n in range(1_000):
        cache.set(f"somebody-{n}", 1, timeout=3600)
    assert cache.get("a-lock") == 1


def test_a_provider_that_is_wired_no_more_keeps_nobody_elses_money_back(sqlite: Database) -> None:
    with make_world(sqlite) as world:
        there = FakeProvider("there")
        with paying_with(world.provider, there):
            gone, other = (_refunded(world, code) for code in (world.provider.code, there.code))
        with paying_with(there):
            asking = {job.name: job.work for job in worker.jobs() if job.name in {"send_paybacks", "capture_payments", "fetch_payments"}}
            assert [work(NOW + timedelta(seconds=1)) for work in asking.values()] == [1, 0, 0]
        with sqlite.write() as tx:
            states = tx.rows("SELECT payment_id, state FROM commerce_payback", kinds=[Kind.UUID, Kind.TEXT])
            assert dict(states) == {gone: "due", other: "asked"}
            ((error,),) = tx.rows("SELECT error FROM commerce_payback WHERE error <> ''", kinds=[Kind.TEXT])
        assert error.startswith("no payment provider")


def _refunded(world: World, provider_code: str) -> UUID:
    """Something bought through this provider whose money shall go back; returns the payment's id."""
    placed = world.order(world.sell(price_minor=1200))
    with world.database.write() as tx:
        payment_id = commerce.open_payment(tx, order_id=placed.order_id, owner=None, provider_code=provider_code, return_path="/", now=NOW)
    world.tell(make_fact(payment_id, minor=placed.total.minor, provider=provider_code))
    with world.database.write() as tx:
        commerce.refund_many(tx, [commerce.RefundAsk(key=provider_code, order_id=placed.order_id, reason="for a test")], by=BY, now=NOW)
    return payment_id


def test_every_real_job_runs_on_an_empty_database(database: Database) -> None:
    for job in worker.jobs():
        assert job.work(now()) == 0, job.name
    assert worker.seen_at() is not None


def test_cancelled_sessions_are_refunded_without_anybody_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []

    def refund(*, now: datetime) -> int:
        asked.append(now)
        return 7

    monkeypatch.setattr("grandstand.ticketing.api.refund_cancelled_sessions", refund)
    (job,) = [job for job in worker.jobs() if job.name == "refund_cancelled_sessions"]
    at = now()
    assert (job.work(at), asked) == (7, [at])
