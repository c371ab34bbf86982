"""From the first ticket in a basket to the order, without JavaScript and without an account."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from grandstand.commerce import api as commerce
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.games.testing import make_sessions, session_draft
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.people.testing import make_person, sign_in
from grandstand.shop import testing as shop
from grandstand.sites.tests.house import ADDRESS, NOW, Clock, House, open_house
from grandstand.store.api import Database, Kind, read, write
from grandstand.ticketing.testing import make_box_office


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"sites:{name}", args=args)).content.decode()


def test_a_session_shows_its_categories_with_prices_and_how_many_can_be_taken(client: Client, house: House) -> None:
    shown = page(client, "session", house.session.id)
    assert ("€120.00" in shown, "€80.00" in shown, "€40.00" in shown) == (True, True, True)
    assert shown.count('name="quantity"') == 3
    assert 'max="6"' in shown


def test_home_and_session_cost_at_most_twelve_statements_while_they_sell(
    client: Client, house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for path in ("/", reverse("sites:session", args=[house.session.id])):
        with django_assert_max_num_queries(12):
            assert "€40.00" in client.get(path).content.decode()


def test_what_is_taken_is_held_and_shown_in_the_basket(client: Client, house: House) -> None:
    assert house.take(client, "ticket", house.offers["B"], 2) == "/basket"
    shown = page(client, "basket")
    assert "€160.00" in shown
    assert "Sold by Far Committee" in shown
    assert 'data-end="' in shown
    assert page(client, "home").count('<span class="tool__count">2</span>') == 1


def test_taking_with_htmx_answers_with_the_news_and_the_new_count(client: Client, house: House) -> None:
    news = house.take(client, "ticket", house.offers["B"], 2, headers={"HX-Request": "true"})
    assert "In your basket, held for you" in news
    assert 'hx-target="#basket-link"' in news
    assert "<html" not in news


def test_sending_the_same_form_twice_takes_once(client: Client, house: House) -> None:
    form = {"kind": "ticket", "item": house.offers["A"], "quantity": 2, "key": "the-key-of-one-form"}
    for _ in range(2):
        assert client.post(reverse("sites:add"), form)["Location"] == "/basket"
    assert "€240.00" in page(client, "basket")


@pytest.mark.parametrize(("language", "words"), [("", "more than can be bought at once"), ("/fr", "en une fois"), ("/zh-hans", "超过单次购买上限")])
def test_too_many_at_once_is_refused_with_what_to_do(client: Client, house: House, language: str, words: str) -> None:
    form = {"kind": "ticket", "item": house.offers["A"], "quantity": 7, "key": "k"}
    answer = client.post(f"{language}/basket/add", form, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert words in answer.content.decode()


@pytest.mark.parametrize("way", ["session", "product"])
def test_without_javascript_a_refusal_is_said_once_on_the_page_one_came_from(client: Client, house: House, way: str) -> None:
    kind, item, back = {
        "session": ("ticket", house.offers["A"], reverse("sites:session", args=[house.session.id])),
        "product": ("product", house.small, reverse("sites:product", args=["lane-tee"])),
    }[way]
    answer = client.post(reverse("sites:add"), {"kind": kind, "item": item, "quantity": 15, "key": "k", "next": back}, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    [said] = answer.context["messages"]
    assert answer.content.decode().count(escape(str(said))) == 1


def test_what_somebody_else_holds_is_refused_and_said(client: Client, sqlite: Database, at: Clock) -> None:
    house = open_house(now=at(), on_hand=1)
    house.take(Client(), "product", house.small)
    assert "Sold out" in house.take(client, "product", house.small, headers={"HX-Request": "true"})
    assert "Nothing in it yet" in page(client, "basket")


def test_a_line_whose_time_ran_out_can_be_taken_again_with_one_click(client: Client, house: House, at: Clock) -> None:
    house.take(client, "ticket", house.offers["C"], 2)
    at.wait(minutes=16)
    shown = page(client, "basket")
    assert "Your time ran out" in shown
    assert "Go to checkout" not in shown
    line = shown.split("/retake")[0].rsplit("/", 1)[1]
    assert client.post(reverse("sites:retake", args=[line]))["Location"] == "/basket"
    assert "Go to checkout" in page(client, "basket")


def test_a_lines_quantity_is_changed_and_none_takes_it_out(client: Client, house: House) -> None:
    house.take(client, "ticket", house.offers["C"], 2)
    line = page(client, "basket").split("/change")[0].rsplit("/", 1)[1]
    client.post(reverse("sites:change", args=[line]), {"quantity": 3})
    assert "€120.00" in page(client, "basket")
    client.post(reverse("sites:change", args=[line]), {"quantity": 0})
    assert "Nothing in it yet" in page(client, "basket")


def test_nobody_changes_somebody_elses_basket(client: Client, house: House) -> None:
    other = Client()
    house.take(other, "ticket", house.offers["C"], 2)
    line = page(other, "basket").split("/change")[0].rsplit("/", 1)[1]
    for name in ("change", "retake", "remove"):
        client.post(reverse(f"sites:{name}", args=[line]), {"quantity": 1})
    assert "€80.00" in page(other, "basket")


def test_what_a_visitor_chose_is_theirs_after_signing_in(client: Client, house: House) -> None:
    house.take(client, "ticket", house.offers["B"], 2)
    sign_in(client, make_person())
    assert "€160.00" in page(client, "basket")


def test_a_guest_buys_tickets_and_a_shirt_without_javascript(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["B"], 2)
    house.take(client, "product", house.small, 1)
    assert "Where should it go?" in page(client, "checkout")

    assert client.post(reverse("sites:checkout"), ADDRESS)["Location"] == "/checkout/review"
    review = page(client, "review")
    assert "€194.00" in review
    assert "69002 LYON" in review

    assert place(client).startswith("/fake/")
    assert bank.begun[-1].amount == Money(minor=19_400, currency="EUR")
    order = page(client, "order", order_of(bank))
    assert "One step left: pay" in order
    assert "€194.00" in order
    assert "Nothing in it yet" in page(client, "basket")


def test_express_costs_more_and_the_total_says_so(client: Client, house: House) -> None:
    house.take(client, "product", house.small, 1)
    client.post(reverse("sites:checkout"), ADDRESS)
    assert "€34.00" in page(client, "review")
    client.post(reverse("sites:review"), {f"shipping-{house.organisation.id}": "express"})
    assert "€44.00" in page(client, "review")


def test_an_address_that_cannot_be_is_put_right_before_going_on(client: Client, house: House) -> None:
    house.take(client, "product", house.small, 1)
    answer = client.post(reverse("sites:checkout"), ADDRESS | {"postal_code": "nowhere", "email": "ada@"})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "There is something to put right" in shown
    assert "12 quai du Stade" in shown
    answer = client.post(reverse("sites:checkout"), ADDRESS | {"postal_code": "nowhere"})
    assert "This does not fit the country" in answer.content.decode()


def test_another_country_has_another_form_that_keeps_what_was_typed(client: Client, house: House) -> None:
    house.take(client, "product", house.small, 1)
    shown = client.post(reverse("sites:checkout"), {**ADDRESS, "country": "US", "country_only": "1"}).content.decode()
    assert ("ZIP code" in shown, 'name="region"' in shown) == (True, True)
    assert [typed in shown for typed in ("Ada Fan", "ada@example.org", "12 quai du Stade", "Lyon", "69002")] == [True] * 5
    assert 'aria-invalid="true"' not in shown


def test_a_total_that_was_not_told_is_refused_and_nothing_is_ordered(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["B"], 2)
    client.post(reverse("sites:checkout"), ADDRESS)
    assert client.post(reverse("sites:place"), {"told": "1"})["Location"] == "/checkout/review"
    assert "The total has changed" in page(client, "review")


def test_an_order_is_shown_to_who_placed_it_or_has_the_mail_and_to_nobody_else(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["B"], 2)
    place(client)
    path = f"/orders/{order_of(bank)}"
    assert client.get(path).status_code == 200
    assert Client().get(path).status_code == 404
    assert Client().get(f"{path}?key=wrong").status_code == 404
    assert Client().get(f"{path}?key={commerce.order_key(order_of(bank))}").status_code == 200


def test_an_unpaid_order_goes_back_to_the_basket(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["B"], 2)
    place(client)
    assert client.post(reverse("sites:cancel", args=[order_of(bank)]))["Location"] == "/basket"
    assert "€160.00" in page(client, "basket")


def test_a_product_shows_its_sizes_and_says_which_are_gone(client: Client, sqlite: Database, at: Clock) -> None:
    house = open_house(now=at(), on_hand=1)
    house.take(Client(), "product", house.small)
    shown = page(client, "product", "lane-tee")
    assert f'value="{house.small}" disabled' in shown
    assert f'value="{house.large}" checked' in shown
    assert page(client, "shop").count("lane-tee") == 1


def test_a_basket_costs_the_same_for_a_line_of_each_kind_and_for_as_many_as_it_holds(client: Client, house: House) -> None:
    product_id = shop.make_product(house.organisation.id)
    more = [shop.make_variant(product_id, size=str(n), position=n) for n in range(commerce.MOST_LINES - 4)]
    first = [("ticket", house.offers["A"]), ("product", house.small)]
    rest = [("ticket", house.offers["B"]), ("ticket", house.offers["C"]), *(("product", variant_id) for variant_id in more)]
    counts = []
    for lines, items in ((2, first), (commerce.MOST_LINES, rest)):
        for kind, item in items:
            house.take(client, kind, item)
        with CaptureQueriesContext(connection) as captured:
            assert page(client, "basket").count("/change") == lines
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST_STATEMENTS


def test_the_shop_costs_the_same_for_one_product_on_its_page_and_for_forty(client: Client, house: House) -> None:
    counts = []
    for more in (0, 39):
        for _ in range(more):
            shop.make_variant(shop.make_product(house.organisation.id))
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(reverse("sites:shop"))
        counts.append((len(answer.context["cards"]), answer.context["page"].of, len(captured)))
    (one, _, cost_of_one), (full, pages, cost_of_forty) = counts
    assert (one, full, pages) == (1, 24, 2)
    assert cost_of_one == cost_of_forty <= MOST_STATEMENTS


def test_my_orders_cost_the_same_for_one_on_the_page_and_for_forty(client: Client, house: House) -> None:
    person = make_person()
    sign_in(client, person)
    shirt = shop.make_variant(shop.make_product(house.organisation.id), on_hand=40)
    counts = []
    for more in (1, 39):
        for _ in range(more):
            order_one(shirt, commerce.Owner(person_id=person.id))
        with CaptureQueriesContext(connection) as captured:
            shown = client.get(reverse("sites:account")).context["orders"]
        counts.append((len(shown), len(captured)))
    (one, cost_of_one), (full, cost_of_forty) = counts
    assert (one, full) == (1, min(40, commerce.ORDERS_A_PAGE))
    assert cost_of_one == cost_of_forty <= MOST_STATEMENTS


def order_one(shirt: UUID, owner: commerce.Owner) -> None:
    """An order of one piece, placed without a page."""
    key, ref = str(new_id()), commerce.ItemRef(kind="product", item_id=shirt)
    to = commerce.ShipTo(name="Ada Fan", country="FR", lines=("12 quai du Stade",), city="Lyon", postal_code="69002")
    with write() as tx:
        commerce.add_lines_many(tx, [commerce.Adding(key=key, owner=owner, market_code="fr", ref=ref, quantity=1)], now=NOW)
        basket = commerce.find_basket(owner=owner, language="en", now=NOW, ship_to=to)
        assert basket is not None
        said: dict[str, Any] = {"email": "ada@example.org", "name": "Ada Fan", "language": "en", "told": basket.totals.gross, "ship_to": to}
        commerce.place_order(tx, commerce.Placing(key=key, owner=owner, basket_id=basket.basket_id, **said), now=NOW)


MOST_STATEMENTS = 40
"""A page that asked more often would be slow on a database that is not on the same machine."""


def place(client: Client) -> str:
    """Order what is in the basket at the total that the review shows; returns the bank's page that it leads to."""
    client.post(reverse("sites:checkout"), ADDRESS)
    told = page(client, "review").split('name="told" value="')[1].split('"')[0]
    leads = client.post(reverse("sites:place"), {"told": told}).content.decode()
    return leads.split('http-equiv="refresh" content="0; url=')[1].split('"')[0]


