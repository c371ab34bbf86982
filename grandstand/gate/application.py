"""The gate as an ASGI application: JSON in, JSON out, nothing else."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import structlog

from grandstand.commerce import api as commerce
from grandstand.commerce.api import Buying, HeldItem, ItemRef, ShipTo
from grandstand.gate.batching import Batcher
from grandstand.gate.passes import Passes
from grandstand.gate.services import Desk
from grandstand.gate.values import LONGEST_KEY, Denied, GateBusy, GivenBack, Granted, HoldAsk, Pass, PassWrong, ReleaseAsk
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import named_id
from grandstand.kit.money import Money
from grandstand.store.api import Database, DataWrong, Engine, Lost, WallHit
from grandstand.ui.audience import Audience

log = structlog.get_logger("grandstand.gate")

COMMITTERS: dict[Engine, int] = {"postgresql": 2, "sqlite": 1}
"""While PostgreSQL works for one thread, the other decides. SQLite has one writer."""

MOST_BYTES = 8 * 1024
"""Of a request's body: the longest that means anything is a tenth of it."""

RETRY_AFTER_FAULT_S = 2

TEST_PROVIDER = "test"

NO_DETAIL: Mapping[str, object] = MappingProxyType({})

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Answered = tuple[int, bytes, Sequence[tuple[bytes, bytes]]]


