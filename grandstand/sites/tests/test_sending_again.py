"""Pages whose forms are sent more than once, or with something that cannot be: what is said is what is so."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.commerce.testing.providers import FakeProvider
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.sites.tests.house import ADDRESS, NOW, House
from grandstand.sites.tests.test_buying import order_of, page
from grandstand.ticketing import api as ticketing

HTMX = {"HX-Request": "true"}
KEY = re.compile(r'name="key" value="([^"]+)"')


@pytest.fixture
def house(house: House, bank: FakeProvider) -> House:
    return house


def add(client: Client, house: House, **changed: object) -> tuple[int, str]:
    """The status and the news of adding a ticket of category A from a page with htmx."""
    answer = client.post("/basket/add", {"kind": "ticket", "item": house.offers["A"], "quantity": 1, **changed}, headers=HTMX)
    return answer.status_code, answer.content.decode()


def in_basket(client: Client) -> int:
    [count] = re.findall(r'<span class="tool__count"[^>]*>(\d+)</span>', page(client, "home"))
    return int(count)


# -- a page from which something is added more than once -------------------------------------------------------------------------------


def test_each_form_of_a_page_has_a_key_of_its_own(client: Client, house: House) -> None:
    keys = KEY.findall(page(client, "session", house.session.id))
    assert len(set(keys)) == len(keys) == 3


def test_every_answer_brings_the_key_for_the_next_time(client: Client, house: House) -> None:
    [key] = KEY.findall(page(client, "product", "lane-tee"))
    status, news = add(client, house, kind="product", item=house.small, key=key)
    [fresh] = KEY.findall(news)
    assert (status, fresh != key) == (200, True)
    assert '<hx-partial hx-target="find input[name=key]"' in news
    status, news = add(client, house, kind="product", item=house.large, key=fresh)
    assert (status, "In your basket, held for you" in news, in_basket(client)) == (200, True, 2)


def test_a_refusal_brings_a_key_too_so_that_what_is_free_again_can_be_had(client: Client, house: House) -> None:
    key = new_id()
    status, news = add(client, house, key=key, quantity=7)
    assert status == 409
    [fresh] = KEY.findall(news)
    assert add(client, house, key=fresh, quantity=6)[0] == 200


def test_what_was_sent_twice_is_not_confirmed_as_if_it_were_added_again(client: Client, house: House) -> None:
    key = new_id()
    add(client, house, key=key)
    status, news = add(client, house, key=key)
    assert (status, "In your basket, held for you" in news, "It is in your basket already" in news, in_basket(client)) == (200, False, True, 1)
    [fresh] = KEY.findall(news)
    assert ("In your basket, held for you" in add(client, house, key=fresh)[1], in_basket(client)) == (True, 2)


def test_without_javascript_what_was_sent_twice_leads_to_the_basket_which_says_so(client: Client, house: House) -> None:
    form = {"kind": "ticket", "item": house.offers["A"], "quantity": 2, "key": "k"}
    assert "sent twice" not in client.post("/basket/add", form, follow=True).content.decode()
    assert "sent twice and added once" in client.post("/basket/add", form, follow=True).content.decode()
    assert in_basket(client) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [("", "This form was sent before"), ("/fr", "Ce formulaire a déjà été envoyé"), ("/zh-hans", "此表单已经提交过")],
)
def test_without_javascript_another_choice_under_an_old_key_shows_the_page_again_with_a_new_one(
    client: Client, house: House, language: str, words: str
) -> None:
    back = f"{language}/shop/lane-tee"
    form = {"kind": "product", "item": house.small, "quantity": 1, "key": "k", "next": back}
    client.post(f"{language}/basket/add", form)
    answer = client.post(f"{language}/basket/add", form | {"item": house.large}, follow=True)
    assert answer.redirect_chain == [(back, 302)]
    assert words in answer.content.decode()
    [fresh] = KEY.findall(answer.content.decode())
    client.post(f"{language}/basket/add", form | {"item": house.large, "key": fresh})
    assert in_basket(client) == 2


# -- how many --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", ["", "0", "-1", "51", "abc", "2.5", "9" * 400])
@pytest.mark.parametrize(
    ("language", "words"),
    [("", "Take a whole number from 1 to 6."), ("/fr", "Prenez un nombre entier de 1 à 6."), ("/zh-hans", "请填写 1 到 6 之间的整数。")],
)
def test_a_wrong_quantity_is_told_what_it_may_be(client: Client, house: House, quantity: str, language: str, words: str) -> None:
    form = {"kind": "ticket", "item": house.offers["A"], "quantity": quantity, "key": new_id()}
    answer = client.post(f"{language}/basket/add", form, headers=HTMX)
    assert (answer.status_code, words in answer.content.decode(), in_basket(client)) == (422, True, 0)


def test_an_item_that_is_not_sold_is_called_so_whatever_the_quantity(client: Client, house: House) -> None:
    for item in ("nonsense", new_id()):
        status, news = add(client, house, item=item, quantity=0, key=new_id())
        assert (status, "This is not sold any more" in news) == (409, True)


# -- an order that is sent again -------------------------------------------------------------------------------------------------------


def to_review(client: Client) -> dict[str, str]:
    """Say who it is for; returns the form that places the order."""
    client.post("/checkout", ADDRESS)
    return {"told": page(client, "review").split('name="told" value="')[1].split('"')[0]}


def test_whoever_goes_back_to_the_checkout_finds_the_order_that_waits_for_its_payment(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["A"])
    client.post("/checkout/place", to_review(client))
    order = reverse("sites:order", args=[order_of(bank)])
    assert client.get("/checkout")["Location"] == order
    assert client.get("/checkout/review", follow=True).redirect_chain[-1] == (order, 302)


def test_an_order_is_led_to_by_its_own_buyer_only(client: Client, house: House) -> None:
    house.take(client, "ticket", house.offers["A"])
    form = to_review(client)
    client.post("/checkout/place", form)
    other = Client()
    assert other.post("/checkout/place", form)["Location"] == "/basket"
    owner = commerce.Owner(visitor="somebody-else-altogether")
    session = client.session
    assert commerce.order_under(session["placed"], owner=owner) is None


# -- an order without anything to pay --------------------------------------------------------------------------------------------------


def test_a_free_order_is_complete_and_leads_to_its_page_without_a_bank(client: Client, house: House, bank: FakeProvider) -> None:
    free = Money(minor=0, currency="EUR")
    ticketing.set_price(
        offer_id=house.offers["A"],
        organisation_id=house.organisation.id,
        price=free,
        valid_from_at=NOW,
        now=NOW,
        by=Actor.system("test"),
        reason="an open day",
    )
    house.take(client, "ticket", house.offers["A"], 2)
    form = to_review(client)
    review = page(client, "review")
    assert ("There is nothing to pay" in review, "Order and pay" in review, "the bank" in review) == (True, False, False)
    led_to = set()
    for _ in range(2):
        answer = client.post("/checkout/place", form, follow=True)
        shown = answer.content.decode()
        led_to.add(answer.redirect_chain[0][0])
        assert ("Thank you. It is yours." in shown, "This order is closed" in shown) == (True, False)
    [order_id] = [UUID(path.removeprefix("/orders/")) for path in led_to]
    assert (bank.begun, len(ticketing.tickets_of_order(order_id=order_id, holder_id=None, language="en"))) == ([], 2)
