"""Everything about orders that decides what becomes of them."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.payments import FactKind, ProviderFact
from grandstand.commerce.queries.rows import OrderRow, PaybackRow, PaymentFactRow, PaymentRow, SaleLineRow, SaleRow, among, found, orders_locked
from grandstand.commerce.rules.payments import PaymentTotals, fold
from grandstand.kit.money import Money
from grandstand.store.api import Tx, table


@dataclass(slots=True, kw_only=True)
class Case:
    """One order with all that belongs to it, in id order. `totals` are folded per payment.

    The rows are changed in place and then written; `as_read` keeps order and payments as they were, so that only changes are written.
    """

    order: OrderRow
    sales: list[SaleRow] = field(default_factory=list)
    lines: list[SaleLineRow] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    paybacks: list[PaybackRow] = field(default_factory=list)
    totals: dict[UUID, PaymentTotals] = field(default_factory=dict)
    as_read: list[OrderRow | PaymentRow] = field(default_factory=list)

    @property
    def largest_sale(self) -> SaleRow:
        """Whose organisation a fact about the whole order carries."""
        return max(self.sales, key=lambda sale: (sale.net_minor + sale.tax_minor, sale.id))

    @property
    def all_totals(self) -> PaymentTotals:
        """Over all payments."""
        first, *others = self.totals.values() or (PaymentTotals(),)
        return sum(others, start=first)

    def money(self, minor: int) -> Money:
        """An amount in the order's currency."""
        return Money(minor=minor, currency=self.order.currency)


NONE: Mapping[UUID, Case] = MappingProxyType({})


def open_cases(tx: Tx, order_ids: Sequence[UUID], *, drafts: Mapping[UUID, Case] = NONE) -> list[Case]:
    """The orders, locked in id order, with all that belongs to them. Seven statements.

    Of `drafts`, orders that this transaction is still to write (`write_cases`), only facts are read.
    """
    ids = [order_id for order_id in order_ids if order_id not in drafts]
    cases = {row.id: Case(order=row, as_read=[copy(row)]) for row in orders_locked(tx, ids)}
    ids = list(cases)
    for sale in among(tx, models.Sale, SaleRow, "order_id", ids):
        cases[sale.order_id].sales.append(sale)
    for line in among(tx, models.SaleLine, SaleLineRow, "order_id", ids):
        cases[line.order_id].lines.append(line)
    payments = {row.id: row for row in among(tx, models.Payment, PaymentRow, "order_id", ids)}
    for payment in payments.values():
        cases[payment.order_id].payments.append(payment)
        cases[payment.order_id].as_read.append(copy(payment))
    cases |= {order_id: drafts[order_id] for order_id in order_ids if order_id in drafts}
    payments |= {row.id: row for order_id in cases.keys() & drafts.keys() for row in drafts[order_id].payments}
    paybacks = among(tx, models.Payback, PaybackRow, "payment_id", list(payments))
    for payback in paybacks:
        cases[payments[payback.payment_id].order_id].paybacks.append(payback)
    for payment_id, facts in facts_of(tx, payments, paybacks).items():
        payment = payments[payment_id]
        cases[payment.order_id].totals[payment_id] = fold(facts, currency=payment.currency)
    return [cases[order_id] for order_id in sorted(cases)]


def facts_of(tx: Tx, payments: dict[UUID, PaymentRow], paybacks: Iterable[PaybackRow]) -> dict[UUID, list[ProviderFact]]:
    """The facts of each payment: those that carry our id, and those that carry the provider's reference only."""
    by_reference = {(row.provider, row.provider_reference): row.id for row in payments.values() if row.provider_reference}
    refunds = {(payments[row.payment_id].provider, row.provider_reference): row.id for row in paybacks if row.provider_reference}
    rows = among(tx, models.PaymentFact, PaymentFactRow, "payment_id", list(payments)) + _by_reference(tx, [ref for _, ref in by_reference])
    facts: dict[UUID, list[ProviderFact]] = {}
    for row in rows:
        payment_id = row.payment_id or by_reference.get((row.provider, row.provider_reference))
        if payment_id is None or payments[payment_id].provider != row.provider:
            continue  # another provider's: a fact counts for a payment through the provider that tells it, and doctor shows the others
        refund_id = row.refund_id or refunds.get((row.provider, row.movement_reference))
        facts.setdefault(payment_id, []).append(provider_fact(row, refund_id=refund_id))
    return facts


def _by_reference(tx: Tx, references: Sequence[str]) -> list[PaymentFactRow]:
    if not references:
        return []
    where, param = tx.among("provider_reference", table(models.PaymentFact).kinds["provider_reference"], sorted(set(references)))
    return found(tx, models.PaymentFact, PaymentFactRow, f"payment_id IS NULL AND {where}", (param,))


def provider_fact(row: PaymentFactRow, **changed: Any) -> ProviderFact:
    """A stored fact as its provider told it."""
    values: dict[str, Any] = {
        "provider": row.provider,
        "event_id": row.event_id,
        "kind": FactKind(row.kind),
        "payment_id": row.payment_id,
        "provider_reference": row.provider_reference,
        "movement_reference": row.movement_reference,
        "refund_id": row.refund_id,
        "amount": Money(minor=row.amount_minor, currency=row.currency),
        "occurred_at": row.occurred_at,
    }
    return ProviderFact(**values | changed)
