"""Django's views run in threads that stay, so that their database connections stay open too.

Left alone, Django's ASGI handler makes a thread per request, and with it a connection per request.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any

from asgiref.sync import ThreadSensitiveContext

THREADS = 16
"""How many requests Django works on at once; further ones wait for a thread. Sixteen keep two to four cores busy while some wait for the database."""

BODY_WITHIN_S = 30.0
"""A phone at a crowded venue sends a form in a second and a picture in ten."""

MOST_BODY_BYTES = 32 * 1024 * 1024
"""A picture of a product or a schedule of a Games is a few megabytes."""

IN_MEMORY_BYTES = 1024 * 1024
"""Of a body; what is longer waits on disk."""

_CHUNK_BYTES = 256 * 1024


class LastingThreads:
    """An ASGI application around another one: each request gets one of a fixed number of threads to itself, once its body is all here.

    A body that does not come within `body_within_s` is answered with 408, one that is too long with 413: a slow sender keeps no thread from
    others.
    """

    def __init__(self, application: Any, *, threads: int = THREADS, body_within_s: float = BODY_WITHIN_S) -> None:
        self._application = application
        self._body_within_s = body_within_s
        self._free = deque(ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"request-{n}") for n in range(threads))
        self._turn = asyncio.Semaphore(threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request in a thread of its own."""
        with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            try:
                async with asyncio.timeout(self._body_within_s):
                    status = await _take(receive, body)
            except TimeoutError:
                status = 408
            if status != 200:
                if status:
                    await _refuse(send, status)
                return
            body.seek(0)
            await self._serve(scope, _Again(body, receive), send)

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        async with self._turn:
            executor = self._free.popleft()
            try:
                async with ThreadSensitiveContext(executor=executor):
                    await self._application(scope, receive, send)
            finally:
                self._free.appendleft(executor)


async def _take(receive: Any, body: SpooledTemporaryFile[bytes]) -> int:
    """Take in the whole body: 200 when it is here, 413 when it is too long, 0 when the sender went away."""
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return 0
        chunk = message.get("body", b"")
        length += len(chunk)
        if length > MOST_BODY_BYTES:
            return 413
        body.write(chunk)
        if not message.get("more_body"):
            return 200


class _Again:
    """Receives the body that was taken in, then whatever comes."""

    def __init__(self, body: SpooledTemporaryFile[bytes], receive: Any) -> None:
        self._body, self._receive, self._done = body, receive, False

    async def __call__(self) -> Any:
        if self._done:
            return await self._receive()
        chunk = self._body.read(_CHUNK_BYTES)
        self._done = len(chunk) < _CHUNK_BYTES
        return {"type": "http.request", "body": chunk, "more_body": not self._done}


async def _refuse(send: Any, status: int) -> None:
    says = b"The request did not arrive in time: try again." if status == 408 else b"The request is too long: send less."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(says)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": says})
