import pytest

from grandstand.commerce.facts import OrderCancelled
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import (
    NoSuchOrder,
    OrderClosed,
)
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.testing import World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import OrderStatus, Owner, Placed


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
