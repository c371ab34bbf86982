"""What the shop announces."""

from dataclasses import dataclass
from uuid import UUID

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductListed(Fact):
    """A product is sold from now on, in the markets it is listed in."""

    product_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWithdrawn(Fact):
    """A product is not sold any more. What was paid for is still shipped."""

    product_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelOpened(Fact):
    """An order was paid: this is to be packed."""

    parcel_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelPacked(Fact):
    """The parcel waits for its carrier."""

    parcel_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelShipped(Fact):
    """The parcel left with a carrier, and its units left the stock."""

    parcel_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelDelivered(Fact):
    """The parcel arrived."""

    parcel_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelReturned(Fact):
    """The parcel came back to the shop."""

    parcel_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelCancelled(Fact):
    """Everything in the parcel was refunded before it was shipped."""

    parcel_id: UUID
    order_id: UUID
