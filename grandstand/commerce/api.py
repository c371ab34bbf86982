"""The door of commerce: baskets, orders, payments, refunds. Rooms above sell through its Seller protocol."""

from grandstand.commerce.selling import (
    Ask,
    Description,
    ItemRef,
    NoQuote,
    NotQuoted,
    Parcel,
    Quote,
    RevokedLine,
    Seller,
    ShippingOption,
    Ships,
    ShipTo,
    SoldLine,
    TaxPlace,
)

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
