"""Where somebody stands, as their page tells it: the same that a browser reckons from the polled object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grandstand.gate.rooms.board import pace_of
from grandstand.gate.rooms.opening import is_in
from grandstand.gate.rooms.values import Place, Room, Step
from grandstand.gate.rules import Ahead, ahead, draw, wait_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`ahead` and `wait` are None while they cannot be known: before the order, while nobody comes in."""

    place: Place
    draw: str
    is_in: bool
    ahead: Ahead | None
    wait: tuple[timedelta, timedelta] | None
    until: datetime | None
    is_over: bool


def standing(room: Room, place: Place, steps: Sequence[Step], *, now: datetime) -> Standing:
    """Where the place stands."""
    drawn = draw(bytes.fromhex(room.seed), place.id) if room.seed and place.number is None else None
    known = room.ordered_at is not None
    in_front = ahead(room.door, drawn=drawn, number=place.number) if known else None
    admitted, within = pace_of(steps)
    return Standing(
        place=place,
        draw=f"{drawn:064x}" if drawn is not None else "",
        is_in=is_in(room, place),
        ahead=in_front,
        wait=wait_for(in_front, admitted=admitted, within=within) if in_front and not room.is_paused else None,
        until=place.until(room),
        is_over=place.is_over(room, now),
    )
