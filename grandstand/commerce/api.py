"""The door of commerce: baskets, orders, payments, refunds. Rooms above sell through its Seller protocol."""

from grandstand.commerce.facts import OrderAdopted
from grandstand.commerce.links import opens, order_key
from grandstand.commerce.queries.contacts import contacts_many
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
from grandstand.commerce.values import Contact, Description, ItemRef, ShipTo

__all__ = [
    "Ask",
    "Contact",
    "Description",
    "ItemRef",
    "NoQuote",
    "NotQuoted",
    "OrderAdopted",
    "Parcel",
    "Quote",
    "RevokedLine",
    "Seller",
    "ShipTo",
    "ShippingOption",
    "Ships",
    "SoldLine",
    "TaxPlace",
    "contacts_many",
    "opens",
    "order_key",
]
