"""The door of commerce: baskets, orders, payments, refunds. Rooms above sell through its Seller protocol."""

from grandstand.commerce.selling import (
    Ask,
    NoQuote,
    NotQuoted,
    Parcel,
    Quote,
    RevokedLine,
    Seller,
    ShippingOption,
    Ships,
    SoldLine,
    TaxPlace,
)
from grandstand.commerce.values import Description, ItemRef, ShipTo

__all__ = [
    "Ask",
    "Description",
    "ItemRef",
    "NoQuote",
    "NotQuoted",
    "Parcel",
    "Quote",
    "RevokedLine",
    "Seller",
    "ShipTo",
    "ShippingOption",
    "Ships",
    "SoldLine",
    "TaxPlace",
]
