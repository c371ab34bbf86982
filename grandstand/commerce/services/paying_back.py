"""Money on its way back: what is owed to buyers, and what providers confirm."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import SaleRefunded
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.rows import PaybackRow, PaymentRow, RefundRow, RefundShareRow, change, put
from grandstand.commerce.rules.payments import paired, taken_from
from grandstand.commerce.services import bookkeeping
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.store.api import Tx


@dataclass(slots=True, kw_only=True)
class Surplus:
    """What was given back: entries to post, of each refund its order and cause, and what its sellers are told."""

    entries: list[ledger.Entry] = field(default_factory=list)
    refunds: list[tuple[Case, UUID, str]] = field(default_factory=list)
    facts: list[SaleRefunded] = field(default_factory=list)


def give_back_surplus(tx: Tx, cases: Sequence[Case], *, called_off: Container[UUID], by: Actor, now: datetime) -> Surplus:
    """Give back what was captured and pays for nothing: all of it when the order ended without being completed, else what exceeds its total.

    `called_off` are orders that end because something of them will not take place. Three statements, none when nothing is over. The order's and
    payments' rows are changed in place, to be written by the caller.
    """
    surplus = Surplus()
    refunds: list[RefundRow] = []
    shares: list[RefundShareRow] = []
    paybacks: list[PaybackRow] = []
    for case in cases:
        over = _over(case)
        if not over:
            continue
        order = case.order
        if order.completed_at is None:
            order.sent_back_at = order.sent_back_at or now
        cause = "excess" if order.completed_at else "called_off" if order.id in called_off else "late"
        reason = _REASONS[cause]
        amount = sum(minor for _, minor in over)
        refund_id = new_id()
        refunds.append(
            RefundRow(
                id=refund_id,
                order_id=order.id,
                key=f"{cause}:{refund_id}",
                cause=cause,
                reason=reason,
                by=str(by),
                at=now,
                amount_minor=amount,
                currency=order.currency,
            )
        )
        order.returned_minor += amount
        for payment, minor in over:
            payment.returned_minor += minor
        split = bookkeeping.split_over_sales(case, amount)
        shares += _shares(refund_id, split)
        made = new_paybacks(refund_id, over, split, now=now)
        paybacks += made
        surplus.entries += bookkeeping.came_in_vain(case, made, now=now)
        surplus.refunds.append((case, refund_id, cause))
    put(tx, models.Refund, refunds)
    put(tx, models.RefundShare, shares)
    put(tx, models.Payback, paybacks)
    return surplus


_REASONS = {
    "excess": "paid more than the total",
    "late": "paid when the order could not be fulfilled any more",
    "called_off": "paid when a part of the order had been called off",
}


def _over(case: Case) -> list[tuple[PaymentRow, int]]:
    order = case.order
    if order.completed_at is None and order.cancelled_at is None and order.sent_back_at is None:
        return []
    found = [(payment, payment.captured_minor - payment.applied_minor - payment.returned_minor) for payment in case.payments]
    return [(payment, minor) for payment, minor in found if minor > 0]


def _shares(refund_id: UUID, split: Sequence[tuple[UUID, UUID, int]]) -> list[RefundShareRow]:
    return [
        RefundShareRow(id=new_id(), refund_id=refund_id, sale_id=sale_id, organisation_id=organisation_id, amount_minor=minor)
        for sale_id, organisation_id, minor in split
    ]


def new_paybacks(
    refund_id: UUID, sources: Sequence[tuple[PaymentRow, int]], split: Sequence[tuple[UUID, UUID, int]], *, now: datetime
) -> list[PaybackRow]:
    """How a refund travels: one payback per payment it comes from, each knowing how much of it every sale bears."""
    by_payment: dict[UUID, list[list[object]]] = {}
    for payment, (sale_id, organisation_id), minor in paired(sources, [((sale, organisation), part) for sale, organisation, part in split]):
        by_payment.setdefault(payment.id, []).append([str(sale_id), str(organisation_id), minor])
    return [
        PaybackRow(id=new_id(), refund_id=refund_id, payment_id=payment.id, amount_minor=minor, state="due", due_at=now, split=by_payment[payment.id])
        for payment, minor in sources
    ]


def refund_sources(case: Case, minor: int) -> list[tuple[PaymentRow, int]]:
    """From which payments a refund of something bought is taken: in the order in which they came."""
    return taken_from([(payment, payment.applied_minor - payment.refunded_minor) for payment in case.payments], minor)


def settle_paybacks(tx: Tx, cases: Sequence[Case], *, now: datetime) -> list[ledger.Entry]:
    """Mark the paybacks of which the provider told the outcome, and return what the books say of it. One statement, none without news."""
    entries: list[ledger.Entry] = []
    changed: list[PaybackRow] = []
    for case in cases:
        totals = case.all_totals
        done = [row for row in case.paybacks if row.id in totals.settled_refunds and row.state != "done"]
        failed = [row for row in case.paybacks if row.id in totals.failed_refunds and row.state != "failed"]
        entries += bookkeeping.paid_back(case, done, now=now)
        entries += bookkeeping.came_home(case, [row for row in failed if row.state == "done"], now=now)
        for row in done:
            row.state, row.error = "done", ""
        for row in failed:
            row.state, row.error = "failed", "the provider says that the money did not arrive"
        case.order.paid_back_minor = sum(row.amount_minor for row in case.paybacks if row.state == "done")
        changed += [*done, *failed]
    change(tx, models.Payback, changed, ["state", "error"])
    return entries
