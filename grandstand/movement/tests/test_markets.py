"""Markets, and in which one a request is."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from grandstand.movement import api as movement
from grandstand.movement.api import Market, MarketWrong, NoMarket, NoSuchMarket, request_market
from grandstand.movement.testing import BY, NOW, make_market
from grandstand.people import api as people
from grandstand.people.testing import account_of, make_person, sign_in
from grandstand.store.api import Database

US = {"code": "us", "name": "United States", "territories": ("US",), "languages": ("en",), "currency": "USD", "time_zone": "America/New_York"}


def test_a_market_comes_back_as_it_was_made(db: None) -> None:
    made = make_market(names={"zh-hans": "法国"}, territories=("FR", "MC", "GB-NIR"), prices_include_tax=False)
    assert movement.market("fr") == made
    with pytest.raises(NoSuchMarket):
        movement.market("us")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "F R"),
        ("name", ""),
        ("names", {"fr": " "}),
        ("territories", ("FRANCE",)),
        ("territories", ("GB-XXX",)),
        ("languages", ()),
        ("currency", "EURO"),
        ("time_zone", "Paris"),
    ],
)
def test_an_impossible_market_is_refused_by_field(field: str, value: Any, db: None) -> None:
    with pytest.raises(MarketWrong) as refused:
        make_market(**{field: value})
    assert refused.value.detail["field"] == field


def test_a_market_is_named_in_the_readers_language_where_it_has_such_a_name() -> None:
    china = Market(code="cn", name="China", names={"fr": "Chine", "zh-hans": "中国"}, territories=(), languages=(), currency="CNY", time_zone="")
    assert {language: china.name_in(language) for language in ("en", "fr", "fr-ca", "zh-hans", "de", "")} == {
        "en": "China",
        "fr": "Chine",
        "fr-ca": "Chine",
        "zh-hans": "中国",
        "de": "China",
        "": "China",
    }


def test_pages_name_markets_in_their_language(client: Client, db: None) -> None:
    make_market(is_default=True, code="cn", name="China", names={"fr": "Chine", "zh-hans": "中国"}, currency="CNY")
    sign_in(client, make_person())
    for path, name in (("", "China"), ("/fr", "Chine"), ("/zh-hans", "中国")):
        for page in ("/market", "/account/profile"):
            text = client.get(path + page).content.decode()
            assert name in text, path + page
            assert name == "China" or "China" not in text, path + page


def test_one_market_is_the_default_and_a_new_default_takes_its_place(database: Database) -> None:
    make_market(is_default=True)
    make_market(**US, is_default=True)
    assert [(market.code, market.is_default) for market in movement.markets()] == [("us", True), ("fr", False)]
    movement.change_market(market=replace(movement.market("fr"), is_default=True), now=NOW, by=BY, reason="back again")
    assert movement.default_market().code == "fr"


def test_markets_are_read_over_any_transaction(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    made = [make_market(), make_market(**US)]
    with django_db_blocker.block(), database.write() as tx:
        assert movement.markets_many(tx, ["us", "fr", "cn", "us"]) == {market.code: market for market in made}


def test_a_request_is_in_the_persons_market_else_the_cookies_else_the_default(db: None) -> None:
    for market in ({"is_default": True}, US, {"code": "cn", "currency": "CNY"}):
        make_market(**market)
    ada = make_person(market_code="us")
    undecided = make_person()

    def market_of(user: Any, cookie: str = "") -> Market:
        request = RequestFactory().get("/")
        request.user, request.COOKIES["market"] = user, cookie
        return request_market(request)

    assert market_of(account_of(ada), "cn").code == "us"
    assert market_of(account_of(undecided), "cn").code == "cn"
    assert market_of(AnonymousUser(), "cn").code == "cn"
    assert market_of(AnonymousUser(), "gone").code == "fr"
    assert market_of(AnonymousUser()).code == "fr"


def test_without_any_market_the_reason_is_said(db: None) -> None:
    with pytest.raises(NoMarket) as refused:
        movement.default_market()
    assert refused.value.status == 503


def test_the_market_is_asked_once_a_request(django_assert_num_queries: Any, db: None) -> None:
    make_market()
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(1):
        assert request_market(request) == request_market(request)


def test_a_visitor_chooses_a_market_and_goes_back(client: Client, db: None) -> None:
    make_market(is_default=True)
    make_market(**US)
    answer = client.post("/market", {"market": "us", "next": "/shop"})
    assert (answer["Location"], answer.cookies["market"].value) == ("/shop", "us")
    assert client.get("/market").context["chosen"].code == "us"


@pytest.mark.parametrize("way", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_choosing_a_market_leads_nowhere_else(client: Client, way: str, db: None) -> None:
    make_market()
    assert client.post("/market", {"market": "fr", "next": way})["Location"] == "/"


def test_a_market_that_is_chosen_signed_in_stays_with_the_account(client: Client, db: None) -> None:
    make_market(is_default=True)
    make_market(**US)
    ada = make_person(language="fr")
    sign_in(client, ada)
    client.post("/market", {"market": "us"})
    assert (people.person(ada.id).market_code, people.person(ada.id).language) == ("us", "fr")
