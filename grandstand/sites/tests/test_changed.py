"""What a buyer sees when something is not as it was: no way to pay, a session moved while in the basket, a session cancelled before the payment."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import paying_with
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.sites.tests.house import ADDRESS, NOW, House
from grandstand.sites.tests.test_buying import page
from grandstand.store.api import Kind, read, write

BY = Actor.system("test")


def to_review(client: Client) -> str:
    client.post(reverse("sites:checkout"), ADDRESS)
    return page(client, "review")


def told(review: str) -> str:
    found = re.search(r'name="told" value="(\d+)"', review)
    assert found is not None
    return found[1]


def order_ids() -> list[object]:
    with read() as tx:
        return [id_ for (id_,) in tx.rows("SELECT id FROM commerce_order ORDER BY placed_at", kinds=[Kind.UUID])]


def move(house: House) -> None:
    found = house.session
    assert found.starts_local is not None
    assert found.ends_local is not None
    games.move_session(
        session_id=found.id,
        to=games.Place(
            venue_id=found.venue_id,
            zone="",
            time_zone=found.time_zone,
            day_on=found.day_on,
            starts_local=found.starts_local + timedelta(days=3),
            ends_local=found.ends_local + timedelta(days=3),
        ),
        now=NOW,
        by=BY,
        reason="the wind",
    )


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Nothing can be paid at the moment"), ("/fr", "Aucun paiement n’est possible"), ("/zh-hans", "目前无法付款")]
)
def test_without_a_way_to_pay_nothing_is_ordered_and_the_page_says_so(client: Client, house: House, prefix: str, words: str) -> None:
    house.take(client, "ticket", house.offers["A"], 2)
    total = told(to_review(client))
    with paying_with():
        shown = client.get(f"{prefix}/checkout/review").content.decode()
        assert words in shown
        assert 'name="told"' not in shown
        answer = client.post(f"{prefix}/checkout/place", {"told": total})
        assert (answer.status_code, answer["Location"]) == (302, f"{prefix}/checkout/review")
        assert words in client.get(answer["Location"]).content.decode()
    assert order_ids() == []


def test_an_order_that_cannot_be_paid_any_more_has_no_button_that_ends_in_a_fault(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["A"], 2)
    client.post(reverse("sites:place"), {"told": told(to_review(client))})
    (order_id,) = order_ids()
    assert reverse("sites:pay", args=[order_id]) in page(client, "order", order_id)
    with paying_with():
        shown = page(client, "order", order_id)
        assert reverse("sites:pay", args=[order_id]) not in shown
        assert "Nothing can be paid at the moment" in shown
        answer = client.post(reverse("sites:pay", args=[order_id]), follow=True)
        assert answer.redirect_chain == [(reverse("sites:order", args=[order_id]), 302)]


def test_a_session_that_moved_while_in_the_basket_is_shown_old_and_new_and_ordered_only_when_accepted(
    client: Client,
    house: House,
    bank: FakeProvider,
) -> None:
    house.take(client, "ticket", house.offers["A"], 2)
    total = told(to_review(client))
    move(house)
    answer = client.post(reverse("sites:place"), {"told": total}, follow=True)
    assert "It has been moved" in answer.content.decode()
    assert order_ids() == []
    basket = page(client, "basket")
    assert "Something in your basket has been moved" in basket
    assert "A price has changed" not in basket
    assert "price__was" not in basket
    (before,) = re.findall(r"<s>(.*?)</s>", basket)
    assert "· River Pool" in before
    assert f"{NOW + timedelta(days=1):%d}".lstrip("0") in before

    client.post(reverse("sites:reprice"))
    assert "has been moved" not in page(client, "basket")
    client.post(reverse("sites:place"), {"told": total})
    assert len(order_ids()) == 1


def test_a_cancelled_session_is_not_paid_for_and_the_rest_can_be_ordered(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["A"], 2)
    house.take(client, "product", house.small)
    client.post(reverse("sites:place"), {"told": told(to_review(client))})
    (order_id,) = order_ids()
    games.cancel_session(session_id=house.session.id, now=NOW, by=BY, reason="storm")
    answer = client.post(reverse("sites:pay", args=[order_id]), follow=True)
    assert "Something in this order will not take place" in answer.content.decode()
    client.post(reverse("sites:cancel", args=[order_id]))
    basket = page(client, "basket")
    assert "This is not sold any more" in basket
    (ticket,) = [line for line in found_basket(client).lines if line.ref.kind == "ticket"]
    client.post(reverse("sites:remove", args=[ticket.line_id]))
    client.post(reverse("sites:place"), {"told": told(to_review(client))})
    assert len(order_ids()) == 2


def test_money_that_came_for_a_cancelled_session_is_shown_as_going_back(client: Client, house: House, bank: FakeProvider) -> None:
    house.take(client, "ticket", house.offers["A"], 2)
    total = told(to_review(client))
    client.post(reverse("sites:place"), {"told": total})
    games.cancel_session(session_id=house.session.id, now=NOW, by=BY, reason="storm")
    (order_id,) = order_ids()
    (ask,) = bank.begun
    with write() as tx:
        commerce.complete_many(tx, commerce.record_payment_facts_many(tx, [make_fact(ask.payment_id, minor=int(total))], now=NOW), now=NOW)
    shown = page(client, "order", order_id)
    assert "Money sent back" in shown
    assert "it will not take place" in shown
    assert "Your money goes back to you" in client.get(f"/payments/{ask.payment_id}/").content.decode()


def found_basket(client: Client) -> commerce.Basket:
    found = commerce.find_basket(owner=commerce.Owner(visitor=client.session["commerce_visitor"]), language="en", now=NOW)
    assert found is not None
    return found
