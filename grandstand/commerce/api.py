"""The door of commerce: baskets, orders, payments, refunds. Rooms above sell through its Seller protocol."""

from grandstand.commerce.selling import (
    Ask,
    Description,
    ItemRef,
    NoQuote,
    NotQuoted,
    Quote,
    RevokedLine,
    Seller,
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
    "Quote",
    "RevokedLine",
    "Seller",
    "ShipTo",
    "SoldLine",
    "TaxPlace",
]
