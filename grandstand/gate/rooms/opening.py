"""How the door moves, and how somebody comes in through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce.api import Owner
from grandstand.gate import models
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.pacing import pace
from grandstand.gate.rooms.rows import PLACE, RANK, STEP, locked, places_by_id, rooms_by_id
from grandstand.gate.rooms.values import DIGITS, NoPlace, NotYourTurn, Place, Room, RoomClosed, Stage, Step
from grandstand.gate.rules import DRAW_BITS, draw, is_admitted
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.store.api import Kind, Tx, table

ON_THEIR_WAY = timedelta(seconds=30)
"""Who was let in so lately and has not come yet is counted as coming; who still has not after that, as not coming."""

STEP_EVERY = timedelta(seconds=5)
PULSE_FRESH = timedelta(seconds=10)

PULSE = table(models.Pulse)

ALL_BELOW = f"{1 << DRAW_BITS:0{DIGITS}x}"


def open_more(tx: Tx, room_id: UUID, *, now: datetime) -> int:
    """Let in as many as are due, early ones first; return how many. Several may do this at once: the row's lock lets one after the other.

    Seven statements at most, whatever the number that waits: the order is read at one rank.
    """
    room = locked(tx, room_id)
    if room.stage(now) is not Stage.ADMITTING:
        return 0
    before = rows.steps(tx, room_id, most=int(ON_THEIR_WAY / STEP_EVERY) + 1)
    entered, inside = _entered(tx, room, before, now)
    commit_ms = slowest_commit(tx, now=now)
    more = 0
    if not room.is_paused:
        coming = _coming(room, entered, before, now)
        room_inside = room.most_inside - inside - coming
        assert room.moved_at is not None, "an ordered room has moved"
        found = pace(rate_per_min=room.rate_per_min, moved_at=room.moved_at, now=now, commit_ms=commit_ms, room_inside=room_inside)
        more = _move(tx, room, found.more, found.moved_at)
    if not before or now - before[-1].at >= STEP_EVERY:
        waiting, admitted = room.waiting - more, room.admitted + more
        row = (new_id(), room.organisation_id, room.id, now, waiting, admitted, entered, inside, commit_ms)
        tx.insert(
            STEP, ["id", "organisation_id", "room_id", "at", "waiting", "admitted", "entered", "inside", "commit_ms"], [row], skip_conflicts=True
        )
    return more


def _move(tx: Tx, room: Room, more: int, moved_at: datetime) -> int:
    early_in = min(room.early, room.early_in + more)
    late_in = min(room.late, room.late_in + more - (early_in - room.early_in))
    below = room.early_below
    if early_in != room.early_in or early_in == room.early:
        below = ALL_BELOW if early_in == room.early else _drawn_at(tx, room, early_in)
    rows.change(tx, room.id, early_in=early_in, early_below=below, late_in=late_in, moved_at=moved_at)
    return early_in + late_in - room.admitted


def _drawn_at(tx: Tx, room: Room, rank: int) -> str:
    [(place_id,)] = tx.select(RANK, ["place_id"], "room_id = %s AND rank = %s", (room.id, rank))
    return f"{draw(bytes.fromhex(room.seed), place_id):0{DIGITS}x}"


def _entered(tx: Tx, room: Room, before: Sequence[Step], now: datetime) -> tuple[int, int]:
    """How many came in so far, counted on from the last step, and how many of them are still inside."""
    known, known_at = (before[-1].entered, before[-1].at) if before else (0, room.starts_at)
    [found] = tx.rows(
        "SELECT COALESCE(sum(CASE WHEN entered_at > %s THEN 1 ELSE 0 END), 0), "
        "COALESCE(sum(CASE WHEN entered_at > %s AND left_at IS NULL THEN 1 ELSE 0 END), 0) "
        "FROM gate_place WHERE room_id = %s AND entered_at > %s",
        (known_at, now - room.stay, room.id, min(known_at, now - room.stay)),
        kinds=[Kind.INT, Kind.INT],
    )
    return known + int(found[0]), int(found[1])


def _coming(room: Room, entered: int, before: Sequence[Step], now: datetime) -> int:
    then = next((step for step in before if step.at >= now - ON_THEIR_WAY), None)
    if then is None:
        return 0
    return max(0, (room.admitted - then.admitted) - (entered - then.entered))


def slowest_commit(tx: Tx, *, now: datetime) -> int:
    """How long the slowest gate keeps a wish waiting, in milliseconds; none while no gate has said anything lately."""
    found = tx.select(PULSE, ["commit_ms"], "at > %s", (now - PULSE_FRESH,))
    return max((ms for (ms,) in found), default=0)


def beat(tx: Tx, *, process: str, commit_ms: int, now: datetime) -> None:
    """A gate says how fast it commits."""
    tx.execute(
        "INSERT INTO gate_pulse (process, at, commit_ms) VALUES (%s, %s, %s) "
        "ON CONFLICT (process) DO UPDATE SET at = excluded.at, commit_ms = excluded.commit_ms",
        (process, now, commit_ms),
    )
    tx.execute("DELETE FROM gate_pulse WHERE at < %s", (now - 100 * PULSE_FRESH,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """Somebody would come in: the place, and who says that it is theirs."""

    place_id: UUID
    owner: Owner


def enter_many(tx: Tx, enterings: Sequence[Entering], *, now: datetime) -> list[Place | Refusal]:
    """Let each in whose turn it is; their time begins, once. Three statements. Refusals: NoPlace, NotYourTurn, RoomClosed."""
    places = places_by_id(tx, [entering.place_id for entering in enterings], lock=True)
    found = rooms_by_id(tx, [place.room_id for place in places.values()])
    answers: list[Place | Refusal] = []
    fresh: dict[UUID, Place] = {}
    for entering in enterings:
        place = fresh.get(entering.place_id) or places.get(entering.place_id)
        answer = _entered_by(entering, place, found, now)
        if isinstance(answer, Place) and place is not answer:
            fresh[answer.id] = answer
        answers.append(answer)
    tx.update(PLACE, [(id_, now) for id_ in fresh], key=["id"], set_to=["entered_at"])
    return answers


def _entered_by(entering: Entering, place: Place | None, found: dict[UUID, Room], now: datetime) -> Place | Refusal:
    if place is None or place.owner != entering.owner:
        return NoPlace("There is no place of yours here: take one.")
    room = found[place.room_id]
    if place.entered_at is not None:
        until = place.until(room)
        return place if until is not None and now < until and place.left_at is None else NoPlace("Your time is over: take a place again.")
    if room.stage(now) is Stage.ENDED:
        return RoomClosed("This waiting room has ended: nobody has to wait any more.", stage=Stage.ENDED.value)
    if not is_in(room, place):
        return NotYourTurn("It is not your turn yet.")
    return Place(
        id=place.id,
        room_id=place.room_id,
        holder=place.holder,
        number=place.number,
        joined_at=place.joined_at,
        entered_at=now,
        left_at=None,
    )


def is_in(room: Room, place: Place) -> bool:
    """Whether the door has reached the place."""
    if room.ordered_at is None:
        return False
    drawn = draw(bytes.fromhex(room.seed), place.id) if place.number is None else None
    return is_admitted(room.door, drawn=drawn, number=place.number)
