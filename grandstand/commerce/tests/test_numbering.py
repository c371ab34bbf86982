from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from grandstand.commerce.queries.documents import documents_of, invoice_file, receipt_file
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import NoSuchDocument
from grandstand.commerce.services.numbering import issue_credit_notes_many, issue_invoices_many
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, NOW, World, euros, later
from grandstand.commerce.values import DocumentKind, LineRefund, Placed, RefundAsk
from grandstand.movement.testing import make_organisation
from grandstand.store.api import WallHit


def issue(world: World, placed: Placed, *, now: datetime = NOW) -> list[UUID]:
    sales = [sale.sale_id for sale in order(placed.order_id).sales]
    with world.database.write() as tx:
        return issue_invoices_many(tx, sales, now=now)


def issue_and_fail(world: World, sales: list[UUID]) -> None:
    with world.database.write() as tx:
        issue_invoices_many(tx, sales, now=NOW)
        raise RuntimeError("power cut")


def numbers(placed: Placed) -> list[str]:
    return [document.number for document in documents_of(placed.order_id)]


def text_of(content: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_invoices_count_from_one_per_seller_and_year(world: World) -> None:
    other, owner = make_organisation(), world.buyer()
    world.add(owner, world.sell())
    world.add(owner, world.sell(seller=other))
    both = world.place(owner)
    world.pay(both)
    one = world.bought(world.sell())
    issue(world, both)
    issue(world, one)
    assert numbers(both) == ["INV-2031-000001", "INV-2031-000001"]
    assert numbers(one) == ["INV-2031-000002"]
    late = world.bought(world.sell())
    issue(world, late, now=datetime(2031, 12, 31, 23, 30, tzinfo=UTC))
    assert numbers(late) == ["INV-2032-000001"]  # it is 2032 in Paris already


def test_no_number_carries_an_earlier_date_than_the_number_before_it(world: World) -> None:
    first, second, third = (world.bought(world.sell()) for _ in range(3))
    for placed, minute in ((first, 5), (second, 2), (third, 9)):
        issue(world, placed, now=later(minutes=minute))
    dates = [document.issued_at for placed in (first, second, third) for document in documents_of(placed.order_id)]
    assert dates == [later(minutes=5), later(minutes=5), later(minutes=9)]


def test_an_invoice_is_issued_once_however_often_it_is_asked_for(world: World) -> None:
    placed = world.bought(world.sell())
    assert len(issue(world, placed)) == 1
    assert issue(world, placed) == []
    assert numbers(placed) == ["INV-2031-000001"]


def test_what_is_not_paid_has_no_invoice(world: World) -> None:
    placed = world.order(world.sell())
    assert issue(world, placed) == []
    with pytest.raises(NoSuchDocument):
        receipt_file(placed.order_id)


def test_a_number_given_in_a_transaction_that_fails_is_given_again(world: World) -> None:
    first, second = world.bought(world.sell()), world.bought(world.sell())
    sales = [sale.sale_id for sale in order(first.order_id).sales]
    with pytest.raises(RuntimeError, match="power cut"):
        issue_and_fail(world, sales)
    issue(world, second)
    assert (numbers(second), numbers(first)) == (["INV-2031-000001"], [])


def test_a_refund_has_a_credit_note_that_names_its_invoice(world: World) -> None:
    placed = world.bought(world.sell(price_minor=1200), 2)
    (line,) = [line for sale in order(placed.order_id).sales for line in sale.lines]
    ask = RefundAsk(key="k", order_id=placed.order_id, reason="moved", lines=(LineRefund(line_id=line.line_id, quantity=1),))
    with world.database.write() as tx:
        (refunded,) = refund_many(tx, [ask], by=BY, now=NOW)
        issue_credit_notes_many(tx, [refunded.refund_id], now=later(minutes=1))
        issue_credit_notes_many(tx, [refunded.refund_id], now=later(minutes=2))
    found = documents_of(placed.order_id)
    assert [(each.kind, each.number, each.total) for each in found] == [
        (DocumentKind.INVOICE, "INV-2031-000001", euros(2400)),
        (DocumentKind.CREDIT_NOTE, "CN-2031-000001", euros(1200)),
    ]


def test_a_paper_cannot_be_changed_or_deleted_only_its_buyer_forgotten(world: World) -> None:
    issue(world, world.bought(world.sell()))
    for sql in ("UPDATE commerce_document SET number = 'INV-1'", "UPDATE commerce_document SET body = '{}'", "DELETE FROM commerce_document"):
        with pytest.raises(WallHit, match="commerce_document_stays_as_issued"), world.database.write() as tx:
            tx.execute(sql)
    with pytest.raises(WallHit, match="commerce_document_buyer_only_forgotten"), world.database.write() as tx:
        tx.execute("UPDATE commerce_document SET buyer = '{}'")
    with world.database.write() as tx:
        assert tx.execute("UPDATE commerce_document SET buyer = NULL") == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Invoice", "INV-2031-000001", "ticket (en)", "€24.00", "Tax 20 % (FR)", "€4.00", "Ada Fan"]),
        ("fr", ["Facture", "INV-2031-000001", "ticket (fr)", "24,00 €", "20 %", "4,00 €", "Ada Fan"]),
        ("zh-hans", ["INV-2031-000001", "€24.00", "€4.00"]),
    ],
)
def test_an_invoice_says_who_sold_what_to_whom_with_which_tax(sqlite_world: World, language: str, words: list[str]) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    world.add(owner, world.sell(price_minor=1200), 2)
    placed = world.place(owner, language=language)
    world.pay(placed)
    issue(world, placed)
    (sale,) = order(placed.order_id).sales
    content = invoice_file(sale.sale_id).content
    assert content == invoice_file(sale.sale_id).content
    found = text_of(content)
    assert [word for word in [*words, world.organisation.legal_name] if word not in found] == []


def test_a_receipt_joins_all_sellers(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    other = make_organisation(name="Other House")
    world.add(owner, world.sell(price_minor=1200))
    world.add(owner, world.sell(price_minor=600, seller=other))
    placed = world.place(owner)
    world.pay(placed)
    found = text_of(receipt_file(placed.order_id).content)
    assert [word for word in ("Receipt", placed.number, "Other House", "€12.00", "€6.00", "€18.00") if word not in found] == []
