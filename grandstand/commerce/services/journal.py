"""What every change of an order leaves behind: its new status with who and why, an audit row per sale."""

from collections.abc import Sequence
from datetime import datetime

from grandstand.commerce import models
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.rows import OrderChangeRow, put
from grandstand.commerce.rules.orders import status_of
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Tx, record


def set_status(case: Case) -> bool:
    """Derive the order's status from its facts; whether it changed."""
    order = case.order
    status = status_of(
        completed=order.completed_at is not None,
        cancelled=order.cancelled_at is not None,
        sent_back=order.sent_back_at is not None,
        units=sum(line.quantity for line in case.lines),
        refunded_units=sum(line.refunded_quantity for line in case.lines),
        total_minor=order.total_minor,
        refunded_minor=order.refunded_minor,
    )
    changed = order.status != status.value
    order.status = status.value
    return changed


def write_journal(tx: Tx, cases: Sequence[Case], *, action: str, by: Actor | None, reason: str | Sequence[str], now: datetime) -> None:
    """One row of history per order, one audit row per sale, with one reason or a reason per order. Without `by` it was the buyer. Two statements."""
    reasons = [reason] * len(cases) if isinstance(reason, str) else reason
    rows = [
        OrderChangeRow(id=new_id(), order_id=case.order.id, status=case.order.status, by=str(by or buyer_of(case)), reason=why, at=now)
        for case, why in zip(cases, reasons, strict=True)
    ]
    put(tx, models.OrderChange, rows)
    record(
        tx,
        [
            Change(
                by=by or buyer_of(case),
                action=action,
                object_type="commerce.sale",
                object_id=sale.id,
                reason=why,
                organisation_id=sale.organisation_id,
                after={"order": case.order.number, "status": case.order.status},
            )
            for case, why in zip(cases, reasons, strict=True)
            for sale in case.sales
        ],
        now=now,
    )


def buyer_of(case: Case) -> Actor:
    """Who placed the order."""
    order = case.order
    return Actor.visitor(order.visitor) if order.person_id is None else Actor.person(order.person_id)
