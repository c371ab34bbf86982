"""Invoices, credit notes and receipts: listed, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import gettext, override

from grandstand.commerce import models
from grandstand.commerce.adapters.paper import Paper, Row, Section, render
from grandstand.commerce.queries.orders import order
from grandstand.commerce.queries.rows import among
from grandstand.commerce.refusals import NoSuchDocument
from grandstand.commerce.rules.tax import totals_of
from grandstand.commerce.values import Document, DocumentKind, Order, Sale, Taxed, Totals
from grandstand.kit.money import Money
from grandstand.movement.api import Organisation, organisations_many
from grandstand.store.api import read
from grandstand.ui.formats import cldr, money_text


@dataclass(slots=True, kw_only=True)
class DocumentRow:
    """A row of commerce_document."""

    id: UUID
    organisation_id: UUID
    order_id: UUID
    sale_id: UUID
    refund_id: UUID | None
    kind: str
    year: int
    sequence: int
    number: str
    issued_at: datetime
    language: str
    body: dict[str, Any]
    buyer: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to hand out. `organisation_ids` are the sellers whose finance may have it, beside the buyer of `order_id`."""

    name: str
    content: bytes
    order_id: UUID
    organisation_ids: tuple[UUID, ...]


def documents_of(order_id: UUID) -> list[Document]:
    """The numbered papers of an order, in the order of their issue. One statement."""
    with read() as tx:
        rows = among(tx, models.Document, DocumentRow, "order_id", [order_id], order_by="issued_at, id")
    return [_document(row) for row in rows]


def document_file(document_id: UUID) -> File:
    """An invoice or credit note as PDF, in the language of its order. Raises NoSuchDocument. Two statements."""
    with read() as tx:
        row = _found(among(tx, models.Document, DocumentRow, "id", [document_id]))
        zone = organisations_many(tx, [row.organisation_id])[row.organisation_id].time_zone
    with override(row.language):
        content = render(_numbered(row, ZoneInfo(zone)))
    return File(name=f"{row.number}.pdf", content=content, order_id=row.order_id, organisation_ids=(row.organisation_id,))


def invoice_file(sale_id: UUID) -> File:
    """The invoice of a sale. Raises NoSuchDocument while it has none."""
    with read() as tx:
        rows = [row for row in among(tx, models.Document, DocumentRow, "sale_id", [sale_id]) if row.kind == DocumentKind.INVOICE]
    return document_file(_found(rows).id)


def credit_note_file(refund_id: UUID, sale_id: UUID) -> File:
    """The credit note of a refund for one sale. Raises NoSuchDocument while it has none."""
    with read() as tx:
        rows = [row for row in among(tx, models.Document, DocumentRow, "refund_id", [refund_id]) if row.sale_id == sale_id]
    return document_file(_found(rows).id)


def receipt_file(order_id: UUID) -> File:
    """What was paid, over all sellers: no tax paper and without a number of its own. Raises NoSuchOrder, NoSuchDocument when nothing was paid."""
    found = order(order_id)
    if found.paid_at is None:
        raise NoSuchDocument("There is no receipt: the order was not paid.")
    with read() as tx:
        sellers = organisations_many(tx, [sale.seller_id for sale in found.sales])
    with override(found.language):
        content = render(_receipt(found, sellers))
    return File(name=f"{found.number}.pdf", content=content, order_id=found.order_id, organisation_ids=tuple(sale.seller_id for sale in found.sales))


def _found(rows: Sequence[DocumentRow]) -> DocumentRow:
    if not rows:
        raise NoSuchDocument("There is no such paper.")
    return rows[0]


def _document(row: DocumentRow) -> Document:
    minor = sum(line["net_minor"] + line["tax_minor"] for line in row.body["lines"])
    return Document(
        document_id=row.id,
        order_id=row.order_id,
        seller_id=row.organisation_id,
        kind=DocumentKind(row.kind),
        number=row.number,
        issued_at=row.issued_at,
        total=Money(minor=minor, currency=row.body["currency"]),
    )


# -- papers ------------------------------------------------------------------------------------------------------------------------------


