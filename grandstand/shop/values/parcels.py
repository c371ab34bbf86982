"""Parcels: from a paid order to the buyer's door."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.commerce.values import ShipTo
from grandstand.kit.actors import Actor


class ParcelStatus(StrEnum):
    """Where a parcel is. Ways: rules.parcels."""

    TO_PACK = "to_pack"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """It came back to the shop."""
    CANCELLED = "cancelled"
    """Everything in it was refunded before it was shipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelLine:
    """What of one order line is, or was, in the parcel: `quantity` without what was refunded before it was shipped."""

    line_id: UUID
    variant_id: UUID
    sku: str
    title: str
    subtitle: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelChange:
    """Who moved a parcel to a status, when and why. Carrier and tracking number when it was shipped."""

    status: ParcelStatus
    at: datetime
    by: Actor
    reason: str
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel in full. `ship_to` is None once the address was forgotten. `history` is oldest first, its last entry is the present status."""

    parcel_id: UUID
    organisation_id: UUID
    number: str
    order_id: UUID
    person_id: UUID | None
    status: ParcelStatus
    ship_to: ShipTo | None
    shipping_code: str
    carrier: str
    tracking: str
    lines: tuple[ParcelLine, ...]
    history: tuple[ParcelChange, ...]

    @property
    def opened_at(self) -> datetime:
        """When its order was paid."""
        return self.history[0].at


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A parcel leaves with a carrier. `tracking` may be empty for a letter."""

    parcel_id: UUID
    carrier: str
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeBack:
    """A parcel came back. With `restock` what is in it can be sold again; without, it is damaged or kept aside."""

    parcel_id: UUID
    restock: bool
