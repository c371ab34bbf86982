"""Bring orders up to date with what their providers told: the completing of a purchase.

All of it happens in one transaction: the order is paid, its holds are confirmed, the books posted, the sellers have fulfilled, the facts stand in
the outbox. Or nothing of it does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderPaid, OrderRefunded, PaymentDisputed, SalePaid
from grandstand.commerce.queries.cases import NONE, Case, open_cases
from grandstand.commerce.queries.rows import change, seats_of, ship_to_of
from grandstand.commerce.rules.payments import taken_from
from grandstand.commerce.sellers import the_seller_of
from grandstand.commerce.selling import SoldLine
from grandstand.commerce.services import bookkeeping
from grandstand.commerce.services.calling_off import called_off, free_holds
from grandstand.commerce.services.claiming import claim
from grandstand.commerce.services.journal import set_status, write_journal
from grandstand.commerce.services.paying_back import give_back_surplus, settle_paybacks
from grandstand.commerce.services.unasked import REASON, book_unasked
from grandstand.commerce.values import ItemRef, Nature, OrderStatus
from grandstand.kit.actors import Actor
from grandstand.kit.facts import Fact
from grandstand.ledger import api as ledger
from grandstand.store.api import Tx, announce

BY = Actor.system("complete_orders")

_ORDER = [
    *("status", "completed_at", "cancelled_at", "sent_back_at", "authorised_minor", "captured_minor"),
    *("refunded_minor", "returned_minor", "paid_back_minor", "disputed_minor"),
]
_PAYMENT = ["capture_due_at", "captured_minor", "applied_minor", "refunded_minor", "returned_minor"]


def complete_many(tx: Tx, order_ids: Sequence[UUID], *, now: datetime, drafts: Mapping[UUID, Case] = NONE) -> dict[UUID, OrderStatus]:
    """Do for each order what its facts call for, and say where it stands. Doing it again changes nothing.

    An unpaid order whose money is captured is completed, all of its holds or none (`claim`). Money that cannot complete its order any more (its
    stock is gone, it was cancelled, or something of it will not take place) or that is more than its total is given back in full. Refunds that the
    provider confirmed are settled in the books; those that were made there unasked are booked. Orders are locked in id order, stock by inventory. A
    constant number of statements whatever the number of orders, one fulfilment per kind of item. A seller that raises undoes everything: the facts
    are told again, or fetched. `drafts` as in `open_cases`.
    """
    cases = open_cases(tx, order_ids, drafts=drafts)
    for case in cases:
        _count(case)
    unasked = book_unasked(tx, cases, by=BY, now=now)
    payable = [case for case in cases if _is_payable(case)]
    off = called_off(tx, payable)
    free_holds(tx, [case for case in payable if case.order.id in off], by=BY, now=now)
    claimable = [case for case in payable if case.order.id not in off]
    claimed = claim(tx, claimable, now=now) if claimable else set()
    completed = [case for case in payable if case.order.id in claimed]
    in_vain = [case for case in payable if case.order.id not in claimed]
    entries = [entry for case in completed for entry in _complete(case, now=now)]
    for case in in_vain:
        _end(case, now=now)
    disputes = [(case, delta) for case in cases if (delta := _disputed_more(case))]
    entries += [entry for case, delta in disputes for entry in bookkeeping.disputed(case, delta, now=now)]
    settled = settle_paybacks(tx, cases, now=now)
    surplus = give_back_surplus(tx, cases, called_off=off, by=BY, now=now)
    _plan_captures(cases, now=now)

    moved = [case for case in cases if set_status(case)]
    stand = [case for case in cases if case.order.id not in drafts]
    change(tx, models.Payment, [payment for case in stand for payment in case.payments if payment not in case.as_read], _PAYMENT)
    change(tx, models.Order, [case.order for case in stand if case.order not in case.as_read], _ORDER)
    change(tx, models.Sale, [sale for case in stand if case.order.id in claimed for sale in case.sales], ["paid_at"])
    ledger.post_many(tx, [*entries, *unasked.entries, *settled, *surplus.entries], by=BY, now=now)
    _fulfil(tx, completed, now=now)
    write_journal(tx, [case for case in moved if case.order.id in claimed], action="pay", by=BY, reason="the money came in", now=now)
    ended = [case for case in moved if case.order.completed_at is None]
    write_journal(tx, ended, action="end", by=BY, reason="it cannot be fulfilled any more", now=now)
    write_journal(tx, [case for case, *_ in unasked.refunds], action="refund", by=BY, reason=REASON, now=now)
    returned = [*_returned_facts([*unasked.refunds, *surplus.refunds], now), *unasked.facts]
    announce(tx, [*_paid_facts(completed, now), *_dispute_facts(disputes, now), *returned])
    return {case.order.id: OrderStatus(case.order.status) for case in cases}


def _count(case: Case) -> None:
    """Fold the facts into the sums on payments and order."""
    for payment in case.payments:
        if payment.id in case.totals:
            payment.captured_minor = case.totals[payment.id].captured
    totals = case.all_totals
    case.order.authorised_minor = totals.authorised
    case.order.captured_minor = totals.captured


def _is_payable(case: Case) -> bool:
    order = case.order
    ended = order.completed_at or order.cancelled_at or order.sent_back_at
    return ended is None and order.captured_minor - order.returned_minor >= order.total_minor


def _complete(case: Case, *, now: datetime) -> list[ledger.Entry]:
    """Mark the order as paid, say which payment pays how much of it, and what the books say."""
    case.order.completed_at = now
    for sale in case.sales:
        sale.paid_at = now
    parts = taken_from([(payment, payment.captured_minor - payment.returned_minor) for payment in case.payments], case.order.total_minor)
    for payment, minor in parts:
        payment.applied_minor = minor
    return bookkeeping.paid(case, [(payment.provider, minor) for payment, minor in parts], now=now)


def _end(case: Case, *, now: datetime) -> None:
    """Nothing can be had for the money any more; where there was nothing to pay, the order is just over."""
    if case.order.captured_minor:
        case.order.sent_back_at = now
    else:
        case.order.cancelled_at = now


def _disputed_more(case: Case) -> int:
    """How much more than before is disputed; only once the books know of the money at all."""
    order = case.order
    if order.completed_at is None and order.sent_back_at is None:
        return 0
    delta = case.all_totals.disputed - order.disputed_minor
    order.disputed_minor += delta
    return delta


def _plan_captures(cases: Sequence[Case], *, now: datetime) -> None:
    """What is only authorised and can still complete its order is to be asked for."""
    for case in cases:
        order = case.order
        if order.completed_at or order.cancelled_at or order.sent_back_at:
            continue
        for payment in case.payments:
            totals = case.totals.get(payment.id)
            if totals is not None and totals.authorised and not totals.captured and payment.capture_due_at is None:
                payment.capture_due_at = now


def _fulfil(tx: Tx, cases: Sequence[Case], *, now: datetime) -> None:
    lines: dict[str, list[SoldLine]] = {}
    for case in cases:
        for line in case.lines:
            if line.nature == Nature.ITEM and line.hold_id is not None:
                lines.setdefault(line.item_kind, []).append(
                    SoldLine(
                        line_id=line.id,
                        order_id=line.order_id,
                        sale_id=line.sale_id,
                        seller_id=line.organisation_id,
                        ref=ItemRef(kind=line.item_kind, item_id=line.item_id),
                        quantity=line.quantity,
                        seat_ids=seats_of(line.seat_ids),
                        hold_id=line.hold_id,
                        person_id=case.order.person_id,
                        unit_price=case.money(line.unit_price_minor),
                        ship_to=ship_to_of(case.order.ship_to),
                        shipping_code=case.order.shipping_codes.get(str(line.organisation_id), ""),
                    )
                )
    for kind in sorted(lines):
        the_seller_of(kind).fulfil_many(tx, lines[kind], now=now)


def _paid_facts(cases: Sequence[Case], now: datetime) -> list[Fact]:
    facts: list[Fact] = []
    for case in cases:
        facts.append(OrderPaid(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id))
        facts.extend(SalePaid(organisation_id=sale.organisation_id, occurred_at=now, order_id=case.order.id, sale_id=sale.id) for sale in case.sales)
    return facts


def _dispute_facts(disputes: Sequence[tuple[Case, int]], now: datetime) -> list[Fact]:
    return [
        PaymentDisputed(
            organisation_id=case.largest_sale.organisation_id,
            occurred_at=now,
            order_id=case.order.id,
            disputed_minor=case.order.disputed_minor,
        )
        for case, _ in disputes
    ]


def _returned_facts(refunds: Sequence[tuple[Case, UUID, str]], now: datetime) -> list[Fact]:
    return [
        OrderRefunded(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id, refund_id=refund_id, cause=cause)
        for case, refund_id, cause in refunds
    ]
