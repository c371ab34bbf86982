"""Tables of the shop."""

from grandstand.shop.models.catalogue import (
    PICTURE_TYPES,
    CategoryName,
    Listing,
    Picture,
    Price,
    Product,
    ProductStatusName,
    UnlistedName,
    Variant,
)
from grandstand.shop.models.parcels import Parcel, ParcelChange, ParcelLine, ParcelStatusName
from grandstand.shop.models.shipping import ShippingRate, ShippingZone

__all__ = [
    "PICTURE_TYPES",
    "CategoryName",
    "Listing",
    "Parcel",
    "ParcelChange",
    "ParcelLine",
    "ParcelStatusName",
    "Picture",
    "Price",
    "Product",
    "ProductStatusName",
    "ShippingRate",
    "ShippingZone",
    "UnlistedName",
    "Variant",
]