def _numbered(row: DocumentRow, zone: ZoneInfo) -> Paper:
    body, currency, language = row.body, row.body["currency"], row.language
    is_invoice = row.kind == DocumentKind.INVOICE
    facts = [
        (gettext("Number"), row.number),
        (gettext("Date"), _day(row.issued_at, zone, language)),
        (gettext("Order"), body["order"]),
    ]
    if not is_invoice:
        facts.append((gettext("For invoice"), body["of"]))
    seller = body["seller"]
    number = gettext("Tax number: {number}").format(number=seller["tax_number"]) if seller["tax_number"] else ""
    notes = [gettext("Paid in full. Nothing is left to pay.") if is_invoice else gettext("This amount goes back to you the way you paid it.")]
    totals = totals_of([_taxed(line, currency) for line in body["lines"]], currency=currency)
    return Paper(
        language=language,
        title=gettext("Invoice") if is_invoice else gettext("Credit note"),
        facts=tuple(facts),
        sender=_lines(seller["name"], *seller["address"].splitlines(), seller["country"], number),
        reader_heading=gettext("Billed to"),
        reader=_buyer(row.buyer),
        columns=_columns(),
        sections=(Section(heading="", rows=tuple(_row(line, currency, language) for line in body["lines"])),),
        sums=_sums(totals, language),
        total=(gettext("Total"), money_text(totals.gross, language=language)),
        notes=tuple(notes),
    )


def _receipt(found: Order, sellers: dict[UUID, Organisation]) -> Paper:
    largest = max(found.sales, key=lambda sale: (sale.totals.gross.minor, sale.sale_id))
    zone = ZoneInfo(sellers[largest.seller_id].time_zone)
    paid_at = found.paid_at or found.placed_at
    facts = (
        (gettext("Order"), found.number),
        (gettext("Paid on"), _day(paid_at, zone, found.language)),
    )
    refunded = ((gettext("Refunded"), money_text(-found.refunded, language=found.language)),) if found.refunded else ()
    return Paper(
        language=found.language,
        title=gettext("Receipt"),
        facts=facts,
        sender=_lines(*(sellers[sale.seller_id].legal_name for sale in found.sales)),
        reader_heading=gettext("Paid by"),
        reader=_lines(found.name, found.email),
        columns=_columns(),
        sections=tuple(_section(sale, sellers[sale.seller_id], found.language) for sale in found.sales),
        sums=(*_sums(found.totals, found.language), *refunded),
        total=(gettext("Paid"), money_text(found.captured, language=found.language)),
        notes=(gettext("Each seller's invoice is a paper of its own."),),
    )


def _section(sale: Sale, seller: Organisation, language: str) -> Section:
    rows = tuple(
        Row(
            title=line.title,
            note=line.subtitle,
            quantity=str(line.quantity),
            price=money_text(line.unit_price, language=language),
            tax=_rate(line.taxed.rate_bp, language),
            amount=money_text(line.taxed.gross, language=language),
        )
        for line in sale.lines
    )
    return Section(heading=seller.name, rows=rows)


def _columns() -> tuple[str, str, str, str, str]:
    return (gettext("What"), gettext("Quantity"), gettext("Unit price"), gettext("Tax"), gettext("Amount"))


def _row(line: dict[str, Any], currency: str, language: str) -> Row:
    taxed = _taxed(line, currency)
    return Row(
        title=line["title"],
        note=line["subtitle"],
        quantity=str(line["quantity"] or ""),
        price=money_text(Money(minor=line["unit_price_minor"], currency=currency), language=language),
        tax=_rate(line["tax_rate_bp"], language),
        amount=money_text(taxed.gross if line["price_includes_tax"] else taxed.net, language=language),
    )


def _taxed(line: dict[str, Any], currency: str) -> Taxed:
    return Taxed(
        net=Money(minor=line["net_minor"], currency=currency),
        tax=Money(minor=line["tax_minor"], currency=currency),
        place=line["tax_place"],
        rate_bp=line["tax_rate_bp"],
    )


def _sums(totals: Totals, language: str) -> tuple[tuple[str, str], ...]:
    taxes = [
        (gettext("Tax {rate} ({place})").format(rate=_rate(each.rate_bp, language), place=each.place), money_text(each.tax, language=language))
        for each in totals.taxes
    ]
    return ((gettext("Without tax"), money_text(totals.net, language=language)), *taxes)


def _buyer(buyer: dict[str, Any] | None) -> tuple[str, ...]:
    if buyer is None:
        return ()
    to = buyer["ship_to"] or {}
    town = " ".join(filter(None, (to.get("postal_code"), to.get("city"))))
    return _lines(buyer["name"], buyer["email"], *to.get("lines", ()), to.get("district"), town, to.get("country"))


def _lines(*lines: str | None) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _day(instant: datetime, zone: ZoneInfo, language: str) -> str:
    return format_date(instant.astimezone(zone).date(), format="long", locale=cldr(language))


def _rate(rate_bp: int, language: str) -> str:
    return f"{format_decimal(Decimal(rate_bp) / 100, format='#,##0.##', locale=cldr(language))} %"
