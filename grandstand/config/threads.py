"""Django's views run in threads that stay, so that their database connections stay open too.

Left alone, Django's ASGI handler makes a thread per request, and with it a connection per request.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext

THREADS = 16
"""How many requests Django works on at once; further ones wait for a thread. Sixteen keep two to four cores busy while some wait for the database."""


class LastingThreads:
    """An ASGI application around another one: each request gets one of a fixed number of threads to itself."""

    def __init__(self, application: Any, *, threads: int = THREADS) -> None:
        self._application = application
        self._free = deque(ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"request-{n}") for n in range(threads))
        self._turn = asyncio.Semaphore(threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request in a thread of its own."""
        async with self._turn:
            executor = self._free.popleft()
            try:
                async with ThreadSensitiveContext(executor=executor):
                    await self._application(scope, receive, send)
            finally:
                self._free.appendleft(executor)
