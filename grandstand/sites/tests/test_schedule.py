"""Home, schedule and session, over an edition without a box office."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grandstand.movement.api import Market
from grandstand.sites.paging import Pages
from grandstand.sites.tests.conftest import a_small_edition

pytestmark = pytest.mark.django_db


def test_a_platform_without_a_schedule_says_so_on_every_page(client: Client) -> None:
    for name in ("home", "schedule"):
        answer = client.get(reverse(f"sites:{name}"))
        assert answer.status_code == 200
        assert "The stand is up, the schedule is not" in answer.content.decode()


def test_the_first_page_shows_what_comes_next_the_finals_and_the_sports(client: Client, market: Market) -> None:
    a_small_edition(24)
    page = client.get("/").content.decode()
    assert page.index("Heats 0") < page.index("Finals ahead") < page.index("By sport")
    assert "Far Games" in page


def test_the_first_page_speaks_the_readers_language(client: Client, market: Market) -> None:
    a_small_edition()
    assert "Séries 0" in client.get("/fr/").content.decode()
    assert "预赛 0" in client.get("/zh-hans/").content.decode()


@pytest.mark.parametrize("path", ["/", "/schedule", "/schedule?day=2099-07-01&q=heats&discipline=SWM&venue=pool"])
def test_pages_cost_the_same_for_one_session_and_forty(
    client: Client, market: Market, django_assert_max_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    counts = []
    for count in (2, 40):
        games_models_clear()
        a_small_edition(count)
        with django_assert_max_num_queries(12) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_sessions_page_costs_at_most_twelve_statements(
    client: Client, market: Market, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    session = a_small_edition()[0]
    with django_assert_max_num_queries(12):
        page = client.get(reverse("sites:session", args=[session.id]))
    assert page.status_code == 200
    assert "River Pool" in page.content.decode()


def test_the_schedule_is_filtered_by_day_words_discipline_and_venue(client: Client, market: Market) -> None:
    a_small_edition()
    by_day = client.get("/schedule?day=2099-07-02").content.decode()
    assert ("Heats 1" in by_day, "Heats 2" in by_day) == (True, False)
    assert "Heats 3" in client.get("/schedule?q=heats 3").content.decode()
    assert "Nothing fits" in client.get("/schedule?discipline=ATH").content.decode()
    assert "Nothing fits" in client.get("/schedule?venue=nowhere").content.decode()


@pytest.mark.parametrize("query", ["day=tomorrow", "page=x", "page=999999999999", "page=-1", "q=%00", "day=2099-13-45"])
def test_a_question_that_makes_no_sense_is_answered_with_the_schedule(client: Client, market: Market, query: str) -> None:
    a_small_edition()
    answer = client.get(f"/schedule?{query}")
    assert answer.status_code == 200


def test_what_is_not_known_yet_is_said_to_be_confirmed(client: Client, market: Market) -> None:
    open_end = a_small_edition()[-1]
    assert "Time to be confirmed" in client.get("/schedule").content.decode()
    page = client.get(reverse("sites:session", args=[open_end.id])).content.decode()
    assert "time to be confirmed" in page
    assert "To be confirmed" in page


def test_a_session_that_does_not_exist_is_not_found(client: Client, market: Market) -> None:
    edition_id = a_small_edition()[0].edition_id
    assert client.get(reverse("sites:session", args=[edition_id])).status_code == 404


def test_an_edition_is_chosen_by_its_code(client: Client, market: Market) -> None:
    a_small_edition()
    assert client.get("/schedule?edition=FAR-GAMES").status_code == 200
    assert client.get("/schedule?edition=nowhere").status_code == 404


def test_pages_of_a_list_speak_like_djangos(client: Client, market: Market) -> None:
    page = Pages(number=3, of=9)
    assert list(page.get_elided_page_range(3, on_each_side=1, on_ends=1)) == [1, 2, 3, 4, page.ELLIPSIS, 9]
    assert (page.has_previous(), page.previous_page_number(), page.has_next(), page.next_page_number()) == (True, 2, True, 4)


def games_models_clear() -> None:
    """Begin with an empty schedule: the edition's code is unique."""
    for name in ("Unit", "ImportedSession", "Session", "Venue", "Phase", "Event", "Discipline", "Sport", "Edition"):
        apps.get_model("games", name).objects.all().delete()
