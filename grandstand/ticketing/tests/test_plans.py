from dataclasses import replace
from typing import Any

from hypothesis import given

from grandstand.kit.money import Money
from grandstand.ticketing.rules import plans, set_aside
from grandstand.ticketing.tests.drawing import PLANS, Chair, drawn
from grandstand.ticketing.values import Reserves
from grandstand.ticketing.values.plans import Plan, PlanCategory, PlanSeat, Point

A, AISLE = Chair(category="A"), Chair(category="A", after_aisle=True)
PAIR = Chair(category="A", pair=True)


def seats(plan: Plan, category: str = "A") -> list[PlanSeat]:
    return [seat for seat in plans.seats_of(plan) if seat.category == category]


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(problem.where, problem.what) for problem in plans.problems(plan)]


def with_seat(plan: Plan, seat: PlanSeat, **changes: Any) -> Plan:
    """The plan with one seat changed."""
    section = plan.sections[0]
    rows = tuple(replace(row, seats=tuple(replace(each, **changes) if each is seat else each for each in row.seats)) for row in section.rows)
    return replace(plan, sections=(replace(section, rows=rows), *plan.sections[1:]))


def test_seats_with_an_aisle_between_them_are_no_neighbours() -> None:
    plan = drawn([[[A, A, AISLE, A], [A]]])
    first, second, _ruler = plans.neighbours(plan.sections[0])
    assert [[seat.number for seat in run] for run in first] == [["1", "2"], ["3", "4"]]
    assert [[seat.number for seat in run] for run in second] == [["1"]]


def test_positions_count_from_what_contains_them() -> None:
    plan = drawn([[[A]], [[A, A]]], focus=Point(0.5, 20))
    assert [each.at for each in plans.placed(plan) if each.seat.category == "A"] == [(0, 0), (0, 20), (0.5, 20)]
    far = plans.distances_mm(plan)
    assert [far[seat.id] for seat in seats(plan)] == [20_006, 500, 0]


@given(PLANS)
def test_a_plan_that_was_drawn_right_has_no_problem(plan: Plan) -> None:
    assert plans.problems(plan) == []


def test_each_problem_says_where_it_is() -> None:
    plan = drawn([[[A, A, PAIR, A]]])
    first, second, place, companion = seats(plan)
    assert told(with_seat(plan, second, id=first.id)) == [("section S0, row 0, seat 2", f"The seat {first.id} is in the plan twice.")]
    assert told(with_seat(plan, second, number="1")) == [("section S0, row 0, seat 1", "It is printed as section S0, row 0, seat 1 is.")]
    assert told(with_seat(plan, second, number="")) == [("section S0, row 0, seat no. 2", "The seat has no name or number.")]
    assert told(with_seat(plan, second, category="Q")) == [("section S0, row 0, seat 2", "There is no category 'Q'.")]
    assert told(with_seat(plan, second, at=Point(float("nan"), 0))) == [("section S0, row 0, seat 2", "Its position is no number.")]
    assert told(with_seat(plan, companion, companion_of=first.id)) == [
        ("section S0, row 0, seat 4", "It is no companion's seat of an accessible seat.")
    ]
    assert told(with_seat(plan, place, category="B")) == [("section S0, row 0, seat 4", "Its accessible seat is in another row or category.")]


def test_problems_of_the_whole_plan_are_told() -> None:
    empty = Plan(name="", categories=(PlanCategory(code="A" * 11, name="long", colour="red"),), sections=(), width=0, height=1)
    assert [where for where, _ in told(empty)] == ["plan", "plan", "size", "category long", "category long"]
    twice = replace(drawn([[[A]]]), categories=tuple(PlanCategory(code=code, name=code) for code in "AABZ"))
    assert told(twice) == [("category A", "There is another category with this code.")]


def test_a_category_has_as_many_accessible_seats_as_the_plan_draws() -> None:
    plan = drawn([[[A, A, PAIR, A]]])
    prices = {code: [Money(minor=100, currency="EUR")] for code in "AZ"}
    assert [(each.code, each.seats, each.accessible) for each in plans.plan_categories(plan, prices)] == [("A", 4, 2), ("Z", 60, 0)]
    assert set_aside(100, Reserves(), accessible=4) == {"accessible": 4, "public": 93, "kill": 1, "contingency": 2}
    assert sum(set_aside(100, Reserves(), accessible=4).values()) == 100


def test_what_is_held_back_is_not_the_best_and_accessible_places_go_to_their_account() -> None:
    plan = drawn([[[A, A, Chair(category="A", restricted=True), A, PAIR, A]]], focus=Point(0, 0))
    units = {"public": 1, "accessible": 2, "kill": 1, "contingency": 2}
    of = plans.accounts_of_seats(plan, category="A", units=units)
    accounts = [of[seat.id] for seat in seats(plan)]
    assert accounts == ["public", "kill", "contingency", "contingency", "accessible", "accessible"]
    assert plans.accounts_of_seats(plan, category="B", units={}) == {}


def test_a_seat_that_is_gone_leaves_its_companions_seat_an_ordinary_one() -> None:
    plan = drawn([[[PAIR, A, A]]])
    place, companion, other = seats(plan)
    left = seats(plans.without_seats(plan, {place.id}))
    assert left == [replace(companion, companion_of=None), other]
    assert plans.problems(plans.without_seats(plan, {place.id})) == []
