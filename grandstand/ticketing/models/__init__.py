"""The box office as rows: what is sold (`offers`), what was issued (`tickets`), who came in (`admission`)."""

from grandstand.ticketing.models.admission import Admission, Device, Gate, Scan, SigningKey
from grandstand.ticketing.models.offers import LONGEST_DOORS_MIN, CategoryStock, Offer, OfferPrice, PriceCategory, SessionSale
from grandstand.ticketing.models.tickets import Activation, Reinstatement, Ticket, Voiding

__all__ = [
    "LONGEST_DOORS_MIN",
    "Activation",
    "Admission",
    "CategoryStock",
    "Device",
    "Gate",
    "Offer",
    "OfferPrice",
    "PriceCategory",
    "Reinstatement",
    "Scan",
    "SessionSale",
    "SigningKey",
    "Ticket",
    "Voiding",
]
