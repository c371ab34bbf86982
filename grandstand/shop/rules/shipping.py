"""Which rates apply to a parcel."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from grandstand.shop.values import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A row of an organisation's rates, with the countries of its zone."""

    organisation_id: UUID
    countries: tuple[str, ...]
    code: str
    names: Words
    currency: str
    up_to_g: int
    amount_minor: int
    tax_class: str
    position: int


def rates_for(rates: Sequence[Rate], *, organisation_id: UUID, country: str, currency: str, weight_g: int) -> list[Rate]:
    """One rate per way of shipping: the narrowest band that holds the weight. In the shop's order, then the cheaper first.

    A zone that names the country goes before the one for everywhere else. Too heavy for every band of a way: that way is not offered.
    """
    own = [rate for rate in rates if rate.organisation_id == organisation_id and rate.currency == currency]
    named = {countries for countries in (rate.countries for rate in rates if rate.organisation_id == organisation_id) if country in countries}
    there = [rate for rate in own if (country in rate.countries if named else not rate.countries)]
    best: dict[str, Rate] = {}
    for rate in sorted(there, key=lambda rate: rate.up_to_g):
        if weight_g <= rate.up_to_g:
            best.setdefault(rate.code, rate)
    return sorted(best.values(), key=lambda rate: (rate.position, rate.amount_minor, rate.code))
