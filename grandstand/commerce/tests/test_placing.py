from dataclasses import replace

import pytest

from grandstand.commerce.facts import OrderPlaced
from grandstand.commerce.queries.orders import ORDERS_A_PAGE, order, orders_of
from grandstand.commerce.refusals import (
    AlreadyOrdered,
    BasketNotReady,
    ContactMissing,
    KeyReused,
    NoSuchBasket,
    NoSuchOrder,
    NotShipped,
    NoWayToPay,
    PriceChanged,
    ShipToMissing,
    TaxUnknown,
    TotalChanged,
)
from grandstand.commerce.rules.orders import PAYMENT_GRACE, PAYMENT_WINDOW
from grandstand.commerce.services.baskets import retake_lines_many
from grandstand.commerce.services.paying import begin_payment
from grandstand.commerce.services.placing import place_orders_many
from grandstand.commerce.testing import LYON, NOW, World, euros, later, paying_with
from grandstand.commerce.tests.looking import facts_told, sweep
from grandstand.commerce.values import Nature, OrderStatus, Placed
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.store.api import Kind


def test_an_order_is_what_the_buyer_saw(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1200), 2)
    world.add(owner, world.sell(price_minor=600, goods=True))
    placed = world.place(owner)
    assert (placed.total, placed.pay_by) == (euros(2400 + 600 + 500), NOW + PAYMENT_WINDOW)
    found = order(placed.order_id, owner=owner)
    assert (found.status, found.total, found.ship_to, found.units) == (OrderStatus.AWAITING_PAYMENT, euros(3500), LYON, 3)
    lines = [line for sale in found.sales for line in sale.lines]
    assert [(line.nature, line.title, line.quantity, line.taxed.gross.minor) for line in lines] == [
        (Nature.ITEM, "ticket (en)", 2, 2400),
        (Nature.ITEM, "product (en)", 1, 600),
        (Nature.SHIPPING, "By post", 1, 500),
    ]
    assert [(change.status, change.by) for change in found.history] == [(OrderStatus.AWAITING_PAYMENT, owner.actor)]
    assert facts_told(world, OrderPlaced) == ["OrderPlaced"]


def test_holds_last_until_the_payment_and_its_grace_are_over(world: World) -> None:
    owner = world.buyer()
    line = world.add(owner, world.sell())
    world.place(owner)
    with world.database.write() as tx:
        assert inventory.holds(tx, [line.hold_id])[line.hold_id].expires_at == NOW + PAYMENT_WINDOW + PAYMENT_GRACE


