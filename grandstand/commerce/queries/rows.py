"""Rows as typed values. A row class has a field per column that is needed; reading and writing go by its fields."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Model

from grandstand.commerce import models
from grandstand.commerce.values import Appointment, ShipTo
from grandstand.inventory.api import Want
from grandstand.store.api import Tx, table


def columns_of(kind: type[Any]) -> list[str]:
    """The columns that a row class stands for."""
    return [field.name for field in fields(kind)]


def found[R](tx: Tx, model: type[Model], kind: type[R], where: str, params: Sequence[Any], *, order_by: str = "id", lock: bool = False) -> list[R]:
    """Rows for which `where` holds. One statement."""
    names = columns_of(kind)
    return [kind(**dict(zip(names, row, strict=True))) for row in tx.select(table(model), names, where, params, order_by=order_by, lock=lock)]


def among[R](tx: Tx, model: type[Model], kind: type[R], key: str, values: Sequence[Any], *, order_by: str = "id", lock: bool = False) -> list[R]:
    """Rows whose `key` is one of `values`. One statement, none without values."""
    if not values:
        return []
    where, param = tx.among(key, table(model).kinds[key], sorted(set(values)))
    return found(tx, model, kind, where, (param,), order_by=order_by, lock=lock)


def put(tx: Tx, model: type[Model], rows: Sequence[Any]) -> None:
    """Insert rows of one class. One statement, none without rows."""
    if rows:
        names = columns_of(type(rows[0]))
        tx.insert(table(model), names, [*map(attrgetter(*names), rows)])


def change(tx: Tx, model: type[Model], rows: Sequence[Any], columns: Sequence[str]) -> None:
    """Write these columns of the rows, found by id. One statement, none without rows."""
    tx.update(table(model), [*map(attrgetter("id", *columns), rows)], key=["id"], set_to=columns)


@dataclass(slots=True, kw_only=True)
class BasketRow:
    id: UUID
    person_id: UUID | None
    visitor: str
    market_code: str
    state: str
    made_at: datetime


@dataclass(slots=True, kw_only=True)
class BasketLineRow:
    id: UUID
    basket_id: UUID
    organisation_id: UUID
    item_kind: str
    item_id: UUID
    quantity: int
    seat_ids: list[str]
    hold_id: UUID | None
    hold_expires_at: datetime | None
    problem: str
    unit_price_minor: int
    currency: str
    version: int
    added_at: datetime
    appointment: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class OrderRow:
    id: UUID
    number: str
    basket_id: UUID | None
    person_id: UUID | None
    visitor: str
    email: str
    name: str
    language: str
    ship_to: dict[str, Any] | None
    shipping_codes: dict[str, str]
    market_code: str
    currency: str
    total_minor: int
    status: str
    placed_at: datetime
    pay_by: datetime
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    sent_back_at: datetime | None = None
    authorised_minor: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    returned_minor: int = 0
    paid_back_minor: int = 0
    disputed_minor: int = 0


@dataclass(slots=True, kw_only=True)
class OrderChangeRow:
    id: UUID
    order_id: UUID
    status: str
    by: str
    reason: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class SaleRow:
    id: UUID
    order_id: UUID
    organisation_id: UUID
    currency: str
    net_minor: int
    tax_minor: int
    refunded_minor: int = 0
    paid_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class SaleLineRow:
    id: UUID
    sale_id: UUID
    order_id: UUID
    organisation_id: UUID
    nature: str
    item_kind: str
    item_id: UUID
    quantity: int
    seat_ids: list[str]
    wants: list[list[Any]]
    hold_id: UUID | None
    title: str
    subtitle: str
    currency: str
    unit_price_minor: int
    version: int
    net_minor: int
    tax_minor: int
    tax_place: str
    tax_rate_bp: int
    refunded_quantity: int = 0
    refunded_minor: int = 0


@dataclass(slots=True, kw_only=True)
class PaymentRow:
    id: UUID
    order_id: UUID
    provider: str
    provider_reference: str
    redirect_url: str
    return_path: str
    amount_minor: int
    currency: str
    begun_at: datetime
    fetch_due_at: datetime | None = None
    capture_due_at: datetime | None = None
    captured_minor: int = 0
    applied_minor: int = 0
    refunded_minor: int = 0
    returned_minor: int = 0


@dataclass(slots=True, kw_only=True)
class PaymentFactRow:
    id: UUID
    provider: str
    event_id: str
    kind: str
    payment_id: UUID | None
    provider_reference: str
    movement_reference: str
    refund_id: UUID | None
    amount_minor: int
    currency: str
    occurred_at: datetime
    received_at: datetime


@dataclass(slots=True, kw_only=True)
class RefundRow:
    id: UUID
    order_id: UUID
    key: str
    cause: str
    reason: str
    by: str
    at: datetime
    amount_minor: int
    currency: str


@dataclass(slots=True, kw_only=True)
class RefundLineRow:
    id: UUID
    refund_id: UUID
    sale_line_id: UUID
    quantity: int
    net_minor: int
    tax_minor: int


@dataclass(slots=True, kw_only=True)
class RefundShareRow:
    id: UUID
    refund_id: UUID
    sale_id: UUID
    organisation_id: UUID
    amount_minor: int


@dataclass(slots=True, kw_only=True)
class PaybackRow:
    id: UUID
    refund_id: UUID
    payment_id: UUID
    amount_minor: int
    state: str
    due_at: datetime
    split: list[list[Any]]
    attempts: int = 0
    error: str = ""
    provider_reference: str = ""


def orders_locked(tx: Tx, order_ids: Sequence[UUID]) -> list[OrderRow]:
    """The orders, locked in id order. Whoever writes to an order, its sales, lines, payments or refunds does this first."""
    return among(tx, models.Order, OrderRow, "id", order_ids, lock=True)


def ship_to_of(stored: dict[str, Any] | None) -> ShipTo | None:
    """An address as it is stored with an order."""
    return None if stored is None else msgspec.convert(stored, ShipTo)


def appointment_of(stored: dict[str, Any] | None) -> Appointment | None:
    """When and where an item takes place, as it is stored with a line of a basket."""
    return None if stored is None else msgspec.convert(stored, Appointment)


def stored_appointment(appointment: Appointment | None) -> dict[str, Any] | None:
    """The same, to be stored."""
    return None if appointment is None else msgspec.to_builtins(appointment)


def seats_of(stored: Sequence[str]) -> tuple[UUID, ...]:
    """Seats as they are stored with a line."""
    return tuple(UUID(seat_id) for seat_id in stored)


def stored_wants(wants: Sequence[Want]) -> list[list[Any]]:
    """What a line takes of the stock, as it is stored with a sold line."""
    return [[str(want.account_id), want.quantity, [str(seat_id) for seat_id in want.seat_ids]] for want in wants]


def wants_of(line: SaleLineRow) -> tuple[Want, ...]:
    """What the line takes of the stock."""
    return tuple(Want(account_id=UUID(account_id), quantity=quantity, seat_ids=seats_of(seats)) for account_id, quantity, seats in line.wants)
