"""What follows from orders after their commit: papers and mail. Each runs in the transaction that marks its facts as delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import override

from grandstand.commerce import models
from grandstand.commerce.facts import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded
from grandstand.commerce.links import order_link
from grandstand.commerce.queries.orders import orders_many
from grandstand.commerce.queries.rows import RefundRow, among
from grandstand.commerce.services.numbering import issue_credit_notes_many, issue_invoices_many
from grandstand.commerce.values import DocumentKind, Order, OrderStatus
from grandstand.kit.codecs import Json
from grandstand.kit.money import Money
from grandstand.messaging import api as messaging
from grandstand.movement.api import markets_many
from grandstand.store.api import Tx, table
from grandstand.ui.formats import instant_text, money_text, offset_text

INVOICE, CREDIT_NOTE, RECEIPT = "commerce.invoice", "commerce.credit_note", "commerce.receipt"
"""Names of the files that messaging asks for when it sends."""


type _Fact = OrderPlaced | OrderCancelled | OrderPaid | OrderRefunded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """What the buyer of an order is told because of a fact."""

    order: Order
    fact: _Fact
    template: str
    context: dict[str, Json]
    papers: Sequence[messaging.Attachment] = ()


def confirm_order(tx: Tx, facts: Sequence[OrderPlaced]) -> None:
    """Tell the buyers that their orders stand and until when to pay; not of those that were paid meanwhile."""
    waiting = [(fact, order) for fact, order in _with_orders(tx, facts) if order.status is OrderStatus.AWAITING_PAYMENT]
    _tell_pay_by(tx, waiting, "order_received")


def tell_order_ended(tx: Tx, facts: Sequence[OrderCancelled]) -> None:
    """Tell the buyers that the time to pay ran out; not whoever cancelled, and not when money came of it, which is told as it goes back."""
    overdue = [fact for fact in facts if fact.cause == "overdue"]
    _tell_pay_by(tx, [(fact, order) for fact, order in _with_orders(tx, overdue) if order.status is OrderStatus.CANCELLED], "order_not_paid")


def send_papers(tx: Tx, facts: Sequence[OrderPaid]) -> None:
    """Number the invoices, dated by the instant of numbering, and send them with the receipts."""
    paid = _with_orders(tx, facts)
    issue_invoices_many(tx, [sale.sale_id for _, order in paid for sale in order.sales], now=tx.now())
    invoices = _papers(tx, "order_id", [order.order_id for _, order in paid], DocumentKind.INVOICE, INVOICE)
    letters = [
        _Letter(
            order=order,
            fact=fact,
            template="order_paid",
            context={},
            papers=[_paper(order.number, RECEIPT, order.order_id), *invoices[order.order_id]],
        )
        for fact, order in paid
    ]
    _tell(tx, letters)


def send_refund_papers(tx: Tx, facts: Sequence[OrderRefunded]) -> None:
    """Number the credit notes of what was bought, and tell the buyers what goes back and why; without money there is nothing to say."""
    refunds = {row.id: row for row in among(tx, models.Refund, RefundRow, "id", [fact.refund_id for fact in facts])}
    back = [fact for fact in facts if refunds[fact.refund_id].amount_minor]
    ids = sorted({fact.refund_id for fact in back})
    issue_credit_notes_many(tx, ids, now=tx.now())
    notes = _papers(tx, "refund_id", ids, DocumentKind.CREDIT_NOTE, CREDIT_NOTE)
    _tell(tx, [_refunded(order, fact, refunds[fact.refund_id], notes[fact.refund_id]) for fact, order in _with_orders(tx, back)])


def _refunded(order: Order, fact: OrderRefunded, refund: RefundRow, notes: Sequence[messaging.Attachment]) -> _Letter:
    amount = money_text(Money(minor=refund.amount_minor, currency=refund.currency), language=order.language)
    template = "order_refunded" if refund.cause in {"asked", "provider"} else "money_sent_back"
    context: dict[str, Json] = {"amount": amount, "cause": refund.cause, "has_credit_note": bool(notes)}
    return _Letter(order=order, fact=fact, template=template, context=context, papers=notes)


def _with_orders[F: _Fact](tx: Tx, facts: Sequence[F]) -> list[tuple[F, Order]]:
    orders = {order.order_id: order for order in orders_many(tx, [fact.order_id for fact in facts])}
    return [(fact, orders[fact.order_id]) for fact in facts]


def _papers(tx: Tx, key: str, ids: Sequence[UUID], kind: DocumentKind, provider: str) -> dict[UUID, list[messaging.Attachment]]:
    found: dict[UUID, list[messaging.Attachment]] = {id_: [] for id_ in ids}
    for about, id_, number, of in tx.select_among(table(models.Document), [key, "id", "number", "kind"], key, ids, order_by="issued_at, id"):
        if of == kind:
            found[about].append(_paper(number, provider, id_))
    return found


def _paper(number: str, provider: str, id_: UUID) -> messaging.Attachment:
    return messaging.Attachment(file_name=f"{number}.pdf", media_type="application/pdf", provider=provider, provider_id=str(id_))


def _tell_pay_by(tx: Tx, about: Sequence[tuple[OrderPlaced | OrderCancelled, Order]], template: str) -> None:
    markets = markets_many(tx, sorted({order.market_code for _, order in about}))
    letters = [
        _Letter(order=order, fact=fact, template=template, context={"pay_by": _instant(order, zone=markets[order.market_code].time_zone)})
        for fact, order in about
    ]
    _tell(tx, letters)


def _tell(tx: Tx, letters: Sequence[_Letter]) -> None:
    """Queue them. Who was forgotten meanwhile is not there to be written to."""
    known = [letter for letter in letters if letter.order.email]
    messaging.queue_notices(tx, [_notice(letter) for letter in known], now=[letter.fact.occurred_at for letter in known])


def _notice(letter: _Letter) -> messaging.Notice:
    order = letter.order
    with override(order.language):
        link = order_link(order.order_id)
    return messaging.Notice(
        key=f"commerce.{letter.template}:{letter.fact.fact_id}",
        template=f"commerce/notices/{letter.template}",
        organisation_id=letter.fact.organisation_id,
        to_person_id=None if order.owner is None else order.owner.person_id,
        to_email=order.email,
        language=order.language,
        context=_context(order) | {"link": link} | letter.context,
        attachments=tuple(letter.papers),
    )


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


def _instant(order: Order, *, zone: str) -> str:
    return f"{instant_text(order.pay_by, zone=zone, language=order.language)} ({offset_text(order.pay_by, zone=zone)})"
