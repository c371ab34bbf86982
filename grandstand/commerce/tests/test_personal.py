"""What a person can read of their purchases: the orders, and beside each the money and the papers."""

from typing import Any

from grandstand.commerce import api as commerce
from grandstand.commerce.services.personal import OrdersOfPerson
from grandstand.commerce.testing import BY, NOW, World
from grandstand.kit.ids import new_id
from grandstand.store import api as store


def test_payments_refunds_and_numbered_papers_of_each_order_are_read_out(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    assert owner.person_id is not None
    paid, unpaid = world.bought(world.sell(price_minor=1200), 2, owner=owner), world.order(world.sell(), owner=owner)
    [sale] = commerce.order(paid.order_id).sales
    line = commerce.LineRefund(line_id=sale.lines[0].line_id, quantity=1)
    ask = commerce.RefundAsk(key=new_id().hex, order_id=paid.order_id, lines=(line,), reason="torn on arrival")
    with store.write() as tx:
        commerce.issue_invoices_many(tx, [sale.sale_id], now=NOW)
        commerce.refund_many(tx, [ask], by=BY, now=NOW)
        known: Any = OrdersOfPerson().export(tx, owner.person_id)
    told = {each["number"]: each for each in known["orders"]}

    assert [(each["amount"], each["received"], each["given_back"]) for each in told[paid.number]["payments"]] == [
        ("24.00 EUR", "24.00 EUR", "12.00 EUR")
    ]
    assert told[paid.number]["refunds"] == [{"granted_at": NOW.isoformat(), "amount": "12.00 EUR", "reason": "torn on arrival"}]
    [invoice] = told[paid.number]["papers"]
    assert (invoice["kind"], invoice["number"], invoice["billed_to"]["email"]) == ("invoice", "INV-2031-000001", "ada@example.org")
    assert invoice["content"]["order"] == paid.number
    assert (told[unpaid.number]["refunds"], told[unpaid.number]["papers"]) == ([], [])


def test_reading_out_needs_as_many_statements_for_forty_orders_as_for_one(sqlite_world: World, django_assert_num_queries: Any) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    assert owner.person_id is not None
    ref = world.sell(units=100)
    for orders in (1, 39):
        for _ in range(orders):
            world.bought(ref, owner=owner)
        with django_assert_num_queries(8), store.read() as tx:
            OrdersOfPerson().export(tx, owner.person_id)
