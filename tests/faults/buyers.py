"""Buyers over HTTP who do not give up: whoever gets no answer, or a 503, asks again with the same key until there is one that stands."""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from grandstand.commerce.api import Owner
from grandstand.gate.api import Pass, Passes
from grandstand.kit import clock
from grandstand.kit.ids import new_id

ANSWERS_WITHIN_S = 30.0
"""The gate says no within seconds; whoever hears nothing for this long takes the connection for lost."""

PAUSE_S = 0.2
"""Before asking again: shorter than the gate's Retry-After, so that a server that has just come back meets everybody at once."""

GIVES_UP_AFTER_S = 300.0

PRICE_MINOR = 12_000

NOTHING_MORE: Mapping[str, object] = MappingProxyType({})


@dataclass(slots=True, kw_only=True)
class Buyer:
    """Somebody who wants `quantity` units, and what they were told."""

    bearer: Pass
    quantity: int
    pays: bool = False
    gives_back: bool = False
    vanishes: bool = False
    """Sends the wish, and is gone before the answer."""
    changes: bool = False
    """Holds first, and then wants one more."""
    hold_id: UUID | None = None
    seats: frozenset[UUID] = frozenset()
    """That they were told they hold, where seats are chosen."""
    is_changed: bool = False
    refused: str = ""
    order_id: UUID | None = None
    is_given_back: bool = False

    @property
    def basket_id(self) -> UUID:
        return self.bearer.basket_id

    def hear(self, told: Mapping[str, Any]) -> None:
        """They were told that they hold this."""
        self.hold_id, self.seats = UUID(told["hold_id"]), frozenset(map(UUID, told["seats"]))

    @property
    def email(self) -> str:
        return f"{self.basket_id.hex}@example.org"


def make_buyers(chance: random.Random, number: int, *, market_code: str = "fr", pays: float = 0.2) -> list[Buyer]:
    """So many, of whom some pay at once, a few give back, and a few vanish."""
    until = clock.now() + timedelta(hours=6)
    made = []
    for _ in range(number):
        bearer = Pass(owner=Owner(visitor=new_id().hex), market_code=market_code, basket_id=new_id(), valid_until=until)
        kind = chance.random()
        made.append(
            Buyer(
                bearer=bearer,
                quantity=chance.choice((1, 1, 2)),
                pays=kind < pays,
                gives_back=pays <= kind < pays + 0.05,
                vanishes=pays + 0.05 <= kind < pays + 0.07,
            )
        )
    return made


class Unexpected(Exception):
    """An answer that no buyer may get, whatever dies."""


@dataclass(slots=True)
class Crowd:
    """`at_once` of the buyers ask at a time, each over a connection of their own."""

    address: tuple[str, int]
    passes: Passes
    offer_id: UUID
    at_once: int = 128
    more: Mapping[str, object] = NOTHING_MORE
    """Of every wish."""
    done: int = 0
    """Buyers who have their final answer."""
    asked: int = 0
    torn: int = 0
    """Connections that were refused, or lost before the answer."""
    told_to_wait: int = 0
    """Answers of 503."""
    longest_s: float = 0.0
    """From the first try to the answer that stands."""
    strikes: deque[tuple[int, Callable[[], None]]] = field(default_factory=deque)
    """What happens to the platform once so many buyers are done, the first first."""

    async def buy(self, buyers: Sequence[Buyer]) -> None:
        """Until all have a final answer."""
        waiting = iter(buyers)

        async def one_after_the_other() -> None:
            line = Line(self.address)
            for buyer in waiting:
                await self._serve(line, buyer)
                self.done += 1
                while self.strikes and self.done >= self.strikes[0][0]:
                    self.strikes.popleft()[1]()
            line.close()

        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(one_after_the_other())

    async def _serve(self, line: "Line", buyer: Buyer) -> None:
        bearer = self.passes.issue(buyer.bearer)
        wish = {"key": "wish", "kind": "ticket", "item": str(self.offer_id), "quantity": buyer.quantity, **self.more}
        if buyer.vanishes:
            with suppress(OSError):
                await line.send("/gate/hold", wish, bearer)
            line.close()
            return
        status, told = await self._ask(line, "/gate/hold", wish, bearer)
        if status == 409:
            buyer.refused = told["refused"]
            return
        buyer.hear(told)
        if buyer.changes:
            other = {**wish, "key": "change", "hold": str(buyer.hold_id), "quantity": buyer.quantity + 1}
            status, told = await self._ask(line, "/gate/change", other, bearer)
            if status == 200:
                buyer.hear(told)
                buyer.quantity, buyer.is_changed = buyer.quantity + 1, True
        if buyer.pays:
            _, told = await self._ask(line, "/gate/pay", self._purchase(buyer), bearer, only=200)
            if told["status"] != "paid":
                raise Unexpected(f"a charged purchase is {told['status']}")
            buyer.order_id = UUID(told["order_id"])
        elif buyer.gives_back:
            await self._ask(line, "/gate/release", {"hold": str(buyer.hold_id)}, bearer, only=200)
            buyer.is_given_back = True

    def _purchase(self, buyer: Buyer) -> dict[str, Any]:
        item = {"hold": str(buyer.hold_id), "kind": "ticket", "item": str(self.offer_id), "quantity": buyer.quantity}
        who = {"email": buyer.email, "name": "Ada Fan", "language": "en"}
        money = {"told_minor": buyer.quantity * PRICE_MINOR, "currency": "EUR", "provider": "test", "is_charged": True}
        return {"key": "pay", "items": [item], **who, **money}

    async def _ask(self, line: "Line", path: str, content: object, bearer: str, *, only: int = 0) -> tuple[int, dict[str, Any]]:
        """The answer that stands. Raises Unexpected for one that nobody may get."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while loop.time() < began + GIVES_UP_AFTER_S:
            self.asked += 1
            try:
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    await line.send(path, content, bearer)
                    status, told = await line.answer()
            except (OSError, EOFError, TimeoutError):
                self.torn += 1
                line.close()
                await asyncio.sleep(PAUSE_S)
                continue
            if status == 503:
                self.told_to_wait += 1
                await asyncio.sleep(PAUSE_S)
                continue
            if status not in ({only} if only else {200, 409}):
                raise Unexpected(f"{path} answered {status}: {told}")
            self.longest_s = max(self.longest_s, loop.time() - began)
            return status, told
        raise Unexpected(f"{path} had no final answer within {GIVES_UP_AFTER_S:.0f} s")


class Line:
    """One connection, opened when first used and again after it was lost. Raises OSError and EOFError (a torn answer)."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, path: str, content: object, bearer: str) -> None:
        """Send a request."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        body = json.dumps(content).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nx-gate-pass: {bearer}\r\ncontent-length: {len(body)}\r\n\r\n"
        self._streams[1].write(head.encode() + body)
        await self._streams[1].drain()

    async def answer(self) -> tuple[int, dict[str, Any]]:
        """Its status and what it says."""
        assert self._streams is not None, "there is an answer to what was sent"
        reader = self._streams[0]
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), json.loads(await reader.readexactly(int(headers["content-length"])))

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
