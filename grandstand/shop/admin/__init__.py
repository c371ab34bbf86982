"""The shop in the console."""

from grandstand.shop.admin.catalogue import ListingAdmin, PictureAdmin, PriceAdmin, ProductAdmin
from grandstand.shop.admin.parcels import ParcelAdmin
from grandstand.shop.admin.shipping import ShippingRateAdmin, ShippingZoneAdmin
from grandstand.shop.admin.variants import VariantAdmin

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
