"""What runs without being asked: facts, mail, expired holds, unpaid orders, refunds, releases of stock, doors of waiting rooms, tasks.

One thread per job, each with its own database connection. On SQLite they live in the server's process (asgi.py) and share its write lock;
on PostgreSQL any number of `grandstand worker` may run, because every job takes only what no other holds.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker as TaskWorker

from grandstand.commerce import api as commerce
from grandstand.config import erasures
from grandstand.config.leaps import Leaps, Look
from grandstand.gate import api as gate
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.messaging import api as messaging
from grandstand.shop import api as shop
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing

SEEN = "worker_seen_at"
"""Where the last heart beat is kept, in the cache that all processes share."""

BEAT = timedelta(seconds=10)
SILENT_FOR_TOO_LONG = 6 * BEAT
"""A worker that missed five beats is taken for dead. A long task does not delay the beat: it has a thread of its own."""

log = structlog.get_logger(__name__)

_leaps = Leaps()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`work(now)` does what is due and returns how many things it did; done again at once while that is more than none, else after `every`."""

    name: str
    every: timedelta
    work: Callable[[datetime], int]


def beat(at: datetime) -> int:
    cache.set(SEEN, at, timeout=None)
    return 0


def _deliver_facts(at: datetime) -> int:
    return store.deliver_due(now=at)


def _send_notices(at: datetime) -> int:
    return messaging.send_due(now=at)


def _send_paybacks(at: datetime) -> int:
    return commerce.send_paybacks(now=at)


def _capture_payments(at: datetime) -> int:
    return commerce.capture_payments(now=at)


def _fetch_payments(at: datetime) -> int:
    return commerce.fetch_payments(now=at)


def _run_test_bank(at: datetime) -> int:
    return commerce.run_test_bank(now=at, platform_url=settings.GRANDSTAND_URL) if settings.GRANDSTAND_TEST_PAYMENTS else 0


class Sweep[T](Protocol):
    """Ends what is over at an instant."""

    def __call__(self, tx: store.Tx, *, now: datetime) -> T:
        """What it ended, or how many."""
        ...


def _swept[T](sweep: Sweep[T]) -> T:
    """Sweep by the database's clock, which never goes backwards, in a transaction of its own; a leap ahead is made up for before."""

    def work(tx: store.Tx) -> tuple[Look, T]:
        return _leaps.make_up(tx), sweep(tx, now=store.advance(tx))

    look, swept = store.write_retrying(work)
    _leaps.keep(look)
    return swept


def _expire_holds(at: datetime) -> int:
    return len(_swept(inventory.expire_due))


def _release_stock(at: datetime) -> int:
    return _swept(inventory.run_due_releases)


def _end_overdue_orders(at: datetime) -> int:
    """By the database's clock, as the sweep of holds, so that both agree on what is over."""
    return _swept(commerce.end_overdue_orders)


def _refund_cancelled_sessions(at: datetime) -> int:
    return ticketing.refund_cancelled_sessions(now=at)


def _move_doors(at: datetime) -> int:
    """Again after a second whatever was let in: the pace is set by the minute."""
    gate.move_doors(store.write_retrying, gate.Drand(settings.GRANDSTAND_BEACON_URL))
    return 0


def _sweep(at: datetime) -> int:
    """What has run out and nobody reads any more: counters of rates, rows of the cache, sessions."""
    with store.write() as tx:
        store.sweep(tx, now=at)
        tx.execute(f"DELETE FROM {settings.CACHES['default']['LOCATION']} WHERE expires < %s", (at,))
    SessionStore.clear_expired()
    return 0


def _forget_addresses(at: datetime) -> int:
    return store.write_retrying(lambda tx: shop.forget_addresses(tx, by=Actor.system("forget_addresses"), now=at))


def _forget_buyers(at: datetime) -> int:
    """Who never paid is forgotten, what visitors left in baskets, and who waited in a room that ended, after the weeks of the setting."""
    kept, by = timedelta(weeks=settings.GRANDSTAND_UNPAID_KEPT_WEEKS), Actor.system("forget_buyers")
    orders = store.write_retrying(lambda tx: commerce.forget_unpaid_buyers(tx, kept=kept, by=by, now=at))
    places = store.write_retrying(lambda tx: gate.forget_places(tx, kept=kept, now=at))
    return orders + places + store.write_retrying(lambda tx: commerce.forget_visitors_baskets(tx, kept=kept, now=at))


def _keep_erasures(_at: datetime) -> int:
    """Persons whom an earlier version forgot, and whose line was lost, get one; those who are forgotten now get theirs at once."""
    erasures.keep_missing_persons()
    return 0


def _do_tasks(at: datetime) -> int:
    """Every task that waits, one after the other."""
    tasks = TaskWorker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid.uuid4().hex,
    )
    tasks.run()
    return 0


def jobs() -> list[Job]:
    """Everything the worker does."""
    return [
        Job(name="beat", every=BEAT, work=beat),
        Job(name="deliver_facts", every=timedelta(milliseconds=500), work=_deliver_facts),
        Job(name="send_notices", every=timedelta(seconds=1), work=_send_notices),
        Job(name="send_paybacks", every=timedelta(seconds=2), work=_send_paybacks),
        Job(name="capture_payments", every=timedelta(seconds=2), work=_capture_payments),
        Job(name="fetch_payments", every=timedelta(seconds=2), work=_fetch_payments),
        Job(name="run_test_bank", every=timedelta(milliseconds=500), work=_run_test_bank),
        Job(name="expire_holds", every=timedelta(seconds=1), work=_expire_holds),
        Job(name="release_stock", every=timedelta(seconds=1), work=_release_stock),
        Job(name="end_overdue_orders", every=timedelta(seconds=10), work=_end_overdue_orders),
        Job(name="refund_cancelled_sessions", every=timedelta(seconds=10), work=_refund_cancelled_sessions),
        Job(name="move_doors", every=timedelta(seconds=1), work=_move_doors),
        Job(name="do_tasks", every=timedelta(seconds=1), work=_do_tasks),
        Job(name="forget_addresses", every=timedelta(hours=1), work=_forget_addresses),
        Job(name="forget_buyers", every=timedelta(hours=1), work=_forget_buyers),
        Job(name="keep_erasures", every=timedelta(hours=1), work=_keep_erasures),
        Job(name="sweep", every=timedelta(hours=1), work=_sweep),
    ]


class Worker:
    """The threads of all jobs."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._repeat, args=[job], name=job.name, daemon=True) for job in jobs()]

    def start(self) -> None:
        """Start every job's thread."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, within_s: float = 10) -> None:
        """Ask every job to finish what it is at, and wait for it."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(within_s)

    def _repeat(self, job: Job) -> None:
        try:
            while not self._stopping.is_set():
                done = run_once(job)
                if not done:
                    self._stopping.wait(job.every.total_seconds())
        finally:
            connections.close_all()


def run_once(job: Job) -> int:
    """Do what is due. A fault is logged and tried again next time: it must not end the worker, whose other jobs people wait for."""
    close_old_connections()
    try:
        return job.work(now())
    except Exception:
        log.exception("job_failed", job=job.name)
        return 0


def seen_at() -> datetime | None:
    """When a worker last gave a sign of life; None for never."""
    found = cache.get(SEEN)
    return found if isinstance(found, datetime) else None