class _Hold(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    kind: str
    item: UUID
    quantity: int
    seats: tuple[UUID, ...] = ()


class _Release(msgspec.Struct, forbid_unknown_fields=True):
    hold: UUID


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    hold: UUID
    kind: str
    item: UUID
    quantity: int
    seats: tuple[UUID, ...] = ()


class _Pay(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    items: tuple[_Item, ...]
    email: str
    name: str
    language: str
    told_minor: int
    currency: str
    provider: str
    ship_to: ShipTo | None = None
    shipping: dict[UUID, str] = {}
    is_charged: bool = False
    """The test bank charged the card already, as a wallet would have: with test payments only."""


class _BodyWrong(Refusal):
    code = "body_wrong"
    status = 422


ROUTES: dict[tuple[str, str], Audience] = {
    ("POST", "/gate/hold"): Audience("public"),
    ("POST", "/gate/release"): Audience("public"),
    ("POST", "/gate/pay"): Audience("public"),
}
"""Everything that can be asked for, and by whom: anybody who has a pass, and about holds of their own only."""


class Gate:
    """`POST /gate/hold`, `/gate/release` and `/gate/pay`, each with a pass in the header `x-gate-pass`.

    Answers are JSON objects. 200: what was granted. 409: refused, with `refused` naming the reason. 401: no valid pass. 422: the body is not
    what was expected. 503 with Retry-After: nothing was decided, ask again with the same key.
    """

    def __init__(self, database_url: str, secrets: Sequence[str], *, clock: Callable[[], datetime], test_payments: bool = False) -> None:
        """`clock` is this host's, by which passes end: they last for hours, and a hold's own time is the database's."""
        self._clock = clock
        self.passes = Passes(secrets)
        desk = Desk(Database(database_url))
        self.desk = desk
        self.holds = Batcher(desk.hold, threads=COMMITTERS[desk.database.engine], name="gate-hold", leave=desk.leave)
        self.releases = Batcher(desk.release, threads=1, name="gate-release", leave=desk.leave)
        answers: list[Callable[[Scope, bytes], Awaitable[Answered]]] = [self._hold, self._release, self._pay]
        self._routes = dict(zip(ROUTES, answers, strict=True))
        self.purchases = Batcher(desk.buy, threads=COMMITTERS[desk.database.engine], name="gate-pay", leave=desk.leave)
        self._test_payments = test_payments
        self.told: Counter[str] = Counter()
        """How many wishes got which answer, for operators and benchmarks."""
        self._read_hold = msgspec.json.Decoder(_Hold).decode
        self._read_release = msgspec.json.Decoder(_Release).decode
        self._read_pay = msgspec.json.Decoder(_Pay).decode

    def start(self) -> None:
        """Begin to decide."""
        for batcher in (self.holds, self.releases, self.purchases):
            batcher.start()

    def stop(self) -> None:
        """Decide what waits, then end."""
        for batcher in (self.holds, self.releases, self.purchases):
            batcher.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, content, more = await self._answered(scope, receive)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), (b"cache-control", b"no-store"), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answered(self, scope: Scope, receive: Receive) -> Answered:
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None:
            known = any(path == scope["path"] for _, path in self._routes)
            return _refused("method_not_allowed" if known else "not_found", 405 if known else 404)
        try:
            return await route(scope, await _body(receive))
        except GateBusy as busy:
            return _refused(busy.code, busy.status, says=str(busy), retry_after_s=busy.retry_after_s)
        except Refusal as refusal:
            return _refused(refusal.code, refusal.status, says=str(refusal), detail=refusal.detail)
        except (WallHit, DataWrong, ValueError, TypeError, OverflowError) as wrong:
            log.warning("gate.refused_by_a_wall", error=repr(wrong))
            return _refused("body_wrong", 422, says="This cannot be taken as asked: open the page again and choose anew.")
        except Exception as error:
            log.exception("gate.failed", lost=isinstance(error, Lost))
            says = "We cannot answer just now. Nothing is lost: ask again in a moment, with the same key."
            return _refused("unavailable", 503, says=says, retry_after_s=RETRY_AFTER_FAULT_S)

    # -- routes ------------------------------------------------------------------------------------------------------------------------

    async def _hold(self, scope: Scope, body: bytes) -> Answered:
        answer = await self.holds.ask(self.hold_ask(scope, body))
        match answer:
            case Granted():
                self.told["held"] += 1
                return 200, msgspec.json.encode(answer), ()
            case Denied():
                self.told[answer.reason] += 1
                return _refused(answer.reason, 409, left=answer.left)
            case _:
                raise answer

    def hold_ask(self, scope: Scope, body: bytes) -> HoldAsk:
        """What a request to `/gate/hold` asks for. Raises PassWrong and the refusal of a body."""
        bearer = self._bearer(scope)
        asked = _read(self._read_hold, body)
        if not 1 <= len(asked.key) <= LONGEST_KEY:
            raise _BodyWrong(f"key: 1 to {LONGEST_KEY} characters")
        if asked.quantity < 1:
            raise _BodyWrong("quantity: one or more")
        if asked.seats and len(set(asked.seats)) != asked.quantity:
            raise _BodyWrong("seats: as many different ones as quantity says, or none")
        ref = ItemRef(kind=asked.kind, item_id=asked.item)
        return HoldAsk(key=asked.key, bearer=bearer, ref=ref, quantity=asked.quantity, seat_ids=asked.seats)

    async def _release(self, scope: Scope, body: bytes) -> Answered:
        bearer = self._bearer(scope)
        answer: GivenBack = await self.releases.ask(ReleaseAsk(bearer=bearer, hold_id=_read(self._read_release, body).hold))
        return 200, msgspec.json.encode(answer), ()

    async def _pay(self, scope: Scope, body: bytes) -> Answered:
        bearer = self._bearer(scope)
        asked = _read(self._read_pay, body)
        if not 1 <= len(asked.key) <= LONGEST_KEY:
            raise _BodyWrong(f"key: 1 to {LONGEST_KEY} characters")
        if not asked.items:
            raise _BodyWrong("items: one or more")
        if asked.provider not in {provider.code for provider in commerce.providers()}:
            raise _BodyWrong("provider: one of those that the checkout offers")
        if asked.is_charged and not (self._test_payments and asked.provider == TEST_PROVIDER):
            raise _BodyWrong("is_charged: with the test bank only, where test payments are on")
        key = named_id(bearer.basket_id.bytes + asked.key.encode()).hex
        buying = Buying(
            key=key,
            owner=bearer.owner,
            market_code=bearer.market_code,
            items=tuple(
                HeldItem(hold_id=each.hold, ref=ItemRef(kind=each.kind, item_id=each.item), quantity=each.quantity, seat_ids=each.seats)
                for each in asked.items
            ),
            email=asked.email,
            name=asked.name,
            language=asked.language,
            told=Money(minor=asked.told_minor, currency=asked.currency),
            provider_code=asked.provider,
            captured_as=f"gate-{key}" if asked.is_charged else "",
            ship_to=asked.ship_to,
            shipping=asked.shipping,
        )
        answer = await self.purchases.ask(buying)
        if isinstance(answer, Exception):
            self.told[getattr(answer, "code", "failed")] += 1
            raise answer
        self.told[answer.status.value] += 1
        return 200, msgspec.json.encode(answer), ()

    def _bearer(self, scope: Scope) -> Pass:
        for name, value in scope["headers"]:
            if name == b"x-gate-pass":
                return self.passes.read(value.decode("latin-1"), now=self._clock())
        raise PassWrong("There is no pass with this request: open the page again.")


def _read[T](decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except msgspec.MsgspecError as wrong:
        raise _BodyWrong(str(wrong)) from wrong


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            break
    if len(body) > MOST_BYTES:
        raise _BodyWrong(f"the body is at most {MOST_BYTES} bytes")
    return body


def _refused(
    code: str, status: int, *, says: str = "", left: int | None = None, retry_after_s: int | None = None, detail: Mapping[str, object] = NO_DETAIL
) -> Answered:
    content: dict[str, object] = {"refused": code, **detail}
    if says:
        content["says"] = says
    if left is not None:
        content["left"] = left
    headers = [] if retry_after_s is None else [(b"retry-after", str(retry_after_s).encode())]
    return status, msgspec.json.encode(content), headers