def order_of(bank: FakeProvider) -> UUID:
    """The order that the bank was asked about last."""
    with read() as tx:
        (found,) = tx.rows("SELECT order_id FROM commerce_payment WHERE id = %s", (bank.begun[-1].payment_id,), kinds=[Kind.UUID])
    return UUID(str(found[0]))


def test_lists_of_sessions_cost_the_same_for_one_on_sale_and_forty(
    client: Client, house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for more in (0, 39):
        drafts = [session_draft(f"ATH{n:02}", starts_local=house.session.starts_local, ends_local=house.session.ends_local) for n in range(more)]
        for session in make_sessions(drafts, edition=house.edition, venues=()) if drafts else []:
            make_box_office(session=session, gates=(), now=NOW - timedelta(days=1))
        for path in ("/schedule", "/"):
            with django_assert_max_num_queries(12) as captured:
                assert "€40.00" in client.get(path).content.decode()
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


def test_my_account_shows_my_tickets_and_orders_and_asks_others_to_sign_in(client: Client, house: House, bank: FakeProvider) -> None:
    assert client.get(reverse("sites:account"))["Location"].startswith("/accounts/login/")
    sign_in(client, make_person())
    assert "You have not ordered anything yet." in page(client, "account")
    house.take(client, "ticket", house.offers["B"], 2)
    place(client)
    shown = page(client, "account")
    assert "Waiting for payment" in shown
    assert "€160.00" in shown
    fact = make_fact(bank.begun[-1].payment_id, commerce.FactKind.CAPTURED, 16_000)
    with write() as tx:
        commerce.receive_facts(tx, facts=[fact], now=NOW)
    shown = page(client, "account")
    assert ("Paid" in shown, shown.count("Category B")) == (True, 2)
    assert "Thank you. It is yours." in page(client, "order", order_of(bank))
