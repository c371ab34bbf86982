"""The shop in the console."""

from grandstand.shop.admin.catalogue import ListingAdmin, PictureAdmin, PriceAdmin, ProductAdmin, VariantAdmin
from grandstand.shop.admin.parcels import ParcelAdmin
from grandstand.shop.admin.shipping import ShippingRateAdmin, ShippingZoneAdmin

__all__ = [
    "ListingAdmin",
    "ParcelAdmin",
    "PictureAdmin",
    "PriceAdmin",
    "ProductAdmin",
    "ShippingRateAdmin",
    "ShippingZoneAdmin",
    "VariantAdmin",
]
