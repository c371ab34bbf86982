"""Templates, tags and the frame, without a browser."""

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from grandstand.kit.errors import NotAllowed, NotFound, Refusal
from grandstand.kit.money import Money
from grandstand.ui import charts, chrome, formats, refusals
from grandstand.ui.paths import localised
from grandstand.ui.values import Bar, Basket, Link, steps

UI = Path(__file__).resolve().parent.parent
COMPONENTS = sorted((UI / "templates" / "ui" / "components").glob("*.html"))


@pytest.fixture(autouse=True)
def _same_providers_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chrome, "_providers", {})


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch, client: Client) -> Iterator[set[str]]:
    """The names of the templates that were used for /design."""
    used: set[str] = set()

    def note(template: Template, **_: object) -> None:
        used.add(str(template.name))

    template_rendered.connect(note)
    assert client.get("/design").status_code == 200
    yield used
    template_rendered.disconnect(note)


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_is_shown_on_the_page_of_components(component: Path, rendered: set[str]) -> None:
    assert f"ui/components/{component.name}" in rendered


@pytest.mark.django_db
def test_the_page_of_components_costs_an_anonymous_visitor_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/design").status_code == 200


@pytest.mark.parametrize("path", ["/design", "/fr/design", "/zh-hans/design"])
def test_no_page_has_style_or_script_in_its_markup(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert re.findall(r"<[^>]+\s(?:style|on\w+)=", page) == []
    assert re.findall(r"<style|<script(?![^>]*\ssrc=)", page) == []


def test_styles_and_scripts_stay_under_60_kb_compressed() -> None:
    call_command("collect_vendor", verbosity=0)
    files = [*UI.glob("static/ui/*.css"), *UI.glob("static/ui/js/*.js"), UI / "static/ui/vendor/htmx.min.js"]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) < 60_000


def test_a_missing_browser_library_is_named_with_what_to_run(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"htmx\.org/dist/htmx\.min\.js.*npm ci"):
        call_command("collect_vendor")


def test_the_frame_shows_what_rooms_registered() -> None:
    chrome.register("nav", lambda _: [Link(label="Schedule", url="/schedule"), Link(label="Home", url="/")])
    chrome.register("basket", lambda _: Basket(count=3, url="/basket"))
    frame = chrome.Chrome(RequestFactory().get("/schedule/2031-07-11"))
    assert [(link.label, link.current) for link in frame.nav] == [("Schedule", True), ("Home", False)]
    assert frame.basket == Basket(count=3, url="/basket")
    assert frame.account is None


def test_the_first_page_is_current_only_on_itself_in_every_language() -> None:
    chrome.register("nav", lambda _: [Link(label="Home", url="/fr/")])
    assert [link.current for link in chrome.Chrome(RequestFactory().get("/fr/")).nav] == [True]
    assert [link.current for link in chrome.Chrome(RequestFactory().get("/fr/schedule")).nav] == [False]


def test_a_provider_is_asked_once_a_page_and_only_when_shown() -> None:
    asked: list[str] = []

    def basket(request: HttpRequest) -> Basket:
        asked.append(request.path)
        return Basket(count=1, url="/basket")

    chrome.register("basket", basket)
    frame = chrome.Chrome(RequestFactory().get("/"))
    assert asked == []
    assert (frame.basket, frame.basket) == (Basket(count=1, url="/basket"),) * 2
    assert asked == ["/"]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("", "This page does not exist"), ("/fr", "Cette page"), ("/zh-hans", "页面")])
def test_a_page_that_does_not_exist_says_so_in_the_readers_language(client: Client, language: str, words: str) -> None:
    answer = client.get(f"{language}/nowhere/at/all")
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_a_fault_has_a_page_that_needs_neither_request_nor_database() -> None:
    assert "Something went wrong on our side" in render_to_string("500.html")


def test_the_language_is_changed_only_by_sending_the_form(client: Client) -> None:
    assert client.get("/language").status_code == 405
    answer = client.post("/language", {"language": "zh-hans", "next": "/design"})
    assert (answer.status_code, answer["Location"]) == (302, "/zh-hans/design")
    elsewhere = client.post("/language", {"language": "fr", "next": "https://example.org/"})
    assert "example.org" not in elsewhere["Location"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Fri, 14 Jul 2028, 19:30"), ("fr", "ven. 14 juil. 2028, 19:30"), ("zh-hans", "2028年7月14日周五 19:30")],
)
def test_an_instant_is_written_as_the_reader_writes_it(language: str, expected: str) -> None:
    assert formats.instant_text(datetime(2028, 7, 15, 2, 30, tzinfo=UTC), zone="America/Los_Angeles", language=language) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Los_Angeles", "Los Angeles, UTC−7"),
        ("Asia/Kolkata", "Kolkata, UTC+5:30"),
        ("Europe/London", "London, UTC+1"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_with_its_offset_on_that_day(zone: str, expected: str) -> None:
    assert formats.zone_text(datetime(2028, 7, 15, tzinfo=UTC), zone=zone, language="en") == expected


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError, match="use instant_text"):
        formats.day_text(datetime(2028, 7, 15, tzinfo=UTC), language="en")
    assert formats.day_text(date(2028, 7, 15), language="fr", year=False) == "sam. 15 juil."


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "€1,234.50"), ("fr", "1\N{NARROW NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€"), ("zh-hans", "€1,234.50")]
)
def test_money_is_written_as_the_reader_writes_it(language: str, expected: str) -> None:
    assert formats.money_text(Money(minor=123450, currency="EUR"), language=language) == expected


