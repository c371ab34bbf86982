"""Amounts with their tax."""

from dataclasses import dataclass
from datetime import date

from grandstand.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxed:
    """An amount with its tax. `place` is where it is taxed (ISO 3166), `rate_bp` the rate in hundredths of a percent; gross = net + tax."""

    net: Money
    tax: Money
    place: str
    rate_bp: int

    @property
    def gross(self) -> Money:
        """What the buyer pays."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSum:
    """All of one seller's amounts that are taxed at one place and rate."""

    place: str
    rate_bp: int
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a set of lines comes to. `taxes` by place and rate, in that order."""

    net: Money
    tax: Money
    taxes: tuple[TaxSum, ...]

    @property
    def gross(self) -> Money:
        """What the buyer pays."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTaxRate:
    """A rate to apply at a place (ISO 3166-1 alpha-2, or ISO 3166-2) from a day on, in hundredths of a percent, with where it is written."""

    place: str
    tax_class: str
    rate_bp: int
    starts_on: date
    source: str
