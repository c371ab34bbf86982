"""Whoever waits is decided together."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from grandstand.gate.batching import MOST_IN_BATCH, Batcher
from grandstand.gate.values import GateBusy


@contextmanager
def working[A, R](batcher: Batcher[A, R]) -> Iterator[Batcher[A, R]]:
    batcher.start()
    try:
        yield batcher
    finally:
        batcher.stop()


def test_what_comes_while_a_batch_is_decided_is_the_next_batch_in_the_order_of_arrival() -> None:
    batches: list[list[int]] = []
    first_is_in, go_on = threading.Event(), threading.Event()

    def decide(asks: Sequence[int]) -> list[int]:
        batches.append(list(asks))
        first_is_in.set()
        go_on.wait(10)
        return [ask * 10 for ask in asks]

    async def come(batcher: Batcher[int, int]) -> list[int]:
        futures = [batcher.ask(0)]
        await asyncio.to_thread(first_is_in.wait, 10)
        futures += [batcher.ask(n) for n in range(1, 1 + MOST_IN_BATCH + 1)]
        go_on.set()
        return list(await asyncio.gather(*futures))

    with working(Batcher(decide, threads=1, name="test")) as batcher:
        answers = asyncio.run(come(batcher))
    assert answers == [n * 10 for n in range(MOST_IN_BATCH + 2)]
    assert batches == [[0], list(range(1, MOST_IN_BATCH + 1)), [MOST_IN_BATCH + 1]]


def test_an_error_is_everybodys_of_that_batch_and_the_next_batch_is_decided() -> None:
    def decide(asks: Sequence[int]) -> list[int]:
        if 13 in asks:
            raise RuntimeError("a bad day")
        return list(asks)

    async def come(batcher: Batcher[int, int]) -> tuple[object, int]:
        [bad] = await asyncio.gather(batcher.ask(13), return_exceptions=True)
        return bad, await batcher.ask(14)

    with working(Batcher(decide, threads=1, name="test")) as batcher:
        bad, good = asyncio.run(come(batcher))
    assert (str(bad), good) == ("a bad day", 14)


def test_nobody_hears_somebody_elses_answer_when_one_is_missing() -> None:
    async def come(batcher: Batcher[int, int]) -> list[int | BaseException]:
        return await asyncio.gather(*(batcher.ask(n) for n in range(3)), return_exceptions=True)

    batcher = Batcher[int, int](lambda asks: [ask for ask in asks if ask != 1], threads=1, name="test")

    async def come_before_it_works() -> list[int | BaseException]:
        asked = asyncio.ensure_future(come(batcher))
        await asyncio.sleep(0)
        batcher.start()
        return await asked

    try:
        answers = asyncio.run(come_before_it_works())
    finally:
        batcher.stop()
    assert [type(answer) for answer in answers] == [RuntimeError] * 3


def test_somebody_who_went_away_takes_nobodys_answer_along() -> None:
    go_on = threading.Event()

    def decide(asks: Sequence[int]) -> list[int]:
        go_on.wait(10)
        return list(asks)

    async def come(batcher: Batcher[int, int]) -> int:
        gone, stays = batcher.ask(1), batcher.ask(2)
        gone.cancel()
        go_on.set()
        return await stays

    with working(Batcher(decide, threads=1, name="test")) as batcher:
        assert asyncio.run(come(batcher)) == 2


def test_who_would_wait_too_long_is_told_to_come_back_and_when() -> None:
    async def come(batcher: Batcher[int, int]) -> GateBusy:
        for n in range(MOST_IN_BATCH + 1):
            batcher.ask(n)
        batcher._seconds_each = 0.01
        with pytest.raises(GateBusy) as busy:
            batcher.ask(-1)
        return busy.value

    busy = asyncio.run(come(Batcher(list, threads=1, name="test")))
    assert busy.retry_after_s == 6


def test_stopping_answers_what_waits() -> None:
    decided: list[int] = []

    def decide(asks: Sequence[int]) -> list[int]:
        decided.extend(asks)
        return list(asks)

    async def come(batcher: Batcher[int, int]) -> list[int]:
        futures = [batcher.ask(n) for n in range(2_000)]
        batcher.start()
        await asyncio.to_thread(batcher.stop)
        return list(await asyncio.gather(*futures))

    assert asyncio.run(come(Batcher(decide, threads=2, name="test"))) == list(range(2_000))
    assert sorted(decided) == list(range(2_000))
