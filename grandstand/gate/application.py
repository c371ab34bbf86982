"""The gate as an ASGI application: JSON in, JSON out, nothing else."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import structlog

from grandstand.gate import bodies, waiting
from grandstand.gate.batching import Batcher, Meter
from grandstand.gate.bodies import BodyWrong
from grandstand.gate.passes import Passes
from grandstand.gate.rooms.board import Board
from grandstand.gate.seats.warming import Warming
from grandstand.gate.services import SEATED_KIND, Desk
from grandstand.gate.values import Denied, GateBusy, GivenBack, Granted, HoldAsk, Pass, PassWrong, ReleaseAsk
from grandstand.kit.errors import Refusal
from grandstand.store.api import Database, DataWrong, Engine, Lost, WallHit
from grandstand.ui.audience import Audience

log = structlog.get_logger("grandstand.gate")

COMMITTERS: dict[Engine, int] = {"postgresql": 2, "sqlite": 1}
"""While PostgreSQL works for one thread, the other decides. SQLite has one writer."""

WAITS_FOR_A_LOCK_S = 2.0
"""Others have a lock for milliseconds. Who keeps one longer, a person at psql or a process that was stopped, does not stop the queue: after some
tries whoever waits is told to ask again."""

MOST_BYTES = 8 * 1024
"""Of a request's body: the longest that means anything is a tenth of it."""

RETRY_AFTER_FAULT_S = 2

SEATS = "/gate/seats/"

NO_DETAIL: Mapping[str, object] = MappingProxyType({})

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Answered = tuple[int, bytes, Sequence[tuple[bytes, bytes]]]


ROUTES: dict[tuple[str, str], Audience] = {
    ("POST", "/gate/hold"): Audience("public"),
    ("POST", "/gate/change"): Audience("public"),
    ("POST", "/gate/release"): Audience("public"),
    ("POST", "/gate/pay"): Audience("public"),
    ("GET", "/gate/seats/<uuid:session_id>"): Audience("public"),
    **waiting.ROUTES,
}
"""Everything that can be asked for, and by whom: which seats are free and waiting are for anybody, the rest for anybody who has a pass, about
holds of their own only."""


