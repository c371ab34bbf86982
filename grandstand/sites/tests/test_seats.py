"""The page on which seats are chosen: its prices, its map's drawing, its list; the ways to it and from it."""

import json
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grandstand.commerce import api as commerce
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.games.testing import make_session
from grandstand.gate.testing import make_room
from grandstand.kit.ids import new_id
from grandstand.sites.tests.house import ADDRESS, Clock
from grandstand.sites.tests.seated import BY, REASON, Seated, boxes, held, open_seated
from grandstand.store.api import Database, Kind, read, write
from grandstand.ticketing import api as ticketing


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_a_session_with_seats_leads_to_the_page_where_they_are_chosen_and_asks_for_no_number(client: Client, seated: Seated) -> None:
    shown = text(client, reverse("sites:session", args=[seated.session.id]))
    assert re.findall(r'href="([^"]+)\?category=(\w)"', shown) == [(seated.url(), code) for code in "ABC"]
    assert 'name="quantity"' not in shown


def test_the_page_has_prices_and_the_map_its_drawing_and_where_to_ask_what_is_free(client: Client, seated: Seated) -> None:
    shown = text(client, seated.url() + "?category=B")
    told = json.loads(re.search(r'<script id="seats-map" type="application/json">(.*?)</script>', shown)[1])  # type: ignore[index]
    assert (told["planId"], told["planNumber"], told["free"]) == (str(seated.plan.plan_id), 1, f"/gate/seats/{seated.session.id}")
    assert [(each["code"], each["public"], each["accessible"]) for each in told["categories"]] == [
        ("A", {"price": 12_000, "open": True}, None),
        ("B", {"price": 8_000, "open": True}, None),
        ("C", {"price": 4_000, "open": True}, {"price": 4_000, "open": True}),
    ]
    assert (told["currency"], told["digits"], told["most"], told["category"]) == ("EUR", 2, 6, "B")
    assert '<option value="B" selected>Category B, €80.00</option>' in shown


@pytest.mark.parametrize("query", ["", "?section=0", "?section=0&seat=0&seat=1"])
def test_the_page_costs_at_most_twelve_statements(
    client: Client, seated: Seated, query: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seated_before = client.post(seated.url("hold_seats"), seated.form(seated.numbers("B", 2)))
    assert seated_before["Location"] == "/basket"
    with django_assert_max_num_queries(12):
        assert "€120.00" in text(client, seated.url() + query)


def test_without_javascript_a_section_is_a_list_of_boxes_by_row(client: Client, seated: Seated, at: Clock) -> None:
    first, second, *_ = free = [n for n, place in enumerate(seated.plan.places) if place.section == 0]
    seated.hold([second], category=seated.plan.places[second].seat.category, now=at())
    shown = text(client, seated.url() + "?section=0")
    assert boxes(shown, checked=False) == [first, *free[2:]]
    assert shown.count("<fieldset") == len(seated.plan.plan.sections[0].rows)
    assert "Row 1" in shown
    assert ", taken" in shown
    assert "accessible place" in shown


def test_another_section_is_shown_and_what_was_chosen_stays_chosen(client: Client, seated: Seated) -> None:
    chosen = [n for n, place in enumerate(seated.plan.places) if place.section == 0][:2]
    shown = client.post(seated.url("hold_seats"), seated.form(chosen, section="1", quantity="5", category="C", may_split="on")).content.decode()
    assert boxes(shown, checked=True) == chosen
    assert [seated.plan.places[n].section for n in boxes(shown, checked=False)] == [1] * len(boxes(shown, checked=False))
    assert '<option value="C" selected>' in shown
    assert 'name="quantity" id="id_quantity" value="5"' in shown
    assert 'name="may_split" checked' in shown
    assert "2 seats" in shown
    assert held() == 0


@pytest.mark.parametrize("query", ["?section=999", "?section=x", "?section=-1", "?seat=99999&seat=y", "?plan=x&seat=0", "?category=Z"])
def test_what_is_no_section_seat_or_plan_shows_the_page_all_the_same(client: Client, seated: Seated, query: str) -> None:
    answer = client.get(seated.url() + query)
    assert answer.status_code == 200
    assert boxes(answer.content.decode(), checked=False) == []


def test_a_session_without_seats_or_that_is_cancelled_has_no_such_page(client: Client, seated: Seated, at: Clock) -> None:
    other = make_session()
    for name in ("seats", "hold_seats", "best_seats"):
        url = reverse(f"sites:{name}", args=[other.id])
        assert (client.get if name == "seats" else client.post)(url)["Location"] == reverse("sites:session", args=[other.id])
    assert client.get(reverse("sites:seats", args=[new_id()])).status_code == 404


def test_when_nothing_can_be_bought_the_page_says_why_and_has_no_form(client: Client, seated: Seated, at: Clock) -> None:
    at.wait(days=3)
    shown = text(client, seated.url())
    assert "No seats on sale now" in shown
    assert "Category A: Sale closed." in shown
    assert "seats-form" not in shown
    answer = client.post(seated.url("hold_seats"), seated.form(seated.numbers("A", 1)))
    assert (answer.status_code, "The sale is over" in answer.content.decode()) == (409, True)


def test_when_all_public_seats_are_gone_accessible_places_are_still_sold_here(client: Client, sqlite: Database, at: Clock) -> None:
    seated = open_seated(now=at(), capacity=120)
    for category in "ABC":
        seated.sell_out(category, now=at())
    session_page = text(client, reverse("sites:session", args=[seated.session.id]))
    assert re.findall(r'href="([^"]+)\?category=(\w)"', session_page) == [(seated.url(), "A")]
    shown = text(client, seated.url())
    assert "No seats on sale now" not in shown
    assert re.findall(r'<option value="(\w)"', shown) == ["A"]
    assert 'name="accessible" id="id_accessible" value="1"' in shown
    place = seated.numbers("A", 1, accessible=True)
    assert client.post(seated.url("hold_seats"), seated.form(place))["Location"] == "/basket"


# -- the drawing -------------------------------------------------------------------------------------------------------------------------


def test_the_drawing_is_kept_for_ever_under_an_address_without_a_language(client: Client, seated: Seated) -> None:
    shown = text(client, "/fr" + seated.url())
    path = f"/seat-plans/{seated.plan.plan_id}-1.json"
    assert f'href="{path}"' in shown
    answer = client.get(path)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "public, max-age=31536000, immutable")
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(f"/seat-plans/{new_id()}-1.json").status_code == 404
    assert client.get(f"/seat-plans/{seated.plan.plan_id}-2.json").status_code == 404


