"""How a room sells through commerce: the Seller protocol and the values it speaks.

A room above commerce (ticketing, shop) implements `Seller`; config/wiring registers it for its kind. Every method takes a batch, works in the
caller's transaction with raw SQL through the Tx, and needs a constant number of statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from grandstand.commerce.values import Appointment, Description, ItemRef, ShipTo
from grandstand.inventory.api import Cap, Want
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.api import Market
from grandstand.store.api import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How many of an item somebody would like. `seat_ids` names seats where the item has them."""

    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


class TaxPlace(StrEnum):
    """Where a sale is taxed."""

    VENUE = "venue"
    """Admission: at the venue, whoever buys."""
    SHIPPED_TO = "shipped_to"
    """Goods: where they are shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What commerce needs to know to hold, price and tax an ask.

    `unit_price` is in the market's currency; whether tax is in it follows the market (`prices_include_tax`). `wants` and `caps` are for the
    whole quantity. `country` (ISO 3166-1 alpha-2) and `region` (ISO 3166-2, empty when unknown) are the venue's for TaxPlace.VENUE, empty
    otherwise. `version` changes whenever price, conditions or `appointment` do. `hold_limit` is the most units of one line.
    """

    ref: ItemRef
    quantity: int
    seller_id: UUID
    unit_price: Money
    tax_class: str
    tax_place: TaxPlace
    country: str
    wants: tuple[Want, ...]
    caps: tuple[Cap, ...]
    hold_limit: int | None
    window: Span
    version: int
    needs_shipping: bool
    region: str = ""
    appointment: Appointment | None = None


class NoQuote(StrEnum):
    """Why an ask cannot be quoted at all."""

    UNKNOWN_ITEM = "unknown_item"
    NOT_SOLD_HERE = "not_sold_here"
    """Not listed in this market, or without a price in its currency."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotQuoted:
    """No quote, and why."""

    ref: ItemRef
    reason: NoQuote


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One paid line to fulfil. Fulfilment is idempotent by `line_id`. `person_id` is None for a guest."""

    line_id: UUID
    order_id: UUID
    sale_id: UUID
    seller_id: UUID
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...]
    hold_id: UUID
    person_id: UUID | None
    unit_price: Money
    ship_to: ShipTo | None
    shipping_code: str = ""
    """The shipping option that the buyer chose; empty where nothing is shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedLine:
    """`quantity` units of a fulfilled line are taken back: refunded or cancelled. Which ones: `unit_ids`, or the seller chooses the newest."""

    line_id: UUID
    quantity: int
    reason: str
    unit_ids: tuple[UUID, ...] = ()
    restock: bool = True
    """Whether the units are for sale again at once."""


class Seller(Protocol):
    """A room that sells one kind of item. Answers come in the order of what was asked."""

    kind: str

    def quote_many(self, tx: Tx, asks: Sequence[Ask], *, market: Market, now: datetime) -> list[Quote | NotQuoted]:
        """Price, stock and conditions of each ask in a market. Reads only."""
        ...

    def fulfil_many(self, tx: Tx, lines: Sequence[SoldLine], *, now: datetime) -> None:
        """Give the buyers what they paid for: issue tickets, open parcels. Doing it again for a line changes nothing."""
        ...

    def revoke_many(self, tx: Tx, lines: Sequence[RevokedLine], *, by: Actor, now: datetime) -> None:
        """Take back what was given. The stock itself is returned by commerce.

        Raises Refusal when a unit cannot be taken back (used), or not without being sold again (it never left).
        """
        ...

    def describe_many(self, tx: Tx, refs: Sequence[ItemRef], *, language: str) -> list[Description]:
        """Each item in words. An item that no longer exists is described as such, never left out."""
        ...

    def fulfilled_many(self, tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many units each line has been given and still has. For doctor: every paid order is fulfilled."""
        ...


# -- what has seats ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenUnits:
    """Which units of a line go back, and the seats that they have now: none for units without one."""

    line_id: UUID
    unit_ids: tuple[UUID, ...]
    seat_ids: tuple[UUID, ...]


@runtime_checkable
class Seated(Protocol):
    """What a seller whose units have seats implements besides `Seller`, so that the seats that come back are those of the units taken back."""

    def choose_many(self, tx: Tx, lines: Sequence[RevokedLine]) -> list[ChosenUnits]:
        """The units that `revoke_many` would take back, and their seats. Locks them. Raises what it would for units that are not there."""
        ...


@runtime_checkable
class CallsOff(Protocol):
    """What a seller implements besides `Seller` whose items may come to nothing between order and payment: a session is cancelled.

    An offer that is withdrawn is no such thing: an order that stands is kept.
    """

    def called_off_many(self, tx: Tx, refs: Sequence[ItemRef]) -> set[ItemRef]:
        """Those which will not take place, so that nobody pays for them any more. Reads only."""
        ...


# -- what is shipped ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one seller would ship together in one order. `items` are the lines whose quotes need shipping.

    `ship_to` is None while the buyer has not said where: then the price for the market's first territory is shown as an estimate.
    """

    seller_id: UUID
    items: tuple[tuple[ItemRef, int], ...]
    ship_to: ShipTo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """One way of shipping a parcel. `code` is stable (`standard`), `title` in the language asked for, `price` in the market's currency.

    Whether tax is in the price follows the market, as for every price.
    """

    code: str
    title: str
    price: Money
    tax_class: str


@runtime_checkable
class Ships(Protocol):
    """What a seller whose quotes may need shipping implements besides `Seller`."""

    def shipping_many(self, tx: Tx, parcels: Sequence[Parcel], *, market: Market, language: str, now: datetime) -> list[tuple[ShippingOption, ...]]:
        """The options of each parcel, the one chosen by default first; none when it is not shipped there. Reads only."""
        ...
