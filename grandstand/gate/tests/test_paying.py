"""A whole purchase through the gate, on both engines, with the real seller of tickets."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.gate.application import Gate
from grandstand.gate.testing import Answer, ask, ask_all, make_pass, open_gate
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import BoxOffice, make_box_office


@pytest.fixture
def office(database: Database) -> BoxOffice:
    make_market(is_default=True)
    rates = [commerce.NewTaxRate(place="FR", tax_class="admission", rate_bp=550, starts_on=date(2015, 1, 1), source="for a test")]
    with database.write() as tx:
        commerce.set_tax_rates(tx, rates, by=Actor.system("test"), reason="for a test", now=clock.now())
    return make_box_office(seats=30, categories=("A",), now=clock.now() - timedelta(days=1))


def held(gate: Gate, office: BoxOffice, bearer: str, quantity: int = 2) -> dict[str, Any]:
    """An item of a purchase, held just now."""
    item = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": quantity}
    answer = ask(gate, "/gate/hold", {"key": new_id().hex, **item}, bearer=bearer)
    assert answer.status == 200, answer
    return {"hold": answer.content["hold_id"], **item}


def purchase(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = sum(item["quantity"] for item in items) * 12_000
    buyer = {"email": "ada@example.org", "name": "Ada Fan", "language": "en"}
    return {"key": new_id().hex, "items": items, **buyer, "told_minor": told, "currency": "EUR", "provider": "test", "is_charged": True, **more}


def assert_all_is_well(database: Database) -> None:
    with database.write() as tx:
        findings = [*inventory.check_stock(tx), *commerce.check_orders(tx), *ticketing.check_tickets(tx), *ledger.check_books(tx)]
    assert [finding for finding in findings if not finding.healthy] == []


def test_a_purchase_is_paid_and_its_tickets_are_there(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        asked = purchase(held(gate, office, bearer), held(gate, office, bearer, 1))
        answer, again = (ask(gate, "/gate/pay", asked, bearer=bearer) for _ in range(2))
    assert (answer.status, answer.content["status"], answer.content["repeated"]) == (200, "paid", False)
    assert again.content == {**answer.content, "repeated": True}
    tickets = ticketing.tickets_of_order(order_id=UUID(answer.content["order_id"]), holder_id=None, language="en")
    assert len(tickets) == 3
    assert_all_is_well(database)


def test_forty_people_pay_at_once_and_a_wrong_one_spoils_nothing(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        passes = [make_pass(gate) for _ in range(12)]
        asked = [purchase(held(gate, office, bearer), **({"told_minor": 1} if n == 5 else {})) for n, bearer in enumerate(passes)]
        answers = ask_all(gate, [("/gate/pay", content, bearer) for content, bearer in zip(asked, passes, strict=True)])
    assert Counter(answer.status for answer in answers) == {200: 11, 409: 1}
    assert answers[5].content["refused"] == "total_changed"
    assert len({answer.content["number"] for answer in answers if answer.status == 200}) == 11
    assert_all_is_well(database)


def test_what_somebody_else_holds_cannot_be_paid(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        owner, thief = make_pass(gate), make_pass(gate)
        item = held(gate, office, owner)
        stolen = ask(gate, "/gate/pay", purchase(item), bearer=thief)
        kept = ask(gate, "/gate/pay", purchase(item), bearer=owner)
    assert (stolen.status, stolen.content["refused"], stolen.content["reason"]) == (409, "line_refused", "gone")
    assert kept.status == 200
    assert_all_is_well(database)


def test_without_a_charge_the_order_waits_for_its_payment(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        answer = ask(gate, "/gate/pay", purchase(held(gate, office, bearer), is_charged=False), bearer=bearer)
    assert answer.content["status"] == "awaiting_payment"
    order = commerce.order(UUID(answer.content["order_id"]))
    assert order.status is commerce.OrderStatus.AWAITING_PAYMENT
    assert_all_is_well(database)


def test_a_charge_counts_with_test_payments_only(database: Database, office: BoxOffice) -> None:
    real = Gate(database.url, ["a secret"], clock=clock.now, test_payments=False)
    answer = _unstarted(real, purchase({"hold": new_id().hex, "kind": "ticket", "item": new_id().hex, "quantity": 1}))
    assert (answer.status, answer.content["refused"]) == (422, "body_wrong")
    assert "test bank only" in answer.content["says"]


@pytest.mark.parametrize(
    ("changed", "says"), [({"items": []}, "items"), ({"provider": "nobody"}, "provider"), ({"key": ""}, "key"), ({"told_minor": "x"}, "told_minor")]
)
def test_a_wrong_body_is_told_what_is_wrong(database: Database, office: BoxOffice, changed: dict[str, Any], says: str) -> None:
    gate = Gate(database.url, ["a secret"], clock=clock.now, test_payments=True)
    item = {"hold": new_id().hex, "kind": "ticket", "item": new_id().hex, "quantity": 1}
    answer = _unstarted(gate, {**purchase(item), **changed})
    assert (answer.status, answer.content["refused"]) == (422, "body_wrong")
    assert says in answer.content["says"]


def _unstarted(gate: Gate, content: dict[str, Any]) -> Answer:
    return ask(gate, "/gate/pay", content, bearer=make_pass(gate))
