"""What follows from an order after its commit: papers and mail. Each runs in the transaction that marks its fact as delivered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import override

from grandstand.commerce import models
from grandstand.commerce.facts import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from grandstand.commerce.links import order_link
from grandstand.commerce.queries.orders import orders_in_full
from grandstand.commerce.queries.rows import OrderRow, RefundRow, among
from grandstand.commerce.services.numbering import issue_credit_notes_many, issue_invoices_many
from grandstand.commerce.values import Order, OrderStatus
from grandstand.kit.codecs import Json
from grandstand.kit.money import Money
from grandstand.messaging import api as messaging
from grandstand.movement.api import markets_many
from grandstand.store.api import Tx, table
from grandstand.ui.formats import instant_text, money_text, offset_text

INVOICE, CREDIT_NOTE, RECEIPT = "commerce.invoice", "commerce.credit_note", "commerce.receipt"
"""Names of the files that messaging asks for when it sends."""


def confirm_order(tx: Tx, fact: OrderPlaced) -> None:
    """Tell the buyer that the order stands and until when to pay; not when it was paid meanwhile."""
    order = _order(tx, fact.order_id)
    if order.status is OrderStatus.AWAITING_PAYMENT:
        _tell(tx, order, fact, "order_received", {"pay_by": _instant(tx, order, order.pay_by)})


def tell_order_ended(tx: Tx, fact: OrderCancelled) -> None:
    """Tell the buyer that the time to pay ran out; not whoever cancelled, and not when money came of it, which is told as it goes back."""
    order = _order(tx, fact.order_id)
    if fact.cause == "overdue" and order.status is OrderStatus.CANCELLED:
        _tell(tx, order, fact, "order_not_paid", {"pay_by": _instant(tx, order, order.pay_by)})


def send_papers(tx: Tx, fact: OrderPaid) -> None:
    """Number the invoices, dated by the instant of numbering, and send them with the receipt."""
    order = _order(tx, fact.order_id)
    issue_invoices_many(tx, [sale.sale_id for sale in order.sales], now=tx.now())
    papers = [messaging.Attachment(file_name=f"{order.number}.pdf", media_type="application/pdf", provider=RECEIPT, provider_id=str(order.order_id))]
    papers += _papers(tx, "order_id", order.order_id, "invoice", INVOICE)
    _tell(tx, order, fact, "order_paid", {}, papers)


def send_refund_papers(tx: Tx, fact: OrderRefunded) -> None:
    """Number the credit notes of what was bought, and tell the buyer what goes back and why; without money there is nothing to say."""
    (refund,) = among(tx, models.Refund, RefundRow, "id", [fact.refund_id])
    if refund.amount_minor == 0:
        return
    order = _order(tx, fact.order_id)
    issue_credit_notes_many(tx, [refund.id], now=tx.now())
    amount = Money(minor=refund.amount_minor, currency=refund.currency)
    context: dict[str, Json] = {"amount": money_text(amount, language=order.language), "cause": refund.cause}
    papers = _papers(tx, "refund_id", refund.id, "credit_note", CREDIT_NOTE)
    template = "order_refunded" if refund.cause in {"asked", "provider"} else "money_sent_back"
    _tell(tx, order, fact, template, context | {"has_credit_note": bool(papers)}, papers)


def _order(tx: Tx, order_id: UUID) -> Order:
    return orders_in_full(tx, among(tx, models.Order, OrderRow, "id", [order_id]))[0]


def _papers(tx: Tx, key: str, value: UUID, kind: str, provider: str) -> list[messaging.Attachment]:
    rows = tx.select_among(table(models.Document), ["id", "number", "kind"], key, [value], order_by="issued_at, id")
    return [
        messaging.Attachment(file_name=f"{number}.pdf", media_type="application/pdf", provider=provider, provider_id=str(id_))
        for id_, number, found in rows
        if found == kind
    ]


def _tell(
    tx: Tx,
    order: Order,
    fact: OrderPlaced | OrderCancelled | OrderPaid | OrderRefunded,
    template: str,
    context: dict[str, Json],
    attachments: list[messaging.Attachment] | None = None,
) -> None:
    if not order.email:
        return  # the buyer was forgotten meanwhile: nobody is left to write to
    with override(order.language):
        link = order_link(order.order_id)
    notice = messaging.Notice(
        key=f"commerce.{template}:{fact.fact_id}",
        template=f"commerce/notices/{template}",
        organisation_id=fact.organisation_id,
        to_person_id=None if order.owner is None else order.owner.person_id,
        to_email=order.email,
        language=order.language,
        context=_context(order) | {"link": link} | context,
        attachments=tuple(attachments or ()),
    )
    messaging.queue_notices(tx, [notice], now=fact.occurred_at)


def _context(order: Order) -> dict[str, Any]:
    lines = [
        {
            "title": line.title,
            "subtitle": line.subtitle,
            "quantity": line.quantity,
            "amount": money_text(line.taxed.gross, language=order.language),
        }
        for sale in order.sales
        for line in sale.lines
    ]
    return {"number": order.number, "name": order.name, "total": money_text(order.total, language=order.language), "lines": lines}


def _instant(tx: Tx, order: Order, instant: datetime) -> str:
    zone = markets_many(tx, [order.market_code])[order.market_code].time_zone
    return f"{instant_text(instant, zone=zone, language=order.language)} ({offset_text(instant, zone=zone)})"
