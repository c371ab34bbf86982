"""Seat plans in and out, in the format that others speak."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from grandstand.ticketing.adapters.seating_plan_json import read_own_plan, read_plan, write_plan
from grandstand.ticketing.rules import plans
from grandstand.ticketing.tests.drawing import NAMES, NUMBERS, PLANS, TEXTS, shapes
from grandstand.ticketing.values.plans import Plan, Shape

LINEAGE = UUID(int=7)
POSITIONS = st.fixed_dictionaries({"x": NUMBERS, "y": NUMBERS})
OTHERS = st.dictionaries(
    st.sampled_from(["uuid", "zone_id", "x-editor"]), TEXTS | st.integers() | st.dictionaries(st.just("deep"), TEXTS), max_size=2
)


def document(**changes: Any) -> dict[str, Any]:
    """A plan of one seat as others write it."""
    seat = {"seat_guid": "ground-1-1", "seat_number": "1", "category": "Stalls", "position": {"x": 0, "y": 0}, "radius": 10}
    row = {"row_number": "1", "row_number_position": "both", "position": {"x": 5, "y": 0}, "seats": [seat]}
    text = {"text": "Stage", "color": "#000000", "position": {"x": 1, "y": 1}, "size": 18}
    area = {
        "shape": "rectangle",
        "color": "#dddddd",
        "rotation": 45,
        "position": {"x": 0, "y": 0},
        "rectangle": {"width": 5, "height": 2},
        "text": text,
    }
    zone = {"name": "Ground", "zone_id": "g", "uuid": "u", "position": {"x": 1, "y": 2}, "rows": [row], "areas": [area]}
    return {"name": "Hall", "categories": [{"name": "Stalls", "color": "#aa0000"}], "zones": [zone], "size": {"width": 90, "height": 60}} | changes


def read(found: Any) -> tuple[Plan, list[str]]:
    done = read_plan(json.dumps(found).encode(), lineage=LINEAGE)
    return done.plan, [f"{problem.where}: {problem.what}" for problem in done.problems]


def seat_of(found: dict[str, Any]) -> dict[str, Any]:
    seat: dict[str, Any] = found["zones"][0]["rows"][0]["seats"][0]
    return seat


@given(PLANS, st.lists(shapes(), max_size=3))
def test_a_plan_that_is_written_and_read_again_is_the_same(plan: Plan, drawn: list[Shape]) -> None:
    plan = replace(plan, sections=(replace(plan.sections[0], shapes=tuple(drawn)), *plan.sections[1:]))
    done = read_plan(write_plan(plan), lineage=LINEAGE)
    assert (done.plan, done.problems) == (plan, ())


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Any file of the format without a problem in it, with keys of other programs."""
    names = draw(st.lists(NAMES.filter(lambda name: len(name) <= 10), min_size=1, max_size=3, unique=True))
    categories = [{"name": name, **draw(st.sampled_from([{}, {"color": "#aabbcc"}])), **draw(OTHERS)} for name in names]
    zones = []
    for z in range(draw(st.integers(1, 2))):
        rows = []
        for r in range(draw(st.integers(1, 2))):
            seats = [
                {
                    "seat_guid": draw(
                        st.sampled_from([f"{z}-{r}-{n}", str(UUID(int=100 * z + 10 * r + n)), str(UUID(int=n + 1000 * (z + 2 * r))).upper()])
                    ),
                    "seat_number": str(n),
                    "category": draw(st.sampled_from(names)),
                    "position": draw(POSITIONS),
                    **draw(OTHERS),
                }
                for n in range(1, draw(st.integers(2, 4)))
            ]
            rows.append({"row_number": str(r), "position": draw(POSITIONS), "seats": seats, **draw(OTHERS)})
        zones.append({"name": f"zone {z}", "position": draw(POSITIONS), "rows": rows, "areas": [], **draw(OTHERS)})
    return {"name": draw(NAMES), "categories": categories, "zones": zones, "size": {"width": 10, "height": 20.5}, **draw(OTHERS)}


@given(documents())
def test_a_file_that_is_read_and_written_again_says_the_same(found: dict[str, Any]) -> None:
    done = read_plan(json.dumps(found).encode(), lineage=LINEAGE)
    if not any("twice" in problem.what for problem in done.problems):
        assert done.problems == ()
    assert json.loads(write_plan(done.plan, own_keys=False)) == found
    assert read_own_plan(write_plan(done.plan)) == done.plan


