from math import dist
from statistics import fmean
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from grandstand.ticketing.rules import plans
from grandstand.ticketing.rules.bowl import SEAT, make_bowl
from grandstand.ticketing.values.plans import MOST_SEATS

ID = UUID(int=3)


@given(st.integers(1, 4_000), st.sampled_from([0, 5, 10, 500]))
@settings(max_examples=25)
def test_a_bowl_has_exactly_its_capacity_and_no_problem(capacity: int, per_mille: int) -> None:
    plan = make_bowl(plan_id=ID, name="bowl", capacity=capacity, accessible_per_mille=per_mille)
    seats = list(plans.seats_of(plan))
    assert len(seats) == capacity
    assert plans.problems(plan) == []
    assert sum(seat.is_accessible for seat in seats) == sum(seat.companion_of is not None for seat in seats)


def test_a_stadium_of_sixty_thousand() -> None:
    plan = make_bowl(plan_id=ID, name="stadium", capacity=60_000)
    seats = list(plans.seats_of(plan))
    assert len(seats) == 60_000
    assert sum(seat.is_accessible for seat in seats) == 600
    shares = {code: round(count / 600) for code, count in plans.seats_by_category(plan).items()}
    assert shares == {"A": 25, "B": 35, "C": 40}
    assert {seat.gate for seat in seats} == {f"G{n}" for n in range(1, 25)}
    far = plans.distances_mm(plan)
    means = [fmean(far[seat.id] for seat in seats if seat.category == code) for code in "ABC"]
    assert means == sorted(means)


def test_seats_stand_where_people_can_sit() -> None:
    plan = make_bowl(plan_id=ID, name="bowl", capacity=5_000)
    places = list(plans.placed(plan))
    assert all(0 < each.at.x < plan.width and 0 < each.at.y < plan.height for each in places)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for each in places:
        cells.setdefault((int(each.at.x), int(each.at.y)), []).append(each.at)
    # In a bend the straight line between two seats of a row is a little shorter than the way along it.
    nearest = min(
        dist(a, b)
        for (x, y), here in cells.items()
        for a in here
        for dx in (0, 1)
        for dy in (-1, 0, 1)
        for b in cells.get((x + dx, y + dy), [])
        if a is not b
    )
    assert SEAT * 0.98 < nearest <= SEAT


def test_rows_widen_outwards_in_the_bends_and_have_no_aisle_within() -> None:
    plan = make_bowl(plan_id=ID, name="bowl", capacity=20_000)
    for section in plan.sections:
        assert all(len(runs) == 1 for runs in plans.neighbours(section))
    bend = max(plan.sections[:20], key=lambda section: len(section.rows[-2].seats) - len(section.rows[0].seats) if section.rows else 0)
    widths = [len(row.seats) for row in bend.rows]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0]


def test_the_same_arguments_make_the_same_bowl_and_another_plan_other_seats() -> None:
    assert make_bowl(plan_id=ID, name="bowl", capacity=300) == make_bowl(plan_id=ID, name="bowl", capacity=300)
    here, there = ({seat.id for seat in plans.seats_of(make_bowl(plan_id=plan_id, name="bowl", capacity=300))} for plan_id in (ID, UUID(int=4)))
    assert not here & there


@pytest.mark.parametrize(("capacity", "per_mille"), [(0, 10), (MOST_SEATS + 1, 10), (300, 501)])
def test_what_is_no_bowl_is_refused(capacity: int, per_mille: int) -> None:
    with pytest.raises(ValueError, match=str(capacity if per_mille == 10 else per_mille)):
        make_bowl(plan_id=ID, name="bowl", capacity=capacity, accessible_per_mille=per_mille)
