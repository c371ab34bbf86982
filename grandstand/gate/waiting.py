"""The gate's answers about waiting rooms: `/gate/rooms/<code>` and what lies below it. All but the joining and entering comes from memory."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import msgspec

from grandstand.commerce.api import Owner
from grandstand.gate.adapters.puzzles import Puzzles
from grandstand.gate.batching import Batcher
from grandstand.gate.passes import Passes
from grandstand.gate.rooms.board import Board, Shown
from grandstand.gate.rooms.joining import adopt_places, join_many
from grandstand.gate.rooms.opening import Entering, enter_many, is_in
from grandstand.gate.rooms.rows import places_by_id, places_of, rooms_by_id
from grandstand.gate.rooms.tokens import COOKIE_LASTS_S, Ticket, Tickets, cookie_name
from grandstand.gate.rooms.values import Joining, NoPlace, Place, ProofNeeded, Room
from grandstand.gate.rules import draw
from grandstand.gate.services import Desk
from grandstand.gate.values import Pass
from grandstand.kit.errors import NotAllowed, Refusal
from grandstand.kit.ids import new_id
from grandstand.movement.api import markets_many
from grandstand.store.api import Tx
from grandstand.ui.audience import Audience
from grandstand.ui.sender import address

PREFIX = "/gate/rooms/"

ROUTES: dict[tuple[str, str], Audience] = {
    ("GET", "/gate/rooms/<slug:room>"): Audience("public"),
    ("GET", "/gate/rooms/<slug:room>/puzzle"): Audience("public"),
    ("GET", "/gate/rooms/<slug:room>/place"): Audience("public"),
    ("POST", "/gate/rooms/<slug:room>/join"): Audience("public"),
    ("POST", "/gate/rooms/<slug:room>/enter"): Audience("public"),
}
"""Everybody may wait. A place is told to, and let in for, whoever has its token or is its person."""

SHARED = [(b"cache-control", b"public, max-age=1, stale-while-revalidate=5")]
"""The polled object may be kept by any cache for as long as the gate itself keeps it."""

LATER = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="%(wait)s; url=%(page)s"><title>Waiting room</title>
<main><p>Too many people at once: this page goes on by itself in a moment. <a href="%(page)s">Go on now</a></p>
<p lang="fr">Trop de monde à la fois : cette page continue d’elle-même dans un instant. <a href="%(page)s">Continuer</a></p>
<p lang="zh-hans">人数过多，本页稍后自动继续。<a href="%(page)s">继续</a></p></main></html>
"""
"""Who reads what language is not looked up when there are too many."""

PRIVATE = [(b"cache-control", b"no-store")]

