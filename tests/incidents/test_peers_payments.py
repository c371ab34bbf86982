"""Bugs found in the payments of peers, as regressions of ours. Each test says what went wrong there."""

from collections.abc import Iterator

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import BY, NOW, World, euros, later, make_fact, make_world
from grandstand.inventory import api as inventory
from grandstand.store.api import Database, Kind, WallHit


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as made:
        yield made


def cancel(world: World, placed: commerce.Placed) -> None:
    with world.database.write() as tx:
        commerce.cancel_order(tx, order_id=placed.order_id, by=BY, now=NOW, reason="changed my mind")


def free(world: World, ref: commerce.ItemRef) -> int:
    with world.database.write() as tx:
        return inventory.availability_many(tx, [world.account_of(ref)])[world.account_of(ref)].free


def test_a_capture_after_the_hold_lapsed_neither_loses_the_money_nor_sells_twice(world: World) -> None:
    """There, the order became paid without stock, or stayed unpaid with the money gone."""
    ref = world.sell(units=1)
    first = world.order(ref)
    payment_id = world.open_payment(first)
    with world.database.write() as tx:
        inventory.expire_due(tx, now=later(hours=1))
    second = world.bought(ref, now=later(hours=1))
    world.tell(make_fact(payment_id), now=later(hours=1))
    assert commerce.order(first.order_id).status is commerce.OrderStatus.SENT_BACK
    assert commerce.order(first.order_id).refunded == euros(1000)
    assert commerce.order(second.order_id).status is commerce.OrderStatus.PAID
    assert free(world, ref) == 0


def test_cancelling_twice_gives_the_units_back_once(world: World) -> None:
    """There, the second cancellation raised the stock again."""
    ref = world.sell(units=5)
    placed = world.order(ref, 2)
    for _ in range(2):
        cancel(world, placed)
    assert free(world, ref) == 5


def test_two_captures_with_one_reference_are_one(world: World) -> None:
    """There, each event was added to the total."""
    placed = world.order(world.sell(), 2)
    payment_id = world.open_payment(placed)
    world.tell(make_fact(payment_id, minor=1000, movement="charge-1"))
    world.tell(make_fact(payment_id, minor=1000, movement="charge-1"))
    found = commerce.order(placed.order_id)
    assert (found.status, found.captured) == (commerce.OrderStatus.AWAITING_PAYMENT, euros(1000))


def test_a_refund_beyond_the_charge_is_refused_by_the_rule_and_by_the_database(world: World) -> None:
    """There, the total became negative."""
    placed = world.bought(world.sell(units=5))
    (line,) = [line for sale in commerce.order(placed.order_id).sales for line in sale.lines]
    ask = commerce.RefundAsk(key="k", order_id=placed.order_id, reason="r", lines=(commerce.LineRefund(line_id=line.line_id, quantity=2),))
    with pytest.raises(commerce.RefundTooLarge), world.database.write() as tx:
        commerce.refund_many(tx, [ask], by=BY, now=NOW)
    with pytest.raises(WallHit), world.database.write() as tx:
        tx.execute("UPDATE commerce_payment SET refunded_minor = 1001")
    assert commerce.order(placed.order_id).refunded == euros(0)


def test_two_basket_lines_of_one_stock_are_not_each_measured_against_all_of_it(world: World) -> None:
    """There, three and three of five passed, because each line was compared with five."""
    ref = world.sell(units=5)
    item = world.tickets.items[ref.item_id]
    same_stock = world.tickets.add(type(item)(seller_id=item.seller_id, account_id=item.account_id))
    owner = world.buyer()
    world.add(owner, ref, 3)
    with pytest.raises(commerce.LineRefused) as refused:
        world.add(owner, same_stock, 3)
    assert refused.value.detail == {"reason": "sold_out", "left": 2}


def test_three_orders_completed_together_are_announced_as_three(world: World) -> None:
    """There, callbacks bound late announced the last one three times."""
    ref = world.sell(units=5)
    placed = [world.order(ref) for _ in range(3)]
    facts = [make_fact(world.open_payment(each)) for each in placed]
    world.tell(*facts)
    with world.database.write() as tx:
        rows = tx.rows("SELECT payload FROM store_fact WHERE kind = 'OrderPaid'", kinds=[Kind.JSON])
    assert sorted(payload["order_id"] for (payload,) in rows) == sorted(str(each.order_id) for each in placed)


def test_a_seller_whose_code_is_broken_is_heard_and_not_swallowed(world: World) -> None:
    """There, a bare except hid a name that did not exist, and orders were paid without tickets."""
    placed = world.order(world.sell())
    world.tickets.broken = True
    with pytest.raises(RuntimeError, match="broken"):
        world.tell(make_fact(world.open_payment(placed)))
    assert commerce.order(placed.order_id).status is commerce.OrderStatus.AWAITING_PAYMENT


def test_a_refund_made_in_the_providers_own_console_is_not_given_a_second_time(world: World) -> None:
    """There, it was ignored: the order stayed paid, and whoever took the units back paid them again."""
    placed = world.order(world.sell(units=5), 2)
    payment_id = world.pay(placed)
    world.tell(make_fact(payment_id, commerce.FactKind.REFUNDED, placed.total.minor))
    assert commerce.order(placed.order_id).status is commerce.OrderStatus.REFUNDED
    with world.database.write() as tx:
        (refunded,) = commerce.refund_many(tx, [commerce.RefundAsk(key="k", order_id=placed.order_id, reason="r")], by=BY, now=NOW)
    assert refunded.amount == euros(0)
    commerce.send_paybacks(now=later(days=1))
    assert world.provider.refunded == {}
    assert commerce.order(placed.order_id).refunded == placed.total
