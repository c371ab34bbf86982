"""Products, as they are made and as they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money

type Words = Mapping[str, str]
"""A text by language code. English is there, and stands in for a language that is not."""


class Category(StrEnum):
    """Where in the shop a product stands."""

    CLOTHING = "clothing"
    ACCESSORIES = "accessories"
    COLLECTORS = "collectors"
    TOYS = "toys"
    HOME = "home"
    SPORT = "sport"


class ProductStatus(StrEnum):
    """A draft is seen by the shop's people alone, a listed product is sold, a withdrawn one is not any more."""

    DRAFT = "draft"
    LISTED = "listed"
    WITHDRAWN = "withdrawn"


class StockState(StrEnum):
    """What a buyer is told about stock."""

    IN_STOCK = "in_stock"
    FEW_LEFT = "few_left"
    COMING = "coming"
    """None is free now, and more are released at a set time."""
    SOLD_OUT = "sold_out"
    NOT_YET = "not_yet"
    """Its sale has not begun."""
    ENDED = "ended"
    """Its sale is over."""


class Unlisted(StrEnum):
    """Why a product is not sold in a market."""

    NOT_GRANTED = "not_granted"
    """Another organisation has the right to sell it there, or nobody has."""
    NOT_APPROVED = "not_approved"
    """The licensor has not approved it for there."""
    NOT_SHIPPED = "not_shipped"
    """It cannot be shipped there."""
    BY_CHOICE = "by_choice"
    """The shop chose not to sell it there."""
    NOT_LISTED = "not_listed"
    """Nobody has decided to sell it there."""
    NOT_PRICED = "not_priced"
    """It has no price in the market's currency."""
    WITHDRAWN = "withdrawn"
    """It is not sold anywhere any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """What the shop says about a product. `slug` is unique on the platform. `tax_class` is commerce's.

    `licensed_mark` is the mark it bears and whose it is, for people to read. `limit_per_line` is the most units of one line, `cap_per_person`
    the most one person may have of all its variants together, None for no cap. Without a start the sale is open at once, without an end for ever.
    """

    slug: str
    category: Category
    names: Words
    descriptions: Words = field(default_factory=dict)
    licensed_mark: str = ""
    tax_class: str = "standard"
    limit_per_line: int = 10
    cap_per_person: int | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """One thing that is sold and stocked: a size and colour of a product. `colour` is #rrggbb, named in `colour_names`; both may be empty.

    `sku` is unique in the organisation. `weight_g` is packed.
    """

    sku: str
    weight_g: int
    size: str = ""
    colour: str = ""
    colour_names: Words = field(default_factory=dict)
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Parameters of ui's product picture: a kind it can draw, two colours (#rrggbb), and a sport's mark or none."""

    kind: str
    colour: str
    second: str = "#f6f3ea"
    sport: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDraft:
    """A picture to add: drawn, or a file that was stored before (its name in the default storage). `alt` says what is to be seen."""

    alt: Words
    drawing: Drawing | None = None
    file: str = ""
    variant_id: UUID | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDraft:
    """What one unit of a variant costs in a currency from an instant on."""

    variant_id: UUID
    price: Money
    valid_from_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDraft:
    """Whether a product is sold in a market; when not, why, and in the shop's own words."""

    market_code: str
    unlisted: Unlisted | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Units of a variant that can be bought from `released_at` on, and not before. `released_at` is aware."""

    drop_id: UUID
    variant_id: UUID
    quantity: int
    released_at: datetime


# -- as shown ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureShown:
    """A picture by its path, which never shows another one, with its words in the reader's language."""

    path: str
    alt: str
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTile:
    """A product in a list. `price` is the lowest of its variants; `several`: there are higher ones."""

    product_id: UUID
    slug: str
    seller_id: UUID
    title: str
    category: Category
    picture: PictureShown | None
    price: Money
    several: bool
    stock: StockState


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """One page of a list. `page` counts from 1; a page behind the last is the last. `counts` are all products found, by category."""

    products: tuple[ProductTile, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[Category, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantShown:
    """A variant on its product's page. `left` is how many there are when they are few; `price` None where it is not sold."""

    variant_id: UUID
    sku: str
    title: str
    size: str
    colour: str
    colour_name: str
    price: Money | None
    stock: StockState
    left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSold:
    """Why a product is not sold in the reader's market. `note` is in the shop's words, and may be empty."""

    reason: Unlisted
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product's page. `not_sold` is None where it can be bought. Variants are in the shop's order.

    `opens_at` is from when something of it can be bought that cannot be now, None when nothing is to come; `drops` are to come, the next first.
    """

    product_id: UUID
    slug: str
    seller_id: UUID
    title: str
    description: str
    category: Category
    licensed_mark: str
    pictures: tuple[PictureShown, ...]
    variants: tuple[VariantShown, ...]
    not_sold: NotSold | None
    limit_per_line: int
    cap_per_person: int | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    opens_at: datetime | None
    drops: tuple[Drop, ...]
