import pytest

from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.baskets import find_basket
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import LineRefused
from grandstand.commerce.rules.orders import COUNTDOWN_MARGIN
from grandstand.commerce.services.adopting import adopt
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, NOW, World, later, make_fact
from grandstand.commerce.tests.looking import stock, sweep
from grandstand.commerce.values import LineState, OrderStatus, Owner, RefundAsk
from grandstand.inventory import api as inventory
from grandstand.people.testing import make_person


def sign_in(world: World, visitor: str) -> Owner:
    person_id = make_person().id
    with world.database.write() as tx:
        adopt(tx, visitor=visitor, person_id=person_id, now=later(minutes=5))
    return Owner(person_id=person_id)


def test_a_basket_survives_signing_in_with_the_time_it_had(world: World) -> None:
    ref, visitor = world.sell(units=2), Owner(visitor="v")
    line = world.add(visitor, ref, 2)
    owner = sign_in(world, "v")
    (seen,) = world.basket(owner).lines
    assert (seen.line_id, seen.state, seen.shown_until) == (line.line_id, LineState.HELD, line.expires_at - COUNTDOWN_MARGIN)
    assert find_basket(owner=visitor, language="en", now=NOW) is None
    assert stock(world, ref) == (2, 0)


def test_what_a_person_may_have_counts_over_what_they_took_before_signing_in(world: World) -> None:
    ref, visitor = world.sell(units=9, cap=2), Owner(visitor="v")
    person_id = make_person().id
    owner = Owner(person_id=person_id)
    world.add(owner, ref, 1)
    world.add(visitor, ref, 2)
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=person_id, now=NOW)
    states = sorted((line.state, line.problem, line.quantity) for line in world.basket(owner).lines)
    assert states == [(LineState.HELD, "", 1), (LineState.REFUSED, "cap", 2)]
    assert stock(world, ref) == (1, 0)


def test_what_a_visitor_ordered_is_theirs_after_signing_in(world: World) -> None:
    placed = world.order(world.sell(), owner=Owner(visitor="v"))
    owner = sign_in(world, "v")
    found = order(placed.order_id, owner=owner)
    assert (found.owner, [change.by for change in found.history][-1]) == (owner, owner.actor)
    assert adopt_again(world, owner) == owner


def test_what_a_visitor_bought_counts_towards_what_they_may_have_as_a_person(world: World) -> None:
    ref, visitor = world.sell(units=9, cap=3), Owner(visitor="v")
    world.bought(ref, 2, owner=visitor)
    owner = sign_in(world, "v")
    with pytest.raises(LineRefused) as refused:
        world.add(owner, ref, 2, now=later(minutes=6))
    assert (refused.value.detail["reason"], refused.value.detail["left"]) == ("cap", 1)
    world.add(owner, ref, 1, now=later(minutes=6))
    assert stock(world, ref) == (1, 2)
    assert_caps_are_counted(world)


def test_an_order_and_a_basket_of_before_count_together_and_the_order_stays(world: World) -> None:
    ref, visitor = world.sell(units=9, cap=3), Owner(visitor="v")
    person_id = make_person().id
    world.bought(ref, 2, owner=Owner(person_id=person_id))
    placed = world.order(ref, 3, owner=visitor)
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=person_id, now=later(minutes=1))
    world.pay(placed, now=later(minutes=2))
    assert (order(placed.order_id).status, stock(world, ref)) == (OrderStatus.PAID, (0, 5))
    assert_caps_are_counted(world)


def test_what_an_adopted_order_gives_back_may_be_bought_again(world: World) -> None:
    """Also after its hold lapsed and was taken again by a late payment: it is the person's cap that has room then."""
    ref, visitor = world.sell(units=9, cap=2), Owner(visitor="v")
    placed = world.order(ref, 2, owner=visitor)
    payment_id = world.open_payment(placed, visitor)
    sweep(world)
    owner = sign_in(world, "v")
    world.tell(make_fact(payment_id, FactKind.CAPTURED, placed.total.minor), now=later(minutes=31))
    assert order(placed.order_id).status is OrderStatus.PAID
    with world.database.write() as tx:
        refund_many(tx, [RefundAsk(key="k", order_id=placed.order_id, reason="for a test")], by=BY, now=later(minutes=40))
    world.add(owner, ref, 2, now=later(minutes=41))
    assert_caps_are_counted(world)


def assert_caps_are_counted(world: World) -> None:
    with world.database.write() as tx:
        assert [finding.name for finding in inventory.check_stock(tx) if not finding.healthy] == []


def adopt_again(world: World, owner: Owner) -> Owner:
    """Signing in a second time changes nothing."""
    assert owner.person_id is not None
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=owner.person_id, now=NOW)
    return owner
