"""Where an order stands, how long things last, what a number looks like."""

import secrets
from datetime import datetime, timedelta

from grandstand.commerce.values import OrderStatus, Taxed
from grandstand.kit.money import Money

HOLD_FOR = timedelta(minutes=15)
"""How long a basket line is set aside: long enough to choose the rest and sign up, short enough that others see it again in the same visit."""

COUNTDOWN_MARGIN = timedelta(seconds=20)
"""The countdown ends this much before the hold may be swept, so that whoever acts in its last second, over a slow network, still holds."""

PAYMENT_WINDOW = timedelta(minutes=20)
"""How long an order may be paid: a bank's extra authentication takes up to ten minutes, and a second try with another card must fit."""

PAYMENT_GRACE = timedelta(minutes=5)
"""How much longer than the payment window the holds last, because providers tell of a capture late."""

MOST_LINES = 40
"""Lines in one basket: more than any fan buys at once, few enough for one page and one invoice."""

MOST_OF_ONE = 50
"""Units in one line, where its seller sets no lower limit; inventory takes no more named seats in one wish."""

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that nobody confuses when reading them aloud."""


def new_number() -> str:
    """An order number to quote on the telephone, such as `7KQ4M-2XDPR`: says nothing about how many orders there are."""
    picked = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"{picked[:5]}-{picked[5:]}"


def shown_until(expires_at: datetime) -> datetime:
    """When the countdown that a buyer sees ends."""
    return expires_at - COUNTDOWN_MARGIN


def status_of(*, completed: bool, cancelled: bool, sent_back: bool, units: int, refunded_units: int) -> OrderStatus:
    """Where an order stands. The units are those of all its lines, ways of shipping included: what a unit cost goes back with it."""
    if sent_back:
        return OrderStatus.SENT_BACK
    if completed:
        if not refunded_units:
            return OrderStatus.PAID
        return OrderStatus.REFUNDED if refunded_units == units else OrderStatus.PARTLY_REFUNDED
    return OrderStatus.CANCELLED if cancelled else OrderStatus.AWAITING_PAYMENT


def share_of(line: Taxed, *, quantity: int, before: int, count: int) -> Taxed:
    """What `count` of a line's `quantity` units come to when `before` of them have gone back already.

    Whatever the steps, all of the quantity together comes to the line exactly.
    """
    if not (count >= 0 and before >= 0 and before + count <= quantity):
        raise ValueError(f"{before} and {count} more are not within {quantity}")

    gross, tax = line.gross.minor, line.tax.minor
    gross_before, gross_after = gross * before // quantity, gross * (before + count) // quantity
    # The tax follows the gross amount, not the count, so that a part's tax never exceeds the part.
    tax_before, tax_after = (tax * gross_before // gross, tax * gross_after // gross) if gross else (0, 0)
    currency = line.net.currency
    part = Money(minor=tax_after - tax_before, currency=currency)
    return Taxed(net=Money(minor=gross_after - gross_before, currency=currency) - part, tax=part, place=line.place, rate_bp=line.rate_bp)