def test_a_time_in_a_page_names_its_zone_and_carries_the_instant() -> None:
    with translation.override("en"):
        text = Template('{% load ui %}{% instant at "Asia/Shanghai" "time" %}').render(Context({"at": datetime(2031, 7, 11, 11, 30, tzinfo=UTC)}))
    assert text == '<time datetime="2031-07-11T11:30:00+00:00">19:30</time> <span class="zone">UTC+8</span>'


def test_what_people_wrote_is_escaped_in_every_component() -> None:
    bad = "<script>alert(1)</script>"
    template = '{% load ui %}{% badge "done" bad %}{% notice title=bad %}{{ bad }}{% endnotice %}'
    template += '{% session_row bad "#" zone="UTC" sport=bad venue=bad %}{% address lines %}'
    text = Template(template).render(Context({"bad": bad, "lines": [bad]}))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 6


def test_steps_lead_back_but_not_ahead() -> None:
    made = steps([("Details", "/a"), ("Review", "/b"), ("Pay", "/c")], current=1)
    assert [(step.state, step.url) for step in made] == [("done", "/a"), ("current", ""), ("ahead", "")]
    with pytest.raises(ValueError, match="0 to 2"):
        steps([("Details", "/a"), ("Review", "/b"), ("Pay", "/c")], current=3)


def test_bars_are_as_high_as_their_values_and_stand_on_one_line() -> None:
    drawn, width, base = charts.bars(
        [Bar(label="a", value=50, text="50"), Bar(label="b", value=100, text="100"), Bar(label="c", value=0, text="0")], height=150, wide=60
    )
    assert (width, base) == (180, 124)
    assert [float(bar.height) for bar in drawn] == [50, 100, 0]
    assert [float(bar.y) + float(bar.height) for bar in drawn] == [124, 124, 124]


def test_a_line_of_zeros_lies_on_the_ground() -> None:
    line, _ = charts.sparkline([0, 0, 0], width=100, height=40)
    assert line == "M2 38L50 38L98 38"
    with pytest.raises(ValueError, match="two values"):
        charts.sparkline([1], width=100, height=40)


@pytest.mark.parametrize("order", list(permutations(["en", "fr", "zh-hans"])))
def test_a_month_is_short_in_every_language_whichever_is_asked_for_first(order: tuple[str, ...]) -> None:
    """In a process of its own: Babel's memory lasts as long as one."""
    code = "import sys, datetime; from grandstand.ui.formats import month_text as m; "
    code += "print(*[m(datetime.date(2031, 7, 11), language=language) for language in sys.argv[1:]])"
    said = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, *order], capture_output=True, encoding="utf-8", check=True, cwd=UI.parent.parent
    ).stdout
    assert said.split() == [{"en": "Jul", "fr": "juil.", "zh-hans": "7月"}[language] for language in order]


@pytest.mark.parametrize(("language", "expected"), [("en", "/sessions/7"), ("fr", "/fr/sessions/7"), ("zh-hans", "/zh-hans/sessions/7")])
def test_a_path_without_a_language_gets_the_readers(language: str, expected: str) -> None:
    with translation.override(language):
        assert localised("/sessions/7") == expected


@pytest.mark.parametrize(
    ("refusal", "title", "body"),
    [
        (NotFound("no such thing"), "This page does not exist", "The address may be mistyped"),
        (NotAllowed("no"), "This page is not for this account", "You are known here"),
        (Refusal("Take fewer than 7."), "That did not work", "Take fewer than 7."),
    ],
)
def test_a_refusal_has_a_page_that_says_what_to_do(refusal: Refusal, title: str, body: str) -> None:
    page = render_to_string("ui/refused.html", {"refusal": refusal}, request=RequestFactory().get("/"))
    assert (title in page, body in page) == (True, True)


def test_the_room_that_knows_a_refusal_finds_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_words", [])
    refusals.register_words(lambda refusal: refusals.Said(title="Mine", body="Do this.") if refusal.code == "refused" else None)
    assert refusals.said(Refusal("x")).title == "Mine"
    assert refusals.said(NotFound("x")).title == "This page does not exist"
