"""What commerce knows of a person, and how it forgets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from grandstand.commerce import models
from grandstand.commerce.queries.documents import DocumentRow
from grandstand.commerce.queries.open_baskets import lines_of
from grandstand.commerce.queries.orders import orders_in_full
from grandstand.commerce.queries.rows import BasketRow, OrderRow, PaymentRow, RefundRow, among, found
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.values import Order, OrderStatus
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.money import Money
from grandstand.store.api import Tx


class OrdersOfPerson:
    """A people.PersonalData: baskets, and orders with their payments, refunds and papers.

    An order, its sales, payments and numbered papers stay, because book-keeping law wants them for years; they lose the person, the address
    and the names. A ticket or parcel that is still to be given is the concern of the room that gives it.
    """

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Nine statements."""
        baskets = found(tx, models.Basket, BasketRow, "person_id = %s AND state = 'open'", (person_id,))
        lines = lines_of(tx, [basket.id for basket in baskets])
        return {
            "basket": [
                {"kind": line.item_kind, "item": str(line.item_id), "quantity": line.quantity, "added_at": line.added_at.isoformat()}
                for of_basket in lines.values()
                for line in of_basket
            ],
            "orders": export_orders(tx, found(tx, models.Order, OrderRow, "person_id = %s", (person_id,))),
        }

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """Cancel what is unpaid, empty the baskets, take the person out of orders and papers."""
        orders = found(tx, models.Order, OrderRow, "person_id = %s", (person_id,))
        for order in orders:
            if order.status == OrderStatus.AWAITING_PAYMENT:
                cancel_order(tx, order_id=order.id, by=by, reason="the buyer asked to be forgotten", now=now)
        baskets = found(tx, models.Basket, BasketRow, "person_id = %s", (person_id,))
        open_ids = [basket.id for basket in baskets if basket.state == "open"]
        hold_ids = [line.hold_id for lines in lines_of(tx, open_ids).values() for line in lines if line.hold_id is not None]
        inventory.release_many(tx, sorted(hold_ids), by=by, now=now, reason="the buyer asked to be forgotten")
        tx.execute("DELETE FROM commerce_basket_line WHERE basket_id IN (SELECT id FROM commerce_basket WHERE person_id = %s)", (person_id,))
        tx.execute(
            "UPDATE commerce_document SET buyer = NULL WHERE buyer IS NOT NULL AND order_id IN (SELECT id FROM commerce_order WHERE person_id = %s)",
            (person_id,),
        )
        tx.execute(
            "UPDATE commerce_order SET person_id = NULL, basket_id = NULL, email = '', name = '', ship_to = NULL WHERE person_id = %s", (person_id,)
        )
        tx.execute("DELETE FROM commerce_basket WHERE person_id = %s", (person_id,))


def export_orders(tx: Tx, rows: Sequence[OrderRow]) -> list[Json]:
    """The orders in full, each with its payments, refunds and papers, as their buyer may read them. Six statements."""
    orders = orders_in_full(tx, rows)
    ids = [order.order_id for order in orders]
    payments = among(tx, models.Payment, PaymentRow, "order_id", ids, order_by="begun_at, id")
    refunds = among(tx, models.Refund, RefundRow, "order_id", ids, order_by="at, id")
    papers = among(tx, models.Document, DocumentRow, "order_id", ids, order_by="issued_at, id")
    return [
        _order(order)
        | {
            "payments": [_payment(row) for row in _of(order, payments)],
            "refunds": [_refund(row) for row in _of(order, refunds)],
            "papers": [_paper(row) for row in _of(order, papers)],
        }
        for order in orders
    ]


def _of[R: (PaymentRow, RefundRow, DocumentRow)](order: Order, rows: Iterable[R]) -> list[R]:
    return [row for row in rows if row.order_id == order.order_id]


def _order(order: Order) -> dict[str, Json]:
    return {
        "number": order.number,
        "status": order.status.value,
        "placed_at": order.placed_at.isoformat(),
        "paid_at": None if order.paid_at is None else order.paid_at.isoformat(),
        "total": str(order.total),
        "email": order.email,
        "name": order.name,
        "ship_to": None if order.ship_to is None else msgspec.to_builtins(order.ship_to),
        "lines": [
            {"what": line.title, "about": line.subtitle, "quantity": line.quantity, "price": str(line.unit_price), "paid": str(line.taxed.gross)}
            for sale in order.sales
            for line in sale.lines
        ],
    }


def _payment(row: PaymentRow) -> Json:
    return {
        "provider": row.provider,
        "providers_reference": row.provider_reference,
        "begun_at": row.begun_at.isoformat(),
        "amount": _money(row.amount_minor, row.currency),
        "received": _money(row.captured_minor, row.currency),
        "given_back": _money(row.refunded_minor + row.returned_minor, row.currency),
    }


def _refund(row: RefundRow) -> Json:
    return {"granted_at": row.at.isoformat(), "amount": _money(row.amount_minor, row.currency), "reason": row.reason}


def _paper(row: DocumentRow) -> Json:
    """As it was issued: seller, lines and sums, and to whom."""
    return {"kind": row.kind, "number": row.number, "issued_at": row.issued_at.isoformat(), "content": row.body, "billed_to": row.buyer}


def _money(minor: int, currency: str) -> str:
    return str(Money(minor=minor, currency=currency))
