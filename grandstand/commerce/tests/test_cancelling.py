from datetime import timedelta

import pytest

from grandstand.commerce.facts import OrderCancelled
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import BasketNotReady, CalledOff, LineRefused, NoSuchOrder, OrderClosed
from grandstand.commerce.rules.orders import COUNTDOWN_MARGIN, HOLD_FOR
from grandstand.commerce.services.baskets import remove_lines_many
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.placing import place_orders_many
from grandstand.commerce.testing import NOW, World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import LineState, OrderStatus, Owner, Placed
from grandstand.inventory import api as inventory


def cancel(world: World, placed: Placed, owner: Owner | None = None, *, to_basket: bool = False) -> None:
    by = owner.actor if owner else Owner(visitor="staff").actor
    with world.database.write() as tx:
        cancel_order(tx, order_id=placed.order_id, by=by, now=later(minutes=1), reason="changed my mind", owner=owner, to_basket=to_basket)


def test_a_cancelled_order_gives_its_units_back_and_cancelling_again_is_nothing(world: World) -> None:
    ref, owner = world.sell(units=3), world.buyer()
    placed = world.order(ref, 3, owner=owner)
    for _ in range(2):
        cancel(world, placed, owner)
    assert order(placed.order_id).status is OrderStatus.CANCELLED
    assert stock(world, ref) == (0, 0)
    assert facts_told(world, OrderCancelled) == ["OrderCancelled"]


def test_a_cancelled_order_can_go_back_to_its_basket_without_losing_its_holds(world: World) -> None:
    ref, owner = world.sell(units=3), world.buyer()
    placed = world.order(ref, 3, owner=owner)
    cancel(world, placed, owner, to_basket=True)
    assert stock(world, ref) == (3, 0)
    assert world.basket(owner, now=later(minutes=1)).ready
    assert world.place(owner, now=later(minutes=1)).order_id != placed.order_id


def test_what_goes_back_joins_the_basket_that_was_opened_since(world: World) -> None:
    owner = world.buyer()
    placed = world.order(world.sell(), owner=owner)
    world.add(owner, world.sell())
    cancel(world, placed, owner, to_basket=True)
    assert len(world.basket(owner).lines) == 2


def test_a_paid_order_is_refunded_not_cancelled(world: World) -> None:
    owner = world.buyer()
    placed = world.bought(world.sell(), owner=owner)
    with pytest.raises(OrderClosed):
        cancel(world, placed, owner)


def test_nobody_cancels_the_order_of_another(world: World) -> None:
    placed = world.order(world.sell())
    with pytest.raises(NoSuchOrder):
        cancel(world, placed, world.buyer())


def test_money_for_a_cancelled_order_goes_back_even_if_the_units_are_free(world: World) -> None:
    ref, owner = world.sell(units=3, price_minor=1200), world.buyer()
    placed = world.order(ref, owner=owner)
    payment_id = world.open_payment(placed)
    cancel(world, placed, owner)
    assert world.tell(make_fact(payment_id, minor=1200)) == {placed.order_id: OrderStatus.SENT_BACK}
    assert (given(world, placed), stock(world, ref)) == ([0], (0, 0))
    assert books(world, world.organisation.id) == {"clearing:fake": 1200, "payable:refunds": -1200}


