import asyncio
import threading
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from grandstand.config.threads import LastingThreads


def _serve(requests: int, *, threads: int) -> tuple[set[int], int]:
    """The threads that `requests` at once ran in, and how many ran at the same time at most."""
    seen: set[int] = set()
    lock, running, most = threading.Lock(), [0], [0]
    together = threading.Barrier(min(requests, threads))

    def view() -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        if requests <= threads:
            together.wait(10)
        with lock:
            running[0] -= 1
            seen.add(threading.get_ident())
        return threading.get_ident()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext():  # as Django's own handler does
            first = await sync_to_async(view)()
            assert await sync_to_async(threading.get_ident)() == first

    async def main() -> None:
        lasting = LastingThreads(application, threads=threads)
        for _ in range(2):
            await asyncio.gather(*(lasting({}, None, None) for _ in range(requests)))
        for executor in lasting._free:
            executor.shutdown()

    asyncio.run(main())
    return seen, most[0]


def test_requests_at_once_run_beside_each_other_each_in_one_thread() -> None:
    seen, most = _serve(4, threads=4)
    assert len(seen) == 4
    assert most == 4


def test_threads_are_used_again_and_never_more_than_there_are() -> None:
    seen, most = _serve(30, threads=3)
    assert 1 <= len(seen) <= 3
    assert most <= 3


def test_a_failing_request_gives_its_thread_back() -> None:
    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    async def main() -> None:
        lasting = LastingThreads(fail, threads=1)
        for _ in range(3):
            try:
                await lasting({}, None, None)
            except LookupError:
                continue
        assert len(lasting._free) == 1

    asyncio.run(main())
