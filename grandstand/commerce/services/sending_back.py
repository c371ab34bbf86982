"""Ask providers to give money back, after the commit that decided it, again and again until they told the outcome."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from grandstand.commerce import models
from grandstand.commerce.payments import provider
from grandstand.commerce.queries.rows import PaybackRow, PaymentRow, RefundRow, among, change, columns_of, orders_locked, put
from grandstand.commerce.refusals import NothingToRefund
from grandstand.commerce.services.asking import receive_facts
from grandstand.commerce.services.completing import complete_many
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.store.api import Change, Tx, record, table, write, write_retrying

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
"""Waits double from the first to this one; a provider that is away for a weekend is still asked four times a day."""

ANSWER_WITHIN = timedelta(hours=1)
"""A refund that was asked for and of which nothing was told by then is asked about."""

log = structlog.get_logger(__name__)


def send_paybacks(*, now: datetime, limit: int = 20) -> int:
    """Ask for the refunds that are due, and about those of which no outcome was told; returns how many were answered.

    Several workers may run at once. No transaction is open while a provider is asked; each asks with the payback's id, so that asking twice
    refunds once. A provider that cannot be reached, is not wired any more or fails in any other way keeps nobody else's money back: the reason
    stays with its payback, which is asked for again after doubling waits; doctor shows what waits for long.
    """
    with write() as tx:
        due = _due(tx, now, limit)
        payments = {row.id: row for row in among(tx, models.Payment, PaymentRow, "id", [payback.payment_id for payback in due])}
    return sum(_send(payback, payments[payback.payment_id], now) for payback in due)


def _due(tx: Tx, now: datetime, limit: int) -> list[PaybackRow]:
    """The paybacks whose turn it is, put off so that nobody else asks meanwhile."""
    skip = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    names = columns_of(PaybackRow)
    sql = f"SELECT {', '.join(names)} FROM commerce_payback WHERE state IN ('due', 'asked') AND due_at <= %s ORDER BY due_at, id LIMIT %s{skip}"
    rows = [PaybackRow(**dict(zip(names, row, strict=True))) for row in tx.rows(sql, (now, limit), kinds=table(models.Payback).of(names))]
    for row in rows:
        row.due_at = now + min(FIRST_WAIT * 2 ** min(row.attempts, 20), LONGEST_WAIT)
        row.attempts += 1
    change(tx, models.Payback, rows, ["due_at", "attempts"])
    return rows


def _send(payback: PaybackRow, payment: PaymentRow, now: datetime) -> bool:
    try:
        asked = provider(payment.provider)
        if payback.state == "asked":
            facts = asked.fetch(payment_id=payment.id, provider_reference=payment.provider_reference, now=now)
            write_retrying(partial(receive_facts, facts=facts, now=now))
            return True
        reference = asked.refund(
            refund_id=payback.id,
            payment_id=payment.id,
            provider_reference=payment.provider_reference,
            amount=Money(minor=payback.amount_minor, currency=payment.currency),
            now=now,
        )
    except Exception as error:
        # Any fault, an adapter's bug too, is this payback's own: those behind it in the list are somebody else's money.
        log.warning("payback_not_asked", payback_id=str(payback.id), provider=payment.provider, exc_info=not isinstance(error, Refusal))
        with write() as tx:
            tx.update(table(models.Payback), [(payback.id, _told(error))], key=["id"], set_to=["error"])
        return False
    write_retrying(partial(_asked, payback=payback, payment=payment, reference=reference, now=now))
    return True


def _told(error: Exception) -> str:
    """What finance reads beside the payback; a fault that is not meant for people says at least what kind it is."""
    return (str(error) if isinstance(error, (Refusal, LookupError)) else f"{type(error).__name__}: {error}")[:300]


def _asked(tx: Tx, *, payback: PaybackRow, payment: PaymentRow, reference: str, now: datetime) -> None:
    """Keep that it was asked for, unless the outcome came first. What the provider told under its name for it before counts now."""
    orders_locked(tx, [payment.order_id])
    tx.execute(
        "UPDATE commerce_payback SET state = 'asked', due_at = %s, error = '', provider_reference = %s WHERE id = %s AND state = 'due'",
        (now + ANSWER_WITHIN, reference, payback.id),
    )
    complete_many(tx, [payment.order_id], now=now)


def pay_back_again(tx: Tx, *, payback_id: UUID, by: Actor, reason: str, now: datetime) -> UUID:
    """Ask anew for a refund whose money did not arrive; returns the id of the new payback. Raises NothingToRefund when it has not failed."""
    (payback,) = among(tx, models.Payback, PaybackRow, "id", [payback_id])
    (refund,) = among(tx, models.Refund, RefundRow, "id", [payback.refund_id])
    orders_locked(tx, [refund.order_id])
    same = among(tx, models.Payback, PaybackRow, "refund_id", [refund.id])
    if any(row.payment_id == payback.payment_id and row.state != "failed" for row in same):
        raise NothingToRefund("This money is on its way, or arrived.")
    again = PaybackRow(
        id=new_id(),
        refund_id=refund.id,
        payment_id=payback.payment_id,
        amount_minor=payback.amount_minor,
        state="due",
        due_at=now,
        split=payback.split,
    )
    put(tx, models.Payback, [again])
    changes = [
        Change(
            by=by,
            action="pay_back_again",
            object_type="commerce.refund",
            object_id=refund.id,
            reason=reason,
            organisation_id=UUID(str(organisation_id)),
            after={"payback": str(again.id)},
        )
        for _, organisation_id, _ in again.split
    ]
    record(tx, changes, now=now)
    return again.id
