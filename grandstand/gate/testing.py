"""For tests: the gate asked as a server asks it, without a network."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.commerce.api import Owner
from grandstand.gate.application import Gate
from grandstand.gate.values import Pass
from grandstand.kit import clock
from grandstand.kit.ids import new_id

SECRET = "the secret of a test, and of nothing else"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_gate(url: str) -> Iterator[Gate]:
    """A gate over the database, deciding until the block ends."""
    gate = Gate(url, [SECRET], clock=clock.now, test_payments=True)
    gate.start()
    try:
        yield gate
    finally:
        gate.stop()


def make_pass(gate: Gate, *, person_id: UUID | None = None, market_code: str = "fr", hours: int = 3) -> str:
    """A pass of a person, or of some visitor, with a basket of their own."""
    owner = Owner(person_id=person_id) if person_id else Owner(visitor=new_id().hex)
    until = datetime.now(UTC) + timedelta(hours=hours)
    return gate.passes.issue(Pass(owner=owner, market_code=market_code, basket_id=new_id(), valid_until=until))


def ask(gate: Gate, path: str, content: object, *, bearer: str | None, method: str = "POST") -> Answer:
    """One request and its answer."""
    [answer] = ask_all(gate, [(path, content, bearer)], method=method)
    return answer


def ask_all(gate: Gate, requests: Sequence[tuple[str, object, str | None]], *, method: str = "POST") -> list[Answer]:
    """Many requests at once, each a path, a body (JSON, or bytes as they are) and a pass; their answers in the same order."""

    async def all_of_them() -> list[Answer]:
        return await asyncio.gather(*(_ask(gate, method, *request) for request in requests))

    return asyncio.run(all_of_them())


async def _ask(gate: Gate, method: str, path: str, content: object, bearer: str | None) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content, default=str).encode()
    headers = [] if bearer is None else [(b"x-gate-pass", bearer.encode())]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await gate({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
    start, end = sent
    return Answer(start["status"], json.loads(end["body"]), {name.decode(): value.decode() for name, value in start["headers"]})
