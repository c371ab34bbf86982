"""Marks, covers and products: complete, the same every time, and nothing but drawing."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.ui import pictures
from grandstand.ui.pictures.grammar import n

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Swimming", "swimming"),
        ("SWM", "swimming"),
        ("Athletics (Track & Field)", "athletics"),
        ("Athletics (Marathon)", "road-running"),
        ("3x3 Basketball", "basketball-3x3"),
        ("Boxing - Finals", "boxing"),
        ("Football (Soccer)", "football"),
        ("Flag Football", "flag-football"),
        ("Cycling Road (Time Trial)", "cycling-road"),
        ("Skateboarding (Park)", "skateboarding"),
        ("Beach Volleyball", "beach-volleyball"),
        ("Rowing Coastal", "rowing-coastal"),
        ("Trampoline Gymnastics", "trampoline-gymnastics"),
        ("Korfball", None),
    ],
)
def test_a_sport_is_known_by_name_key_or_code(name: str, key: str | None) -> None:
    assert pictures.sport_key(name) == key


def test_every_sport_has_a_mark_of_its_own() -> None:
    marks = [pictures.sport_mark(sport) for sport in pictures.sport_keys() if sport != "sport-climbing"]
    assert len(marks) == 65
    assert len(set(marks)) == len(marks)


def test_every_mark_stays_in_its_box_and_has_one_motion() -> None:
    for sport in pictures.sport_keys():
        mark = pictures.sport_mark(sport)
        assert "mark-motion" in mark or "mark-spot" in mark, sport
        absolute = [part for path in re.findall(r'd="([^"]+)"', mark) for part in re.findall(r"[ML]([^a-zA-Z]+)", path)]
        values = [float(value) for part in absolute for value in _NUMBERS.findall(part)]
        assert min(values) >= 2, sport
        assert max(values) <= 46, sport


@given(st.text(max_size=40))
def test_any_name_gets_a_mark_and_no_word_of_it_gets_into_the_picture(name: str) -> None:
    mark = pictures.sport_mark(name)
    ET.fromstring(mark)  # noqa: S314 our own drawing
    assert mark == pictures.sport_mark(name)
    assert set(re.findall(r'class="([\w-]+)"', mark)) <= {"mark", "mark-ground", "mark-solid", "mark-motion", "mark-spot"}


@given(st.text(max_size=20), st.sampled_from(pictures.cover_kinds()), st.lists(st.floats(0, 1000), max_size=30))
def test_a_cover_is_the_same_for_the_same_event_and_well_formed(seed: str, kind: str, data: list[float]) -> None:
    cover = pictures.cover(seed, kind, data)
    ET.fromstring(cover)  # noqa: S314 our own drawing
    assert "nan" not in cover
    assert "inf" not in cover
    assert cover == pictures.cover(seed, kind, list(data))


@pytest.mark.parametrize("kind", pictures.cover_kinds())
def test_forty_events_of_one_kind_have_forty_covers(kind: str) -> None:
    assert len({pictures.cover(f"S{i:02}", kind) for i in range(40)}) == 40


def test_a_cover_is_drawn_from_the_events_own_data() -> None:
    assert pictures.cover("SWM07", "pool", (27.9, 29.4, 30.1)) != pictures.cover("SWM07", "pool", (30.1, 29.4, 27.9))


def test_every_sport_has_a_ground_and_an_unknown_one_an_empty_stand() -> None:
    assert {pictures.cover_kind(sport) for sport in pictures.sport_keys()} == set(pictures.cover_kinds()) - {"arena"}
    assert pictures.cover_kind("Korfball") == "stand"


@pytest.mark.parametrize("kind", pictures.product_kinds())
def test_a_product_picture_is_a_whole_file_in_its_colours(kind: str) -> None:
    picture = pictures.product_picture(kind, colour="#123456", second="#abcdef", sport="archery")
    root = ET.fromstring(picture)  # noqa: S314 our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "#123456" in picture
    assert "#abcdef" in picture


@pytest.mark.parametrize("colour", ["red", "#fff", '#123456"/><script>', "#12345g"])
def test_a_colour_that_is_none_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        pictures.product_picture("mug", colour=colour)


def test_the_same_venue_has_the_same_mark_and_others_have_others() -> None:
    assert pictures.venue_mark("Harbour Pool") == pictures.venue_mark(" harbour pool ")
    assert len({pictures.venue_mark(f"Venue {i}") for i in range(12)}) >= 10


@given(st.floats(-1000, 1000))
def test_a_number_is_written_short_and_within_half_a_hundredth(value: float) -> None:
    assert re.fullmatch(r"-?\d+(\.\d{1,2})?", n(value))
    assert abs(float(n(value)) - value) <= 0.005 + 1e-9
