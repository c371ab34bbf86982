"""Money in minor units. Never a float, never a decimal column: SQLite's decimals are floats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Self

from babel.numbers import format_currency, get_currency_precision, list_currencies


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be added or compared: convert one first")


@cache
def _known() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def exponent(currency: str) -> int:
    """How many decimal digits the minor unit has: EUR 2, JPY 0, KWD 3. Source: CLDR, through Babel.

    Raises ValueError for a code that ISO 4217 does not know.
    """
    if currency not in _known():
        raise ValueError(f"{currency!r} is no ISO 4217 currency code: use one such as EUR, USD or CNY")
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True, kw_only=True, order=False)
class Money:
    """An amount in the minor unit of an ISO 4217 currency. May be zero or negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(minor=0, currency=currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """The amount written as a plain decimal, such as "12.50". Raises ValueError when it has more digits than the currency."""
        minor = Decimal(text).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{text} {currency} is finer than the currency's {exponent(currency)} decimal digits")
        return cls(minor=int(minor), currency=currency)

    def __add__(self, other: Self) -> Self:
        return type(self)(minor=self.minor + self._same(other), currency=self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(minor=self.minor - self._same(other), currency=self.currency)

    def __neg__(self) -> Self:
        return type(self)(minor=-self.minor, currency=self.currency)

    def __mul__(self, times: int) -> Self:
        return type(self)(minor=self.minor * times, currency=self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._same(other)

    def share(self, percent: int) -> Self:
        """`percent` hundredths of the amount, half a minor unit rounding away from zero. 0 <= percent <= 100."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a share is 0 to 100 percent, not {percent}")
        return type(self)(minor=_round_half_up(self.minor * percent, 100), currency=self.currency)

    def split(self, weights: Sequence[int]) -> list[Self]:
        """Parts in proportion to `weights` that add up to the amount exactly, by the largest remainder; ties go to the earlier part.

        Weights are >= 0 and not all zero, else ValueError.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be zero or more, and one of them more")
        sign, amount = (-1, -self.minor) if self.minor < 0 else (1, self.minor)
        floors = [amount * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % total), n))
        for n in by_remainder[: amount - sum(floors)]:
            floors[n] += 1
        return [type(self)(minor=sign * part, currency=self.currency) for part in floors]

    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def format(self, locale: str = "en") -> str:
        """As a person of `locale` writes it. Django's language codes (zh-hans) and CLDR's (zh_Hans) both work."""
        return format_currency(self.decimal(), self.currency, locale=_cldr_locale(locale))

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """The sum, zero of `currency` for none. Raises CurrencyMismatch when one amount is of another currency."""
    return sum(amounts, start=Money.zero(currency))


def _round_half_up(numerator: int, denominator: int) -> int:
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def _cldr_locale(language: str) -> str:
    language_code, _, rest = language.replace("_", "-").partition("-")
    return f"{language_code}_{rest.title() if len(rest) == 4 else rest.upper()}" if rest else language_code
