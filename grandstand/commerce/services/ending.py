"""Orders whose time to pay is over."""

from datetime import datetime
from uuid import UUID

from grandstand.commerce.queries.cases import open_cases
from grandstand.commerce.rules.orders import PAYMENT_GRACE
from grandstand.commerce.services.cancelling import end_unpaid
from grandstand.kit.actors import Actor
from grandstand.store.api import Kind, Tx

BY = Actor.system("end_overdue_orders")

MOST_AT_ONCE = 50
"""Orders ended in one transaction: a second's work at most, so that a buyer whose capture comes just then does not wait longer."""


def end_overdue_orders(tx: Tx, *, now: datetime, limit: int = MOST_AT_ONCE) -> int:
    """End up to `limit` orders that were not paid within their window and its grace, the longest overdue first; returns how many.

    What was captured of them goes back, and the buyer is told with it; when nothing was, they are told that the order ended. A capture that is being
    written at this moment has its order locked: on PostgreSQL that order is left alone, and paid. One that comes later finds the order ended and
    goes back. In a transaction of its own.
    """
    cases = open_cases(tx, _overdue(tx, now, limit))
    if cases:
        end_unpaid(tx, cases, by=BY, reason="not paid in time", cause="overdue", now=now)
    return len(cases)


def _overdue(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Locked without waiting for anybody, so the order in which they are locked does not matter."""
    skip = " FOR NO KEY UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    sql = f"SELECT id FROM commerce_order WHERE status = 'awaiting_payment' AND pay_by <= %s ORDER BY pay_by, id LIMIT %s{skip}"
    return [id_ for (id_,) in tx.rows(sql, (now - PAYMENT_GRACE, limit), kinds=[Kind.UUID])]
