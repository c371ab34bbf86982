"""What somebody is about to buy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.commerce.values.items import Appointment, Description, ItemRef, Owner
from grandstand.commerce.values.taxes import Taxed, Totals
from grandstand.kit.money import Money


class LineState(StrEnum):
    """What a buyer can do with a line of a basket."""

    HELD = "held"
    """Set aside until `shown_until`."""
    EXPIRED = "expired"
    """No longer set aside: take it again."""
    REFUSED = "refused"
    """Could not be set aside again, `problem` says why: change it or leave it out."""
    UNAVAILABLE = "unavailable"
    """Not sold in this market or at all any more: leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One item of a basket.

    `unit_price` is what the buyer saw when they took it; `new_price` is that of now when price or
    conditions have changed since, `moved_from` when and where it took place then, when that has changed.

    `shown_until` is when the countdown ends, COUNTDOWN_MARGIN before the hold may be swept. `problem` is a code of inventory.Reason or NoQuote.
    `taxed` is None where no rate is known for the place, or the line cannot be bought.
    """

    line_id: UUID
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...]
    seller_id: UUID
    description: Description
    unit_price: Money
    new_price: Money | None
    moved_from: Appointment | None
    taxed: Taxed | None
    state: LineState
    problem: str
    shown_until: datetime | None
    needs_shipping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingChoice:
    """A way of shipping a seller's parcel, with its tax. `chosen` is what the total counts."""

    code: str
    title: str
    taxed: Taxed | None
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerPart:
    """One seller's part of a basket: lines, ways of shipping (empty where nothing is shipped), sums without what cannot be bought now."""

    seller_id: UUID
    lines: tuple[BasketLine, ...]
    shipping: tuple[ShippingChoice, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A basket as the buyer sees it. `shown_until` is the earliest countdown. `ready`: an order can be placed.

    `estimated`: goods are taxed as if shipped to the market's first territory, because the buyer has not said where yet.
    """

    basket_id: UUID
    market_code: str
    currency: str
    prices_include_tax: bool
    parts: tuple[SellerPart, ...]
    totals: Totals
    shown_until: datetime | None
    needs_shipping: bool
    estimated: bool
    ready: bool

    @property
    def lines(self) -> tuple[BasketLine, ...]:
        """All lines, by seller."""
        return tuple(line for part in self.parts for line in part.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Somebody wants `quantity` of an item in their basket, made in `market_code` when they have none. `key` makes asking again harmless."""

    key: str
    owner: Owner
    market_code: str
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """A hold that was taken outside of a basket, and the item that it is for."""

    hold_id: UUID
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """An owner's holds shall be lines of their basket, made in `market_code` when they have none."""

    owner: Owner
    market_code: str
    items: tuple[HeldItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A line of the owner's basket shall have `quantity` units, of these seats where it has seats."""

    owner: Owner
    line_id: UUID
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSet:
    """A line of a basket is set aside until `expires_at`; a countdown ends at rules.shown_until of it.

    `repeated`: the answer to a key that was asked before, so that nothing was set aside now.
    """

    basket_id: UUID
    line_id: UUID
    hold_id: UUID
    expires_at: datetime
    repeated: bool = False
