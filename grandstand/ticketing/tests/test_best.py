"""Best available against a second chooser that is slow and plainly right: it looks at every place every time."""

import random
import sys
import time
from collections.abc import Iterator
from itertools import combinations, groupby
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from grandstand.ticketing.rules import plans
from grandstand.ticketing.rules.best import MOST_ROWS, RESTRICTED_MM, Chooser
from grandstand.ticketing.rules.bowl import make_bowl
from grandstand.ticketing.tests.drawing import PLANS, Chair, drawn
from grandstand.ticketing.values.plans import Plan, PlanSeat, Point

A, AISLE, PAIR = Chair(category="A"), Chair(category="A", after_aisle=True), Chair(category="A", pair=True)


class Plain:
    """Chooses as `Chooser` does, from the drawing alone."""

    def __init__(self, plan: Plan) -> None:
        self.free = {seat.id for seat in plans.seats_of(plan)}
        far = plans.distances_mm(plan)
        self.far = {seat.id: far[seat.id] + (RESTRICTED_MM if seat.has_restricted_view else 0) for seat in plans.seats_of(plan)}
        self.lines = [(s, r, row) for s, section in enumerate(plan.sections) for r, row in enumerate(plans.neighbours(section))]

    def stretches(self, group: str) -> Iterator[tuple[int, int, list[PlanSeat]]]:
        """Ordinary seats of the group side by side, with their section and row."""
        for s, r, row in self.lines:
            for run in row:
                for is_ours, seats in groupby(run, key=lambda seat: seat.category == group and not plans.is_for_accessible(seat)):
                    if is_ours:
                        yield s, r, list(seats)

    def singles(self, seats: list[PlanSeat]) -> set[UUID]:
        is_free = [False, *(seat.id in self.free for seat in seats), False]
        return {seat.id for n, seat in enumerate(seats, start=1) if is_free[n] and not is_free[n - 1] and not is_free[n + 1]}

    def best(self, size: int, group: str) -> tuple[UUID, ...] | None:
        found = []
        for n, (_, _, seats) in enumerate(self.stretches(group)):
            for start in range(len(seats) - size + 1):
                place = tuple(seat.id for seat in seats[start : start + size])
                if self.free.issuperset(place):
                    before = self.singles(seats)
                    self.free.difference_update(place)
                    leaves_single = bool(self.singles(seats) - before)
                    self.free.update(place)
                    found.append((leaves_single, sum(self.far[id_] for id_ in place), n, start, place))
        return min(found)[-1] if found else None

    def gaps(self, group: str) -> list[tuple[int, int, int]]:
        """Section, row and length of every stretch of free seats."""
        return [
            (s, r, len(list(free)))
            for s, r, seats in self.stretches(group)
            for is_free, free in groupby(seats, key=lambda seat: seat.id in self.free)
            if is_free
        ]

    def fewest_parts(self, size: int, group: str) -> tuple[int, int] | None:
        """Parts and rows of the best split."""
        gaps = self.gaps(group)
        for parts in range(1, size + 1):
            spans = [
                1 + max(r for _, r, _ in some) - min(r for _, r, _ in some)
                for some in combinations(gaps, parts)
                if len({s for s, _, _ in some}) == 1 and sum(length for *_, length in some) >= size
            ]
            if spans and min(spans) <= MOST_ROWS:
                return parts, min(spans)
        return None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["choose", "choose", "choose", "split", "take", "free"]), st.integers(1, 5), st.sampled_from("AAB"), st.integers(0, 80)
    ),
    max_size=14,
)


@given(PLANS, STEPS)
@settings(max_examples=150)
def test_every_choice_is_the_best_there_is_however_seats_were_taken_and_freed_before(plan: Plan, steps: list[tuple[str, int, str, int]]) -> None:
    chooser, plain = Chooser(plan), Plain(plan)
    ids = [seat.id for seat in plans.seats_of(plan)]
    where = {each.seat.id: each for each in plans.placed(plan)}
    for step, size, group, pick in steps:
        some = [ids[(pick + 7 * n) % len(ids)] for n in range(4 * size)]
        if step == "take":
            chooser.take(some)
            plain.free.difference_update(some)
        elif step == "free":
            chooser.free(some)
            plain.free.update(some)
        elif step == "choose" or plain.best(size, group) is not None:
            expected = plain.best(size, group)
            assert chooser.choose(size, group, may_split=step == "split") == expected
            plain.free.difference_update(expected or ())
        else:
            fewest = plain.fewest_parts(size, group)
            chosen = chooser.choose(size, group, may_split=True)
            if fewest is None or chosen is None:
                assert (chosen, fewest) == (None, None)
                continue
            assert len(set(chosen)) == size
            assert plain.free.issuperset(chosen)
            assert {where[id_].seat.category for id_ in chosen} == {group}
            rows = {(where[id_].section, where[id_].row) for id_ in chosen}
            assert len({s for s, _ in rows}) == 1
            before = len(plain.gaps(group))
            assert (1 + max(r for _, r in rows) - min(r for _, r in rows)) == fewest[1]
            plain.free.difference_update(chosen)
            # All parts but the last are whole gaps, so that each closes one.
            assert before - len(plain.gaps(group)) in {fewest[0], fewest[0] - 1}


