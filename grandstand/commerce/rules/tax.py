"""Tax: which rate, and how much. All in minor units; a rate is in hundredths of a percent (2000 is 20 %)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from grandstand.commerce.values import Taxed, TaxSum, Totals
from grandstand.kit.money import Money

WHOLE_BP = 10_000

STANDARD = "standard"
"""The class that a place falls back to when it has no rate of its own for a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate that applies at `place` (ISO 3166-1 alpha-2, or ISO 3166-2 where it is finer) from `starts_on` up to, not including, `ends_on`."""

    place: str
    tax_class: str
    rate_bp: int
    starts_on: date
    ends_on: date | None


def rate_for(rates: Iterable[Rate], *, places: Sequence[str], tax_class: str, on: date) -> Rate | None:
    """The rate of the first of `places` (finest first) that has one on that day, for the class or else the standard one; None without any.

    No rate is not a rate of zero: where nothing is taxed, an operator says so with a row of 0.
    """
    valid = {(rate.place, rate.tax_class): rate for rate in rates if rate.starts_on <= on and (rate.ends_on is None or on < rate.ends_on)}
    for place in places:
        for wanted in (tax_class, STANDARD):
            if (place, wanted) in valid:
                return valid[place, wanted]
    return None


def taxed(*, price: Money, rate: Rate, included: bool) -> Taxed:
    """A line's price, for its whole quantity, with its tax. Half a minor unit rounds up, once per line.

    `included`: the price contains the tax, and the buyer pays the price; else the tax comes on top. The price is zero or more.
    """
    if price.minor < 0:
        raise ValueError(f"a price is zero or more, not {price}: what goes back is a share of what was taxed")
    divisor = WHOLE_BP + rate.rate_bp if included else WHOLE_BP
    tax = Money(minor=_half_up(price.minor * rate.rate_bp, divisor), currency=price.currency)
    return Taxed(net=price - tax if included else price, tax=tax, place=rate.place, rate_bp=rate.rate_bp)


def totals_of(amounts: Iterable[Taxed], *, currency: str) -> Totals:
    """The sums, all and by place and rate."""
    sums: dict[tuple[str, int], TaxSum] = {}
    for amount in amounts:
        key = (amount.place, amount.rate_bp)
        before = sums.get(key) or TaxSum(place=key[0], rate_bp=key[1], net=Money.zero(currency), tax=Money.zero(currency))
        sums[key] = TaxSum(place=key[0], rate_bp=key[1], net=before.net + amount.net, tax=before.tax + amount.tax)
    taxes = tuple(sums[key] for key in sorted(sums))
    zero = Money.zero(currency)
    return Totals(net=sum((each.net for each in taxes), start=zero), tax=sum((each.tax for each in taxes), start=zero), taxes=taxes)


def added(totals: Iterable[Totals], *, currency: str) -> Totals:
    """The sums of sums."""
    parts = [Taxed(net=each.net, tax=each.tax, place=each.place, rate_bp=each.rate_bp) for total in totals for each in total.taxes]
    return totals_of(parts, currency=currency)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
