"""Refunds that somebody made at the provider, and not through us. The money is gone all the same: it is booked, and counts against what is left.

What was bought stays with the buyer. Whether its units come back, a person decides, who refunds them as ever: what went back already is not given
twice.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import SaleRefunded
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.rows import PaybackRow, PaymentRow, RefundLineRow, RefundRow, RefundShareRow, SaleLineRow, SaleRow, change, put
from grandstand.commerce.rules.orders import part_of
from grandstand.commerce.services import bookkeeping
from grandstand.commerce.services.paying_back import Surplus, new_paybacks
from grandstand.commerce.values import Taxed
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Tx

CAUSE = "provider"
REASON = "given back at the provider, without being asked from here"


def book_unasked(tx: Tx, cases: Sequence[Case], *, by: Actor, now: datetime) -> Surplus:
    """Book each refund of which a provider told and for which nobody had asked: first from what pays for nothing, then from what was bought.

    Each is booked whole or waits, until its capture is told too; doctor shows what waits for long. While a refund of ours is being asked for and
    its name at the provider is not known yet, it may be that one, and waits. Seven statements, none without such a refund. Rows of order and
    payments are changed in place, to be written by the caller.
    """
    booked = _Booked()
    for case in cases:
        for payment in case.payments:
            totals = case.totals.get(payment.id)
            for reference, minor in sorted(totals.unasked.items()) if totals else ():
                _book(booked, case, payment, reference, minor, by=by, now=now)
    put(tx, models.Refund, booked.refunds)
    put(tx, models.RefundLine, booked.refund_lines)
    put(tx, models.RefundShare, booked.shares)
    put(tx, models.Payback, booked.paybacks)
    change(tx, models.Payback, booked.found, ["state", "error", "provider_reference"])
    change(tx, models.Sale, list(booked.sales.values()), ["refunded_minor"])
    change(tx, models.SaleLine, list(booked.lines.values()), ["refunded_minor"])
    return booked.surplus


class _Booked:
    """What is to be written."""

    def __init__(self) -> None:
        self.surplus = Surplus()
        self.refunds: list[RefundRow] = []
        self.refund_lines: list[RefundLineRow] = []
        self.shares: list[RefundShareRow] = []
        self.paybacks: list[PaybackRow] = []
        self.found: list[PaybackRow] = []
        self.sales: dict[UUID, SaleRow] = {}
        self.lines: dict[UUID, SaleLineRow] = {}


def _book(booked: _Booked, case: Case, payment: PaymentRow, reference: str, minor: int, *, by: Actor, now: datetime) -> None:
    nameless = [row for row in case.paybacks if row.payment_id == payment.id and row.state == "due" and row.attempts and not row.provider_reference]
    ours = next((row for row in nameless if row.error and row.amount_minor == minor), None)
    if ours is not None:
        # It was asked for, and the provider's answer never came: whoever gave the money back, it is this refund's.
        ours.state, ours.error, ours.provider_reference = "done", "", reference
        booked.found.append(ours)
        booked.surplus.entries += bookkeeping.paid_back(case, [ours], now=now)
        return
    over = max(payment.captured_minor - payment.applied_minor - payment.returned_minor, 0)
    if nameless or minor > over + payment.applied_minor - payment.refunded_minor:
        return
    if in_vain := min(minor, over):
        _return(booked, case, payment, reference, in_vain, by=by, now=now)
    if minor > in_vain:
        _refund(booked, case, payment, reference, minor - in_vain, by=by, now=now)


def _return(booked: _Booked, case: Case, payment: PaymentRow, reference: str, minor: int, *, by: Actor, now: datetime) -> None:
    """Money that pays for nothing."""
    refund = _row(booked, case, minor, by=by, now=now)
    case.order.returned_minor += minor
    payment.returned_minor += minor
    payback = _paid_back(booked, case, payment, refund, reference, bookkeeping.split_over_sales(case, minor), now=now)
    booked.surplus.entries += bookkeeping.came_in_vain(case, [payback], now=now) + bookkeeping.paid_back(case, [payback], now=now)


def _refund(booked: _Booked, case: Case, payment: PaymentRow, reference: str, minor: int, *, by: Actor, now: datetime) -> None:
    """Money of what was bought: spread over the lines by what is left of each."""
    refund = _row(booked, case, minor, by=by, now=now)
    case.order.refunded_minor += minor
    payment.refunded_minor += minor
    lefts = [line.net_minor + line.tax_minor - line.refunded_minor for line in case.lines]
    rows = [_refund_line(case, refund, line, part.minor) for line, part in zip(case.lines, case.money(minor).split(lefts), strict=True) if part.minor]
    lines = {line.id: line for line in case.lines}
    split = []
    for sale in case.sales:
        part = sum(row.net_minor + row.tax_minor for row in rows if lines[row.sale_line_id].sale_id == sale.id)
        if part:
            sale.refunded_minor += part
            booked.sales[sale.id] = sale
            split.append((sale.id, sale.organisation_id, part))
            told = SaleRefunded(organisation_id=sale.organisation_id, occurred_at=now, order_id=case.order.id, sale_id=sale.id, refund_id=refund.id)
            booked.surplus.facts.append(told)
    booked.refund_lines += rows
    booked.lines |= {row.sale_line_id: lines[row.sale_line_id] for row in rows}
    payback = _paid_back(booked, case, payment, refund, reference, split, now=now)
    booked.surplus.entries += bookkeeping.refunded(case, refund, rows, now=now) + bookkeeping.paid_back(case, [payback], now=now)


def _row(booked: _Booked, case: Case, minor: int, *, by: Actor, now: datetime) -> RefundRow:
    refund_id = new_id()
    row = RefundRow(
        id=refund_id,
        order_id=case.order.id,
        key=f"{CAUSE}:{refund_id}",
        cause=CAUSE,
        reason=REASON,
        by=str(by),
        at=now,
        amount_minor=minor,
        currency=case.order.currency,
    )
    booked.refunds.append(row)
    booked.surplus.refunds.append((case, refund_id, CAUSE))
    return row


def _refund_line(case: Case, refund: RefundRow, line: SaleLineRow, minor: int) -> RefundLineRow:
    sold = Taxed(net=case.money(line.net_minor), tax=case.money(line.tax_minor), place=line.tax_place, rate_bp=line.tax_rate_bp)
    part = part_of(sold, before_minor=line.refunded_minor, after_minor=line.refunded_minor + minor)
    line.refunded_minor += minor
    return RefundLineRow(id=new_id(), refund_id=refund.id, sale_line_id=line.id, quantity=0, net_minor=part.net.minor, tax_minor=part.tax.minor)


def _paid_back(
    booked: _Booked,
    case: Case,
    payment: PaymentRow,
    refund: RefundRow,
    reference: str,
    split: Sequence[tuple[UUID, UUID, int]],
    *,
    now: datetime,
) -> PaybackRow:
    """Its money has travelled already. From now on the provider's name leads to it, so that it is booked once."""
    (payback,) = new_paybacks(refund.id, [(payment, refund.amount_minor)], split, now=now)
    payback.state, payback.provider_reference = "done", reference
    booked.paybacks.append(payback)
    case.paybacks.append(payback)
    booked.shares += [
        RefundShareRow(id=new_id(), refund_id=refund.id, sale_id=sale_id, organisation_id=organisation_id, amount_minor=minor)
        for sale_id, organisation_id, minor in split
    ]
    return payback