def numbers(plan: Plan, chosen: tuple[UUID, ...] | None) -> list[str] | None:
    labels = plans.labels(plan)
    return None if chosen is None else [f"{labels[id_].row}/{labels[id_].number}" for id_ in chosen]


def test_no_single_seat_is_left_over_while_there_is_another_place() -> None:
    plan = drawn([[[A] * 5, [A] * 4]], focus=Point(0, 0))
    chooser = Chooser(plan)
    assert numbers(plan, chooser.choose(4, "A")) == ["1/1", "1/2", "1/3", "1/4"]
    assert numbers(plan, chooser.choose(4, "A")) == ["0/1", "0/2", "0/3", "0/4"]
    assert chooser.choose(2, "A") is None
    assert numbers(plan, chooser.choose(1, "A")) == ["0/5"]


def test_seats_with_restricted_view_come_last() -> None:
    plan = drawn([[[Chair(category="A", restricted=True), A, A]]], focus=Point(0, 0))
    chooser = Chooser(plan)
    assert numbers(plan, chooser.choose(2, "A")) == ["0/2", "0/3"]
    assert numbers(plan, chooser.choose(1, "A")) == ["0/1"]


def test_accessible_places_are_for_those_who_ask_with_their_companion_beside() -> None:
    plan = drawn([[[PAIR, A, A], [PAIR, A]]], focus=Point(0, 0))
    chooser = Chooser(plan)
    assert chooser.choose(2, "A") is None
    assert numbers(plan, chooser.choose(1, "A")) == ["0/3"]
    assert chooser.choose(1, "A") is None
    assert numbers(plan, chooser.choose(2, "A", accessible=1)) == ["0/1", "0/2"]
    assert chooser.choose(3, "A", accessible=1) is None
    chosen = chooser.choose(1, "A", accessible=1)
    assert numbers(plan, chosen) == ["1/1"]
    assert chooser.choose(1, "A", accessible=1) is None
    chooser.free(chosen or ())
    assert numbers(plan, chooser.choose(2, "A", accessible=1)) == ["1/1", "1/2"]


def test_two_who_need_accessible_places_sit_in_one_row_or_apart_when_they_may() -> None:
    plan = drawn([[[PAIR, A], [PAIR, A, PAIR, A]]], focus=Point(0, 0))
    chooser = Chooser(plan)
    assert numbers(plan, chooser.choose(3, "A", accessible=2)) == ["1/1", "1/3", "1/2"]
    plan = drawn([[[PAIR, A], [PAIR, A]]], focus=Point(0, 0))
    assert Chooser(plan).choose(2, "A", accessible=2) is None
    assert numbers(plan, Chooser(plan).choose(4, "A", accessible=2, may_split=True)) == ["0/1", "1/1", "0/2", "1/2"]


def test_accounts_can_be_the_groups_and_what_is_in_none_is_never_chosen() -> None:
    plan = drawn([[[A] * 4]], focus=Point(0, 0))
    ids = [seat.id for seat in plans.seats_of(plan)]
    chooser = Chooser(plan, group_of={ids[1]: "public", ids[2]: "public", ids[3]: "kill"}, taken=[ids[3]])
    assert chooser.choose(3, "public") is None
    assert chooser.choose(2, "public") == (ids[1], ids[2])
    assert chooser.choose(1, "kill") is None
    assert chooser.choose(1, "sponsor") is None


@pytest.mark.parametrize(("size", "accessible"), [(0, 0), (2, 3), (1, -1)])
def test_a_party_that_cannot_be_is_refused(size: int, accessible: int) -> None:
    with pytest.raises(ValueError, match="party"):
        Chooser(drawn([[[A]]])).choose(size, "A", accessible=accessible)


@pytest.mark.parametrize("sold", [0, 50, 97])
def test_a_batch_of_parties_in_a_stadium_never_gets_a_seat_twice(sold: int, capsys: pytest.CaptureFixture[str]) -> None:
    plan, chance = make_bowl(plan_id=UUID(int=5), name="stadium", capacity=60_000), random.Random(sold)
    taken = {seat.id for seat in plans.seats_of(plan) if chance.randrange(100) < sold}
    chooser = Chooser(plan, taken=taken)
    chooser.prepare(range(1, 7))
    parties = [(chance.choice([1, 2, 2, 2, 3, 4, 4, 5, 6]), chance.choice("ABC"), int(chance.randrange(100) == 0)) for _ in range(2_000)]
    started = time.process_time()
    chosen = [chooser.choose(size, group, accessible=accessible, may_split=True) for size, group, accessible in parties]
    took_s = time.process_time() - started
    seats = [id_ for each in chosen if each is not None for id_ in each]
    assert len(seats) == len(set(seats))
    assert taken.isdisjoint(seats)
    served = sum(each is not None for each in chosen)
    assert served > (400 if sold == 97 else 1_900)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sold} % sold: {served} of {len(parties)} parties served, {len(parties) / took_s:,.0f} choices a second of processor time\n"
        )
