"""What a process remembers of the seats of sessions, never older than a second where somebody asks for them."""

import threading
import time
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from grandstand.gate.seats.known import FOR_EVERYBODY, Look, fill, look_many, refresh, sessions_of_items
from grandstand.gate.seats.memory import SeatMemory
from grandstand.kit.errors import NotFound
from grandstand.store.api import Tx

FRESH_S = 1.0
"""What others took and gave back is looked up when it is older."""

MOST_SEATS = 500_000
"""Of all sessions together: some 400 bytes each. The session that nobody asked for longest is forgotten first."""

MOST_ITEMS = 20_000

type Reading = Callable[[], AbstractContextManager[Tx]]
"""Opens what a look reads through. It need not see one moment: what changes meanwhile is read again."""


class NoSuchSeats(NotFound):
    """There is no such session, or it is not sold by its seats."""

    code = "no_such_seats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the seats of an item are."""

    memory: SeatMemory
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The object that is polled of a session's seats."""

    body: bytes
    etag: bytes


@dataclass(slots=True, eq=False, kw_only=True)
class _Session:
    """One session. `at` is the monotonic instant of the last look."""

    look: Look | None = None
    at: float = float("-inf")
    memory: SeatMemory | None = None
    shown: Shown | None = None
    looking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.at < FRESH_S


class Seats:
    """What one process remembers of sessions that have seats. Every method may be called by several threads."""

    def __init__(self, *, most_seats: int = MOST_SEATS) -> None:
        self._most_seats = most_seats
        self._lock = threading.Lock()
        self._sessions: OrderedDict[UUID, _Session] = OrderedDict()
        self._session_of: OrderedDict[UUID, UUID] = OrderedDict()

    def knows(self, item_id: UUID) -> bool:
        """Whether it is known without much reading if the item has seats, and which."""
        session_id = self._session_of.get(item_id)
        session = self._sessions.get(session_id) if session_id is not None else None
        return session is not None and session.look is not None

    @property
    def is_full(self) -> bool:
        """Whether it has as many seats as it keeps, so that another session may push one out."""
        with self._lock:
            return self._size() >= self._most_seats

    def ready(self, reading: Reading, item_ids: Collection[UUID]) -> dict[UUID, Place]:
        """The places of those of these items that have seats, as they are or were a second ago at most. No statement while all of it is fresh."""
        unknown = [item_id for item_id in item_ids if item_id not in self._session_of]
        if unknown:
            with reading() as tx:
                self._remember(sessions_of_items(tx, sorted(unknown)))
        session_of = {item_id: session_id for item_id in item_ids if (session_id := self._session_of.get(item_id)) is not None}
        sessions = self._looked_at(reading, set(session_of.values()))
        places = {}
        for item_id, session_id in session_of.items():
            session = sessions[session_id]
            if session.memory is not None and session.look is not None:
                account_id = next((offer.account_id for offer in session.look.offers if offer.item_id == item_id), None)
                if account_id is not None:
                    places[item_id] = Place(memory=session.memory, account_id=account_id)
        return places

    def find_shown(self, session_id: UUID) -> Shown | None:
        """The session's object while it is fresh, from memory."""
        session = self._sessions.get(session_id)
        return session.shown if session is not None and session.is_fresh else None

    def shown_each(self, reading: Reading, session_ids: Sequence[UUID]) -> list[Shown | NoSuchSeats]:
        """The object of each session."""
        sessions = self._looked_at(reading, set(session_ids))
        return [self._shown(sessions[session_id]) or NoSuchSeats("There are no seats to choose from here.") for session_id in session_ids]

    def learn_now(self, tx: Tx, memories: Iterable[SeatMemory]) -> None:
        """Learn what was taken and given back there until now, in the caller's transaction. One to three statements for each.

        By which plan they are seated and what is sold of them may have been looked up a second ago.
        """
        for memory in memories:
            session_id = memory.seating.session_id
            session = self._sessions.get(session_id)
            look = session.look if session is not None and session.is_fresh else None
            with memory.looking:
                refresh(tx, memory, look or look_many(tx, [session_id])[session_id])

    # -- below here ----------------------------------------------------------------------------------------------------------------------

    def _looked_at(self, reading: Reading, session_ids: set[UUID]) -> dict[UUID, _Session]:
        sessions = {session_id: self._session(session_id) for session_id in session_ids}
        stale = [(session_id, session) for session_id, session in sorted(sessions.items()) if not session.is_fresh]
        # One that somebody else is looking at just now is fresh enough, unless there is nothing of it yet.
        mine = [(session_id, session) for session_id, session in stale if session.looking.acquire(blocking=session.look is None)]
        try:
            self._look(reading, [(session_id, session) for session_id, session in mine if not session.is_fresh])
        finally:
            for _, session in mine:
                session.looking.release()
        return sessions

    def _look(self, reading: Reading, stale: Sequence[tuple[UUID, _Session]]) -> None:
        if not stale:
            return
        at = time.monotonic()
        with reading() as tx:
            looks = look_many(tx, [session_id for session_id, _ in stale])
            for session_id, session in stale:
                look = looks[session_id]
                if look.seating is None:
                    session.memory = None
                elif session.memory is None:
                    session.memory = fill(tx, look)
                else:
                    with session.memory.looking:
                        refresh(tx, session.memory, look)
                session.look, session.at, session.shown = look, at, None
        self._forget_some()

    def _session(self, session_id: UUID) -> _Session:
        with self._lock:
            session = self._sessions.setdefault(session_id, _Session())
            self._sessions.move_to_end(session_id)
            return session

    def _remember(self, session_of: dict[UUID, UUID]) -> None:
        with self._lock:
            self._session_of.update(session_of)
            while len(self._session_of) > MOST_ITEMS:
                self._session_of.popitem(last=False)

    def _forget_some(self) -> None:
        """The sessions that nobody asked for longest, while there are too many seats; and of those without seats while there are too many."""
        with self._lock:
            seats = self._size()
            for session_id, session in list(self._sessions.items())[:-1]:
                if seats <= self._most_seats and len(self._sessions) <= MOST_ITEMS:
                    break
                if not session.looking.locked():
                    del self._sessions[session_id]
                    seats -= session.memory.size if session.memory is not None else 0

    def _size(self) -> int:
        return sum(session.memory.size for session in self._sessions.values() if session.memory is not None)

    def _shown(self, session: _Session) -> Shown | None:
        shown, memory, look = session.shown, session.memory, session.look
        if shown is None and memory is not None and look is not None:
            shown = session.shown = _written(memory, look)
        return shown


def _written(memory: SeatMemory, look: Look) -> Shown:
    offers: list[dict[str, Any]] = [
        {
            "item": offer.item_id,
            "kind": "ticket",
            "category": offer.category,
            "accessible": FOR_EVERYBODY[offer.account_code],
            "open": offer.is_open,
            "left": memory.left(offer.account_id),
        }
        for offer in look.offers
        if offer.is_for_everybody
    ]
    content = {"plan": memory.seating.number, "plan_id": memory.seating.plan_id, "free": b64encode(memory.free_bits()).decode(), "offers": offers}
    body = msgspec.json.encode(content)
    return Shown(body=body, etag=b'"' + sha256(body).hexdigest()[:24].encode() + b'"')


@lru_cache(maxsize=4)
def seats_of_database(name: str) -> Seats:
    """What this process keeps of the database of this name: gate and pages share it. A process has one database, tests have several."""
    return Seats()