type Headers = list[tuple[bytes, bytes]]
type Told = tuple[int, bytes, Headers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeking:
    """Asks for the place of this owner, or of this token."""

    room_id: UUID
    owner: Owner | None
    ticket: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """Somebody would come in, with the place of their token or with the one that is known of them."""

    sought: Seeking
    market_code: str
    bearer: Pass | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Somebody came in, and what they sell and pay with from now on."""

    place: Place
    bearer: Pass


class WaitingDesk:
    """What the threads do with a batch. Every method may be called by several threads at once."""

    def __init__(self, desk: Desk, *, most_per_sender: int | None) -> None:
        self._desk, self._most_per_sender = desk, most_per_sender

    def join(self, joinings: Sequence[Joining]) -> list[Place | Refusal]:
        """A place for each."""
        return self._desk.lasting(lambda tx: join_many(tx, joinings, most_per_sender=self._most_per_sender, now=tx.now()))

    def seek(self, asks: Sequence[Seeking]) -> list[Place | Refusal]:
        """The place of each; NoPlace for who has none."""
        return self._desk.lasting(lambda tx: _sought(tx, asks))

    def come(self, asks: Sequence[Coming]) -> list[Admitted | Refusal]:
        """Let in each whose turn it is."""
        return self._desk.lasting(lambda tx: _come(tx, asks))


def _sought(tx: Tx, asks: Sequence[Seeking]) -> list[Place | Refusal]:
    for ask in asks:
        if (visitor := _left_behind(ask)) and ask.owner is not None and ask.owner.person_id is not None:
            adopt_places(tx, visitor=visitor, owner=ask.owner)
    by_owner = places_of(tx, [(ask.owner.holder, ask.room_id) for ask in asks if ask.owner is not None])
    by_ticket = places_by_id(tx, [ask.ticket.place_id for ask in asks if ask.ticket is not None])
    return [_one_of(ask, by_owner, by_ticket) or NoPlace("You have no place in this waiting room yet.") for ask in asks]


def _one_of(ask: Seeking, by_owner: Mapping[tuple[str, UUID], Place], by_ticket: Mapping[UUID, Place]) -> Place | None:
    """Of the owner; without one, the visitor's of the token. A person's place is for who signs in as them: a token may lie on a shared machine."""
    if ask.owner is not None and (ask.owner.person_id is not None or (ask.owner.holder, ask.room_id) in by_owner):
        return by_owner.get((ask.owner.holder, ask.room_id))
    ticketed = by_ticket.get(ask.ticket.place_id) if ask.ticket and _left_behind(ask) else None
    return ticketed if ticketed is not None and ask.ticket is not None and ticketed.holder == ask.ticket.holder else None


def _left_behind(ask: Seeking) -> str:
    """The visitor whose place is to become the person's who asks."""
    kind, _, key = ask.ticket.holder.partition(":") if ask.ticket else ("", "", "")
    return key if kind == "visitor" else ""


def _come(tx: Tx, asks: Sequence[Coming]) -> list[Admitted | Refusal]:
    now = tx.now()
    sought = _sought(tx, [ask.sought for ask in asks])
    known = markets_many(tx, sorted({ask.market_code for ask in asks}))
    enterings = {n: Entering(place_id=place.id, owner=place.owner) for n, place in enumerate(sought) if isinstance(place, Place) and place.owner}
    entered = dict(zip(enterings, enter_many(tx, list(enterings.values()), now=now), strict=True))
    rooms = rooms_by_id(tx, [place.room_id for place in entered.values() if isinstance(place, Place)])
    answers: list[Admitted | Refusal] = []
    for n, ask in enumerate(asks):
        answer = entered.get(n, sought[n])
        if isinstance(answer, Refusal):
            answers.append(answer)
        elif ask.market_code not in known:
            answers.append(NoPlace("There is no such market."))
        else:
            answers.append(Admitted(place=answer, bearer=_pass_of(answer, rooms[answer.room_id], ask)))
    return answers


def _pass_of(place: Place, room: Room, ask: Coming) -> Pass:
    owner, until = place.owner, place.until(room)
    assert owner is not None, "places that were given up are not let in"
    assert until is not None, "who came in has a time"
    before = ask.bearer
    return Pass(
        owner=owner,
        market_code=ask.market_code,
        basket_id=before.basket_id if before else place.id,
        valid_until=until,
        rooms=(*(each for each in (before.rooms if before else ()) if each != room.id), room.id),
    )


class Waiting:
    """Answers about waiting rooms. `secure` cookies travel over https only; `proxies` of our own stand before the gate."""

    def __init__(
        self,
        desk: Desk,
        board: Board,
        passes: Passes,
        secrets: Sequence[str],
        *,
        clock: Callable[[], datetime],
        secure: bool,
        most_per_sender: int | None,
        proxies: int,
    ) -> None:
        waiting = WaitingDesk(desk, most_per_sender=most_per_sender)
        self._proxies = proxies
        self._board, self._passes, self._clock = board, passes, clock
        self._tickets, self._puzzles = Tickets(secrets), Puzzles(secrets)
        self._secure = "; Secure" if secure else ""
        self.joins = Batcher(waiting.join, threads=1, name="gate-join", leave=desk.leave)
        self.seeks = Batcher(waiting.seek, threads=1, name="gate-seek", leave=desk.leave)
        self.comes = Batcher(waiting.come, threads=1, name="gate-enter", leave=desk.leave)
        self.batchers = (self.joins, self.seeks, self.comes)

    async def answer(self, scope: Mapping[str, Any], body: bytes) -> Told | None:
        """The answer to a request below `/gate/rooms/`; None when there is no such route."""
        code, _, action = str(scope["path"]).removeprefix(PREFIX).partition("/")
        match scope["method"], action:
            case "GET" | "HEAD", "":
                return self._polled(scope, code)
            case "GET", "puzzle":
                return self._puzzle(code)
            case "GET", "place":
                return await self._place(scope, code)
            case "POST", "join":
                return await self._join(scope, code, body)
            case "POST", "enter":
                return await self._enter(scope, code, body)
            case _:
                return None

    def _polled(self, scope: Mapping[str, Any], code: str) -> Told:
        shown = self._board.shown(code)
        headers = [*SHARED, (b"etag", shown.etag)]
        if shown.etag in _header(scope, b"if-none-match"):
            return 304, b"", headers
        return 200, shown.body, headers

    def _puzzle(self, code: str) -> Told:
        room = self._board.shown(code).room
        if not room.proof_cost:
            return 200, b"{}", PRIVATE
        return 200, msgspec.json.encode(self._puzzles.make(room=code, cost=room.proof_cost, now=self._clock())), PRIVATE

    async def _join(self, scope: Mapping[str, Any], code: str, body: bytes) -> Told:
        _from_here(scope)
        room, asked = self._board.shown(code).room, _fields(scope, body)
        sought, bearer = self._sought(scope, room, asked)
        if sought.owner is not None or sought.ticket is not None:
            found = await self.seeks.ask(sought)
            if isinstance(found, Place) and not found.is_over(room, self._clock()):
                return self._told(scope, code, found)
        owner = sought.owner or _visitor_of(sought.ticket) or Owner(visitor=new_id().hex + new_id().hex)
        proof = self._puzzles.find_proof(asked.get("proof", ""), room=code, cost=room.proof_cost) if room.proof_cost else ""
        if room.proof_cost and not proof:
            raise ProofNeeded("Solve a new puzzle first: this one was used, or none came.")
        answer = await self.joins.ask(
            Joining(room_id=room.id, owner=bearer.owner if bearer else owner, proof=proof, sender=_sender(scope, self._proxies))
        )
        if isinstance(answer, Refusal):
            raise answer
        return self._told(scope, code, answer)

    def _told(self, scope: Mapping[str, Any], code: str, place: Place) -> Told:
        """The place and its token, as JSON; to a form, the way back to the page."""
        token = self._tickets.issue(place)
        cookie = f"{cookie_name(code)}={token}; Path=/; Max-Age={COOKIE_LASTS_S}; HttpOnly; SameSite=Lax{self._secure}"
        headers = [*PRIVATE, (b"set-cookie", cookie.encode())]
        if _is_form(scope):
            return 303, b"", [*headers, (b"location", _page(scope, code).encode())]
        return 200, msgspec.json.encode({"place": place.id, "number": place.number, "token": token}), headers

    async def _place(self, scope: Mapping[str, Any], code: str) -> Told:
        shown = self._board.shown(code)
        sought, bearer = self._sought(scope, shown.room, {})
        if sought.ticket is not None and (bearer is None or bearer.owner.holder == sought.ticket.holder):
            return 200, _standing(shown, sought.ticket.place_id, sought.ticket.number), PRIVATE
        found = await self.seeks.ask(sought)
        if isinstance(found, Refusal):
            raise found
        return 200, _standing(shown, found.id, found.number), PRIVATE

    async def _enter(self, scope: Mapping[str, Any], code: str, body: bytes) -> Told:
        _from_here(scope)
        room, asked = self._board.shown(code).room, _fields(scope, body)
        sought, bearer = self._sought(scope, room, asked)
        market = bearer.market_code if bearer else asked.get("market", "") or room.market_code
        answer = await self.comes.ask(Coming(sought=sought, market_code=market, bearer=bearer))
        if isinstance(answer, Refusal):
            raise answer
        content = {"pass": self._passes.issue(answer.bearer), "until": answer.bearer.valid_until, "rooms": answer.bearer.rooms}
        return 200, msgspec.json.encode(content), PRIVATE

    def _sought(self, scope: Mapping[str, Any], room: Room, asked: Mapping[str, str]) -> tuple[Seeking, Pass | None]:
        """Who asks: by pass (header or form), by token (form or cookie)."""
        text = _header(scope, b"x-gate-pass").decode("latin-1") or asked.get("pass", "")
        bearer = self._passes.read(text, now=self._clock()) if text else None
        ticket = self._tickets.find(asked.get("token", "") or _cookie(scope, cookie_name(room.code)))
        if ticket is not None and ticket.room_id != room.id:
            ticket = None
        return Seeking(room_id=room.id, owner=bearer.owner if bearer else None, ticket=ticket), bearer


def told_in_page(scope: Mapping[str, Any], status: int, content: bytes, more: Sequence[tuple[bytes, bytes]]) -> Told | None:
    """What a form is told that was given no place; None for who is no form, or comes from another site.

    It goes back to its page, which says why; when there are too many people for that, to a page of a few words that goes back by itself.
    """
    code, _, action = str(scope["path"]).removeprefix(PREFIX).partition("/")
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.FORBIDDEN or (scope["method"], action) != ("POST", "join") or not _is_form(scope):
        return None
    page = _page(scope, quote(code, safe=""))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        retry_s = next((value for name, value in more if name == b"retry-after"), b"2")
        html = LATER % {"wait": retry_s.decode(), "page": page}
        return status, html.encode(), [*PRIVATE, (b"retry-after", retry_s), (b"content-type", b"text/html; charset=utf-8")]
    refused = msgspec.json.decode(content, type=dict[str, Any])["refused"]
    return 303, b"", [*PRIVATE, (b"location", f"{page}?refused={quote(refused)}".encode())]


def _visitor_of(ticket: Ticket | None) -> Owner | None:
    """Who comes again without signing in stays the visitor they were."""
    kind, _, key = ticket.holder.partition(":") if ticket else ("", "", "")
    return Owner(visitor=key) if kind == "visitor" else None


def _standing(shown: Shown, place_id: UUID, number: int | None) -> bytes:
    room = shown.room
    place = Place(id=place_id, room_id=room.id, holder="", number=number, joined_at=room.opens_at, entered_at=None, left_at=None)
    drawn = f"{draw(bytes.fromhex(room.seed), place_id):064x}" if room.seed and number is None else None
    return msgspec.json.encode({"place": place_id, "number": number, "draw": drawn, "admitted": is_in(room, place)})


def _header(scope: Mapping[str, Any], name: bytes) -> bytes:
    found: bytes = next((value for key, value in scope["headers"] if key == name), b"")
    return found


def _sender(scope: Mapping[str, Any], proxies: int) -> str:
    forwarded = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    return address(forwarded, connection=(scope.get("client") or ("",))[0], proxies=proxies)


def _from_here(scope: Mapping[str, Any]) -> None:
    """Refuse what another site's page sends in somebody's name: it could take their place from them."""
    origin = _header(scope, b"origin").decode("latin-1")
    if origin and urlsplit(origin).netloc != _header(scope, b"host").decode("latin-1"):
        raise NotAllowed("This came from another site's page.")


def _is_form(scope: Mapping[str, Any]) -> bool:
    return _header(scope, b"content-type").startswith(b"application/x-www-form-urlencoded")


def _fields(scope: Mapping[str, Any], body: bytes) -> dict[str, str]:
    """What a form or a JSON object says. Raises MsgspecError for anything else."""
    if _is_form(scope):
        return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()}
    return msgspec.json.decode(body, type=dict[str, str]) if body.strip() else {}


def _page(scope: Mapping[str, Any], code: str) -> str:
    """The page that a form came from, when it is this room's in some language; else the room's own."""
    own = f"/waiting/{code}"
    try:
        path = urlsplit(_header(scope, b"referer").decode("latin-1")).path
    except ValueError:
        return own
    return path if re.fullmatch(rf"/[a-z]{{2}}(-[a-z]+)?{re.escape(own)}", path) else own


def _cookie(scope: Mapping[str, Any], name: str) -> str:
    try:
        found = SimpleCookie(_header(scope, b"cookie").decode("latin-1")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""
