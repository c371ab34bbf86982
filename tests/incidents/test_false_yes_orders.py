"""false-yes (London, June 2011): up to 15 resubmissions each; some 10 % of 150,000 confirmed applicants got nothing.

Grandstand: submitting again is harmless, and a confirmation binds. Run at a thousandth: 150 confirmed out of 200 who ask, each up to 15 times.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import NOW, World, euros, later, make_fact, make_world
from grandstand.inventory import api as inventory
from grandstand.store.api import Database

UNITS, APPLICANTS, MOST_RESUBMISSIONS = 150, 200, 15


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as made:
        yield made


def test_whoever_was_told_yes_gets_it_however_often_they_asked(world: World) -> None:
    ref = world.sell(units=UNITS)
    chance = random.Random(2011)
    owners = [commerce.Owner(visitor=f"applicant-{n}") for n in range(APPLICANTS)]
    asked = [commerce.Adding(key=f"ask-{n}", owner=owner, market_code="fr", ref=ref, quantity=1) for n, owner in enumerate(owners)]
    submissions = [adding for adding in asked for _ in range(chance.randint(1, MOST_RESUBMISSIONS))]
    chance.shuffle(submissions)

    told: dict[str, set[str]] = {}
    for start in range(0, len(submissions), 256):
        batch = submissions[start : start + 256]
        with world.database.write() as tx:
            answers = commerce.add_lines_many(tx, batch, now=NOW)
        for adding, answer in zip(batch, answers, strict=True):
            told.setdefault(adding.key, set()).add(str(answer.hold_id) if isinstance(answer, commerce.LineSet) else "no")

    assert all(len(answers) == 1 for answers in told.values())  # everybody got one answer, the same every time
    confirmed = [owner for owner, adding in zip(owners, asked, strict=True) if told[adding.key] != {"no"}]
    assert len(confirmed) == UNITS

    placings = [world.placing(owner) for owner in confirmed]
    with world.database.write() as tx:
        placed = commerce.place_orders_many(tx, [placing for placing in placings for _ in range(3)], now=NOW)
    orders = {answer.order_id for answer in placed if isinstance(answer, commerce.Placed)}
    assert (len(placed), len(orders)) == (3 * UNITS, UNITS)

    with world.database.write() as tx:
        payments = [
            commerce.open_payment(tx, order_id=order_id, owner=None, provider_code="fake", return_path="/", now=NOW) for order_id in sorted(orders)
        ]
    facts = [make_fact(payment_id) for payment_id in payments]
    statuses = world.tell(*facts, *facts)
    assert set(statuses.values()) == {commerce.OrderStatus.PAID}
    with world.database.write() as tx:
        account = inventory.availability_many(tx, [world.account_of(ref)])[world.account_of(ref)]
    assert (account.claimed, account.held, account.free) == (UNITS, 0, 0)


def test_an_order_that_stands_is_not_taken_back_by_a_new_price_or_a_withdrawn_offer(world: World) -> None:
    ref = world.sell(units=1, price_minor=1000)
    placed = world.order(ref)
    payment_id = world.open_payment(placed)
    world.tickets.items[ref.item_id].price_minor = 9900
    del world.tickets.items[ref.item_id]
    world.tell(make_fact(payment_id, minor=1000), now=placed.pay_by - timedelta(seconds=1))
    found = commerce.order(placed.order_id)
    assert (found.status, found.total) == (commerce.OrderStatus.PAID, euros(1000))


def test_what_an_order_holds_cannot_be_had_by_anybody_else_while_it_may_be_paid(world: World) -> None:
    ref = world.sell(units=1)
    placed = world.order(ref)
    with world.database.write() as tx:
        inventory.expire_due(tx, now=placed.pay_by)
    with pytest.raises(commerce.LineRefused):
        world.add(world.buyer(), ref, now=placed.pay_by)


def test_another_order_under_the_same_key_is_an_error_and_not_a_yes(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = world.placing(owner)
    with world.database.write() as tx:
        commerce.place_order(tx, placing, now=NOW)
        (answer,) = commerce.place_orders_many(tx, [replace(placing, told=euros(1))], now=later(minutes=1))
    assert isinstance(answer, commerce.KeyReused)
