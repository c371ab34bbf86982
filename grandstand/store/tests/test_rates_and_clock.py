import threading
from datetime import UTC, datetime, timedelta

from django.db import connection

from grandstand.store import models
from grandstand.store.api import Database, advance, allow, sweep, write
from grandstand.store.tests.conftest import Open

NOON = datetime(2031, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_many_are_allowed_and_no_more_until_the_next_window(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        said = [allow(tx, key="scan:1", limit=3, window=MINUTE, now=NOON + timedelta(seconds=n)) for n in range(5)]
        assert said == [True, True, True, False, False]
        assert allow(tx, key="scan:2", limit=3, window=MINUTE, now=NOON)
        assert allow(tx, key="scan:1", limit=3, window=MINUTE, now=NOON + MINUTE)


def test_the_limit_is_exact_when_many_ask_at_once(database: Database) -> None:
    said: list[bool] = []
    start = threading.Barrier(8)

    def knock() -> None:
        mine = Database(database.url)
        start.wait()
        for _ in range(10):
            with mine.write() as tx:
                said.append(allow(tx, key="sign-in", limit=25, window=MINUTE, now=NOON))
        mine.close()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (sum(said), len(said)) == (25, 80)
    assert models.Rate.objects.get().count == 80


def test_old_counters_are_swept_and_present_ones_stay(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        allow(tx, key="old", limit=1, window=MINUTE, now=NOON - timedelta(days=2))
        allow(tx, key="new", limit=1, window=MINUTE, now=NOON)
        assert sweep(tx, now=NOON) == 1
    assert list(models.Rate.objects.values_list("key", flat=True)) == ["new"]


def test_time_is_never_before_the_mark_however_the_host_s_clock_stands(database: Database, open_write: Open) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=5)
    with write() as tx:
        tx.execute("INSERT INTO store_clock (id, high_water) VALUES (1, %s)", (ahead,))
    with open_write() as tx:
        assert tx.now() == ahead
        assert advance(tx) == ahead
    assert models.Clock.objects.get().high_water == ahead


def test_advancing_keeps_the_latest_instant(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        first = advance(tx)
        second = advance(tx)
        assert first <= second <= tx.now()
    assert models.Clock.objects.get().high_water == second
    assert abs(datetime.now(UTC) - second) < timedelta(minutes=1)


def test_there_is_one_mark(database: Database) -> None:
    with write() as tx:
        advance(tx)
        advance(tx)
    assert models.Clock.objects.count() == 1
    connection.close()
