"""The order of a waiting room, so that anybody with the published list and seed computes the same.

Whoever comes before the sale opens is on the early list, and coming earlier than others gains nothing there: the list is closed, its digest
published, and then a public random number that nobody could know orders it. Whoever comes later is behind, in the order of coming. Sources:
docs/explanation/on-sale.md; the beacon is drand's quicknet (https://docs.drand.love), HMAC is RFC 2104.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil, sqrt
from uuid import UUID

DRAW_BITS = 256

QUICKNET_GENESIS_S, QUICKNET_PERIOD_S = 1_692_803_367, 3
"""The first instant (Unix time) and the period of the beacon's rounds: https://api.drand.sh/52db9ba7.../info."""


def list_digest(places: Iterable[UUID]) -> str:
    """What is published of the early list before its order can be known: SHA-256 over the sorted ids, 64 hexadecimal digits."""
    return sha256(b"".join(place.bytes for place in sorted(places))).hexdigest()


def draw(seed: bytes, place: UUID) -> int:
    """The number that a place draws, 0 to 2^256 - 1: the smaller, the further in front. Nobody can choose it, everybody can compute it."""
    return int.from_bytes(hmac.digest(seed, place.bytes, "sha256"))


def early_order(seed: bytes, places: Iterable[UUID]) -> list[UUID]:
    """The early list in the order in which it is admitted."""
    return sorted(places, key=lambda place: draw(seed, place))


def round_at(instant: datetime) -> int:
    """The first round of the beacon that is published at `instant` or later. Raises ValueError before the beacon's beginning."""
    seconds = instant.timestamp() - QUICKNET_GENESIS_S
    if seconds < 0:
        raise ValueError(f"the beacon began after {instant}")
    return ceil(seconds / QUICKNET_PERIOD_S) + 1


def round_opens_at(round_: int, *, zone_of: datetime) -> datetime:
    """When a round is published, in the zone of `zone_of`."""
    return datetime.fromtimestamp(QUICKNET_GENESIS_S + (round_ - 1) * QUICKNET_PERIOD_S, zone_of.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How far a waiting room is open: a small thing that everyone polls and any cache may keep.

    Early places whose draw is below `early_below` are admitted, and late places whose number is below `late_below`. `early` and `late` count
    the places there are.
    """

    early: int
    late: int
    early_below: int
    late_below: int


def is_admitted(door: Door, *, drawn: int | None, number: int | None) -> bool:
    """Whether a place is admitted: an early one by what it drew, a late one by its number. Exactly one of both is given."""
    if drawn is not None:
        return drawn < door.early_below
    assert number is not None, "a place is early or late"
    return number < door.late_below


def opened(door: Door, draws: Sequence[int], *, more: int) -> Door:
    """The door after admitting `more` places: first the early ones in the order of their draws (`draws`, sorted), then the late ones."""
    if more <= 0:
        return door
    before = sum(1 for drawn in draws if drawn < door.early_below)
    early = min(len(draws), before + more)
    below = 1 << DRAW_BITS if early == len(draws) else draws[early]
    late = min(door.late, door.late_below + more - (early - before))
    return Door(early=door.early, late=door.late, early_below=below, late_below=max(door.late_below, late))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How many are in front of a place: the likeliest number, and the span that it is in nineteen times out of twenty."""

    likely: int
    least: int
    most: int


def ahead(door: Door, *, drawn: int | None, number: int | None) -> Ahead:
    """How many are still in front, from what everyone polls alone.

    An early place knows its draw and how many drew, not what they drew: of n others, each draws a number between the door and its own with the
    same chance p, so n p are in front, give or take 1.96 times the square root of n p (1 - p). A late place has all waiting early ones and the
    late ones before it in front, exactly.
    """
    whole = 1 << DRAW_BITS
    waiting_early = round(door.early * (whole - min(whole, door.early_below)) / whole)
    if number is not None:
        exact = max(0, number - door.late_below) + waiting_early
        return Ahead(likely=exact, least=exact, most=exact)
    assert drawn is not None, "a place is early or late"
    share = max(0, drawn - door.early_below) / whole
    likely = door.early * share
    spread = 1.96 * sqrt(door.early * share * (1 - share))
    return Ahead(likely=round(likely), least=max(0, ceil(likely - spread)), most=min(door.early, round(likely + spread)))


def wait_for(ahead: Ahead, *, admitted: int, within: timedelta) -> tuple[timedelta, timedelta] | None:
    """Between which two lengths the wait is, when `admitted` places came in during `within`; None while nobody comes in."""
    if admitted <= 0:
        return None
    each = within / admitted
    return each * ahead.least, each * ahead.most
