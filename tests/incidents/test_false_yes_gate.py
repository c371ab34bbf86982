"""false-yes (London, June 2011), through the gate: up to 15 resubmissions each; some 10 % of 150,000 confirmed applicants got nothing.

Grandstand: whoever sends the same wish again, while the first is still on its way or after the gate was started anew, hears the same answer; and
whoever heard yes can pay. Run at a thousandth: 150 units, 200 who ask.
"""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import batched
from typing import Any
from uuid import UUID

import pytest

from grandstand.gate.application import Gate
from grandstand.gate.batching import MOST_IN_BATCH
from grandstand.gate.testing import Answer, ask, ask_all, make_pass, open_gate
from grandstand.inventory import api as inventory
from grandstand.store.api import Database, Kind
from tests.market import open_market

UNITS, APPLICANTS, MOST_RESUBMISSIONS = 150, 200, 15

type Request = tuple[str, object, str | None]


@pytest.fixture
def chance() -> random.Random:
    return random.Random(2011)


def submitted(gate: Gate, chance: random.Random, requests: Sequence[Request]) -> list[list[Answer]]:
    """All requests, each up to fifteen times, in any order, as many at once as nobody is sent away; the answers of each."""
    again = [n for n in range(len(requests)) for _ in range(chance.randint(1, MOST_RESUBMISSIONS))]
    chance.shuffle(again)
    answers: list[list[Answer]] = [[] for _ in requests]
    for wave in batched(again, MOST_IN_BATCH, strict=False):
        for n, answer in zip(wave, ask_all(gate, [requests[n] for n in wave]), strict=True):
            answers[n].append(answer)
    return answers


def only(answers: Sequence[Answer]) -> tuple[int, dict[str, Any]]:
    """The one answer that all of these are."""
    said = [(answer.status, {name: value for name, value in answer.content.items() if name != "repeated"}) for answer in answers]
    assert said == said[:1] * len(said)
    return said[0]


def test_whoever_heard_yes_from_the_gate_has_it_however_often_they_asked(database: Database, chance: random.Random) -> None:
    office = open_market(database, units=UNITS)
    item = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    with open_gate(database.url) as gate:
        applicants = [make_pass(gate) for _ in range(APPLICANTS)]
        wishes: list[Request] = [("/gate/hold", {"key": "apply", **item}, applicant) for applicant in applicants]
        first = [only(answers) for answers in submitted(gate, chance, wishes)]
    with open_gate(database.url) as gate:  # started anew: it knows nothing but what is in the database
        again = [only(answers) for answers in submitted(gate, chance, wishes)]
        assert again == first
        assert Counter(status for status, _ in first) == {200: UNITS, 409: APPLICANTS - UNITS}
        confirmed = [(applicant, told["hold_id"]) for applicant, (status, told) in zip(applicants, first, strict=True) if status == 200]
        payments: list[Request] = [("/gate/pay", purchase({"hold": hold_id, **item}), applicant) for applicant, hold_id in confirmed]
        paid = [only(answers) for answers in submitted(gate, chance, payments)]
    assert {(status, told["status"]) for status, told in paid} == {(200, "paid")}
    with database.write() as tx:
        orders = {id_ for (id_,) in tx.rows("SELECT id FROM commerce_order WHERE status = 'paid'", kinds=[Kind.UUID])}
        [(tickets,)] = tx.rows("SELECT count(*) FROM ticketing_ticket", kinds=[Kind.INT])
        [(claimed,)] = tx.rows("SELECT sum(claimed) FROM inventory_account", kinds=[Kind.INT])
        assert [finding for finding in inventory.check_stock(tx) if not finding.healthy] == []
    assert orders == {UUID(told["order_id"]) for _, told in paid}
    assert (len(orders), tickets, int(claimed)) == (UNITS, UNITS, UNITS)


def test_another_wish_or_purchase_under_the_same_key_is_an_error_and_not_a_yes(database: Database) -> None:
    office = open_market(database, units=UNITS)
    item = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    with open_gate(database.url) as gate:
        applicant = make_pass(gate)
        held = ask(gate, "/gate/hold", {"key": "apply", **item}, bearer=applicant)
        more = ask(gate, "/gate/hold", {"key": "apply", **item, "quantity": 2}, bearer=applicant)
        paying = purchase({"hold": held.content["hold_id"], **item})
        paid = ask(gate, "/gate/pay", paying, bearer=applicant)
        other = ask(gate, "/gate/pay", {**paying, "name": "Somebody Else"}, bearer=applicant)
    assert [answer.status for answer in (held, more, paid, other)] == [200, 409, 200, 422]
    assert (more.content["refused"], other.content["refused"]) == ("key_reused", "key_reused")


def purchase(item: dict[str, Any]) -> dict[str, Any]:
    buyer = {"email": "fan@example.org", "name": "Fan", "language": "en"}
    return {"key": "pay", "items": [item], **buyer, "told_minor": 12_000, "currency": "EUR", "provider": "test", "is_charged": True}
