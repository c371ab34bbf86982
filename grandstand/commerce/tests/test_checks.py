"""Doctor is green over everything that can happen, and each check goes red when somebody goes around the services."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from grandstand.commerce.checks import PAYBACK_WITHIN, check_orders
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.numbering import issue_credit_notes_many, issue_invoices_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.services.sending_back import send_paybacks
from grandstand.commerce.testing import BY, NOW, World, later, make_fact
from grandstand.commerce.values import LineRefund, RefundAsk
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.ledger.testing import make_entry, make_posting
from grandstand.store.api import Kind, Tx

NAMES = [
    "commerce_paid_orders_are_fulfilled",
    "commerce_paid_holds_are_confirmed",
    "commerce_books_agree_with_payments",
    "commerce_totals_add_up",
    "commerce_payment_facts_have_their_payment",
    "commerce_money_has_its_order",
    "commerce_refunds_arrive",
    "commerce_refunds_agree_with_providers",
    "commerce_numbers_have_no_gap",
]


def live_a_little(world: World) -> None:
    """An order paid, one refunded in part and confirmed, one paid twice, one disputed, one cancelled and paid all the same, one unpaid."""
    ref = world.sell(units=50, price_minor=1200)
    world.bought(ref)
    part = world.order(ref, 3)
    part_payment = world.pay(part)
    twice = world.order(ref)
    twice_payment = world.pay(twice)
    world.tell(make_fact(twice_payment, minor=1200))
    disputed = world.order(ref)
    world.tell(make_fact(world.pay(disputed), FactKind.DISPUTED, 500))
    vain = world.order(ref)
    vain_payment = world.open_payment(vain)
    (line,) = [line for sale in order(part.order_id).sales for line in sale.lines]
    with world.database.write() as tx:
        cancel_order(tx, order_id=vain.order_id, by=BY, now=NOW, reason="r")
        ask = RefundAsk(key="k", order_id=part.order_id, reason="moved", lines=(LineRefund(line_id=line.line_id, quantity=2),))
        (refunded,) = refund_many(tx, [ask], by=BY, now=NOW)
        issue_invoices_many(tx, [sale.sale_id for placed in (part, twice) for sale in order(placed.order_id).sales], now=NOW)
        issue_credit_notes_many(tx, [refunded.refund_id], now=NOW)
    world.tell(make_fact(vain_payment, minor=1200))
    send_paybacks(now=NOW)
    with world.database.write() as tx:
        paybacks = tx.rows("SELECT id, payment_id, amount_minor FROM commerce_payback", kinds=[Kind.UUID, Kind.UUID, Kind.INT])
    assert {payment_id for _, payment_id, _ in paybacks} == {part_payment, twice_payment, vain_payment}
    for payback_id, payment_id, minor in paybacks:
        world.tell(make_fact(payment_id, FactKind.REFUNDED, minor, refund_id=payback_id))
    world.order(ref)


def red(world: World, *, at: datetime = NOW) -> list[str]:
    """The checks that are not healthy at that instant."""
    with world.database.write() as tx:
        tx.execute("INSERT INTO store_clock (id, high_water) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET high_water = excluded.high_water", (at,))
        findings = check_orders(tx)
    assert [finding.name for finding in findings] == NAMES
    return [finding.name for finding in findings if not finding.healthy]


def run(sql: str) -> Callable[[World, Tx], Any]:
    return lambda _world, tx: tx.execute(sql)


def post_too_much(world: World, tx: Tx) -> None:
    (sale_id,) = tx.row("SELECT id FROM commerce_sale ORDER BY id LIMIT 1", kinds=[Kind.UUID]) or (None,)
    entry = make_entry(world.organisation.id, make_posting(7, debit="clearing:fake"), subject=f"sale:{sale_id}")
    ledger.post_many(tx, [entry], by=BY, now=NOW)


def tell_of_a_stranger(world: World, tx: Tx) -> None:
    record_payment_facts_many(tx, [make_fact(new_id(), minor=99)], now=NOW)


def tell_of_more_given_back(world: World, tx: Tx) -> None:
    # More than was captured: it cannot be booked as a refund of ours.
    (payment_id,) = tx.row("SELECT id FROM commerce_payment ORDER BY id LIMIT 1", kinds=[Kind.UUID]) or (None,)
    record_payment_facts_many(tx, [make_fact(payment_id, FactKind.REFUNDED, 99_999)], now=NOW)


CORRUPTED = [
    ("commerce_paid_orders_are_fulfilled", run("UPDATE commerce_fake_given SET given = given + 1"), NOW),
    ("commerce_paid_holds_are_confirmed", run("UPDATE commerce_sale_line SET hold_id = NULL WHERE hold_id IS NOT NULL"), NOW),
    ("commerce_books_agree_with_payments", post_too_much, NOW),
    ("commerce_totals_add_up", run("UPDATE commerce_sale SET net_minor = net_minor + 1"), NOW),
    ("commerce_totals_add_up", run("UPDATE commerce_order SET total_minor = total_minor + 1 WHERE completed_at IS NULL"), NOW),
    ("commerce_payment_facts_have_their_payment", tell_of_a_stranger, later(hours=1)),
    ("commerce_numbers_have_no_gap", run("UPDATE commerce_document_counter SET last = last + 1 WHERE kind = 'invoice'"), NOW),
    ("commerce_refunds_arrive", run("UPDATE commerce_payback SET state = 'failed'"), NOW),
    ("commerce_refunds_arrive commerce_refunds_agree_with_providers", run("UPDATE commerce_payback SET state = 'asked'"), NOW + PAYBACK_WITHIN * 2),
    ("commerce_refunds_agree_with_providers", tell_of_more_given_back, later(hours=1)),
]


def test_everything_that_can_happen_leaves_every_check_green(world: World) -> None:
    assert red(world) == []
    live_a_little(world)
    assert red(world) == []
    assert red(world, at=later(days=30)) == []


@pytest.mark.parametrize(("name", "corrupt", "at"), CORRUPTED)
def test_a_check_goes_red_when_somebody_goes_around(world: World, name: str, corrupt: Callable[[World, Tx], Any], at: datetime) -> None:
    live_a_little(world)
    with world.database.write() as tx:
        corrupt(world, tx)
    assert red(world, at=at) == name.split()


def test_money_that_waits_for_its_order_is_shown(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    world.tell(make_fact(world.open_payment(placed), minor=700))
    assert red(world) == []
    assert red(world, at=later(hours=1)) == ["commerce_money_has_its_order"]


def test_money_in_a_wrong_currency_is_shown(world: World) -> None:
    placed = world.order(world.sell(price_minor=1200))
    world.tell(make_fact(world.open_payment(placed), minor=1200, currency="JPY"))
    assert red(world, at=later(hours=1)) == ["commerce_payment_facts_have_their_payment"]
