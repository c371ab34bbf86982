"""Money that somebody gave back at the provider, without asking through us: booked, shown, and never given twice."""

from uuid import UUID

import pytest

from grandstand.commerce.checks import check_orders
from grandstand.commerce.facts import OrderRefunded, SaleRefunded
from grandstand.commerce.payments import FactKind, ProviderFact
from grandstand.commerce.queries.documents import documents_of
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import RefundTooLarge
from grandstand.commerce.services.numbering import issue_credit_notes_many
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.services.sending_back import send_paybacks
from grandstand.commerce.testing import BY, NOW, World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import DocumentKind, LineRefund, OrderStatus, Placed, RefundAsk, Refunded
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Kind


def red(world: World) -> list[str]:
    """An hour later, when nothing is under way any more."""
    with world.database.write() as tx:
        tx.execute(
            "INSERT INTO store_clock (id, high_water) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET high_water = excluded.high_water",
            (later(hours=1),),
        )
        return [finding.name for finding in check_orders(tx) if not finding.healthy]


def refund(world: World, placed: Placed, *, units: int = 0) -> Refunded:
    (line,) = [line for sale in order(placed.order_id).sales for line in sale.lines]
    lines = (LineRefund(line_id=line.line_id, quantity=units),) if units else ()
    with world.database.write() as tx:
        (refunded,) = refund_many(tx, [RefundAsk(key=f"k{units}", order_id=placed.order_id, reason="moved", lines=lines)], by=BY, now=NOW)
    return refunded


def paybacks(world: World) -> list[tuple[str, int, str]]:
    with world.database.write() as tx:
        return tx.rows("SELECT state, amount_minor, provider_reference FROM commerce_payback ORDER BY id", kinds=[Kind.TEXT, Kind.INT, Kind.TEXT])


def test_it_counts_in_the_order_the_books_and_what_is_left_and_takes_no_units(world: World) -> None:
    ref = world.sell(units=9, price_minor=1200)
    placed = world.bought(ref, 2)
    (payment_id,) = payments(world, placed)
    there = make_fact(payment_id, FactKind.REFUNDED, 2400, movement="re-1")
    for fact in (there, there, make_fact(payment_id, FactKind.REFUNDED, 2400, movement="re-1")):
        assert world.tell(fact) == {placed.order_id: OrderStatus.REFUNDED}

    found = order(placed.order_id)
    assert (found.refunded, found.paid_back) == (euros(2400), euros(2400))
    assert (given(world, placed), stock(world, ref)) == ([2], (0, 2))
    assert books(world, world.organisation.id) == {
        "clearing:fake": 0,
        "sales:ticket": -2000,
        "refunds:ticket": 2000,
        "tax:FR": 0,
        "payable:refunds": 0,
    }
    assert paybacks(world) == [("done", 2400, "re-1")]
    assert sorted(facts_told(world, OrderRefunded, SaleRefunded)) == ["OrderRefunded", "SaleRefunded"]
    assert red(world) == []
    assert send_paybacks(now=later(days=1)) == 0
    assert world.provider.refunded == {}


def test_the_units_come_back_when_a_person_decides_so_and_no_money_goes_twice(world: World) -> None:
    ref = world.sell(units=9, price_minor=1200)
    placed = world.bought(ref, 2)
    (payment_id,) = payments(world, placed)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 2400))
    assert refund(world, placed).amount == euros(0)
    assert (order(placed.order_id).status, order(placed.order_id).refunded) == (OrderStatus.REFUNDED, euros(2400))
    assert (given(world, placed), stock(world, ref)) == ([0], (0, 0))
    send_paybacks(now=later(days=1))
    assert world.provider.refunded == {}
    assert red(world) == []


def test_units_that_come_back_without_money_have_no_credit_note(world: World) -> None:
    placed = world.bought(world.sell(units=9, price_minor=1200), 2)
    (payment_id,) = payments(world, placed)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 2400))
    refund(world, placed)
    with world.database.write() as tx:
        refund_ids = [id_ for (id_,) in tx.rows("SELECT id FROM commerce_refund", kinds=[Kind.UUID])]
        issue_credit_notes_many(tx, refund_ids, now=NOW)
    assert len(refund_ids) == 2
    assert [paper.total.minor for paper in documents_of(placed.order_id) if paper.kind is DocumentKind.CREDIT_NOTE] == [2400]


def test_a_part_given_back_there_counts_for_the_next_units(world: World) -> None:
    placed = world.bought(world.sell(units=9, price_minor=1200), 3)
    (payment_id,) = payments(world, placed)
    assert world.tell(make_fact(payment_id, FactKind.REFUNDED, 1500)) == {placed.order_id: OrderStatus.PARTLY_REFUNDED}
    assert refund(world, placed, units=2).amount == euros(900)
    assert refund(world, placed).amount == euros(1200)
    assert (order(placed.order_id).status, order(placed.order_id).refunded) == (OrderStatus.REFUNDED, euros(3600))
    with pytest.raises(RefundTooLarge):
        refund(world, placed, units=1)


