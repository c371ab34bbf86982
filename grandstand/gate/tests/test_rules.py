"""The order of a waiting room, against a second way of computing it."""

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from grandstand.gate.rules import Ahead, Door, ahead, draw, early_order, is_admitted, list_digest, opened, round_at, round_opens_at, wait_for
from grandstand.kit.ids import new_ids

SEED = bytes(range(32))


def drawn_elsewhere(seed: bytes, place: UUID) -> str:
    """HMAC-SHA-256 as RFC 2104 writes it, without the library: what a stranger would compute."""
    key = seed.ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key) + place.bytes).digest()
    return sha256(bytes(byte ^ 0x5C for byte in key) + inner).hexdigest()


def test_a_stranger_computes_the_same_order() -> None:
    places = new_ids(10_000)
    theirs = [place for _, place in sorted((drawn_elsewhere(SEED, place), place) for place in places)]
    assert early_order(SEED, places) == theirs
    assert early_order(SEED, reversed(places)) == theirs


def test_the_digest_of_a_list_is_of_its_places_in_whatever_order_and_of_no_other() -> None:
    places = new_ids(100)
    assert list_digest(places) == list_digest(reversed(places)) == sha256(b"".join(place.bytes for place in places)).hexdigest()
    assert list_digest(places[:-1]) != list_digest(places)


@given(count=st.integers(0, 60), late=st.integers(0, 40), steps=st.lists(st.integers(-3, 30), max_size=12))
def test_a_door_lets_in_as_many_as_it_is_told_in_the_order_of_draws_and_numbers(count: int, late: int, steps: list[int]) -> None:
    places = new_ids(count)
    order = early_order(SEED, places)
    draws = [draw(SEED, place) for place in order]
    door = Door(early=count, late=late, early_below=0, late_below=0)
    admitted = 0
    for more in steps:
        door = opened(door, draws, more=more)
        admitted = min(admitted + max(0, more), count + late)
        inside = [place for place in order if is_admitted(door, drawn=draw(SEED, place), number=None)]
        assert inside == order[: min(admitted, count)]
        assert [n for n in range(late) if is_admitted(door, drawn=None, number=n)] == list(range(max(0, admitted - count)))


def test_a_place_knows_how_many_are_in_front_nineteen_times_out_of_twenty() -> None:
    chance = random.Random(7)
    places = [UUID(int=chance.getrandbits(128)) for _ in range(4_000)]
    order = early_order(SEED, places)
    draws = [draw(SEED, place) for place in order]
    door = opened(Door(early=len(places), late=500, early_below=0, late_below=0), draws, more=1_000)
    right = 0
    for rank in range(1_000, 4_000):
        told = ahead(door, drawn=draws[rank], number=None)
        assert told.least <= told.likely <= told.most
        right += told.least <= rank - 1_000 <= told.most
    assert right / 3_000 >= 0.9
    last = ahead(door, drawn=None, number=499)
    assert abs(last.likely - 3_499) <= 80


def test_who_is_at_the_door_has_nobody_in_front() -> None:
    door = Door(early=10, late=5, early_below=1 << 256, late_below=3)
    assert ahead(door, drawn=None, number=3) == Ahead(likely=0, least=0, most=0)
    assert ahead(door, drawn=None, number=4) == Ahead(likely=1, least=1, most=1)


def test_a_wait_is_told_with_its_uncertainty_and_not_at_all_while_nobody_comes_in() -> None:
    there = Ahead(likely=100, least=80, most=120)
    assert wait_for(there, admitted=0, within=timedelta(minutes=1)) is None
    assert wait_for(there, admitted=60, within=timedelta(minutes=1)) == (timedelta(seconds=80), timedelta(seconds=120))


def test_the_round_named_beforehand_is_the_first_one_after_the_instant() -> None:
    instant = datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)
    named = round_at(instant)
    assert round_opens_at(named, zone_of=instant) >= instant
    assert round_opens_at(named - 1, zone_of=instant) < instant
    assert round_at(datetime.fromtimestamp(1_692_803_367, UTC)) == 1
    with pytest.raises(ValueError, match="began after"):
        round_at(datetime(2020, 1, 1, tzinfo=UTC))