def test_a_plan_by_which_no_session_is_seated_is_not_shown_and_one_that_seated_a_session_still_is(
    client: Client, seated: Seated, at: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, *sections = seated.plan.plan.sections
    smaller = replace(seated.plan.plan, sections=(replace(first, rows=first.rows[1:]), *sections))
    assert seated.session.venue_id is not None
    with write() as tx:
        plan_id = ticketing.add_plan(tx, plan=smaller, venue_id=seated.session.venue_id, now=at(), by=BY, reason=REASON)
        assert ticketing.plan(tx, plan_id).name == smaller.name, "kept in memory by now"
    path = f"/seat-plans/{plan_id}-1.json"
    assert client.get(path).status_code == 404
    with write() as tx:
        ticketing.apply_shrink(tx, session_id=seated.session.id, plan_id=plan_id, swaps=[], now=at(), by=BY, reason=REASON)
    for shown, statements in ((path, 1), (path, 0), (f"/seat-plans/{seated.plan.plan_id}-1.json", 1)):
        with django_assert_num_queries(statements):
            assert client.get(shown).status_code == 200


def test_another_sessions_plan_is_not_read_for_whoever_names_it(client: Client, seated: Seated, at: Clock) -> None:
    with write() as tx:
        assert seated.session.venue_id is not None
        other = ticketing.make_bowl(plan_id=new_id(), name="Other", capacity=100)
        plan_id = ticketing.add_plan(tx, plan=other, venue_id=seated.session.venue_id, now=at(), by=BY, reason=REASON)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(seated.url() + f"?plan={plan_id}&seat=0").status_code == 200
    assert [query["sql"] for query in queries if "FROM ticketing_seat_plan" in query["sql"]] == []


# -- on the way to them and from them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hold_seats", "best_seats"])
def test_whoever_has_to_wait_is_led_to_the_waiting_room(client: Client, seated: Seated, at: Clock, name: str) -> None:
    refs = [commerce.ItemRef(kind="ticket", item_id=offer_id) for offer_id in seated.offers.values()]
    room = make_room(organisation_id=seated.session.organisation_id, items=refs, now=at())
    answer = client.post(seated.url(name), seated.form(seated.numbers("A", 1), category="A", quantity=1))
    assert answer["Location"] == reverse("gate:waiting", args=[room.code])
    assert held() == 0


def test_checkout_order_and_account_name_the_seats(client: Client, seated: Seated, bank: FakeProvider, at: Clock) -> None:
    chosen = seated.numbers("A", 2)
    client.post(seated.url("hold_seats"), seated.form(chosen))
    [(_, [where])] = seated.lines(client)
    client.post(reverse("sites:checkout"), ADDRESS)
    review = client.get(reverse("sites:review"))
    assert where in review.content.decode()
    answer = client.post(reverse("sites:place"), {"told": review.context["told"].minor, "provider": "fake"}, follow=True)
    with read() as tx:
        [(order_id, payment_id)] = tx.rows("SELECT order_id, id FROM commerce_payment", kinds=[Kind.UUID, Kind.UUID])
    url = reverse("sites:order", args=[order_id])
    assert answer.status_code == 200
    assert where in text(client, url)
    with write() as tx:
        commerce.receive_facts(tx, facts=[make_fact(payment_id, minor=24_000)], now=at())
    paid = text(client, url)
    assert [seated.words(n) in paid for n in chosen] == [True, True]