def test_what_only_other_programs_know_comes_back_at_any_depth() -> None:
    found = document()
    plan, told = read(found)
    assert told == []
    assert json.loads(write_plan(plan, own_keys=False)) == found


def test_our_own_keys_are_read_and_left_out_for_readers_that_refuse_them() -> None:
    found = document(categories=[{"name": "Stalls", "grandstand:code": "A"}])
    seat_of(found).update({"grandstand:accessible": True, "grandstand:restricted_view": True, "grandstand:gate": "G2"})
    beside = seat_of(found) | {"seat_guid": "ground-1-2", "seat_number": "2", "grandstand:companion_of": "ground-1-1", "grandstand:accessible": False}
    found["zones"][0]["rows"][0]["seats"].append(beside)
    found["grandstand:focus"] = {"x": 40, "y": 20}
    plan, told = read(found)
    place, companion = plans.seats_of(plan)
    assert told == []
    assert (place.category, place.is_accessible, place.has_restricted_view, place.gate) == ("A", True, True, "G2")
    assert (companion.companion_of, companion.is_accessible, plan.focus) == (place.id, False, (40, 20))
    assert "grandstand:" in write_plan(plan).decode()
    plain = write_plan(plan, own_keys=False).decode()
    assert "grandstand:" not in plain
    assert seat_of(json.loads(plain)) == seat_of(document())


def test_a_seats_id_is_its_guid_where_that_is_one_and_stays_from_version_to_version_where_not() -> None:
    found = document()
    guid = UUID(int=5)
    seat_of(found)["seat_guid"] = str(guid)
    assert [seat.id for seat in plans.seats_of(read(found)[0])] == [guid]
    [first], [again] = (list(plans.seats_of(read(document())[0])) for _ in range(2))
    assert first.id == again.id
    elsewhere = read_plan(json.dumps(document()).encode(), lineage=UUID(int=8))
    assert next(plans.seats_of(elsewhere.plan)).id != first.id


def test_rectangles_of_the_first_editions_are_read() -> None:
    found = document()
    found["zones"][0]["areas"] = [{"position": {"x": 1, "y": 1}, "width": 4, "height": 3, "text": "Bar"}]
    plan, told = read(found)
    [shape] = plan.sections[0].shapes
    assert (told, shape.size, shape.text) == ([], (4, 3), "Bar")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"seat_guid": None}, "section Ground, row 1, seat 1: The seat has no seat_guid."),
        ({"seat_number": ""}, "section Ground, row 1, seat no. 1: The seat has no name or number."),
        ({"category": "Balcony"}, "section Ground, row 1, seat 1: There is no category 'Balcony'."),
        ({"position": None}, "section Ground, row 1, seat 1: A position is missing, or no object."),
        ({"position": {"x": 1}}, "section Ground, row 1, seat 1: y is missing, or no number."),
        ({"seat_number": [1]}, "section Ground, row 1, seat no. 1: seat_number is no text."),
        ({"grandstand:accessible": "yes"}, "section Ground, row 1, seat 1: grandstand:accessible is neither true nor false."),
    ],
)
def test_each_problem_of_a_seat_is_told_with_its_place(change: dict[str, Any], problem: str) -> None:
    found = document()
    seat_of(found).update(change)
    assert problem in read(found)[1]


def test_a_guid_that_is_there_twice_and_a_missing_position_are_told() -> None:
    found = document()
    twice = seat_of(found) | {"seat_number": "2"}
    del twice["position"]
    found["zones"][0]["rows"][0]["seats"].append(twice)
    assert read(found)[1] == [
        "section Ground, row 1, seat 2: The seat has no position.",
        "section Ground, row 1, seat 2: The seat ground-1-1 is in the plan twice.",
    ]


@pytest.mark.parametrize(
    "found", [[], "plan", {"zones": {}}, {"zones": [1]}, {"zones": [{"rows": [{"seats": "many"}], "areas": [{"shape": "star"}]}]}, None]
)
def test_a_file_of_any_other_shape_is_told_of_and_breaks_nothing(found: Any) -> None:
    assert read(found)[1]


def test_a_file_that_is_no_json_says_so_and_nothing_else() -> None:
    done = read_plan(b"<svg/>", lineage=LINEAGE)
    assert [problem.where for problem in done.problems] == ["file"]
