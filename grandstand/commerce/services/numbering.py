"""Invoices and credit notes: numbered without gaps per seller, kind and year, after the commit of what they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from grandstand.commerce import models
from grandstand.commerce.queries.documents import DocumentRow
from grandstand.commerce.queries.rows import OrderRow, RefundLineRow, RefundRow, SaleLineRow, SaleRow, among, put
from grandstand.commerce.rules.numbers import document_number
from grandstand.commerce.values import DocumentKind
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Organisation, organisations_many
from grandstand.store.api import Change, Kind, Tx, record, table

BY = Actor.system("number_documents")


def issue_invoices_many(tx: Tx, sale_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Give each paid sale its invoice and return the new ones' ids. A sale that has one keeps it.

    The counters are locked until the commit, in key order: numbers follow each other without gaps, even when a transaction is undone. They are
    of the seller's year at `now`, the instant of numbering, and dated no earlier than the number before. A constant number of statements.
    """
    sales = [sale for sale in among(tx, models.Sale, SaleRow, "id", sale_ids) if sale.paid_at is not None]
    lines = among(tx, models.SaleLine, SaleLineRow, "sale_id", [sale.id for sale in sales])
    bodies: dict[UUID, list[dict[str, Any]]] = {sale.id: [] for sale in sales}
    for line in lines:
        bodies[line.sale_id].append(_line(line, line.quantity, line.net_minor, line.tax_minor))
    return _issue(tx, DocumentKind.INVOICE, [(sale, None, bodies[sale.id]) for sale in sales], now=now)


