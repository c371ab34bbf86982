"""For tests: the gate asked as a server asks it, without a network."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID

from grandstand.commerce.api import ItemRef, Owner
from grandstand.gate.application import Gate
from grandstand.gate.rooms.rows import room_of
from grandstand.gate.rooms.seeding import close_early, seed_by_beacon, write_order
from grandstand.gate.rooms.steering import open_room
from grandstand.gate.rooms.ticking import Transactions
from grandstand.gate.rooms.values import Guarded, Room, RoomDraft
from grandstand.gate.values import BeaconLate, Pass, Round
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Tx, write

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

SECRET = "the secret of a test, and of nothing else"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_gate(url: str, *, secrets: Sequence[str] = (SECRET,)) -> Iterator[Gate]:
    """A gate over the database, deciding until the block ends. With the installation's secrets its tokens are good for pages too."""
    gate = Gate(url, secrets, clock=clock.now, test_payments=True)
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


def ask(
    gate: Gate, path: str, content: object = b"", *, bearer: str | None = None, method: str = "POST", headers: Mapping[str, str] = NO_HEADERS
) -> Answer:
    """One request and its answer."""
    return asyncio.run(_ask(gate, method, path, content, bearer, headers))


def ask_all(gate: Gate, requests: Sequence[tuple[str, object, str | None]], *, method: str = "POST") -> list[Answer]:
    """Many requests at once, each a path, a body (JSON, or bytes as they are) and a pass; their answers in the same order."""

    async def all_of_them() -> list[Answer]:
        return await asyncio.gather(*(_ask(gate, method, *request) for request in requests))

    return asyncio.run(all_of_them())


async def _ask(gate: Gate, method: str, path: str, content: object, bearer: str | None, more: Mapping[str, str] = NO_HEADERS) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content, default=str).encode()
    headers = [(name.encode(), value.encode()) for name, value in more.items()]
    headers += [] if bearer is None else [(b"x-gate-pass", bearer.encode())]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await gate({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
    start, end = sent
    return Answer(start["status"], json.loads(end["body"] or "{}"), {name.decode(): value.decode() for name, value in start["headers"]})


@dataclass(slots=True)
class RecordedBeacon:
    """A beacon that has certain rounds and no others, without a network. `randomness` of a round is made of its number."""

    known: set[int] = field(default_factory=set)
    always: bool = False

    def round(self, number: int) -> Round:
        """The round, or BeaconLate."""
        if not self.always and number not in self.known:
            raise BeaconLate(f"There is no round {number} yet.")
        signature = sha256(f"round {number}".encode()).digest() + bytes(16)
        return Round(number=number, signature=signature, randomness=sha256(signature).digest())


def make_room(
    *,
    organisation_id: UUID,
    items: Sequence[ItemRef] = (),
    code: str = "",
    now: datetime | None = None,
    starts_in: timedelta = timedelta(minutes=10),
    **conditions: Any,
) -> Room:
    """A waiting room that people may come to from now on, before these items."""
    at = now or clock.now()
    draft = RoomDraft(
        code=code or f"room-{new_id().hex[-12:]}",
        title="Finals",
        titles={"fr": "Finales", "zh-hans": "决赛"},
        opens_at=at - timedelta(minutes=1),
        starts_at=at + starts_in,
        **{"market_code": "fr", **conditions},
    )
    guarded = [Guarded(ref=ref) for ref in items]
    with write() as tx:
        open_room(tx, organisation_id=organisation_id, draft=draft, guarded=guarded, by=Actor.system("test"), reason="for a test", now=at)
        return room_of(tx, draft.code)


def begin_sale(transaction: Transactions, code: str, *, seed: bytes = bytes(range(32)), now: datetime | None = None) -> Room:
    """Close the early list of a room, seed it and write its order, as if all of that had been waited for."""
    at = now or clock.now()

    def ready(tx: Tx) -> Room:
        room = room_of(tx, code)
        tx.execute("UPDATE gate_room SET starts_at = %s, opens_at = %s WHERE id = %s", (at, min(room.opens_at, at), room.id))
        close_early(tx, room.id, now=at)
        room = room_of(tx, code)
        assert room.beacon_round is not None
        seed_by_beacon(tx, room.id, Round(number=room.beacon_round, signature=bytes(48), randomness=seed), now=at)
        return room_of(tx, code)

    write_order(transaction, transaction(ready), now=at)
    return transaction(lambda tx: room_of(tx, code))


def look(gate: Gate) -> None:
    """Let the gate see at once what was changed; by itself it looks within a second."""
    gate.board.refresh()
    gate.desk.leave()
