"""What somebody bought."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.commerce.values.baskets import HeldItem
from grandstand.commerce.values.items import ItemRef, Owner, ShipTo
from grandstand.commerce.values.taxes import Taxed, Totals
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money


class OrderStatus(StrEnum):
    """Where an order stands; derived from its facts (rules.status_of) and stored."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    SENT_BACK = "sent_back"
    """Money came when the order could no longer be fulfilled, and goes back in full."""


class Nature(StrEnum):
    """What a line of a sale is for."""

    ITEM = "item"
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A sold line, taxed as a whole. `title` is as it was when sold, in the buyer's language.

    `refunded` of its `quantity` units have gone back, for `refunded_gross`.
    """

    line_id: UUID
    sale_id: UUID
    nature: Nature
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...]
    hold_id: UUID | None
    title: str
    subtitle: str
    unit_price: Money
    taxed: Taxed
    refunded: int
    refunded_gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One seller's part of an order: tenancy, invoice and ledger follow it. Documents are listed by `documents_of`."""

    sale_id: UUID
    seller_id: UUID
    lines: tuple[SaleLine, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """Who moved an order to a status, when and why."""

    status: OrderStatus
    by: Actor
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order in a list."""

    order_id: UUID
    number: str
    owner: Owner | None
    status: OrderStatus
    total: Money
    units: int
    placed_at: datetime
    pay_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderSummary):
    """An order in full. `owner` is None once the person was forgotten, and then `email`, `name` and `ship_to` are empty too.

    `captured`, `refunded` (granted to the buyer) and `paid_back` (confirmed by the provider) are sums over all payments.
    """

    email: str
    name: str
    language: str
    market_code: str
    ship_to: ShipTo | None
    sales: tuple[Sale, ...]
    totals: Totals
    captured: Money
    refunded: Money
    paid_back: Money
    paid_at: datetime | None
    history: tuple[OrderChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """A page of somebody's orders, the latest first. Pages count from 1."""

    orders: tuple[OrderSummary, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A buyer's promise to pay for their basket. `key` makes submitting again harmless.

    `shipping` is the way chosen per seller; without, the seller's first. `told` is the total that the buyer was shown: another one is refused.
    """

    key: str
    owner: Owner
    basket_id: UUID
    email: str
    name: str
    language: str
    told: Money
    ship_to: ShipTo | None = None
    shipping: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The order stands. `repeated` says that it did before this call."""

    order_id: UUID
    number: str
    total: Money
    pay_by: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """A whole purchase: `items` are held, `told` is the total that the buyer was shown, the payment goes through `provider_code`.

    `captured_as` is the provider's name of the money when it came along (a wallet's token that was charged, the test bank); without it a
    payment is opened and the buyer goes to the provider. `return_path` is where they come back to.
    """

    key: str
    owner: Owner
    market_code: str
    items: tuple[HeldItem, ...]
    email: str
    name: str
    language: str
    told: Money
    provider_code: str
    return_path: str = "/"
    captured_as: str = ""
    ship_to: ShipTo | None = None
    shipping: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """The order stands; `status` says whether it is paid. `payment_id` is None when there was nothing to pay."""

    order_id: UUID
    number: str
    total: Money
    payment_id: UUID | None
    status: OrderStatus
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to write to about an order. `person_id` is None for a guest, whose address is `email`."""

    person_id: UUID | None
    email: str
    language: str