def test_a_part_payment_goes_back_when_its_order_is_cancelled(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    world.tell(make_fact(world.open_payment(placed), minor=700))
    cancel(world, placed)
    found = order(placed.order_id)
    assert (found.status, found.refunded) == (OrderStatus.SENT_BACK, euros(700))


# -- paying ---------------------------------------------------------------------------------------------------------------------------------


def test_an_order_is_paid_by_one_payment_at_a_time(world: World) -> None:
    placed = world.order(world.sell())
    assert world.open_payment(placed) == world.open_payment(placed)


def test_after_a_failure_another_payment_may_follow(world: World) -> None:
    placed = world.order(world.sell())
    first = world.open_payment(placed)
    world.tell(make_fact(first, FactKind.FAILED, 0))
    assert world.open_payment(placed) != first


def test_an_order_whose_time_is_over_cannot_be_paid(world: World) -> None:
    placed = world.order(world.sell())
    with pytest.raises(OrderClosed):
        world.open_payment(placed, now=placed.pay_by)


def test_an_order_with_something_called_off_is_not_paid_and_says_what(world: World) -> None:
    ref, owner = world.sell(), world.buyer()
    world.add(owner, ref)
    world.add(owner, world.sell(goods=True))
    placed = world.place(owner)
    before = world.open_payment(placed)
    world.tickets.off.add(ref.item_id)
    with pytest.raises(CalledOff) as refused:
        world.open_payment(placed)
    assert refused.value.detail == {"titles": ["ticket (en)"]}
    cancel(world, placed, owner, to_basket=True)
    assert world.tell(make_fact(before, minor=placed.total.minor)) == {placed.order_id: OrderStatus.SENT_BACK}


# -- how long units are kept from others ----------------------------------------------------------------------------------------------------


def test_ordering_and_giving_up_again_and_again_keeps_nothing_from_others_for_longer(world: World) -> None:
    ref, owner = world.sell(units=3), world.buyer()
    world.add(owner, ref, 3)
    end = NOW + HOLD_FOR
    for placed_at, given_up_at in ((1, 2), (3, 9), (14, 14.5)):
        placed = world.place(owner, now=later(minutes=placed_at))
        give_up(world, placed, owner, minutes=given_up_at)
        assert world.basket(owner, now=later(minutes=given_up_at)).shown_until == end - COUNTDOWN_MARGIN
    placed = world.place(owner, now=later(minutes=14.6))
    with world.database.write() as tx:
        assert inventory.expire_due(tx, now=later(minutes=39)) == []
    give_up(world, placed, owner, minutes=39)

    assert stock(world, ref) == (0, 0)
    assert [line.state for line in world.basket(owner, now=later(minutes=39)).lines] == [LineState.EXPIRED]
    world.add(world.buyer(), ref, 3, now=later(minutes=39))


def test_what_is_given_up_keeps_its_caps_and_is_swept_at_the_lines_own_end(world: World) -> None:
    ref, owner = world.sell(units=9, cap=4), world.buyer()
    world.add(owner, ref, 4)
    give_up(world, world.place(owner), owner, minutes=1)
    with pytest.raises(LineRefused):
        world.add(owner, ref, 1, now=later(minutes=2))
    with world.database.write() as tx:
        assert inventory.expire_due(tx, now=NOW + HOLD_FOR - timedelta(seconds=1)) == []
        assert len(inventory.expire_due(tx, now=NOW + HOLD_FOR)) == 1
    assert stock(world, ref) == (0, 0)


def test_a_placing_that_is_refused_gives_no_more_time_to_order(world: World) -> None:
    owner, early, late = world.buyer(), world.sell(), world.sell()
    world.add(owner, early, now=NOW)
    world.add(owner, late, now=later(minutes=10))
    with world.database.write() as tx:
        inventory.expire_due(tx, now=NOW + HOLD_FOR)
        (answer,) = place_orders_many(tx, [world.placing(owner, now=NOW + HOLD_FOR)], now=NOW + HOLD_FOR)
    assert isinstance(answer, BasketNotReady)
    basket = world.basket(owner, now=later(minutes=30))
    assert [line.state for line in basket.lines] == [LineState.EXPIRED, LineState.EXPIRED]
    with world.database.write() as tx:
        remove_lines_many(tx, [(owner, basket.lines[0].line_id)], now=later(minutes=30))
    with pytest.raises(BasketNotReady) as refused:
        world.place(owner, now=later(minutes=30))
    assert refused.value.detail["lines"] == [{"line_id": str(basket.lines[1].line_id), "reason": "expired"}]


def give_up(world: World, placed: Placed, owner: Owner, *, minutes: float) -> None:
    with world.database.write() as tx:
        cancel_order(tx, order_id=placed.order_id, by=owner.actor, now=later(minutes=minutes), reason="r", owner=owner, to_basket=True)
