"""What is on sale, and how the box office is opened and run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money
from grandstand.kit.spans import Span

type Names = Mapping[str, str]
"""A text in other languages: language code (fr, zh-hans) to text, beside a default text that always exists."""


class OfferStatus(StrEnum):
    """Draft and withdrawn offers are not shown; a paused one is, and says so."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class SaleState(StrEnum):
    """What a fan can do with an offer now."""

    OPEN = "open"
    NOT_OPEN = "not_open"
    """The sale starts later."""
    CLOSED = "closed"
    """The sale or the session has ended, or the session is cancelled."""
    PAUSED = "paused"
    """The box office has stopped the sale for the moment."""
    SOLD_OUT = "sold_out"


class Level(StrEnum):
    """How many are left, as it is told: never more than there are, and the exact number once they are few."""

    PLENTY = "plenty"
    FEW = "few"
    LAST = "last"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A price category in the reader's language. `colour` is #rrggbb."""

    id: UUID
    code: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOnSale:
    """One line of a session's page: what a ticket costs in the reader's market and how many there are.

    `price` is in the market's currency, tax in it or not as the market has it. `left` is given from level LAST on. `window` is when the sale is
    open. `version` is what a quote of the same instant carries.
    """

    offer_id: UUID
    session_id: UUID
    category: Category
    account: str
    price: Money
    state: SaleState
    level: Level
    left: int | None
    window: Span
    limit_per_line: int
    cap_per_person: int
    needs_activation: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOnSale:
    """The box office of a session in one line of a schedule. `cheapest` is the lowest price that can be bought now, else the lowest at all."""

    session_id: UUID
    state: SaleState
    level: Level
    left: int | None
    cheapest: Money
    opens_at: datetime | None


# -- opening and running the box office --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCategory:
    """A price category to make where the edition has none with this code."""

    code: str
    name: str
    names: Names
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPlan:
    """The seats of one category in a session: `seats` of the reconciled plan, and the price of one in each currency.

    `accessible` says how many of them are accessible places and their companions, where a seat plan knows; else a share of them is set aside.
    """

    code: str
    seats: int
    prices: tuple[Money, ...]
    accessible: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """A session whose box office is to be opened."""

    session_id: UUID
    categories: tuple[CategoryPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """On what conditions a session is sold. `gates` are numbers, none for any gate. The sale ends with the session at the latest."""

    cap_per_person: int = 8
    limit_per_line: int = 6
    window: Span = field(default_factory=Span)
    gates: frozenset[int] = frozenset()
    needs_activation: bool = False
    doors_before_min: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """On what terms one offer is sold. `gates` are numbers, none for any gate."""

    status: OfferStatus
    cap_per_person: int
    limit_per_line: int
    window: Span
    gates: frozenset[int]
    needs_activation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserves:
    """What share of each category's seats is set aside for an account before the rest is for the public, in percent."""

    accessible_percent: int = 1
    kill_percent: int = 1
    contingency_percent: int = 2


class Skipped(StrEnum):
    """Why the box office of a session was not opened."""

    NOT_TICKETED = "not_ticketed"
    NO_PRICE = "no_price"
    NO_SEATS = "no_seats"
    CANCELLED = "cancelled"
    UNKNOWN_SESSION = "unknown_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening did. Sessions whose box office was open before are left as they are."""

    opened: tuple[UUID, ...]
    unchanged: tuple[UUID, ...]
    skipped: tuple[tuple[UUID, Skipped], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """One account of a category in a session, for the operator."""

    category_code: str
    account: str
    on_hand: int
    held: int
    claimed: int
    on_offer: bool

    @property
    def free(self) -> int:
        return self.on_hand - self.held - self.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A session's seats: what the reconciled plan has, what is for whom, and what could still be sold.

    `capacity` = `sellable` + `taken` (held or sold) + `set_aside` (free seats of accounts without an offer: kill, contingency, groups) +
    `unassigned` (seats of the plan in no account). `tickets` are those that are valid now.
    """

    session_id: UUID
    capacity: int
    sellable: int
    taken: int
    set_aside: int
    unassigned: int
    tickets: int
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """How a session sells: valid tickets, and the seats of its offers, sold ones included."""

    session_id: UUID
    session_code: str
    session_title: str
    sold: int
    seats: int
    last_sold_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesNow:
    """Sales as of `at`: tickets by the hour, each hour by its start, and the sessions that sold last."""

    at: datetime
    hours: tuple[tuple[datetime, int], ...]
    lines: tuple[SalesLine, ...]
