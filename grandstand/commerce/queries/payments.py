"""How far a payment is."""

from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.cases import facts_of
from grandstand.commerce.queries.rows import OrderRow, PaymentRow, among
from grandstand.commerce.refusals import NoSuchPayment
from grandstand.commerce.rules.payments import PaymentTotals, fold
from grandstand.commerce.values import OrderStatus, Owner, PaymentProgress, PaymentState
from grandstand.kit.money import Money
from grandstand.store.api import read

_DONE = {OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED, OrderStatus.REFUNDED}


def payment_progress(payment_id: UUID) -> PaymentProgress:
    """Where the payment stands. Raises NoSuchPayment. At most four statements."""
    with read() as tx:
        payment = next(iter(among(tx, models.Payment, PaymentRow, "id", [payment_id])), None)
        if payment is None:
            raise NoSuchPayment("There is no such payment.")
        (order,) = among(tx, models.Order, OrderRow, "id", [payment.order_id])
        facts = facts_of(tx, {payment.id: payment}, []).get(payment.id, [])
    status = OrderStatus(order.status)
    return PaymentProgress(
        payment_id=payment.id,
        order_id=order.id,
        owner=Owner(person_id=order.person_id, visitor=order.visitor) if order.person_id or order.visitor else None,
        number=order.number,
        amount=Money(minor=payment.amount_minor, currency=payment.currency),
        state=_state(fold(facts, currency=payment.currency), status),
        order_status=status,
        pay_by=order.pay_by,
        redirect_url=payment.redirect_url,
        return_path=payment.return_path,
    )


def _state(totals: PaymentTotals, status: OrderStatus) -> PaymentState:
    if status in _DONE:
        return PaymentState.PAID
    if status is OrderStatus.SENT_BACK:
        return PaymentState.SENT_BACK
    if totals.authorised:
        return PaymentState.AUTHORISED
    return PaymentState.FAILED if totals.failures else PaymentState.WAITING