def test_placing_twice_with_one_key_places_once(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = world.placing(owner)
    with world.database.write() as tx:
        (first,) = place_orders_many(tx, [placing], now=NOW)
    with world.database.write() as tx:
        again, other = place_orders_many(tx, [placing, replace(placing, email="other@example.org")], now=later(minutes=1))
    assert isinstance(first, Placed)
    assert again == replace(first, repeated=True)
    assert isinstance(other, KeyReused)


def test_a_placing_that_stands_twice_in_one_batch_is_one_order(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = world.placing(owner)
    with world.database.write() as tx:
        first, same = place_orders_many(tx, [placing, placing], now=NOW)
    assert isinstance(first, Placed)
    assert same == replace(first, repeated=True)
    with world.database.write() as tx:
        assert tx.row("SELECT COUNT(*) FROM commerce_order", kinds=[Kind.INT]) == (1,)


def test_the_same_basket_under_another_key_leads_to_its_order(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = world.placing(owner)
    placed = world.place(owner)
    with world.database.write() as tx:
        (answer,) = place_orders_many(tx, [placing], now=NOW)
    assert isinstance(answer, AlreadyOrdered)
    assert answer.detail == {"order_id": str(placed.order_id)}


def test_a_refused_placing_of_a_batch_leaves_the_others_alone_and_writes_nothing(world: World) -> None:
    good, bad = world.buyer(), world.buyer()
    world.add(good, world.sell())
    world.add(bad, world.sell())
    placings = [world.placing(bad, email="nonsense"), world.placing(good)]
    with world.database.write() as tx:
        refused, placed = place_orders_many(tx, placings, now=NOW)
    assert isinstance(refused, ContactMissing)
    assert isinstance(placed, Placed)
    with world.database.write() as tx:
        (corrected,) = place_orders_many(tx, [replace(placings[0], key="another", email="ok@example.org")], now=NOW)
    assert isinstance(corrected, Placed)


def test_a_price_that_changed_is_refused_with_old_and_new(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1000)
    line = world.add(owner, ref)
    placing = world.placing(owner)
    world.tickets.items[ref.item_id].price_minor = 1100
    with world.database.write() as tx:
        (refused,) = place_orders_many(tx, [placing], now=NOW)
    assert isinstance(refused, PriceChanged)
    assert refused.detail == {"lines": [{"line_id": str(line.line_id), "old_minor": 1000, "new_minor": 1100, "currency": "EUR"}]}


def test_conditions_that_changed_at_the_same_price_are_refused_too(world: World) -> None:
    owner, ref = world.buyer(), world.sell()
    world.add(owner, ref)
    placing = world.placing(owner)
    world.tickets.items[ref.item_id].version = 2
    with world.database.write() as tx:
        (refused,) = place_orders_many(tx, [placing], now=NOW)
    assert isinstance(refused, PriceChanged)


def test_another_total_than_was_told_is_refused(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1000))
    with pytest.raises(TotalChanged) as refused:
        world.place(owner, told=euros(999))
    assert refused.value.detail == {"told_minor": 999, "total_minor": 1000, "currency": "EUR"}


def test_a_hold_that_is_gone_is_refused_and_can_be_taken_again(world: World) -> None:
    owner = world.buyer()
    line = world.add(owner, world.sell())
    placing = world.placing(owner)
    sweep(world)
    with world.database.write() as tx:
        (refused,) = place_orders_many(tx, [placing], now=later(hours=1))
        assert isinstance(refused, BasketNotReady)
        retake_lines_many(tx, [(owner, line.line_id)], now=later(hours=1))
    assert isinstance(world.place(owner, now=later(hours=1)), Placed)


def test_what_was_withdrawn_is_refused(world: World) -> None:
    owner, ref = world.buyer(), world.sell()
    line = world.add(owner, ref)
    placing = world.placing(owner)
    del world.tickets.items[ref.item_id]
    with world.database.write() as tx:
        (refused,) = place_orders_many(tx, [placing], now=NOW)
    assert isinstance(refused, BasketNotReady)
    assert refused.detail == {"lines": [{"line_id": str(line.line_id), "reason": "unknown_item"}]}


def test_goods_need_to_know_where_they_go(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(goods=True))
    with pytest.raises(ShipToMissing):
        world.place(owner, ship_to=None)
    with pytest.raises(NotShipped):
        world.place(owner, ship_to=replace(LYON, country="AQ"))
    with pytest.raises(NotShipped):
        world.place(owner, shipping={world.organisation.id: "drone"})


def test_another_way_of_shipping_has_its_own_price(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=600, goods=True))
    placed = world.place(owner, shipping={world.organisation.id: "express"}, told=euros(1600))
    assert placed.total == euros(1600)


def test_where_no_tax_rate_is_known_nothing_is_sold(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(country="JP"))
    with pytest.raises(TaxUnknown) as refused:
        world.place(owner)
    assert refused.value.detail == {"places": ["JP"], "tax_class": "standard"}


def test_nobody_orders_the_basket_of_another(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = replace(world.placing(owner), owner=world.buyer())
    with world.database.write() as tx:
        (refused,) = place_orders_many(tx, [placing], now=NOW)
    assert isinstance(refused, NoSuchBasket)
    with pytest.raises(NoSuchOrder):
        order(new_id())


def test_an_ordered_basket_makes_room_for_another(world: World) -> None:
    owner, ref = world.buyer(), world.sell()
    world.order(ref, owner=owner)
    world.add(owner, ref)
    assert len(world.basket(owner).lines) == 1


def test_a_page_of_orders_is_the_latest_first(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    ref = world.sell(units=99)
    placed = [world.order(ref, owner=owner, now=later(seconds=n)) for n in range(ORDERS_A_PAGE + 1)]
    assert owner.person_id is not None
    first, second = orders_of(owner.person_id), orders_of(owner.person_id, page=2)
    assert [found.order_id for found in first.orders] == [each.order_id for each in reversed(placed[1:])]
    assert ([found.order_id for found in second.orders], first.has_more, second.has_more) == ([placed[0].order_id], True, False)


def test_nothing_that_costs_something_is_ordered_without_a_way_to_pay(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    with paying_with():
        with pytest.raises(NoWayToPay):
            world.place(owner)
        assert world.basket(owner).ready
    placed = world.place(owner)
    with paying_with(), pytest.raises(NoWayToPay):
        begin_payment(
            order_id=placed.order_id, owner=owner, provider_code="", return_path="/", platform_url="http://here", description="Order", now=NOW
        )


def test_what_costs_nothing_needs_no_way_to_pay(world: World) -> None:
    with paying_with():
        placed = world.order(world.sell(price_minor=0))
    assert order(placed.order_id).status is OrderStatus.PAID
