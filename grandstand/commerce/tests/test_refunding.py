import pytest

from grandstand.commerce.facts import OrderRefunded, SaleRefunded
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import KeyReused, NoSuchLine, NoSuchOrder, NothingToRefund, RefundTooLarge
from grandstand.commerce.services.asking import capture_payments, fetch_payments
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.services.sending_back import ANSWER_WITHIN, FIRST_WAIT, pay_back_again, send_paybacks
from grandstand.commerce.testing import BY, NOW, UnitUsed, World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import LineRefund, OrderStatus, Placed, RefundAsk, Refunded
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Kind, WallHit


def refund(world: World, placed: Placed, *lines: LineRefund, key: str = "", restock: bool = True) -> Refunded:
    ask = RefundAsk(key=key or new_id().hex, order_id=placed.order_id, reason="session moved", lines=lines, restock=restock)
    with world.database.write() as tx:
        (answer,) = refund_many(tx, [ask], by=BY, now=later(hours=1))
    return answer


def line_ids(placed: Placed) -> list[LineRefund]:
    return [LineRefund(line_id=line.line_id, quantity=1) for sale in order(placed.order_id).sales for line in sale.lines]


def paybacks(world: World) -> list[tuple[str, int, int]]:
    """State, amount and attempts of each."""
    with world.database.write() as tx:
        rows = tx.rows("SELECT state, amount_minor, attempts FROM commerce_payback ORDER BY id", kinds=[Kind.TEXT, Kind.INT, Kind.INT])
    return [(state, minor, attempts) for state, minor, attempts in rows]


def test_a_full_refund_takes_everything_back_and_owes_the_money(world: World) -> None:
    ref = world.sell(units=10, price_minor=1200)
    placed = world.bought(ref, 3)
    answer = refund(world, placed)
    assert answer.amount == euros(3600)
    found = order(placed.order_id)
    assert (found.status, found.refunded, found.paid_back) == (OrderStatus.REFUNDED, euros(3600), euros(0))
    assert (given(world, placed), stock(world, ref)) == ([0], (0, 0))
    assert books(world, world.organisation.id) == {
        "clearing:fake": 3600,
        "sales:ticket": -3000,
        "tax:FR": 0,
        "refunds:ticket": 3000,
        "payable:refunds": -3600,
    }
    assert facts_told(world, OrderRefunded, SaleRefunded) == ["OrderRefunded", "SaleRefunded"]
    assert [(change.status, change.reason) for change in found.history][-1] == (OrderStatus.REFUNDED, "session moved")


def test_a_part_is_refunded_by_the_unit_and_the_parts_come_to_the_whole(world: World) -> None:
    ref = world.sell(units=10, price_minor=999)
    placed = world.bought(ref, 3)
    (line,) = line_ids(placed)
    amounts = [refund(world, placed, line).amount.minor for _ in range(3)]
    assert sum(amounts) == 2997
    assert order(placed.order_id).status is OrderStatus.REFUNDED
    assert books(world, world.organisation.id)["tax:FR"] == 0
    with pytest.raises(RefundTooLarge):
        refund(world, placed, line)


def test_shipping_is_refunded_as_a_line_of_its_own(world: World) -> None:
    placed = world.bought(world.sell(price_minor=600, goods=True))
    _, shipping = line_ids(placed)
    assert refund(world, placed, shipping).amount == euros(500)
    assert order(placed.order_id).status is OrderStatus.PARTLY_REFUNDED
    assert given(world, placed) == [1]


def test_each_seller_bears_its_own_part(world: World) -> None:
    other, owner = make_organisation(), world.buyer()
    world.add(owner, world.sell(price_minor=1200))
    world.add(owner, world.sell(price_minor=600, seller=other, goods=True))
    placed = world.place(owner)
    world.pay(placed)
    refund(world, placed)
    assert books(world, world.organisation.id)["payable:refunds"] == -1200
    assert books(world, other.id)["payable:refunds"] == -1100
    assert facts_told(world, SaleRefunded) == ["SaleRefunded", "SaleRefunded"]


