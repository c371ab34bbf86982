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
        total=case.money(order.total_minor),
        refunded=case.money(order.refunded_minor),
    )
    changed = order.status != status.value
    order.status = status.value
    return changed


def write_journal(tx: Tx, cases: Sequence[Case], *, action: str, by: Actor, reason: str, now: datetime) -> None:
    """One row of history per order, one audit row per sale. Two statements."""
    put(
        tx,
        models.OrderChange,
        [OrderChangeRow(id=new_id(), order_id=case.order.id, status=case.order.status, by=str(by), reason=reason, at=now) for case in cases],
    )
    record(
        tx,
        [
            Change(
                by=by,
                action=action,
                object_type="commerce.sale",
                object_id=sale.id,
                reason=reason,
                organisation_id=sale.organisation_id,
                after={"order": case.order.number, "status": case.order.status},
            )
            for case in cases
            for sale in case.sales
        ],
        now=now,
    )