class Gate:
    """`POST /gate/hold`, `/gate/change`, `/gate/release` and `/gate/pay`, each with a pass in the header `x-gate-pass`; and what is for everybody.

    That is `GET /gate/seats/SESSION`, which seats are free, and waiting rooms (`waiting.py`).

    Answers are JSON objects. 200: what was granted. 409: refused, with `refused` naming the reason. 401: no valid pass. 422: the body is not what
    was expected. 503 with Retry-After: nothing was decided, ask again with the same key.
    """

    def __init__(
        self,
        database_url: str,
        secrets: Sequence[str],
        *,
        clock: Callable[[], datetime],
        test_payments: bool = False,
        secure: bool = False,
        most_per_sender: int | None = None,
        proxies: int = 0,
    ) -> None:
        """`clock` is this host's, by which passes end: they last for hours, and a hold's own time is the database's. `secure`: cookies too.

        `most_per_sender`: places that visitors of one address take in waiting rooms in an hour; None for any number. `proxies`: of our own.
        """
        self._clock = clock
        self.passes = Passes(secrets)
        desk = Desk(Database(database_url, waits_for_locks_s=WAITS_FOR_A_LOCK_S))
        self.desk = desk
        committers = COMMITTERS[desk.database.engine]
        self.holds = Batcher(desk.hold, threads=committers, name="gate-hold", leave=desk.leave)
        self.changes = Batcher(desk.change, threads=1, name="gate-change", leave=desk.leave)
        self.releases = Batcher(desk.release, threads=1, name="gate-release", leave=desk.leave)
        self.purchases = Batcher(desk.buy, threads=committers, name="gate-pay", leave=desk.leave)
        self.finds = Batcher(desk.find_seats, threads=1, name="gate-find", leave=desk.leave)
        self.looks = Batcher(desk.show_seats, threads=1, name="gate-seats", leave=desk.leave)
        self._routes = {
            "/gate/hold": self._hold,
            "/gate/change": self._change,
            "/gate/release": self._release,
            "/gate/pay": self._pay,
        }
        self.board = Board(desk.database, commit_ms=Meter(self.holds, self.purchases))
        self.waiting = waiting.Waiting(
            desk, self.board, self.passes, secrets, clock=clock, secure=secure, most_per_sender=most_per_sender, proxies=proxies
        )
        coming = partial(self.board.guarded, SEATED_KIND)
        self._warming = Warming(coming, desk.find_seats, is_full=lambda: desk.seats.is_full, leave=desk.leave)
        self._batchers = (self.holds, self.changes, self.releases, self.purchases, self.finds, self.looks, *self.waiting.batchers)
        self._test_payments = test_payments
        self.told: Counter[str] = Counter()
        """How many wishes got which answer, for operators and benchmarks."""

    def start(self) -> None:
        """Begin to decide."""
        for batcher in self._batchers:
            batcher.start()
        self.board.start()
        self._warming.start()

    def stop(self) -> None:
        """Decide what waits, then end."""
        self._warming.stop()
        self.board.stop()
        for batcher in self._batchers:
            batcher.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, content, more = await self._answered(scope, receive)
        headers = [(b"content-length", str(len(content)).encode()), *more]
        if not any(name == b"content-type" for name, _ in more):
            headers.append((b"content-type", b"application/json"))
        if not any(name == b"cache-control" for name, _ in more):
            headers.append((b"cache-control", b"no-store"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answered(self, scope: Scope, receive: Receive) -> Answered:
        if scope["path"].startswith(waiting.PREFIX):
            answered = await self._guarded(self._wait, scope, receive)
            return waiting.told_in_page(scope, *answered) or answered
        if scope["path"].startswith(SEATS) and scope["method"] in {"GET", "HEAD"}:
            return await self._guarded(self._seats, scope, receive)
        route = self._routes.get(scope["path"])
        if route is None:
            return _refused("not_found", 404)
        if scope["method"] != "POST":
            return _refused("method_not_allowed", 405)
        return await self._guarded(route, scope, receive)

    async def _guarded(self, route: Callable[[Scope, bytes], Awaitable[Answered]], scope: Scope, receive: Receive) -> Answered:
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

    async def _wait(self, scope: Scope, body: bytes) -> Answered:
        return await self.waiting.answer(scope, body) or _refused("not_found", 404)

    async def _seats(self, scope: Scope, body: bytes) -> Answered:
        try:
            session_id = UUID(scope["path"].removeprefix(SEATS))
        except ValueError:
            return _refused("not_found", 404)
        shown = self.desk.seats.find_shown(session_id) or await self.looks.ask(session_id)
        if isinstance(shown, Refusal):
            raise shown
        headers = [*waiting.SHARED, (b"etag", shown.etag)]
        asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        return (304, b"", headers) if shown.etag in asked else (200, shown.body, headers)

    async def _hold(self, scope: Scope, body: bytes) -> Answered:
        ask = self.hold_ask(scope, body)
        if self._is_unknown(ask):
            await self.finds.ask(ask.ref.item_id)
        return self._held(await self.holds.ask(ask), "held")

    def hold_ask(self, scope: Scope, body: bytes) -> HoldAsk:
        """What a request to `/gate/hold` asks for. Raises PassWrong, MustWait and the refusal of a body."""
        ask = bodies.hold_ask(body, self._bearer(scope))
        self.board.ask_for(ask.ref, ask.bearer.rooms)
        return ask

    async def _change(self, scope: Scope, body: bytes) -> Answered:
        ask = bodies.change_ask(body, self._bearer(scope))
        self.board.ask_for(ask.want.ref, ask.want.bearer.rooms)
        if self._is_unknown(ask.want):
            await self.finds.ask(ask.want.ref.item_id)
        return self._held(await self.changes.ask(ask), "changed")

    def _is_unknown(self, ask: HoldAsk) -> bool:
        """Whether a thread that keeps nobody else waiting shall find out first where the seats of the item are."""
        return ask.ref.kind == SEATED_KIND and not ask.seat_ids and not self.desk.seats.knows(ask.ref.item_id)

    def _held(self, answer: Granted | Denied | Exception, told: str) -> Answered:
        match answer:
            case Granted():
                self.told[told] += 1
                return 200, msgspec.json.encode(answer), ()
            case Denied():
                self.told[answer.reason] += 1
                return _refused(answer.reason, 409, left=answer.left)
            case _:
                raise answer

    async def _release(self, scope: Scope, body: bytes) -> Answered:
        bearer = self._bearer(scope)
        answer: GivenBack = await self.releases.ask(ReleaseAsk(bearer=bearer, hold_id=bodies.hold_to_release(body)))
        return 200, msgspec.json.encode(answer), ()

    async def _pay(self, scope: Scope, body: bytes) -> Answered:
        answer = await self.purchases.ask(bodies.buying(body, self._bearer(scope), test_payments=self._test_payments))
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


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            break
    if len(body) > MOST_BYTES:
        raise BodyWrong(f"the body is at most {MOST_BYTES} bytes")
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
