"""Baskets and orders that have longer because the clock ran ahead."""

from datetime import UTC, datetime, timedelta

from grandstand.commerce import models
from grandstand.commerce.rules.orders import PAYMENT_GRACE
from grandstand.store import api as store
from grandstand.store.api import Tx

LINE = store.table(models.BasketLine)
ORDER = store.table(models.Order)


def prolong_all(tx: Tx, *, since: datetime, made_by: datetime, by: timedelta, ending_by: datetime | None = None) -> None:
    """What was held in a basket, and could be paid, at `since`, is and can be for longer by as much, when it was added or placed by `made_by`.

    Only what would end by `ending_by`, when that is given. Holds are inventory's. Four statements.
    """
    last = ending_by or datetime.max.replace(tzinfo=UTC)
    held = "added_at <= %s AND hold_expires_at > %s AND hold_expires_at <= %s"
    lines = tx.select(LINE, ["id", "hold_expires_at"], held, (made_by, since, last), order_by="id", lock=True)
    tx.update(LINE, [(id_, at + by) for id_, at in lines], key=["id"], set_to=["hold_expires_at"])
    awaited = "status = 'awaiting_payment' AND placed_at <= %s AND pay_by > %s AND pay_by <= %s"
    orders = tx.select(ORDER, ["id", "pay_by"], awaited, (made_by, since - PAYMENT_GRACE, last), order_by="id", lock=True)
    tx.update(ORDER, [(id_, pay_by + by) for id_, pay_by in orders], key=["id"], set_to=["pay_by"])
