"""What no form of ours sends is answered all the same, and never with a fault of the program. On both engines: they dislike different texts."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce.testing.providers import FakeProvider
from grandstand.kit.ids import new_id
from grandstand.sites.tests.house import ADDRESS, NOW, House, open_house
from grandstand.store.api import Database

TEXTS = ["\0", "%", "é", "-1", "𝟗𝟗", "[", "a" * 3000, " ".join(f"w{n}" for n in range(1500))]
TYPED = ["\0", "%", "é", "𝟗𝟗"]

ASKED = {
    "/": ["edition"],
    "/schedule": ["q", "day", "discipline", "venue", "page", "tickets"],
    "/shop": ["q", "category", "page"],
    "/shop/lane-tee": ["variant"],
    "/market": ["next"],
    "/accounts/login/": ["next"],
}


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch) -> House:
    bank = FakeProvider()
    monkeypatch.setattr("grandstand.kit.clock.now", lambda: NOW)
    monkeypatch.setattr("grandstand.commerce.payments.wired", {bank.code: bank})
    return open_house(now=NOW)


def faults(client: Client, house: House) -> Iterator[str]:
    """Every crafted question and form that ends in a 500."""
    client.raise_request_exception = False
    for path, names in {**ASKED, reverse("sites:order", args=[new_id()]): ["key"]}.items():
        for text in TEXTS:
            if client.get(f"{path}?{urlencode(dict.fromkeys(names, text))}").status_code >= 500:
                yield f"GET {path} {text[:12]!r}"
    for path, form in forms(house):
        for name, text in product(form, TYPED):
            if client.post(path, form | {name: text}).status_code >= 500:
                yield f"POST {path} {name}={text!r}"


def forms(house: House) -> Iterator[tuple[str, dict[str, object]]]:
    add = {"kind": "product", "item": house.small, "key": "k", "next": "/shop"}
    yield "/basket/add", {**add, "quantity": 1}
    yield "/basket/add", {**add, "quantity": 15}
    yield reverse("sites:change", args=[new_id()]), {"quantity": 1}
    yield "/checkout", {**ADDRESS, "region": "", "country_only": "1"}
    yield "/checkout", {**ADDRESS, "region": ""}
    yield "/checkout/review", {f"shipping-{house.organisation.id}": "express"}
    yield "/checkout/place", {"told": "1", "provider": "fake"}
    yield reverse("sites:pay", args=[new_id()]), {"provider": "fake"}
    yield "/market", {"market": "fr", "next": "/shop"}


def test_nothing_that_is_sent_ends_in_a_fault(client: Client, house: House) -> None:
    house.take(client, "product", house.small)
    assert list(faults(client, house)) == []
