import pytest

from grandstand.commerce.facts import OrderPaid, OrderRefunded, SalePaid
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.orders import order
from grandstand.commerce.testing import NOW, World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock, sweep
from grandstand.commerce.values import OrderStatus
from grandstand.inventory import api as inventory
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Kind


def test_a_capture_completes_its_order_in_stock_books_and_outbox(world: World) -> None:
    ref = world.sell(units=10, price_minor=1200)
    placed = world.order(ref, 2)
    assert placed.total == euros(2400)
    payment_id = world.open_payment(placed)
    assert stock(world, ref) == (2, 0)

    assert world.tell(make_fact(payment_id, minor=2400)) == {placed.order_id: OrderStatus.PAID}

    paid = order(placed.order_id)
    assert (paid.status, paid.captured, paid.paid_at) == (OrderStatus.PAID, euros(2400), NOW)
    assert [change.status for change in paid.history] == [OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID]
    assert stock(world, ref) == (0, 2)
    assert given(world, placed) == [2]
    assert books(world, world.organisation.id) == {"clearing:fake": 2400, "sales:ticket": -2000, "tax:FR": -400}
    assert facts_told(world, OrderPaid, SalePaid, OrderRefunded) == ["OrderPaid", "SalePaid"]


def test_telling_again_changes_nothing(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    capture = make_fact(world.open_payment(placed), minor=1200)
    for _ in range(3):
        assert world.tell(capture) == {placed.order_id: OrderStatus.PAID}
    assert books(world, world.organisation.id) == {"clearing:fake": 1200, "sales:ticket": -1000, "tax:FR": -200}
    assert len(order(placed.order_id).history) == 2
    assert facts_told(world, OrderPaid) == ["OrderPaid"]


def test_two_captures_with_one_reference_count_once(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    world.tell(make_fact(payment_id, minor=1200, movement="one"), make_fact(payment_id, minor=1200, movement="one"))
    assert order(placed.order_id).captured == euros(1200)
    assert world.provider.refunded == {}


def test_what_is_captured_twice_is_given_back_once(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    world.tell(make_fact(payment_id, minor=1200, movement="one"))
    world.tell(make_fact(payment_id, minor=1200, movement="two"))
    world.tell(make_fact(payment_id, minor=1200, movement="two"))
    paid = order(placed.order_id)
    assert (paid.status, paid.captured, paid.refunded) == (OrderStatus.PAID, euros(2400), euros(1200))
    assert books(world, world.organisation.id) == {"clearing:fake": 2400, "sales:ticket": -1000, "tax:FR": -200, "payable:refunds": -1200}
    assert facts_told(world, OrderPaid, OrderRefunded) == ["OrderPaid", "OrderRefunded"]


def test_a_part_of_the_total_completes_nothing_until_the_rest_comes(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    assert world.tell(make_fact(payment_id, minor=700)) == {placed.order_id: OrderStatus.AWAITING_PAYMENT}
    assert given(world, placed) == [0]
    assert world.tell(make_fact(payment_id, minor=500)) == {placed.order_id: OrderStatus.PAID}


def test_an_authorisation_or_a_failure_completes_nothing(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    told = [make_fact(payment_id, FactKind.AUTHORISED, 1200), make_fact(payment_id, FactKind.FAILED, 0)]
    assert world.tell(*told) == {placed.order_id: OrderStatus.AWAITING_PAYMENT}


def test_another_currency_pays_nothing(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    assert world.tell(make_fact(world.open_payment(placed), minor=1200, currency="JPY")) == {placed.order_id: OrderStatus.AWAITING_PAYMENT}


def test_a_capture_that_comes_before_its_payment_is_known_counts_once_it_is(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    early = make_fact(None, minor=1200, provider_reference="bank-7")
    assert world.tell(early) == {}
    with world.database.write() as tx:
        tx.execute("UPDATE commerce_payment SET provider_reference = 'bank-7' WHERE id = %s", (payment_id,))
    assert world.tell(early) == {placed.order_id: OrderStatus.PAID}


def test_a_capture_after_its_hold_was_swept_takes_the_units_again(world: World) -> None:
    ref = world.sell(units=10, price_minor=1200)
    placed = world.order(ref, 2)
    payment_id = world.open_payment(placed)
    sweep(world)
    assert stock(world, ref) == (0, 0)
    assert world.tell(make_fact(payment_id, minor=2400), now=later(hours=2)) == {placed.order_id: OrderStatus.PAID}
    assert stock(world, ref) == (0, 2)
    assert given(world, placed) == [2]


def test_a_capture_whose_units_are_gone_is_sent_back_in_full(world: World) -> None:
    ref = world.sell(units=2, price_minor=1200)
    placed = world.order(ref, 2)
    payment_id = world.open_payment(placed)
    sweep(world)
    other = world.bought(ref, 2, now=later(hours=1))
    assert world.tell(make_fact(payment_id, minor=2400), now=later(hours=2)) == {placed.order_id: OrderStatus.SENT_BACK}
    lost = order(placed.order_id)
    assert (lost.captured, lost.refunded, lost.paid_at) == (euros(2400), euros(2400), None)
    assert given(world, placed) == [0]
    assert given(world, other) == [2]
    assert stock(world, ref) == (0, 2)
    assert books(world, world.organisation.id) == {"clearing:fake": 4800, "sales:ticket": -2000, "tax:FR": -400, "payable:refunds": -2400}
    assert facts_told(world, OrderRefunded) == ["OrderRefunded"]


def test_an_order_of_which_one_part_is_gone_is_not_completed_in_part(world: World) -> None:
    scarce, plenty = world.sell(units=1, price_minor=1200), world.sell(units=9, price_minor=500)
    owner = world.buyer()
    world.add(owner, scarce)
    world.add(owner, plenty, 3)
    placed = world.place(owner)
    payment_id = world.open_payment(placed)
    sweep(world)
    world.bought(scarce, now=later(hours=1))
    assert world.tell(make_fact(payment_id, minor=2700), now=later(hours=2)) == {placed.order_id: OrderStatus.SENT_BACK}
    assert stock(world, plenty) == (0, 0)
    assert given(world, placed) == [0, 0]


def test_a_part_that_is_still_held_is_given_back_when_another_is_gone(world: World) -> None:
    scarce, plenty = world.sell(units=1, price_minor=1200), world.sell(units=9, price_minor=500)
    owner = world.buyer()
    world.add(owner, scarce)
    world.add(owner, plenty, 3)
    placed = world.place(owner)
    payment_id = world.open_payment(placed)
    (hold_id,) = [line.hold_id for sale in order(placed.order_id).sales for line in sale.lines if line.ref == scarce]
    assert hold_id is not None
    with world.database.write() as tx:
        inventory.release_many(tx, [hold_id], by=owner.actor, now=NOW, reason="for a test")
    world.bought(scarce)
    assert world.tell(make_fact(payment_id, minor=2700)) == {placed.order_id: OrderStatus.SENT_BACK}
    assert stock(world, plenty) == (0, 0)


def test_a_second_order_beyond_the_cap_is_sent_back_when_its_hold_had_lapsed(world: World) -> None:
    ref = world.sell(units=10, price_minor=1200, cap=1)
    owner = world.buyer()
    placed = world.order(ref, owner=owner)
    payment_id = world.open_payment(placed)
    sweep(world)
    world.bought(ref, owner=owner, now=later(hours=1))
    assert world.tell(make_fact(payment_id, minor=1200), now=later(hours=2)) == {placed.order_id: OrderStatus.SENT_BACK}


def test_an_order_over_two_sellers_is_one_payment_and_two_sales(world: World) -> None:
    other = make_organisation()
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1200))
    world.add(owner, world.sell(price_minor=600, seller=other, goods=True))
    placed = world.place(owner)
    assert placed.total == euros(1200 + 600 + 500)
    world.pay(placed)
    assert books(world, world.organisation.id) == {"clearing:fake": 1200, "sales:ticket": -1000, "tax:FR": -200}
    assert books(world, other.id) == {"clearing:fake": 1100, "sales:product": -500, "shipping": -417, "tax:FR": -183}
    assert facts_told(world, OrderPaid, SalePaid) == ["OrderPaid", "SalePaid", "SalePaid"]


def test_a_seller_that_cannot_fulfil_undoes_the_whole_completion(world: World) -> None:
    ref = world.sell(price_minor=1200)
    placed = world.order(ref)
    capture = make_fact(world.open_payment(placed), minor=1200)
    world.tickets.broken = True
    with pytest.raises(RuntimeError):
        world.tell(capture)
    assert order(placed.order_id).status is OrderStatus.AWAITING_PAYMENT
    assert stock(world, ref) == (1, 0)
    assert books(world, world.organisation.id) == {}
    world.tickets.broken = False
    assert world.tell(capture) == {placed.order_id: OrderStatus.PAID}


def test_what_costs_nothing_is_completed_when_it_is_ordered(world: World) -> None:
    ref = world.sell(price_minor=0)
    placed = world.order(ref, 2)
    assert order(placed.order_id).status is OrderStatus.PAID
    assert given(world, placed) == [2]


def test_a_dispute_leaves_the_clearing_account_and_comes_back_when_it_is_won(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.pay(placed)
    world.tell(make_fact(payment_id, FactKind.DISPUTED, 1200, movement="d"))
    found = books(world, world.organisation.id)
    assert (found["clearing:fake"], found["dispute:fake"]) == (0, 1200)
    world.tell(make_fact(payment_id, FactKind.DISPUTE_WON, 1200, movement="d"))
    found = books(world, world.organisation.id)
    assert (found["clearing:fake"], found["dispute:fake"]) == (1200, 0)


def test_money_for_something_called_off_is_sent_back_in_full_and_frees_the_rest(world: World) -> None:
    off, other = world.sell(units=2, price_minor=1200), world.sell(units=5, price_minor=500)
    owner = world.buyer()
    world.add(owner, off)
    world.add(owner, other, 2)
    placed = world.place(owner)
    payment_id = world.open_payment(placed)
    world.tickets.off.add(off.item_id)
    for _ in range(2):
        assert world.tell(make_fact(payment_id, minor=2200, movement="m")) == {placed.order_id: OrderStatus.SENT_BACK}
    assert (given(world, placed), stock(world, off), stock(world, other)) == ([0, 0], (0, 0), (0, 0))
    assert books(world, world.organisation.id) == {"clearing:fake": 2200, "payable:refunds": -2200}
    assert facts_told(world, OrderPaid, OrderRefunded) == ["OrderRefunded"]
    with world.database.write() as tx:
        assert tx.rows("SELECT cause FROM commerce_refund", kinds=[Kind.TEXT]) == [("called_off",)]


def test_an_order_of_something_that_takes_place_is_completed_beside_one_that_is_called_off(world: World) -> None:
    off, good = world.sell(), world.sell()
    orders = [world.order(ref) for ref in (off, good)]
    facts = [make_fact(world.open_payment(placed)) for placed in orders]
    world.tickets.off.add(off.item_id)
    statuses = world.tell(*facts)
    assert [statuses[placed.order_id] for placed in orders] == [OrderStatus.SENT_BACK, OrderStatus.PAID]
