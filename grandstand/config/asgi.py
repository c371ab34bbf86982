"""The ASGI application that granian serves: before Django the gate, and beside it, in the same process, the background worker."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
_django = get_asgi_application()

# Below here Django is set up.
from django.conf import settings  # noqa: E402

from grandstand.config.threads import LastingThreads  # noqa: E402
from grandstand.config.worker import Worker  # noqa: E402
from grandstand.gate.api import Gate, settle  # noqa: E402
from grandstand.kit.clock import follow, now  # noqa: E402

_pages = LastingThreads(_django)
_gate = Gate(
    settings.DATABASE_URL,
    [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)],
    clock=now,
    test_payments=settings.GRANDSTAND_TEST_PAYMENTS,
    secure=settings.SESSION_COOKIE_SECURE,
    most_per_sender=settings.GRANDSTAND_PLACES_PER_ADDRESS,
    proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT,
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve a request; at start and stop of the server, start and stop gate and worker."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"].startswith("/gate/"):
        await _gate(scope, receive, send)
    else:
        await _pages(scope, receive, send)


async def _live(receive: Any, send: Any) -> None:
    worker = Worker() if settings.GRANDSTAND_WORKER_INSIDE else None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _gate.start()
            follow(_gate.board.now)
            if worker is not None:
                worker.start()
            settle()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            _gate.stop()
            if worker is not None:
                worker.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
