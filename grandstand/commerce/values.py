"""What crosses the door of commerce, besides what sellers speak (selling.py) and what providers speak (payments.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRef:
    """Something that can be sold: the kind of its seller (`ticket`, `product`) and the id within it (an offer, a variant)."""

    kind: str
    item_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipTo:
    """Where a parcel goes. Lines and their meaning follow the country (checked by shop's address rules before it comes here).

    `country` is ISO 3166-1 alpha-2; `region` the part of an ISO 3166-2 code behind its hyphen, where the region has one. `district` is a part of
    the city that addresses of some countries name (CN, KR, BR). `city` may be empty where the country's addresses have none (JP, HK).
    """

    name: str
    country: str
    lines: tuple[str, ...]
    city: str
    district: str = ""
    postal_code: str = ""
    region: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """An item in a person's language, for basket, receipt and notice. `path` is the page about it, without a language prefix."""

    ref: ItemRef
    title: str
    subtitle: str = ""
    path: str = ""
    picture: str = ""
    starts_at: datetime | None = None
    time_zone: str = ""
    details: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose basket or order it is: a person, or a visitor known by a random key in their session. Exactly one of both."""

    person_id: UUID | None = None
    visitor: str = ""

    def __post_init__(self) -> None:
        if (self.person_id is None) == (not self.visitor):
            raise ValueError("an owner is a person or a visitor, exactly one of both")

    @property
    def holder(self) -> str:
        """For whom inventory counts caps."""
        return f"person:{self.person_id}" if self.person_id else f"visitor:{self.visitor}"

    @property
    def actor(self) -> Actor:
        """Who does what the owner asks for."""
        return Actor.person(self.person_id) if self.person_id else Actor.visitor(self.visitor)


# -- tax ---------------------------------------------------------------------------------------------------------------------------------


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


# -- baskets -----------------------------------------------------------------------------------------------------------------------------


class LineState(StrEnum):
    """What a buyer can do with a line of a basket."""

    HELD = "held"
    """Set aside until `shown_until`."""
    EXPIRED = "expired"
    """No longer set aside: take it again."""
    REFUSED = "refused"
    """Could not be set aside again, `problem` says why: change it or leave it out."""
    UNAVAILABLE = "unavailable"
    """Not sold in this market or at all any more: leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One item of a basket. `unit_price` is what the buyer saw when they took it; `new_price` differs from it when it has changed since.

    `shown_until` is when the countdown ends, COUNTDOWN_MARGIN before the hold may be swept. `problem` is a code of inventory.Reason or NoQuote.
    `taxed` is None where no rate is known for the place, or the line cannot be bought.
    """

    line_id: UUID
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...]
    seller_id: UUID
    description: Description
    unit_price: Money
    new_price: Money | None
    taxed: Taxed | None
    state: LineState
    problem: str
    shown_until: datetime | None
    needs_shipping: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingChoice:
    """A way of shipping a seller's parcel, with its tax. `chosen` is what the total counts."""

    code: str
    title: str
    taxed: Taxed | None
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerPart:
    """One seller's part of a basket: lines, ways of shipping (empty where nothing is shipped), sums without what cannot be bought now."""

    seller_id: UUID
    lines: tuple[BasketLine, ...]
    shipping: tuple[ShippingChoice, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A basket as the buyer sees it. `shown_until` is the earliest countdown. `ready`: an order can be placed.

    `estimated`: goods are taxed as if shipped to the market's first territory, because the buyer has not said where yet.
    """

    basket_id: UUID
    market_code: str
    currency: str
    prices_include_tax: bool
    parts: tuple[SellerPart, ...]
    totals: Totals
    shown_until: datetime | None
    needs_shipping: bool
    estimated: bool
    ready: bool

    @property
    def lines(self) -> tuple[BasketLine, ...]:
        """All lines, by seller."""
        return tuple(line for part in self.parts for line in part.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Somebody wants `quantity` of an item in their basket, made in `market_code` when they have none. `key` makes asking again harmless."""

    key: str
    owner: Owner
    market_code: str
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A line of the owner's basket shall have `quantity` units, of these seats where it has seats."""

    owner: Owner
    line_id: UUID
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSet:
    """A line of a basket is set aside until `expires_at`; a countdown ends at rules.shown_until of it."""

    basket_id: UUID
    line_id: UUID
    hold_id: UUID
    expires_at: datetime


# -- orders ------------------------------------------------------------------------------------------------------------------------------


class OrderStatus(StrEnum):
    """Where an order stands; derived from its facts (rules.status_of) and stored."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    SENT_BACK = "sent_back"
    """Money came when the order could no longer be fulfilled, and goes back in full."""


class Nature(StrEnum):
    """What a line of a sale is for."""

    ITEM = "item"
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A sold line, taxed as a whole. `title` is as it was when sold, in the buyer's language.

    `refunded` of its `quantity` units have gone back, for `refunded_gross`.
    """

    line_id: UUID
    sale_id: UUID
    nature: Nature
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...]
    hold_id: UUID | None
    title: str
    subtitle: str
    unit_price: Money
    taxed: Taxed
    refunded: int
    refunded_gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One seller's part of an order: tenancy, invoice and ledger follow it. Documents are listed by `documents_of`."""

    sale_id: UUID
    seller_id: UUID
    lines: tuple[SaleLine, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """Who moved an order to a status, when and why."""

    status: OrderStatus
    by: Actor
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order in a list."""

    order_id: UUID
    number: str
    owner: Owner | None
    status: OrderStatus
    total: Money
    units: int
    placed_at: datetime
    pay_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderSummary):
    """An order in full. `owner` is None once the person was forgotten, and then `email`, `name` and `ship_to` are empty too.

    `captured`, `refunded` (granted to the buyer) and `paid_back` (confirmed by the provider) are sums over all payments.
    """

    email: str
    name: str
    language: str
    market_code: str
    ship_to: ShipTo | None
    sales: tuple[Sale, ...]
    totals: Totals
    captured: Money
    refunded: Money
    paid_back: Money
    paid_at: datetime | None
    history: tuple[OrderChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """A page of somebody's orders, the latest first. Pages count from 1."""

    orders: tuple[OrderSummary, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to write to about an order. `person_id` is None for a guest, whose address is `email`."""

    person_id: UUID | None
    email: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTotals:
    """What an organisation sold since an instant, in one currency. `gross` is with tax and shipping, before `refunded`; `units` without refunded."""

    organisation_id: UUID
    orders: int
    units: int
    gross: Money
    refunded: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A buyer's promise to pay for their basket. `key` makes submitting again harmless.

    `shipping` is the way chosen per seller; without, the seller's first. `told` is the total that the buyer was shown: another one is refused.
    """

    key: str
    owner: Owner
    basket_id: UUID
    email: str
    name: str
    language: str
    told: Money
    ship_to: ShipTo | None = None
    shipping: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The order stands. `repeated` says that it did before this call."""

    order_id: UUID
    number: str
    total: Money
    pay_by: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A payment is open at its provider: the buyer goes to `redirect_url`."""

    payment_id: UUID
    redirect_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefund:
    """So many units of a line go back. `unit_ids` names which (tickets); without, the seller chooses the newest."""

    line_id: UUID
    quantity: int
    unit_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsk:
    """A refund of a paid order: these lines (ways of shipping are lines too), or, without any, all that is left.

    `key` makes asking again harmless. With `restock` the units can be sold again; without, they were shipped and stay away.
    """

    key: str
    order_id: UUID
    reason: str
    lines: tuple[LineRefund, ...] = ()
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The refund is decided; its money travels afterwards. `repeated` says that it was decided before this call."""

    refund_id: UUID
    order_id: UUID
    amount: Money
    repeated: bool = False


class PaymentState(StrEnum):
    """What a buyer who comes back from a bank is told."""

    WAITING = "waiting"
    """The bank has told nothing yet."""
    AUTHORISED = "authorised"
    """The bank has set the money aside; it is not ours yet."""
    FAILED = "failed"
    """The try ended without money."""
    PAID = "paid"
    SENT_BACK = "sent_back"
    """The money came when the order could not be fulfilled any more, and goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProgress:
    """Where a payment stands. `redirect_url` is the provider's page, where the buyer may go on while it waits."""

    payment_id: UUID
    order_id: UUID
    owner: Owner | None
    number: str
    amount: Money
    state: PaymentState
    order_status: OrderStatus
    pay_by: datetime
    redirect_url: str
    return_path: str


class DocumentKind(StrEnum):
    """Numbered papers of a seller. Each kind has its own series without gaps, by seller and year."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A numbered paper, as listed beside an order."""

    document_id: UUID
    order_id: UUID
    seller_id: UUID
    kind: DocumentKind
    number: str
    issued_at: datetime
    total: Money
