"""The server that the on-sale benchmark drives: the gate, and beside it, in the same process and over the same HTTP, what it is compared with.

- `POST /constant` reads a request and answers the same every time: the ceiling.
- `POST /baseline/hold` takes a row lock per buyer, each in a transaction of their own: what everybody writes.
- `GET /ready` is answered once the gate decides.

When it stops, each process writes what its gate did, and the ids of all holds and orders that it acknowledged, into the folder BENCH_FIGURES.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import local
from typing import Any

import django
import msgspec
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from bench._baselines import hold_alone  # noqa: E402
from grandstand.commerce.api import Quote  # noqa: E402
from grandstand.gate.api import Gate, settle  # noqa: E402
from grandstand.gate.services import wish_of  # noqa: E402
from grandstand.kit.clock import now  # noqa: E402

CLIENTS = 32
"""Connections of the baseline: more of them make PostgreSQL slower on two cores, fewer leave it idle."""

URL, SECRET = os.environ["DATABASE_URL"], os.environ["GRANDSTAND_SECRET_KEY"]

gate = Gate(URL, [SECRET], clock=now, test_payments=True)
SENT: list[bytes] = []
"""Answers that were handed over to be sent."""
HOLDS, ORDERS = b'{"hold_id":"', b'{"order_id":"'
"""How those begin that acknowledge one."""

_threads = ThreadPoolExecutor(CLIENTS, thread_name_prefix="baseline")
_own = local()
_CONSTANT = msgspec.json.encode({"hold_id": "0" * 36, "expires_at": "2031-07-01T12:00:00Z", "unit_price_minor": 12000, "currency": "EUR"})


async def application(scope: Any, receive: Any, send: Any) -> None:
    """One of the three, or the gate."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/constant":
        await receive()
        await _answer(send, 200, _CONSTANT)
    elif scope["path"] == "/baseline/hold":
        body = (await receive())["body"]
        held = await asyncio.get_running_loop().run_in_executor(_threads, _hold_alone, scope, body)
        await _answer(send, 200 if held else 409, _CONSTANT)
    elif scope["path"] == "/ready":
        await _answer(send, 200, b"{}")
    else:
        await gate(scope, receive, partial(_noting, send))


async def _noting(send: Any, message: Any) -> None:
    await send(message)
    if "body" in message:
        SENT.append(message["body"])


async def _live(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            gate.start()
            settle()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            gate.stop()
            _write_figures()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _write_figures() -> None:
    batchers = (gate.holds, gate.purchases)
    figures = {name: sum(getattr(batcher, name) for batcher in batchers) for name in ("batches", "answered", "seconds")}
    holds, orders = ([body[len(start) : len(start) + 36].decode() for body in SENT if body.startswith(start)] for start in (HOLDS, ORDERS))
    path = Path(os.environ["BENCH_FIGURES"], f"{os.getpid()}.json")
    path.write_bytes(msgspec.json.encode({**figures, "told": dict(gate.told), "holds": holds, "orders": orders}))


async def _answer(send: Any, status: int, content: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _hold_alone(scope: Any, body: bytes) -> bool:
    ask = gate.hold_ask(scope, body)
    quotes, _ = gate.desk.offers.look_up([(ask.bearer.market_code, ask.ref)])
    [quote] = quotes.values()
    assert isinstance(quote, Quote), "the benchmark's items are on sale"
    if getattr(_own, "connection", None) is None:
        _own.connection = psycopg.connect(URL, autocommit=True)
    return hold_alone(_own.connection, wish_of(ask, quote))
