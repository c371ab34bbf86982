"""What the box office decides: categories, prices, how many are left, and whether the sale is open."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from grandstand.kit.money import Money, exponent
from grandstand.kit.spans import Span
from grandstand.ticketing.values import CategoryPlan, Level, Names, NewCategory, OfferStatus, Reserves, SaleState


def in_language(default: str, names: Names, language: str) -> str:
    """The text in `language` (fr-ca falls back to fr), else the default. Codes as Django writes them: zh-hans."""
    wanted = language.lower().replace("_", "-")
    while wanted:
        if names.get(wanted):
            return names[wanted]
        wanted = wanted.rpartition("-")[0]
    return default


# -- stock and price ---------------------------------------------------------------------------------------------------------------------

FOR_EVERYBODY = frozenset({"public", "accessible"})
"""Accounts whose seats anybody may buy. Those of groups (NOC:FRA, sponsor) are handed out by allocation, kill and contingency to nobody."""

FEW_UNITS, FEW_PERCENT = 50, 10
LAST_UNITS = 20
"""From here on the exact number is told; above, only that few are left, so that nobody is hurried by a number that is no hurry."""

SHARES = {"A": 25, "B": 35, "C": 40}
"""Of a session's seats, in percent, where nobody has drawn the plan yet: the best seats are the fewest."""

CATEGORIES = (
    NewCategory(code="A", name="Category A", names={"fr": "Catégorie A", "zh-hans": "甲等票"}, colour="#b4512d"),
    NewCategory(code="B", name="Category B", names={"fr": "Catégorie B", "zh-hans": "乙等票"}, colour="#2f6f73"),
    NewCategory(code="C", name="Category C", names={"fr": "Catégorie C", "zh-hans": "丙等票"}, colour="#5b5f8a"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPrice:
    """A price in one currency from an instant on."""

    minor: int
    valid_from_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceNow:
    """The price in effect, and how many came into effect so far: a number that grows with every change."""

    minor: int
    version: int


def price_now(prices: Sequence[DatedPrice], *, now: datetime) -> PriceNow | None:
    """The latest price that is valid by now; None before the first."""
    valid = [price for price in prices if price.valid_from_at <= now]
    if not valid:
        return None
    return PriceNow(minor=max(valid, key=lambda price: price.valid_from_at).minor, version=len(valid))


def level(*, free: int, on_hand: int) -> tuple[Level, int | None]:
    """How many are left, as it is told, and the number once they are few."""
    if free <= 0:
        return Level.NONE, 0
    if free <= LAST_UNITS:
        return Level.LAST, free
    return (Level.FEW if free <= max(FEW_UNITS, on_hand * FEW_PERCENT // 100) else Level.PLENTY), None


def sale_window(*, starts_at: datetime | None, ends_at: datetime | None, session_ends_at: datetime | None) -> Span:
    """When an offer is open: as it says, and never after the session."""
    ends = [instant for instant in (ends_at, session_ends_at) if instant is not None]
    last = min(ends, default=None)
    if starts_at is not None and last is not None and last <= starts_at:
        return Span(starts_at=last - timedelta(microseconds=1), ends_at=last)  # a session moved before its own sale: closed when it would open
    return Span(starts_at=starts_at, ends_at=last)


def sale_state(*, status: OfferStatus, window: Span, free: int, takes_place: bool, now: datetime) -> SaleState:
    """What a fan can do now. What ended is closed, whatever else it is; what has not begun says so before it says that it is sold out."""
    if not takes_place or status in {OfferStatus.DRAFT, OfferStatus.WITHDRAWN} or (window.ends_at is not None and window.ends_at <= now):
        return SaleState.CLOSED
    if window.starts_at is not None and now < window.starts_at:
        return SaleState.NOT_OPEN
    if status is OfferStatus.PAUSED:
        return SaleState.PAUSED
    return SaleState.OPEN if free > 0 else SaleState.SOLD_OUT


def best_state(states: Collection[SaleState]) -> SaleState:
    """What a fan can do with the best of several offers."""
    order = [SaleState.OPEN, SaleState.NOT_OPEN, SaleState.PAUSED, SaleState.SOLD_OUT, SaleState.CLOSED]
    return min(states, key=order.index, default=SaleState.CLOSED)


# -- opening the box office --------------------------------------------------------------------------------------------------------------


def set_aside(seats: int, reserves: Reserves, *, accessible: int | None = None) -> dict[str, int]:
    """How a category's seats are spread over accounts, the rest for the public; by the largest remainder, so that they add up to `seats`.

    `accessible` is how many the seat plan has for that account; None takes its share.
    """
    others = {"kill": reserves.kill_percent, "contingency": reserves.contingency_percent}
    percents = ({"accessible": reserves.accessible_percent} if accessible is None else {}) | others
    shares = {"public": 100 - sum(percents.values()), **percents}
    known = {} if accessible is None else {"accessible": accessible}
    return known | dict(zip(shares, _spread(seats - (accessible or 0), list(shares.values())), strict=True))


def category_plans(*, lowest: Money, highest: Money, seats: int, rates: Mapping[str, Decimal]) -> tuple[CategoryPlan, ...]:
    """Categories for a session of which only the lowest and highest price and the number of seats are known.

    A costs the highest price and C the lowest, as announced; B lies between them in proportion (their geometric mean), in whole units of the
    currency. With one price there is only A. Seats are spread by SHARES. `rates` say how much of a currency one unit of the announced one is;
    converted prices are rounded up to whole units, because nobody sells a ticket for 47.3141.
    """
    prices = {"A": highest} if lowest == highest else {"A": highest, "B": _between(lowest, highest), "C": lowest}
    shares = _spread(seats, [SHARES[code] for code in prices])
    return tuple(
        CategoryPlan(code=code, seats=share, prices=(price, *(converted(price, currency, rate) for currency, rate in rates.items())))
        for (code, price), share in zip(prices.items(), shares, strict=True)
        if share > 0
    )


def converted(price: Money, currency: str, rate: Decimal) -> Money:
    """The price in another currency, rounded up to its whole unit."""
    return Money(minor=math.ceil(price.decimal() * rate) * 10 ** exponent(currency), currency=currency)


def _between(lowest: Money, highest: Money) -> Money:
    unit = 10 ** exponent(lowest.currency)
    whole = Money(minor=(math.isqrt(lowest.minor * highest.minor) + unit // 2) // unit * unit, currency=lowest.currency)
    return min(max(whole, lowest), highest)


def _spread(seats: int, shares: Sequence[int]) -> list[int]:
    # Money knows how to split a whole number without losing or inventing a unit; seats are whole numbers too.
    return [part.minor for part in Money(minor=seats, currency="XXX").split(shares)]
