"""Products as lists and their own page show them."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from grandstand.kit.money import Money
from grandstand.shop import api as shop
from grandstand.sites.words import NOTHING, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product on a tile."""

    url: str
    title: str
    sub: str
    picture_url: str
    picture_alt: str
    price: Money
    several: bool
    tone: str
    word: str
    loading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChoice:
    """A variant to choose on its product's page."""

    variant_id: UUID
    sku: str
    title: str
    colour: str
    price: Money | None
    tone: str
    word: str
    can_be_had: bool


def product_card(tile: shop.ProductTile, *, at_once: bool = False) -> ProductCard:
    """The tile of a product. `at_once`: it stands in the first row of the page, so its picture is not waited with."""
    tone, word = _stock(tile.stock, None)
    return ProductCard(
        url=reverse("sites:product", args=[tile.slug]),
        title=tile.title,
        sub=category_name(tile.category),
        picture_url=tile.picture.path if tile.picture else "",
        picture_alt=tile.picture.alt if tile.picture else "",
        price=tile.price,
        several=tile.several,
        tone=tone,
        word=word,
        loading="eager" if at_once else "lazy",
    )


def variant_choices(product: shop.Product) -> list[VariantChoice]:
    """The variants in the shop's order, those that cannot be had among them."""
    return [_choice(variant) for variant in product.variants]


def category_name(category: shop.Category) -> str:
    return {
        shop.Category.CLOTHING: gettext("Clothing"),
        shop.Category.ACCESSORIES: gettext("Accessories"),
        shop.Category.COLLECTORS: gettext("For collectors"),
        shop.Category.TOYS: gettext("Toys"),
        shop.Category.HOME: pgettext("shop", "Home"),
        shop.Category.SPORT: pgettext("shop", "Sport"),
    }[category]


def why_not_sold(reason: shop.Unlisted) -> str:
    """Why a product is not sold in the reader's market, in a sentence."""
    return {
        shop.Unlisted.NOT_GRANTED: gettext("Another shop has the right to sell it in your market."),
        shop.Unlisted.NOT_APPROVED: gettext("It has not been approved for your market yet."),
        shop.Unlisted.NOT_SHIPPED: gettext("It cannot be shipped to your market."),
        shop.Unlisted.BY_CHOICE: gettext("The shop does not sell it in your market."),
        shop.Unlisted.NOT_LISTED: gettext("The shop does not sell it in your market."),
        shop.Unlisted.NOT_PRICED: gettext("It has no price in your market's currency yet."),
        shop.Unlisted.WITHDRAWN: gettext("It is not sold any more."),
    }[reason]


def _choice(variant: shop.VariantShown) -> VariantChoice:
    tone, word = _stock(variant.stock, variant.left)
    had = variant.price is not None and variant.stock in {shop.StockState.IN_STOCK, shop.StockState.FEW_LEFT}
    return VariantChoice(
        variant_id=variant.variant_id,
        sku=variant.sku,
        title=variant.title,
        colour=variant.colour,
        price=variant.price,
        tone=tone,
        word=word,
        can_be_had=had,
    )


def _stock(stock: shop.StockState, left: int | None) -> Said:
    if stock is shop.StockState.FEW_LEFT and left:
        return "wait", ngettext("Last %(n)d", "Last %(n)d", left) % {"n": left}
    return {
        shop.StockState.IN_STOCK: NOTHING,
        shop.StockState.FEW_LEFT: ("wait", gettext("Few left")),
        shop.StockState.COMING: ("plain", gettext("Not on sale yet")),
        shop.StockState.SOLD_OUT: ("refused", gettext("Sold out")),
        shop.StockState.NOT_YET: ("plain", gettext("Not on sale yet")),
        shop.StockState.ENDED: ("plain", gettext("Sale closed")),
    }[stock]
