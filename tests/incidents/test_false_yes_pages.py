"""false-yes, on the pages: a fan who presses again is told what is so, and is never shown an empty basket in place of their order."""

import re

import pytest
from django.test import Client

from grandstand.commerce import models
from grandstand.commerce.api import FactKind, receive_facts
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.sites.checkout import KEPT
from grandstand.sites.tests.house import ADDRESS, NOW, House, open_house
from grandstand.store.api import Database, write


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    made = FakeProvider()
    monkeypatch.setattr("grandstand.commerce.payments.wired", {made.code: made})
    return made


@pytest.fixture
def house(database: Database, bank: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("grandstand.kit.clock.now", lambda: NOW)
    return open_house(now=NOW)


def to_review(client: Client, house: House) -> dict[str, str]:
    """Two tickets, on the way to being ordered: the form that orders them."""
    house.take(client, "ticket", house.offers["B"], 2)
    client.post("/checkout", ADDRESS)
    [told] = re.findall(r'name="told" value="(\d+)"', client.get("/checkout/review").content.decode())
    return {"told": told}


def test_an_order_that_is_sent_fifteen_times_is_one_order_and_always_leads_to_its_payment(client: Client, house: House, bank: FakeProvider) -> None:
    form = to_review(client, house)
    answers = [client.post("/checkout/place", form) for _ in range(15)]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content.decode().split('http-equiv="refresh" content="0; url=')[1].split('"')[0] for answer in answers} == {
        f"/fake/{bank.begun[0].payment_id}"
    }
    assert (models.Order.objects.count(), models.Payment.objects.count()) == (1, 1)


def test_two_clicks_that_arrive_together_are_one_order(client: Client, house: House, bank: FakeProvider) -> None:
    form = to_review(client, house)
    said = client.session[KEPT]
    first = client.post("/checkout/place", form)
    session = client.session  # the second click was read before the first was answered: what was said is still there
    session[KEPT] = said
    session.save()
    second = client.post("/checkout/place", form)
    assert (first.status_code, second.status_code, models.Order.objects.count()) == (200, 200, 1)


def test_an_order_that_is_sent_again_after_it_was_paid_leads_to_its_page_and_is_not_paid_twice(
    client: Client, house: House, bank: FakeProvider
) -> None:
    form = to_review(client, house)
    client.post("/checkout/place", form)
    with write() as tx:
        receive_facts(tx, facts=[make_fact(bank.begun[-1].payment_id, FactKind.CAPTURED, 16_000)], now=NOW)
    answer = client.post("/checkout/place", form, follow=True)
    assert answer.redirect_chain == [(f"/orders/{models.Order.objects.get().id}", 302)]
    assert "Thank you. It is yours." in answer.content.decode()
    assert models.Payment.objects.count() == 1
