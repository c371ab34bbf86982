"""The box office as rows: what is sold (`offers`), where the seats are (`plans`), what was issued (`tickets`), who came in (`admission`)."""

from grandstand.ticketing.models.admission import Admission, Device, Gate, Scan, SigningKey
from grandstand.ticketing.models.offers import LONGEST_DOORS_MIN, CategoryStock, Offer, OfferPrice, PriceCategory, SessionSale
from grandstand.ticketing.models.plans import PlannedSeat, SeatChange, SeatPlan, SessionSeating
from grandstand.ticketing.models.refunds import OrderNotRefunded, SessionRefund
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
    "OrderNotRefunded",
    "PlannedSeat",
    "PriceCategory",
    "Reinstatement",
    "Scan",
    "SeatChange",
    "SeatPlan",
    "SessionRefund",
    "SessionSale",
    "SessionSeating",
    "SigningKey",
    "Ticket",
    "Voiding",
]
