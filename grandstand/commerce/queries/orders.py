"""Orders as their buyers and sellers see them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.rows import OrderChangeRow, OrderRow, SaleLineRow, SaleRow, among, found, seats_of, ship_to_of
from grandstand.commerce.refusals import NoSuchOrder
from grandstand.commerce.rules.tax import added, totals_of
from grandstand.commerce.values import (
    ItemRef,
    Nature,
    Order,
    OrderChange,
    OrderPage,
    OrderStatus,
    OrderSummary,
    Owner,
    Sale,
    SaleLine,
    Taxed,
)
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money
from grandstand.store.api import Kind, Tx, kept_answers, read, table

ORDERS_A_PAGE = 20

PLACED = "commerce.place"
"""The scope of the keys under which orders are placed."""


def order(order_id: UUID, *, owner: Owner | None = None) -> Order:
    """The order; with `owner`, only theirs. Raises NoSuchOrder. Four statements."""
    with read() as tx:
        row = next(iter(among(tx, models.Order, OrderRow, "id", [order_id])), None)
        if row is None or (owner is not None and (row.person_id, row.visitor) != (owner.person_id, owner.visitor)):
            raise NoSuchOrder("There is no such order.")
        return orders_in_full(tx, [row])[0]


def orders_many(tx: Tx, order_ids: Sequence[UUID]) -> list[Order]:
    """Those of these orders that exist, in full. Four statements."""
    return orders_in_full(tx, among(tx, models.Order, OrderRow, "id", order_ids))


def order_under(key: str, *, owner: Owner) -> Order | None:
    """The order that was placed under an idempotency key; None when there is none, or not of this owner. Five statements."""
    with read() as tx:
        answer = kept_answers(tx, scope=PLACED, keys=[key]).get(key)
        rows = among(tx, models.Order, OrderRow, "id", [UUID(answer["order_id"])]) if answer is not None else []
        theirs = [row for row in rows if (row.person_id, row.visitor) == (owner.person_id, owner.visitor)]
        return next(iter(orders_in_full(tx, theirs)), None) if theirs else None


def orders_of(person_id: UUID, *, page: int = 1) -> OrderPage:
    """A page of the person's orders, ORDERS_A_PAGE long. Two statements."""
    first = (max(page, 1) - 1) * ORDERS_A_PAGE
    with read() as tx:
        rows = found(
            tx, models.Order, OrderRow, "person_id = %s", (person_id,), order_by=f"placed_at DESC, id DESC LIMIT {ORDERS_A_PAGE + 1} OFFSET {first}"
        )
        shown = rows[:ORDERS_A_PAGE]
        units = _units(tx, [row.id for row in shown])
    summaries = tuple(OrderSummary(**_summary(row, units.get(row.id, 0))) for row in shown)
    return OrderPage(orders=summaries, page=max(page, 1), has_more=len(rows) > ORDERS_A_PAGE)


def orders_in_full(tx: Tx, rows: Sequence[OrderRow]) -> list[Order]:
    """The orders with their sales, lines and history, in the order of what was given. Three statements."""
    ids = [row.id for row in rows]
    sales = _by_order(among(tx, models.Sale, SaleRow, "order_id", ids))
    lines = _by_order(among(tx, models.SaleLine, SaleLineRow, "order_id", ids))
    changes = _by_order(among(tx, models.OrderChange, OrderChangeRow, "order_id", ids))
    return [_order(row, sales[row.id], lines[row.id], changes[row.id]) for row in rows]


def _by_order[OfOrder: (SaleRow, SaleLineRow, OrderChangeRow)](rows: Sequence[OfOrder]) -> dict[UUID, list[OfOrder]]:
    found: dict[UUID, list[OfOrder]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _order(row: OrderRow, sales: Sequence[SaleRow], lines: Sequence[SaleLineRow], changes: Sequence[OrderChangeRow]) -> Order:
    in_full = tuple(_sale(sale, [line for line in lines if line.sale_id == sale.id]) for sale in sales)
    units = sum(line.quantity for line in lines if line.nature == Nature.ITEM)

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    return Order(
        **_summary(row, units),
        email=row.email,
        name=row.name,
        language=row.language,
        market_code=row.market_code,
        ship_to=ship_to_of(row.ship_to),
        sales=in_full,
        totals=added([sale.totals for sale in in_full], currency=row.currency),
        captured=money(row.captured_minor),
        refunded=money(row.refunded_minor + row.returned_minor),
        paid_back=money(row.paid_back_minor),
        paid_at=row.completed_at,
        history=tuple(
            OrderChange(status=OrderStatus(change.status), by=Actor.parse(change.by), reason=change.reason, at=change.at) for change in changes
        ),
    )


def _summary(row: OrderRow, units: int) -> dict[str, Any]:
    has_owner = row.person_id is not None or row.visitor
    return {
        "order_id": row.id,
        "number": row.number,
        "owner": Owner(person_id=row.person_id, visitor=row.visitor) if has_owner else None,
        "status": OrderStatus(row.status),
        "total": Money(minor=row.total_minor, currency=row.currency),
        "units": units,
        "placed_at": row.placed_at,
        "pay_by": row.pay_by,
    }


def _sale(row: SaleRow, lines: Sequence[SaleLineRow]) -> Sale:
    sold = tuple(sale_line(line) for line in lines)
    return Sale(sale_id=row.id, seller_id=row.organisation_id, lines=sold, totals=totals_of([line.taxed for line in sold], currency=row.currency))


def sale_line(row: SaleLineRow) -> SaleLine:
    """A row as it may leave this room."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=row.currency)

    return SaleLine(
        line_id=row.id,
        sale_id=row.sale_id,
        nature=Nature(row.nature),
        ref=ItemRef(kind=row.item_kind, item_id=row.item_id),
        quantity=row.quantity,
        seat_ids=seats_of(row.seat_ids),
        hold_id=row.hold_id,
        title=row.title,
        subtitle=row.subtitle,
        unit_price=money(row.unit_price_minor),
        taxed=Taxed(net=money(row.net_minor), tax=money(row.tax_minor), place=row.tax_place, rate_bp=row.tax_rate_bp),
        refunded=row.refunded_quantity,
        refunded_gross=money(row.refunded_minor),
    )


def _units(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    if not order_ids:
        return {}
    where, param = tx.among("order_id", table(models.SaleLine).kinds["order_id"], order_ids)
    rows = tx.rows(
        f"SELECT order_id, CAST(SUM(quantity) AS bigint) FROM commerce_sale_line WHERE nature = 'item' AND {where} GROUP BY order_id",
        (param,),
        kinds=[Kind.UUID, Kind.INT],
    )
    return dict(rows)
