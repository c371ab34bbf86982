import threading

import pytest

from grandstand.store.api import Database
from grandstand.store.write_lock import FairLock, write_lock

WAITERS = 6


def test_threads_get_the_lock_in_the_order_in_which_they_asked() -> None:
    lock, order = FairLock(), []
    lock.acquire()
    threads = []
    for number in range(WAITERS):

        def work(mine: int = number) -> None:
            lock.acquire()
            order.append(mine)
            lock.release()

        thread = threading.Thread(target=work)
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:  # the next one starts when this one has asked
            thread.join(0.001)
    lock.release()
    for thread in threads:
        thread.join(10)
    assert order == list(range(WAITERS))


def test_who_just_released_waits_behind_those_who_wait() -> None:
    lock, order = FairLock(), []
    lock.acquire()

    def work() -> None:
        lock.acquire()
        order.append("waiter")
        lock.release()

    waiter = threading.Thread(target=work)
    waiter.start()
    while not lock._waiting:
        waiter.join(0.001)
    lock.release()
    lock.acquire()
    order.append("again")
    lock.release()
    waiter.join(10)
    assert order == ["waiter", "again"]


def test_a_thread_that_asks_twice_gets_an_error_instead_of_waiting_for_itself() -> None:
    lock = FairLock()
    lock.acquire()
    with pytest.raises(RuntimeError, match="already writing"):
        lock.acquire()
    lock.release()
    lock.acquire()
    lock.release()


def test_only_one_thread_is_inside_at_a_time() -> None:
    lock, inside, most, start = FairLock(), 0, 0, threading.Barrier(8)

    def work() -> None:
        nonlocal inside, most
        start.wait()
        for _ in range(200):
            lock.acquire()
            inside += 1
            most = max(most, inside)
            inside -= 1
            lock.release()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most, lock._owner, len(lock._waiting)) == (1, None, 0)


def test_one_file_has_one_lock() -> None:
    assert write_lock("a.sqlite3") is write_lock("a.sqlite3")
    assert write_lock("a.sqlite3") is not write_lock("b.sqlite3")


def test_a_second_transaction_inside_one_says_what_to_do(sqlite: Database) -> None:
    with sqlite.write(), pytest.raises(RuntimeError, match="use the open Tx"), sqlite.write():
        pass
    with sqlite.write() as tx:  # the lock was given back
        tx.execute("DELETE FROM store_rate")


def test_a_failed_transaction_gives_the_lock_back(sqlite: Database) -> None:
    def fail() -> None:
        with sqlite.write():
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fail()
