"""Whether a basket can become an order, with the reason and what to do when it cannot."""

import re
from datetime import datetime, timedelta
from typing import Any

from grandstand.commerce.payments import providers
from grandstand.commerce.queries.pricing import Priced, PricedBasket
from grandstand.commerce.queries.rows import BasketLineRow, appointment_of, stored_appointment
from grandstand.commerce.refusals import (
    BasketNotReady,
    ContactMissing,
    NameWrong,
    NotShipped,
    NoWayToPay,
    PriceChanged,
    Rescheduled,
    ShipToMissing,
    TaxUnknown,
    TotalChanged,
)
from grandstand.commerce.rules.names import has_link
from grandstand.commerce.selling import NotQuoted, Quote
from grandstand.commerce.values import Placing, Taxed
from grandstand.kit.errors import Refusal

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
"""Enough to catch a slip; whether an address exists, only a mail can tell."""

LATE = timedelta(minutes=1)
"""A hold is swept a second or so after its end. One that lives longer was prolonged by a placing that was refused: nobody gets time by that."""


def check_placing(placing: Placing, priced: PricedBasket, *, now: datetime) -> Refusal | None:
    """The first reason why this cannot be ordered as the buyer saw it, None when it can."""
    return (
        _of_lines(priced, now)
        or _of_prices(priced)
        or _of_contact(placing)
        or _of_shipping(placing, priced)
        or _of_tax(priced)
        or _of_total(placing, priced)
        or _of_payment(placing)
    )


def _of_lines(priced: PricedBasket, now: datetime) -> Refusal | None:
    if not priced.lines:
        return BasketNotReady("The basket is empty: choose something first.", lines=[])
    problems = [(each, each.quote.reason.value) for each in priced.lines if isinstance(each.quote, NotQuoted)]
    problems += [(each, each.line.problem or "expired") for each in priced.lines if isinstance(each.quote, Quote) and _is_over(each.line, now)]
    if problems:
        lines = [{"line_id": str(each.line.id), "reason": reason} for each, reason in problems]
        return BasketNotReady("Some of it cannot be ordered: take it again or leave it out.", lines=lines)
    return None


def _is_over(line: BasketLineRow, now: datetime) -> bool:
    return line.hold_id is None or line.hold_expires_at is None or line.hold_expires_at + LATE < now


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
    if not changed:
        return None
    moved = [found for each in priced.lines if (found := _moved(each))]
    if len(moved) == len(changed) and all(line["old_minor"] == line["new_minor"] for line in changed):
        return Rescheduled("It was moved to another time or place since you chose: look at it again.", lines=moved)
    return PriceChanged("Prices or conditions changed since you chose: look at them again.", lines=changed)


def _moved(each: Priced) -> dict[str, Any] | None:
    old, new = appointment_of(each.line.appointment), each.quote.appointment if isinstance(each.quote, Quote) else None
    if old is None or new is None or not new.moved_from(old):
        return None
    return {"line_id": str(each.line.id), "old": stored_appointment(old), "new": stored_appointment(new)}


def _differs(each: Priced, quote: Quote) -> bool:
    seen = (each.line.unit_price_minor, each.line.currency, each.line.version)
    return seen != (quote.unit_price.minor, quote.unit_price.currency, quote.version)


def _of_contact(placing: Placing) -> Refusal | None:
    if not _ADDRESS.fullmatch(placing.email.strip()):
        return ContactMissing("Give the e-mail address to which the order shall go.", field="email")
    if has_link(placing.name):
        return NameWrong("Write a name only: links and web addresses do not belong into one.", field="name")
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


def _of_payment(placing: Placing) -> Refusal | None:
    if placing.told.minor and not providers():
        return NoWayToPay("Nothing can be paid at the moment, so nothing is ordered: the operator has to wire a payment provider.")
    return None