def test_asking_twice_with_one_key_refunds_once(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200), 2)
    (line,) = line_ids(placed)
    first, again = (refund(world, placed, line, key="k") for _ in range(2))
    assert (first.refund_id, first.repeated, again.refund_id, again.repeated) == (first.refund_id, False, first.refund_id, True)
    assert order(placed.order_id).refunded == euros(1200)
    with pytest.raises(KeyReused):
        refund(world, placed, key="k")


def test_nothing_goes_back_of_what_was_not_paid_or_went_back_already(world: World) -> None:
    with pytest.raises(NothingToRefund):
        refund(world, world.order(world.sell()))
    placed = world.bought(world.sell())
    refund(world, placed)
    with pytest.raises(NothingToRefund):
        refund(world, placed)
    with pytest.raises(NoSuchLine):
        refund(world, world.bought(world.sell()), *line_ids(placed))
    with world.database.write() as tx, pytest.raises(NoSuchOrder):
        refund_many(tx, [RefundAsk(key="x", order_id=new_id(), reason="r")], by=BY, now=NOW)


def test_a_refund_beyond_what_was_captured_meets_a_wall(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    with pytest.raises(WallHit, match="commerce_order_refunds_within"), world.database.write() as tx:
        tx.execute("UPDATE commerce_order SET refunded_minor = 1201 WHERE id = %s", (placed.order_id,))


def test_a_refund_beyond_the_line_meets_a_wall(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (line,) = line_ids(placed)
    with pytest.raises(WallHit, match="commerce_sale_line_refunds_within"), world.database.write() as tx:
        tx.execute("UPDATE commerce_sale_line SET refunded_minor = 1201 WHERE id = %s", (line.line_id,))


def test_what_is_disputed_is_not_refunded_too(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.pay(placed)
    world.tell(make_fact(payment_id, FactKind.DISPUTED, 1200, movement="d"))
    with pytest.raises(RefundTooLarge) as refused:
        refund(world, placed)
    assert refused.value.detail == {"left_minor": 0}
    world.tell(make_fact(payment_id, FactKind.DISPUTE_WON, 1200, movement="d"))
    assert refund(world, placed).amount == euros(1200)


def test_what_a_seller_cannot_take_back_is_not_refunded(world: World) -> None:
    placed = world.bought(world.sell(units=3, price_minor=1200))
    (line,) = line_ids(placed)
    world.tickets.used.add(line.line_id)
    with pytest.raises(UnitUsed):
        refund(world, placed)
    assert (order(placed.order_id).status, given(world, placed)) == (OrderStatus.PAID, [1])


def test_what_was_shipped_is_refunded_without_coming_back_into_stock(world: World) -> None:
    ref = world.sell(units=3, goods=True)
    placed = world.bought(ref)
    refund(world, placed, restock=False)
    assert stock(world, ref) == (0, 1)


def test_what_cost_nothing_can_be_taken_back(world: World) -> None:
    ref = world.sell(price_minor=0)
    placed = world.order(ref, 2)
    assert refund(world, placed).amount == euros(0)
    assert (order(placed.order_id).status, stock(world, ref), paybacks(world)) == (OrderStatus.REFUNDED, (0, 0), [])


# -- the way of the money -------------------------------------------------------------------------------------------------------------------


def test_the_provider_is_asked_after_the_commit_and_confirms_later(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    refund(world, placed)
    assert world.provider.refunded == {}
    assert send_paybacks(now=later(hours=1)) == 1
    ((refund_id, amount),) = world.provider.refunded.items()
    assert (amount, paybacks(world)) == (euros(1200), [("asked", 1200, 1)])
    assert send_paybacks(now=later(hours=1)) == 0
    told = make_fact(None, FactKind.REFUNDED, 1200, provider_reference="?", refund_id=refund_id)
    with world.database.write() as tx:
        (payment_id,) = tx.row("SELECT id FROM commerce_payment", kinds=[Kind.UUID]) or (None,)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200, movement=told.movement_reference, refund_id=refund_id))
    assert paybacks(world) == [("done", 1200, 1)]
    assert order(placed.order_id).paid_back == euros(1200)
    assert books(world, world.organisation.id) == {
        "clearing:fake": 0,
        "sales:ticket": -1000,
        "tax:FR": 0,
        "refunds:ticket": 1000,
        "payable:refunds": 0,
    }


def test_a_provider_that_is_away_is_asked_again(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    refund(world, placed)
    world.provider.away = True
    assert send_paybacks(now=later(hours=1)) == 0
    assert paybacks(world) == [("due", 1200, 1)]
    world.provider.away = False
    assert send_paybacks(now=later(hours=1) + FIRST_WAIT) == 1
    assert paybacks(world) == [("asked", 1200, 2)]


def test_an_outcome_that_nobody_told_is_asked_for(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.pay(placed)
    refund(world, placed)
    send_paybacks(now=later(hours=1))
    (refund_id,) = world.provider.refunded
    world.provider.to_fetch = [make_fact(payment_id, FactKind.REFUNDED, 1200, refund_id=refund_id)]
    assert send_paybacks(now=later(hours=1) + ANSWER_WITHIN) == 1
    assert paybacks(world) == [("done", 1200, 2)]


def test_a_refund_that_came_home_is_owed_again_and_can_be_asked_for_anew(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.pay(placed)
    refund(world, placed)
    send_paybacks(now=later(hours=1))
    (refund_id,) = world.provider.refunded
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200, movement="r", refund_id=refund_id))
    world.tell(make_fact(payment_id, FactKind.REFUND_FAILED, 1200, movement="r", refund_id=refund_id))
    assert (paybacks(world), order(placed.order_id).paid_back) == ([("failed", 1200, 1)], euros(0))
    assert books(world, world.organisation.id)["payable:refunds"] == -1200
    with world.database.write() as tx:
        pay_back_again(tx, payback_id=refund_id, by=BY, reason="new card", now=later(hours=2))
        with pytest.raises(NothingToRefund):
            pay_back_again(tx, payback_id=refund_id, by=BY, reason="new card", now=later(hours=2))
    assert send_paybacks(now=later(hours=2)) == 1
    again = next(key for key in world.provider.refunded if key != refund_id)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200, movement="r2", refund_id=again))
    assert books(world, world.organisation.id)["payable:refunds"] == 0


def test_a_refund_is_taken_from_the_payments_that_paid(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    first = world.open_payment(placed)
    world.tell(make_fact(first, minor=700), make_fact(first, FactKind.FAILED, 0))
    second = world.open_payment(placed)
    assert second != first
    world.tell(make_fact(second, minor=500))
    refund(world, placed)
    assert sorted(paybacks(world)) == [("due", 500, 0), ("due", 700, 0)]


def test_what_the_bank_only_set_aside_is_asked_for_once_a_while_until_it_comes(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    with world.database.write() as tx:
        tx.execute("UPDATE commerce_payment SET provider_reference = 'x' WHERE id = %s", (payment_id,))
    world.tell(make_fact(payment_id, FactKind.AUTHORISED, 1200))
    assert (capture_payments(now=NOW), capture_payments(now=NOW)) == (1, 0)
    assert capture_payments(now=later(minutes=1)) == 1
    world.tell(make_fact(payment_id, minor=1200))
    assert capture_payments(now=later(hours=1)) == 0
    assert world.provider.captured == [payment_id, payment_id]


def test_a_lost_webhook_is_made_up_for_by_asking(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    with world.database.write() as tx:
        tx.execute("UPDATE commerce_payment SET provider_reference = 'x' WHERE id = %s", (payment_id,))
    assert fetch_payments(now=later(minutes=1)) == 0
    assert fetch_payments(now=later(minutes=3)) == 1
    world.provider.to_fetch = [make_fact(payment_id, minor=1200)]
    world.provider.away = True
    assert fetch_payments(now=later(minutes=6)) == 0
    world.provider.away = False
    assert fetch_payments(now=later(minutes=12)) == 1
    assert order(placed.order_id).status is OrderStatus.PAID
    assert fetch_payments(now=later(days=1)) == 0
