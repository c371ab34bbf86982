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
    picked, rest = "", secrets.randbelow(len(_ALPHABET) ** 10)
    for _ in range(10):
        rest, letter = divmod(rest, len(_ALPHABET))
        picked += _ALPHABET[letter]
    return f"{picked[:5]}-{picked[5:]}"


def shown_until(expires_at: datetime) -> datetime:
    """When the countdown that a buyer sees ends."""
    return expires_at - COUNTDOWN_MARGIN


def status_of(
    *, completed: bool, cancelled: bool, sent_back: bool, units: int, refunded_units: int, total_minor: int, refunded_minor: int
) -> OrderStatus:
    """Where an order stands. The units are those of all its lines, ways of shipping included: what a unit cost goes back with it.

    Money may go back without units, at the provider: an order without any money left is refunded, whoever has the units.
    """
    if sent_back:
        return OrderStatus.SENT_BACK
    if completed:
        if refunded_units == units or (total_minor and refunded_minor == total_minor):
            return OrderStatus.REFUNDED
        return OrderStatus.PARTLY_REFUNDED if refunded_units or refunded_minor else OrderStatus.PAID
    return OrderStatus.CANCELLED if cancelled else OrderStatus.AWAITING_PAYMENT


def share_of(line: Taxed, *, quantity: int, before: int, count: int, gone_minor: int) -> Taxed:
    """What still goes back for `count` of a line's `quantity` units, when `before` units and `gone_minor` of its money went back already.

    Whatever the steps, all of the quantity together comes to the line exactly. Money that went back without units counts for the next ones.
    """
    if not (count >= 0 and before >= 0 and before + count <= quantity):
        raise ValueError(f"{before} and {count} more are not within {quantity}")
    return part_of(line, before_minor=gone_minor, after_minor=max(gone_minor, line.gross.minor * (before + count) // quantity))


def part_of(line: Taxed, *, before_minor: int, after_minor: int) -> Taxed:
    """The part of a line between two amounts of it, tax included."""
    gross, tax, currency = line.gross.minor, line.tax.minor, line.net.currency
    # The tax follows the gross amount, not the count, so that a part's tax never exceeds the part.
    part = Money(minor=tax * after_minor // gross - tax * before_minor // gross if gross else 0, currency=currency)
    return Taxed(net=Money(minor=after_minor - before_minor, currency=currency) - part, tax=part, place=line.place, rate_bp=line.rate_bp)
