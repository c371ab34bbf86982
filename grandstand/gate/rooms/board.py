"""What a gate process keeps in memory of the waiting rooms: the one object that everybody polls, and what is guarded. Never older than a second."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

import msgspec
import structlog

from grandstand.commerce import api as commerce
from grandstand.commerce.api import Ask, ItemRef, NotQuoted
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.opening import beat
from grandstand.gate.rooms.values import Guarded, NoSuchRoom, Room, Stage, Step
from grandstand.gate.values import Carried, GateBusy, MustWait
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.movement.api import markets_many
from grandstand.store.api import Database, Tx

REFRESH_S = 1.0

KEPT = timedelta(days=30)
"""So long after a room has ended its object is still told, from the memory of every gate; its list stays for good."""

PACE_STEPS = 12
"""A minute of steps: over so long the pace is measured that people are told."""

log = structlog.get_logger("grandstand.gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A room and the object that is polled of it."""

    room: Room
    body: bytes
    etag: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All rooms at one look. `guards` are the rooms before each item that is guarded now."""

    rooms: Mapping[str, Shown]
    guards: Mapping[tuple[str, UUID], Sequence[Room]]


class Board:
    """The rooms as one process sees them, looked at again every second by a thread of its own."""

    def __init__(self, database: Database, *, commit_ms: Callable[[], int]) -> None:
        """`commit_ms` says how long a wish waits at this gate for its answer, in milliseconds; told to whoever moves the doors."""
        self._database, self._commit_ms = database, commit_ms
        self._process = new_id().hex
        self._seen: Seen | None = None
        self._clock: Carried | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="gate-board", daemon=True)

    def start(self) -> None:
        """Look, and begin to look again and again."""
        self._try()
        self._database.close()
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def refresh(self) -> None:
        """Look now, and say how fast this gate commits while a door moves by it."""
        with self._database.snapshot() as tx:
            self._clock = Carried(tx.now())
            now = self._clock.instant
            self._seen = self._look(tx, now)
        if any(shown.room.stage(now) is Stage.ADMITTING for shown in self._seen.rooms.values()):
            self._database.write_retrying(lambda tx: beat(tx, process=self._process, commit_ms=self._commit_ms(), now=now))

    def now(self) -> datetime | None:
        """The database's instant at the last look, carried on by the monotonic clock; None before the first."""
        clock = self._clock
        return None if clock is None else clock.now()

    def shown(self, code: str) -> Shown:
        """A room by its address. Raises NoSuchRoom, GateBusy before the first look."""
        found = self._look_up().rooms.get(code)
        if found is None:
            raise NoSuchRoom("There is no such waiting room.")
        return found

    def ask_for(self, ref: ItemRef, admitted_to: Sequence[UUID]) -> None:
        """Nothing, when the item may be asked for by somebody whom these rooms admitted. Raises MustWait, GateBusy before the first look."""
        before = self._look_up().guards.get((ref.kind, ref.item_id))
        if before and not any(room.id in admitted_to for room in before):
            raise MustWait("This is sold through a waiting room: take a place there.", room=before[0].code)

    def guarded(self, kind: str) -> list[UUID]:
        """The items of this kind behind rooms that are open, as of the last look."""
        seen = self._seen
        return [item_id for of_kind, item_id in seen.guards if of_kind == kind] if seen is not None else []

    def _look_up(self) -> Seen:
        if self._seen is None:
            raise GateBusy("The gate is opening: ask again in a moment.", retry_after_s=1)
        return self._seen

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(REFRESH_S)
            self._try()
        self._database.close()

    def _try(self) -> None:
        """A look that fails leaves what was seen before, and the next one connects anew."""
        try:
            self.refresh()
        except Exception:
            log.exception("gate.board_not_refreshed")
            self._database.close()

    def _look(self, tx: Tx, now: datetime) -> Seen:
        found = rows.rooms(tx, "ended_at IS NULL OR ended_at > %s", (now - KEPT,))
        behind = rows.guards(tx, [room.id for room in found])
        left = _left(tx, found, behind, now)
        shown = {room.code: _shown(room, [*rows.steps(tx, room.id, most=PACE_STEPS)], left, behind[room.id], now) for room in found}
        return Seen(rooms=MappingProxyType(shown), guards=MappingProxyType(_guards(found, behind, now)))


def _guards(found: Sequence[Room], behind: Mapping[UUID, Sequence[Guarded]], now: datetime) -> dict[tuple[str, UUID], list[Room]]:
    guards: dict[tuple[str, UUID], list[Room]] = {}
    for room in found:
        if room.stage(now) not in {Stage.PLANNED, Stage.ENDED}:
            for guarded in behind[room.id]:
                guards.setdefault((guarded.ref.kind, guarded.ref.item_id), []).append(room)
    return guards


def _left(tx: Tx, found: Sequence[Room], behind: Mapping[UUID, Sequence[Guarded]], now: datetime) -> dict[tuple[str, UUID], int]:
    """How many of each guarded item a buyer could still take; an item that is not sold now is left out."""
    wanted = [(room.market_code, guarded.ref) for room in found if room.stage(now) is not Stage.ENDED for guarded in behind[room.id]]
    markets = markets_many(tx, sorted({code for code, _ in wanted}))
    wanted = [(code, ref) for code, ref in wanted if code in markets]
    quotes = commerce.quote_all(tx, [(markets[code], Ask(ref=ref, quantity=1)) for code, ref in wanted], now=now) if wanted else []
    quoted = [quote for quote in quotes if not isinstance(quote, NotQuoted)]
    numbers = inventory.availability_many(tx, sorted({want.account_id for quote in quoted for want in quote.wants}))
    return {
        (quote.ref.kind, quote.ref.item_id): min((numbers[want.account_id].free // want.quantity for want in quote.wants), default=0)
        for quote in quoted
    }


def _shown(room: Room, steps: Sequence[Step], left: Mapping[tuple[str, UUID], int], behind: Sequence[Guarded], now: datetime) -> Shown:
    keys = [(guarded.ref.kind, guarded.ref.item_id) for guarded in behind]
    items = [{"kind": kind, "item": item, "left": left[kind, item]} for kind, item in keys if (kind, item) in left]
    within = (steps[-1].at - steps[0].at).total_seconds() if steps else 0
    content = {
        "room": room.code,
        "stage": room.stage(now).value,
        "opens_at": room.opens_at,
        "starts_at": room.starts_at,
        "early": room.early,
        "late": room.late,
        "digest": room.digest,
        "round": room.beacon_round or room.named_round,
        "commitment": room.commitment,
        "seed": room.seed,
        "seed_from": room.seed_from,
        "early_below": room.early_below,
        "late_below": room.late_in,
        "admitted": room.admitted,
        "paused": room.is_paused,
        "rate_per_min": room.rate_per_min,
        "pace": {"admitted": steps[-1].admitted - steps[0].admitted if steps else 0, "within_s": round(within)},
        "left": items,
        "message": room.message,
    }
    body = msgspec.json.encode(content)
    return Shown(room=room, body=body, etag=b'"' + sha256(body).hexdigest()[:24].encode() + b'"')


def pace_of(steps: Sequence[Step]) -> tuple[int, timedelta]:
    """How many were let in, and during which time: what `rules.wait_for` takes."""
    return (steps[-1].admitted - steps[0].admitted, steps[-1].at - steps[0].at) if len(steps) > 1 else (0, timedelta())
