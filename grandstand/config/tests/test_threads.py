import asyncio
import threading
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async

from grandstand.config.threads import LastingThreads


async def _no_body() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


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
            await asyncio.gather(*(lasting({}, _no_body, None) for _ in range(requests)))
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
                await lasting({}, _no_body, None)
            except LookupError:
                continue
        assert len(lasting._free) == 1

    asyncio.run(main())


class _Sender:
    """Sends a body in parts, then nothing more, and keeps what is answered."""

    def __init__(self, *parts: bytes, ends: bool = True) -> None:
        self._parts, self._ends = [*parts], ends
        self.answer: list[Any] = []

    async def receive(self) -> Any:
        if not self._parts:
            await asyncio.Event().wait()
        part = self._parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(self._parts) or not self._ends}

    async def send(self, message: Any) -> None:
        self.answer.append(message)


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def test_slow_senders_keep_no_thread_from_others_and_are_told_in_the_end() -> None:
    async def main() -> None:
        lasting = LastingThreads(_echo, threads=1, body_within_s=0.5)
        slow = [_Sender(b"a=", ends=False) for _ in range(20)]
        waiting = [asyncio.ensure_future(lasting({}, sender.receive, sender.send)) for sender in slow]
        quick = _Sender(b"here ", b"it ", b"is")
        await asyncio.wait_for(lasting({}, quick.receive, quick.send), 0.4)
        assert quick.answer[1]["body"] == b"here it is"
        assert not any(task.done() for task in waiting)
        await asyncio.gather(*waiting)
        assert {sender.answer[0]["status"] for sender in slow} == {408}

    asyncio.run(main())


def test_a_long_body_comes_whole_and_one_that_is_too_long_is_refused() -> None:
    async def main() -> None:
        lasting = LastingThreads(_echo, threads=1)
        part = bytes(range(256)) * 4096
        good, bad = _Sender(*[part] * 5), _Sender(*[part] * 40)
        await lasting({}, good.receive, good.send)
        await lasting({}, bad.receive, bad.send)
        assert good.answer[1]["body"] == part * 5
        assert bad.answer[0]["status"] == 413

    asyncio.run(main())
