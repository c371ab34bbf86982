"""The box office in the console: what is sold, what was issued, the gate."""

from grandstand.ticketing.admin.gate import DeviceAdmin, GateAdmin, ScanAdmin, SigningKeyAdmin
from grandstand.ticketing.admin.offers import OfferAdmin, OfferPriceAdmin, PriceCategoryAdmin
from grandstand.ticketing.admin.sales import SessionSaleAdmin
from grandstand.ticketing.admin.tickets import TicketAdmin

__all__ = [
    "DeviceAdmin",
    "GateAdmin",
    "OfferAdmin",
    "OfferPriceAdmin",
    "PriceCategoryAdmin",
    "ScanAdmin",
    "SessionSaleAdmin",
    "SigningKeyAdmin",
    "TicketAdmin",
]
