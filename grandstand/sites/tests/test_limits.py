"""Nobody empties a session, or fills a stranger's mailbox, without saying who they are."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.commerce.testing.providers import FakeProvider
from grandstand.kit.ids import new_id
from grandstand.people.testing import make_person, sign_in
from grandstand.sites import limits
from grandstand.sites.tests.house import ADDRESS, NOW, Clock, House
from grandstand.store.api import Kind, read, write

HTMX = {"HX-Request": "true"}


def held(house: House) -> int:
    with read() as tx:
        ((units,),) = tx.rows("SELECT COALESCE(SUM(held), 0) FROM inventory_account", kinds=[Kind.INT])
    return int(units)


def add(client: Client, house: House, quantity: int, *, key: str = "", address: str = "198.51.100.7") -> int:
    form = {"kind": "ticket", "item": house.offers["C"], "quantity": quantity, "key": key or new_id()}
    return client.post(reverse("sites:add"), form, headers=HTMX, REMOTE_ADDR=address).status_code


def order(client: Client, email: str, *, name: str = "Ada Fan", address: str = "198.51.100.7") -> str:
    """Order what is in the basket: what the reader is told, empty when it was ordered."""
    client.post(reverse("sites:checkout"), ADDRESS | {"email": email, "name": name})
    told = client.get(reverse("sites:review")).context["told"].minor
    answer = client.post(reverse("sites:place"), {"told": told, "provider": "fake"}, follow=True, REMOTE_ADDR=address)
    return " ".join(str(message) for message in answer.context.get("messages") or ())


def test_visitors_of_one_address_set_aside_so_many_units_and_no_more_however_many_they_are(house: House, at: Clock) -> None:
    answers = [add(Client(), house, 6) for _ in range(20)]
    assert answers == [200] * 16 + [429] * 4
    assert held(house) == 96
    assert add(Client(), house, 4) == 200  # what was refused did not count
    assert add(Client(), house, 1) == 429
    assert add(Client(), house, 6, address="203.0.113.9") == 200
    at.wait(minutes=15)
    assert add(Client(), house, 6) == 200


def test_a_family_that_signs_in_goes_on_and_a_repetition_does_not_count(
    client: Client,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "UNITS", limits.Limit(name="units", most=6, window=timedelta(minutes=15)))
    assert [add(client, house, 6, key="the same") for _ in range(3)] == [200, 200, 200]
    other = Client()
    assert add(other, house, 1) == 429
    sign_in(other, make_person())
    assert add(other, house, 1) == 200


def test_changing_and_taking_again_count_like_adding(client: Client, house: House, at: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNITS", limits.Limit(name="units", most=8, window=timedelta(minutes=15)))
    add(client, house, 1)
    [part] = client.get(reverse("sites:basket")).context["basket"].parts
    [line] = part.lines
    client.post(reverse("sites:change", args=[line.line_id]), {"quantity": 6}, REMOTE_ADDR="198.51.100.7")
    assert held(house) == 6
    client.post(reverse("sites:change", args=[line.line_id]), {"quantity": 5}, REMOTE_ADDR="198.51.100.7")
    assert held(house) == 6
    client.post(reverse("sites:retake", args=[line.line_id]), REMOTE_ADDR="198.51.100.7")
    assert "That is a lot at once" in client.get(reverse("sites:basket")).content.decode()


def test_a_machine_that_sends_forms_is_put_off(client: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRIES", limits.Limit(name="tries", most=2, window=timedelta(minutes=1)))
    assert [add(client, house, 50) for _ in range(3)] == [409, 409, 429]


def test_one_mailbox_gets_the_orders_of_so_many_guests_a_day(house: House, bank: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAILS", limits.Limit(name="mails", most=2, window=timedelta(days=1)))
    told = []
    for n, email in enumerate(["victim@example.org", "Victim@Example.org", "victim@example.org", "other@example.org"]):
        client = Client()
        assert add(client, house, 1, address=f"198.51.100.{n}") == 200
        told.append(order(client, email, address=f"198.51.100.{n}"))
    assert [said[:22] for said in told] == ["", "", "That is a lot at once ", ""]
    with read() as tx:
        kept = [key for (key,) in tx.rows("SELECT key FROM store_rate WHERE key LIKE 'sites.mails:%%'", kinds=[Kind.TEXT])]
    assert len(kept) == 2
    assert not [key for key in kept if "@" in key]


def test_who_is_signed_in_orders_for_their_own_address_as_often_as_they_like(
    client: Client,
    house: House,
    bank: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAILS", limits.Limit(name="mails", most=1, window=timedelta(days=1)))
    person = make_person()
    sign_in(client, person)
    for _ in range(3):
        add(client, house, 1)
        assert order(client, person.email) == ""


def test_so_many_orders_come_from_one_address(house: House, bank: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ORDERS", limits.Limit(name="orders", most=1, window=timedelta(hours=1)))
    told = []
    for n in range(2):
        client = Client()
        add(client, house, 1)
        told.append(order(client, f"fan-{n}@example.org"))
    assert [said[:22] for said in told] == ["", "That is a lot at once "]
    with read() as tx:
        assert tx.rows("SELECT COUNT(*) FROM commerce_order", kinds=[Kind.INT]) == [(1,)]


def test_a_name_with_a_link_does_not_get_into_our_mail(client: Client, house: House) -> None:
    add(client, house, 1)
    answer = client.post(reverse("sites:checkout"), ADDRESS | {"name": "BUY NOW http://evil.example"})
    assert "links and web addresses do not belong here" in answer.content.decode()
    with write() as tx:
        basket = commerce.find_basket(owner=commerce.Owner(visitor=client.session["commerce_visitor"]), language="en", now=NOW)
        assert basket is not None
        placing = commerce.Placing(
            key="k",
            owner=commerce.Owner(visitor=client.session["commerce_visitor"]),
            basket_id=basket.basket_id,
            email="ada@example.org",
            name="BUY NOW www.evil.example",
            language="en",
            told=basket.totals.gross,
            ship_to=None,
            shipping={},
        )
        with pytest.raises(commerce.NameWrong):
            commerce.place_order(tx, placing, now=NOW)


NAMES = ["Ada Fan", "J.R. Ewing", "Dr.Smith", "Ph.D Ada", "St. John", "O'Neil-Ôé", "王小明", "Ada Fan c/o Bob", "A/S Sport"]
NAMES += ["J.van der Berg", "J.de Vries", "M.le Goff", "J.-P.Martin", "Mme.Dupont", "Prof.Dr.Li", "Meier GmbH & Co.KG"]
LINKS = ["http://evil.example", "go www.evil", "evil.example", "EVIL.COM", "buy at shop.evil.com/x", "Ada\nBcc: x"]
LINKS += ["BUY NOW EVIL.CO", "EVIL.IO", "Evil.Ru", "WWW.EVIL.CO", "HTTP://EVIL", "x.com", "dr.com", "t.me/evil", "dr.evil.ru", "例子.中国"]


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_names(name: str) -> None:
    assert not commerce.has_link(name)


@pytest.mark.parametrize("name", LINKS)
def test_links_are_no_names(name: str) -> None:
    assert commerce.has_link(name)