def test_it_is_told_to_every_seller_and_gets_a_credit_note(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1000))
    world.add(owner, world.sell(price_minor=3000, seller=make_organisation(name="Another")))
    placed = world.place(owner)
    payment_id = world.pay(placed)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1001))
    assert sorted(line.refunded_gross.minor for sale in order(placed.order_id).sales for line in sale.lines) == [250, 751]
    with world.database.write() as tx:
        (refund_id,) = tx.row("SELECT id FROM commerce_refund", kinds=[Kind.UUID]) or ()
        issue_credit_notes_many(tx, [refund_id], now=NOW)
    notes = [paper.total.minor for paper in documents_of(placed.order_id) if paper.kind is DocumentKind.CREDIT_NOTE]
    assert sorted(notes) == [250, 751]
    assert red(world) == []


def test_a_capture_given_back_there_before_the_order_was_paid_buys_nothing(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    there = make_fact(payment_id, FactKind.REFUNDED, 1200)
    world.tell(there)
    assert order(placed.order_id).refunded == euros(0)
    assert world.tell(make_fact(payment_id, minor=1200)) == {placed.order_id: OrderStatus.AWAITING_PAYMENT}
    assert order(placed.order_id).refunded == euros(1200)
    assert world.tell(make_fact(world.open_payment(placed), minor=1200)) == {placed.order_id: OrderStatus.PAID}
    assert books(world, world.organisation.id) == {"clearing:fake": 1200, "sales:ticket": -1000, "tax:FR": -200, "payable:refunds": 0}
    assert red(world) == []


def test_the_second_of_two_captures_given_back_there_is_not_sent_back_again(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    world.tell(make_fact(payment_id, minor=1200), make_fact(payment_id, FactKind.REFUNDED, 1200))
    assert (order(placed.order_id).status, order(placed.order_id).refunded) == (OrderStatus.PAID, euros(1200))
    assert [state for state, *_ in paybacks(world)] == ["done"]
    assert red(world) == []


def test_more_than_was_captured_is_not_booked_and_shown_by_doctor(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    assert world.tell(make_fact(payment_id, FactKind.REFUNDED, 1201)) == {placed.order_id: OrderStatus.PAID}
    assert red(world) == ["commerce_refunds_agree_with_providers"]


def test_a_refund_of_ours_told_before_its_name_is_known_is_not_counted_twice(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    refund(world, placed)

    def tell_first(**asked: object) -> str:
        world.tell(nameless)
        return "re-7"

    # It tells by webhook, without echoing our id, before it answers.
    nameless = make_fact(payment_id, FactKind.REFUNDED, 1200, movement="re-7")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.provider), "refund", lambda _self, **asked: tell_first(**asked))
        assert send_paybacks(now=NOW) == 1
    assert paybacks(world) == [("done", 1200, "re-7")]
    assert (order(placed.order_id).refunded, order(placed.order_id).paid_back) == (euros(1200), euros(1200))
    assert red(world) == []


def test_a_refund_of_ours_that_the_provider_did_not_answer_is_settled_by_the_one_it_tells_of(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    refund(world, placed)
    world.provider.away = True
    assert send_paybacks(now=NOW) == 0
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200, movement="re-9"))
    world.provider.away = False
    assert send_paybacks(now=later(days=1)) == 0
    assert (paybacks(world), world.provider.refunded) == ([("done", 1200, "re-9")], {})
    assert red(world) == []


def test_one_that_did_not_arrive_is_owed_again(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200, movement="re-1"))
    world.tell(make_fact(payment_id, FactKind.REFUND_FAILED, 1200, movement="re-1"))
    assert [state for state, *_ in paybacks(world)] == ["failed"]
    assert books(world, world.organisation.id)["payable:refunds"] == -1200
    assert red(world) == ["commerce_refunds_arrive"]


def payments(world: World, placed: Placed) -> list[UUID]:
    with world.database.write() as tx:
        return [id_ for (id_,) in tx.rows("SELECT id FROM commerce_payment WHERE order_id = %s", (placed.order_id,), kinds=[Kind.UUID])]


def test_facts_of_one_refund_by_webhook_and_by_asking_are_one(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200))
    (payment_id,) = payments(world, placed)
    told: list[ProviderFact] = [make_fact(payment_id, FactKind.REFUNDED, 700, movement="re-1") for _ in range(2)]
    world.tell(told[0])
    world.tell(told[1])
    assert order(placed.order_id).refunded == euros(700)
