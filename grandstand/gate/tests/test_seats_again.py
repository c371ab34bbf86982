"""Parties that ask again with the key of before, at a desk that others are quicker than."""

from collections.abc import Iterator

import pytest

from grandstand.gate.api import Denied, Granted, HoldAsk
from grandstand.gate.seats.memory import Party
from grandstand.gate.services import Desk
from grandstand.gate.tests.halls import Chairs, open_hall, rows_of
from grandstand.gate.tests.test_seats_races import desks, party
from grandstand.gate.values import ReleaseAsk
from grandstand.store.api import Database


@pytest.fixture
def chairs(database: Database) -> Chairs:
    return open_hall(database, rows_of(4, 4))


@pytest.fixture
def two(chairs: Chairs) -> Iterator[list[Desk]]:
    """Desks with memories of their own."""
    both = desks(chairs.database, 2)
    yield both
    for desk in both:
        desk.leave()


@pytest.fixture
def late(chairs: Chairs, two: list[Desk]) -> tuple[HoldAsk, Granted]:
    """A party at the first desk that another was quicker than, which got other seats then; and what it got."""
    one, other = two
    ask = party(chairs, 2)
    one.hold([party(chairs, 2)])
    other.hold([party(chairs, 2)])  # the first desk does not know of it yet
    [answer] = one.hold([ask])
    assert isinstance(answer, Granted)
    return ask, answer


def test_seats_of_a_second_try_are_told_again_when_there_are_none_any_more(chairs: Chairs, two: list[Desk], late: tuple[HoldAsk, Granted]) -> None:
    ask, answer = late
    one, other = two
    one.hold([party(chairs, 2)])
    assert one.hold([party(chairs, 2)]) == [Denied(reason="sold_out", left=0)]
    assert [one.hold([ask]), other.hold([ask])] == [[answer], [answer]]


def test_they_are_told_again_while_the_last_ones_are_proposed_to_others(chairs: Chairs, two: list[Desk], late: tuple[HoldAsk, Granted]) -> None:
    ask, answer = late
    [desk, _] = two
    [place] = desk._places([ask]).values()
    assert len(place.memory.choose(Party(account_id=place.account_id, quantity=2), until=float("inf"))) == 2
    assert desk.hold([ask]) == [answer]


def test_a_party_that_was_told_why_there_are_no_seats_is_told_the_same_when_some_came_back(chairs: Chairs, two: list[Desk]) -> None:
    one, other = two
    asks = [party(chairs, 4) for _ in range(3)]
    first, second, third = one.hold(asks)
    assert isinstance(first, Granted)
    assert isinstance(second, Granted)
    assert third == Denied(reason="sold_out", left=0)
    one.release([ReleaseAsk(bearer=asks[0].bearer, hold_id=first.hold_id)])
    assert [one.hold([asks[2]]), other.hold([asks[2]])] == [[third], [third]]
    [anew] = one.hold([party(chairs, 4)])
    assert isinstance(anew, Granted)
    assert set(anew.seats) == set(first.seats)
