"""Whether a basket can become an order, with the reason and what to do when it cannot."""

import re

from grandstand.commerce.queries.pricing import Priced, PricedBasket
from grandstand.commerce.refusals import BasketNotReady, ContactMissing, NotShipped, PriceChanged, ShipToMissing, TaxUnknown, TotalChanged
from grandstand.commerce.selling import NotQuoted, Quote
from grandstand.commerce.values import Placing, Taxed
from grandstand.kit.errors import Refusal

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
"""Enough to catch a slip; whether an address exists, only a mail can tell."""


def check_placing(placing: Placing, priced: PricedBasket) -> Refusal | None:
    """The first reason why this cannot be ordered as the buyer saw it, None when it can."""
    return (
        _of_lines(priced)
        or _of_prices(priced)
        or _of_contact(placing)
        or _of_shipping(placing, priced)
        or _of_tax(priced)
        or _of_total(placing, priced)
    )


def _of_lines(priced: PricedBasket) -> Refusal | None:
    if not priced.lines:
        return BasketNotReady("The basket is empty: choose something first.", lines=[])
    problems = [(each, each.quote.reason.value) for each in priced.lines if isinstance(each.quote, NotQuoted)]
    problems += [(each, each.line.problem or "expired") for each in priced.lines if isinstance(each.quote, Quote) and each.line.hold_id is None]
    if problems:
        lines = [{"line_id": str(each.line.id), "reason": reason} for each, reason in problems]
        return BasketNotReady("Some of it cannot be ordered: take it again or leave it out.", lines=lines)
    return None


def _of_prices(priced: PricedBasket) -> Refusal | None:
    changed = [
        {
            "line_id": str(each.line.id),
            "old_minor": each.line.unit_price_minor,
            "new_minor": each.quote.unit_price.minor,
            "currency": each.quote.unit_price.currency,
        }
        for each in priced.lines
        if isinstance(each.quote, Quote) and _differs(each, each.quote)
    ]
    return PriceChanged("Prices or conditions changed since you chose: look at them again.", lines=changed) if changed else None


def _differs(each: Priced, quote: Quote) -> bool:
    seen = (each.line.unit_price_minor, each.line.currency, each.line.version)
    return seen != (quote.unit_price.minor, quote.unit_price.currency, quote.version)


def _of_contact(placing: Placing) -> Refusal | None:
    if not _ADDRESS.fullmatch(placing.email.strip()):
        return ContactMissing("Give the e-mail address to which the order shall go.", field="email")
    return None


def _of_shipping(placing: Placing, priced: PricedBasket) -> Refusal | None:
    if priced.parcels and placing.ship_to is None:
        return ShipToMissing("Say where to ship it.")
    for parcel in priced.parcels:
        if parcel.chosen is None:
            return NotShipped("This is not shipped there, or not in this way: choose another.", seller_id=str(parcel.seller_id))
    return None


def _of_tax(priced: PricedBasket) -> Refusal | None:
    for each in priced.lines:
        if isinstance(each.quote, Quote) and each.taxed is None:
            return _tax_unknown(each.places, each.quote.tax_class)
    for option, amount in (parcel.options[parcel.chosen] for parcel in priced.parcels if parcel.chosen is not None):
        if amount is None:
            return _tax_unknown((), option.tax_class)
    return None


def _tax_unknown(places: tuple[str, ...], tax_class: str) -> TaxUnknown:
    return TaxUnknown("No tax rate is known there, so nothing can be sold: the operator has to enter one.", places=list(places), tax_class=tax_class)


def _of_total(placing: Placing, priced: PricedBasket) -> Refusal | None:
    amounts: list[Taxed | None] = [each.taxed for each in priced.lines]
    amounts += [parcel.options[parcel.chosen][1] for parcel in priced.parcels if parcel.chosen is not None]
    total = sum(amount.gross.minor for amount in amounts if amount is not None)
    if (total, priced.market.currency) != (placing.told.minor, placing.told.currency):
        return TotalChanged(
            "The total is another one than you were shown: look at it again.",
            told_minor=placing.told.minor,
            total_minor=total,
            currency=priced.market.currency,
        )
    return None