def issue_credit_notes_many(tx: Tx, refund_ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Give each refund of something bought, through us or at the provider, a credit note per seller whose money goes back, after its invoice.

    Units that come back without money have none: there is nothing to credit. A constant number of statements.
    """
    refunds = {row.id: row for row in among(tx, models.Refund, RefundRow, "id", refund_ids) if row.cause in {"asked", "provider"}}
    rows = among(tx, models.RefundLine, RefundLineRow, "refund_id", list(refunds))
    lines = {line.id: line for line in among(tx, models.SaleLine, SaleLineRow, "id", [row.sale_line_id for row in rows])}
    sales = {sale.id: sale for sale in among(tx, models.Sale, SaleRow, "id", [line.sale_id for line in lines.values()])}
    issue_invoices_many(tx, list(sales), now=now)  # a credit note names its invoice
    bodies: dict[tuple[UUID, UUID], list[dict[str, Any]]] = {}
    for row in rows:
        line = lines[row.sale_line_id]
        bodies.setdefault((line.sale_id, row.refund_id), []).append(_line(line, row.quantity, row.net_minor, row.tax_minor))
    papers = [(sales[sale_id], refunds[refund_id], body) for (sale_id, refund_id), body in sorted(bodies.items()) if _gives_back(body)]
    return _issue(tx, DocumentKind.CREDIT_NOTE, papers, now=now)


type _Paper = tuple[SaleRow, RefundRow | None, list[dict[str, Any]]]


def _issue(tx: Tx, kind: DocumentKind, papers: Sequence[_Paper], *, now: datetime) -> list[UUID]:
    sellers = organisations_many(tx, sorted({sale.organisation_id for sale, _, _ in papers}))
    years = {id_: now.astimezone(ZoneInfo(seller.time_zone)).year for id_, seller in sellers.items()}
    last = _counters(tx, kind, years)
    before = _dated(tx, kind, [(id_, year, last[id_]) for id_, year in years.items()])
    # Looked up only now: whoever gave a paper its number held the counter until the commit, so it is seen here.
    given = _issued(tx, kind, [sale.id for sale, _, _ in papers])
    missing = [(sale, refund, lines) for sale, refund, lines in papers if (sale.id, refund.id if refund else None) not in given]
    orders = {row.id: row for row in among(tx, models.Order, OrderRow, "id", [sale.order_id for sale, _, _ in missing])}
    invoices = _invoice_numbers(tx, [sale.id for sale, refund, _ in missing if refund is not None])
    rows: list[DocumentRow] = []
    for sale, refund, lines in missing:
        seller, order, year = sellers[sale.organisation_id], orders[sale.order_id], years[sale.organisation_id]
        last[seller.id] += 1
        about = {"of": invoices.get(sale.id, ""), "reason": refund.reason} if refund else {}
        rows.append(
            DocumentRow(
                id=new_id(),
                organisation_id=seller.id,
                order_id=order.id,
                sale_id=sale.id,
                refund_id=refund.id if refund else None,
                kind=kind.value,
                year=year,
                sequence=last[seller.id],
                number=document_number(kind, year=year, sequence=last[seller.id]),
                issued_at=max(now, before.get(seller.id, now)),
                language=order.language,
                body={"seller": _seller(seller), "order": order.number, "currency": sale.currency, "lines": lines, **about},
                buyer=_buyer(order),
            )
        )
    put(tx, models.Document, rows)
    counted = {row.organisation_id: (row.organisation_id, kind.value, row.year, row.sequence) for row in rows}
    tx.update(table(models.DocumentCounter), list(counted.values()), key=["organisation_id", "kind", "year"], set_to=["last"])
    record(tx, [_change(row) for row in rows], now=now)
    return [row.id for row in rows]


def _counters(tx: Tx, kind: DocumentKind, years: dict[UUID, int]) -> dict[UUID, int]:
    """The last number of each seller's series of the year, locked; begun where there is none."""
    keys = [(organisation_id, kind.value, year, 0) for organisation_id, year in sorted(years.items())]
    counter = table(models.DocumentCounter)
    tx.insert(counter, ["organisation_id", "kind", "year", "last"], keys, skip_conflicts=True)
    if not years:
        return {}
    where, param = tx.among("organisation_id", Kind.UUID, sorted(years))
    rows = tx.select(
        counter, ["organisation_id", "year", "last"], f"kind = %s AND {where}", (kind.value, param), order_by="organisation_id, year", lock=True
    )
    return {organisation_id: last for organisation_id, year, last in rows if years[organisation_id] == year}


def _dated(tx: Tx, kind: DocumentKind, series: Sequence[tuple[UUID, int, int]]) -> dict[UUID, datetime]:
    """When each seller's last number was given: another worker's clock may be ahead of ours."""
    keys = [(organisation_id, kind.value, year, last) for organisation_id, year, last in series]
    columns = ["organisation_id", "kind", "year", "sequence"]
    return dict(tx.select_matching(table(models.Document), ["organisation_id", "issued_at"], columns, keys))


def _issued(tx: Tx, kind: DocumentKind, sale_ids: Sequence[UUID]) -> set[tuple[UUID, UUID | None]]:
    rows = tx.select_among(table(models.Document), ["sale_id", "refund_id", "kind"], "sale_id", sorted(set(sale_ids)))
    return {(sale_id, refund_id) for sale_id, refund_id, found in rows if found == kind}


def _invoice_numbers(tx: Tx, sale_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = tx.select_among(table(models.Document), ["sale_id", "number", "kind"], "sale_id", sorted(set(sale_ids)))
    return {sale_id: number for sale_id, number, kind in rows if kind == DocumentKind.INVOICE}


def _line(line: SaleLineRow, quantity: int, net_minor: int, tax_minor: int) -> dict[str, Any]:
    return {
        "nature": line.nature,
        "title": line.title,
        "subtitle": line.subtitle,
        "quantity": quantity,
        "unit_price_minor": line.unit_price_minor,
        "price_includes_tax": line.unit_price_minor * line.quantity == line.net_minor + line.tax_minor,
        "net_minor": net_minor,
        "tax_minor": tax_minor,
        "tax_place": line.tax_place,
        "tax_rate_bp": line.tax_rate_bp,
    }


def _gives_back(body: list[dict[str, Any]]) -> bool:
    return any(line["net_minor"] + line["tax_minor"] for line in body)


def _seller(seller: Organisation) -> dict[str, str]:
    return {"name": seller.legal_name, "address": seller.address, "country": seller.country, "tax_number": seller.tax_number}


def _buyer(order: OrderRow) -> dict[str, Any] | None:
    """None for somebody who was forgotten before the paper was written."""
    if not order.email:
        return None
    return {"name": order.name, "email": order.email, "ship_to": order.ship_to}


def _change(row: DocumentRow) -> Change:
    return Change(
        by=BY,
        action="issue",
        object_type=f"commerce.{row.kind}",
        object_id=row.id,
        reason="the order was paid" if row.kind == DocumentKind.INVOICE else "the buyer was refunded",
        organisation_id=row.organisation_id,
        after={"number": row.number},
    )
