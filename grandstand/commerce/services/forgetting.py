"""Buyers are forgotten when nothing is left that they are needed for: names and addresses of orders, baskets of visitors."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.open_baskets import lines_of
from grandstand.commerce.queries.rows import OrderRow, SaleRow, among
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.personal import export_orders
from grandstand.commerce.values import OrderStatus
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.messaging import api as messaging
from grandstand.store.api import Change, Kind, Tx, record, table

MOST_AT_ONCE = 500
"""Orders or baskets forgotten in one transaction: a part of a second's work."""


def forget_unpaid_buyers(tx: Tx, *, kept: timedelta, by: Actor, now: datetime) -> int:
    """Take name and addresses out of up to MOST_AT_ONCE orders that were cancelled `kept` ago and never paid; return how many. Four statements.

    A person keeps seeing their order; a visitor's belongs to nobody then. Where any money came, book-keeping law wants the buyer.
    """
    rows = tx.rows(
        "SELECT id FROM commerce_order WHERE status = 'cancelled' AND captured_minor = 0 AND cancelled_at < %s "
        f"AND (email <> '' OR name <> '' OR visitor <> '' OR ship_to IS NOT NULL) ORDER BY id LIMIT %s{_skipping(tx)}",
        (now - kept, MOST_AT_ONCE),
        kinds=[Kind.UUID],
    )
    ids = [id_ for (id_,) in rows]
    columns = ["email", "name", "visitor", "ship_to"]
    tx.update(table(models.Order), [(id_, "", "", "", None) for id_ in ids], key=["id"], set_to=columns)
    _record(tx, ids, "forget_buyer", f"it was not paid within {kept.days} days", by=by, now=now)
    return len(ids)


def forget_ship_to_many(tx: Tx, order_ids: Sequence[UUID], *, reason: str, by: Actor, now: datetime) -> None:
    """Take the address out of orders whose parcels need it no more. Four statements, none without orders."""
    if not order_ids:
        return
    where, param = tx.among("id", Kind.UUID, sorted(set(order_ids)))
    rows = tx.select(table(models.Order), ["id"], f"ship_to IS NOT NULL AND {where}", (param,), order_by="id", lock=True)
    ids = [id_ for (id_,) in rows]
    tx.update(table(models.Order), [(id_, None) for id_ in ids], key=["id"], set_to=["ship_to"])
    _record(tx, ids, "forget_address", reason, by=by, now=now)


def forget_visitors_baskets(tx: Tx, *, kept: timedelta, now: datetime) -> int:
    """Delete up to MOST_AT_ONCE baskets of visitors into which nothing was put since `kept` ago; return how many. Four statements.

    One that holds something, or whose order waits for its payment and may come back to it, stays.
    """
    before = now - kept
    rows = tx.rows(
        "SELECT id FROM commerce_basket b WHERE b.visitor <> '' AND b.made_at < %s AND NOT EXISTS (SELECT 1 FROM commerce_basket_line l "
        "WHERE l.basket_id = b.id AND (l.added_at >= %s OR l.hold_expires_at >= %s)) AND NOT EXISTS (SELECT 1 FROM commerce_order o "
        f"WHERE o.basket_id = b.id AND o.status = 'awaiting_payment') ORDER BY b.id LIMIT %s{_skipping(tx)}",
        (before, before, now, MOST_AT_ONCE),
        kinds=[Kind.UUID],
    )
    ids = [id_ for (id_,) in rows]
    if ids:
        where, param = tx.among("basket_id", Kind.UUID, ids)
        tx.execute(f"UPDATE commerce_order SET basket_id = NULL WHERE {where}", (param,))
        tx.execute(f"DELETE FROM commerce_basket_line WHERE {where}", (param,))
        where, param = tx.among("id", Kind.UUID, ids)
        tx.execute(f"DELETE FROM commerce_basket WHERE {where}", (param,))
    return len(ids)


class OrderOfGuest:
    """A guests.OrderData: the order with its payments, refunds and papers, and the mails about it."""

    def export(self, tx: Tx, order_id: UUID) -> Json:
        """Eight statements."""
        rows = among(tx, models.Order, OrderRow, "id", [order_id])
        return {
            "order": export_orders(tx, rows)[0],
            "notices": messaging.export_guests_notices(tx, email=rows[0].email, about=str(order_id)) if rows[0].email else [],
        }

    def erase(self, tx: Tx, order_id: UUID, *, now: datetime, by: Actor) -> None:
        """Cancel it when it is unpaid, delete its mails and a basket that only it came from, take the guest out of the order and its papers."""
        (order,) = among(tx, models.Order, OrderRow, "id", [order_id])
        if order.status == OrderStatus.AWAITING_PAYMENT:
            cancel_order(tx, order_id=order_id, by=by, reason="the buyer asked to be forgotten", now=now)
        if order.email:
            messaging.forget_guests_notices(tx, email=order.email, about=str(order_id))
        tx.execute("UPDATE commerce_document SET buyer = NULL WHERE buyer IS NOT NULL AND order_id = %s", (order_id,))
        tx.execute("UPDATE commerce_order SET basket_id = NULL, visitor = '', email = '', name = '', ship_to = NULL WHERE id = %s", (order_id,))
        if order.basket_id is not None:
            _delete_basket(tx, order.basket_id, by=by, now=now)
        _record(tx, [order_id], "forget_buyer", "the buyer asked to be forgotten", by=by, now=now)


def _delete_basket(tx: Tx, basket_id: UUID, *, by: Actor, now: datetime) -> None:
    """Delete it with what it holds; not one that was ordered again after an order was given back to it: it is that order's too."""
    if tx.row("SELECT id FROM commerce_order WHERE basket_id = %s LIMIT 1", (basket_id,), kinds=[Kind.UUID]):
        return
    hold_ids = sorted(line.hold_id for line in lines_of(tx, [basket_id])[basket_id] if line.hold_id)
    inventory.release_many(tx, hold_ids, by=by, now=now, reason="the buyer asked to be forgotten")
    tx.execute("DELETE FROM commerce_basket_line WHERE basket_id = %s", (basket_id,))
    tx.execute("DELETE FROM commerce_basket WHERE id = %s", (basket_id,))


def _record(tx: Tx, order_ids: Sequence[UUID], action: str, reason: str, *, by: Actor, now: datetime) -> None:
    """One entry for each seller, who sees that the buyer is gone."""
    changes = [
        Change(by=by, action=action, object_type="commerce.order", object_id=sale.order_id, reason=reason, organisation_id=sale.organisation_id)
        for sale in among(tx, models.Sale, SaleRow, "order_id", order_ids)
    ]
    record(tx, changes, now=now)


def _skipping(tx: Tx) -> str:
    """What somebody else has locked is left for the next time."""
    return " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
