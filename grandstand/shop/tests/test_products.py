"""Products as buyers see them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grandstand.kit.money import Money
from grandstand.movement.api import Market
from grandstand.movement.testing import make_market, make_organisation
from grandstand.shop import api as shop
from grandstand.shop.queries.products import PAGE_LENGTH
from grandstand.shop.testing import NOW, WHY, claim, make_product, make_variant
from grandstand.store.api import Database


def _titles(market: Market, **asked: Any) -> list[str]:
    return [tile.slug for tile in shop.products(market=market, language="en", **{"now": NOW} | asked).products]


def _sold(organisation_id: UUID, slug: str, **details: Any) -> UUID:
    variant = {name: details.pop(name) for name in ("on_hand", "price_minor", "currency", "sku") if name in details}
    product = make_product(organisation_id, slug=slug, **details)
    make_variant(product, **variant)
    return product


def test_a_tile_shows_the_lowest_price_the_best_stock_and_the_first_picture(db: None) -> None:
    organisation, market = make_organisation().id, make_market()
    product = make_product(organisation, slug="lane-tee")
    make_variant(product, size="S", price_minor=2900, on_hand=0)
    make_variant(product, size="M", price_minor=1900, on_hand=4)
    [tile] = shop.products(market=market, language="zh-hans", now=NOW).products
    assert tile.picture is not None
    assert tile == shop.ProductTile(
        product_id=product,
        slug="lane-tee",
        seller_id=organisation,
        title="泳道T恤",
        category=shop.Category.CLOTHING,
        picture=shop.PictureShown(path=tile.picture.path, alt="A blue T-shirt"),
        price=Money(minor=1900, currency="EUR"),
        several=True,
        stock=shop.StockState.FEW_LEFT,
    )


def test_only_what_is_listed_priced_and_not_withdrawn_is_shown_in_a_market(database: Database) -> None:
    organisation, market = make_organisation().id, make_market()
    other = make_market(code="us", territories=("US",), currency="USD")
    _sold(organisation, "here")
    _sold(organisation, "there", markets=("us",), currency="USD")
    make_variant(make_product(organisation, slug="draft"), listed=False)
    gone = _sold(organisation, "gone")
    shop.withdraw_product(product_id=gone, **WHY)
    refused = _sold(organisation, "refused")
    shop.set_listings(product_id=refused, drafts=[shop.ListingDraft(market_code="fr", unlisted=shop.Unlisted.NOT_APPROVED)], **WHY)
    later = make_product(organisation, slug="later")
    variant = make_variant(later, listed=False, currency="USD")
    price = shop.PriceDraft(variant_id=variant, price=Money(minor=1, currency="EUR"), valid_from_at=NOW + timedelta(days=1))
    shop.set_prices(drafts=[price], **WHY)
    shop.list_product(product_id=later, **WHY)
    assert _titles(market) == ["here"]
    assert _titles(other) == ["there"]
    assert set(_titles(market, now=NOW + timedelta(days=1))) == {"here", "later"}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"mug", "scarf"}),
        ("MUG", {"mug"}),
        ("écharpe", {"scarf"}),
        ("ÉCHARPE supporters", {"scarf"}),
        ("围巾", {"scarf"}),
        ("sku-mug-1", {"mug"}),
        ("wool mug", set()),
        ("100%", {"mug"}),
        ("%", {"mug"}),
        ("_", set()),
        ("!", set()),
    ],
)
def test_a_search_finds_every_word_in_any_language(search: str, found: set[str], database: Database) -> None:
    organisation, market = make_organisation().id, make_market()
    _sold(organisation, "mug", names={"en": "Mug"}, descriptions={"en": "100% earthenware"}, sku="SKU-MUG-1")
    scarf = {"en": "Wool scarf", "fr": "Écharpe des supporters", "zh-hans": "球迷围巾"}
    _sold(organisation, "scarf", names=scarf, category=shop.Category.ACCESSORIES)
    assert set(_titles(market, search=search)) == found


def test_a_category_filters_and_the_counts_are_of_all_that_was_found(db: None) -> None:
    organisation, market = make_organisation().id, make_market()
    for n in range(3):
        _sold(organisation, f"mug-{n}", category=shop.Category.HOME)
    _sold(organisation, "cap", category=shop.Category.ACCESSORIES)
    page = shop.products(market=market, language="en", category=shop.Category.HOME, now=NOW)
    assert (page.total, len(page.products)) == (3, 3)
    assert page.counts == {shop.Category.HOME: 3, shop.Category.ACCESSORIES: 1}
    nothing = shop.products(market=market, language="en", category=shop.Category.TOYS, now=NOW)
    assert (nothing.total, nothing.products, nothing.page, nothing.pages) == (0, (), 1, 1)


def test_forty_products_need_as_many_statements_as_one_and_come_in_pages(db: None) -> None:
    organisation, market = make_organisation().id, make_market()
    counts = []
    for size in (1, 40):
        for n in range(size):
            _sold(organisation, f"product-{size}-{n}")
        with CaptureQueriesContext(connection) as queries:
            shop.products(market=market, language="en", now=NOW)
        counts.append(len(queries))
    assert counts == [6, 6]
    first = shop.products(market=market, language="en", now=NOW)
    assert (first.total, first.pages, len(first.products)) == (41, 2, PAGE_LENGTH)
    beyond = shop.products(market=market, language="en", now=NOW, page=99)
    assert (beyond.page, len(beyond.products)) == (2, 41 - PAGE_LENGTH)
    assert not {tile.slug for tile in first.products} & {tile.slug for tile in beyond.products}


def test_a_products_page_shows_its_variants_with_price_and_stock(db: None) -> None:
    organisation, market = make_organisation().id, make_market()
    product = make_product(organisation, slug="lane-tee", licensed_mark="The lanes, a mark of the Games", descriptions={"en": "Organic cotton."})
    names = {"en": "navy", "fr": "bleu marine"}
    small = make_variant(product, sku="T-S", size="S", colour="#14213d", colour_names=names, on_hand=30, position=1)
    large = make_variant(product, sku="T-L", size="L", on_hand=3, price_minor=3100, position=2)
    none = make_variant(product, sku="T-XL", size="XL", on_hand=1, position=3)
    claim(organisation, none, 1)
    with CaptureQueriesContext(connection) as queries:
        found = shop.product(slug="lane-tee", market=market, language="fr", now=NOW)
    assert len(queries) == 7
    assert (found.title, found.description, found.licensed_mark, found.not_sold) == (
        "T-shirt Couloir",
        "Organic cotton.",
        "The lanes, a mark of the Games",
        None,
    )
    first, second, third = found.variants
    assert first == shop.VariantShown(
        variant_id=small,
        sku="T-S",
        title="S, bleu marine",
        size="S",
        colour="#14213d",
        colour_name="bleu marine",
        price=Money(minor=2900, currency="EUR"),
        stock=shop.StockState.IN_STOCK,
        left=None,
    )
    assert (second.variant_id, second.price, second.stock, second.left) == (large, Money(minor=3100, currency="EUR"), shop.StockState.FEW_LEFT, 3)
    assert (third.variant_id, third.stock, third.left) == (none, shop.StockState.SOLD_OUT, None)


def test_one_range_in_two_exclusive_territories_is_sold_by_each_and_says_why_not_by_the_other(db: None) -> None:
    """The shape that the incident two-shops needs: the same product, listed only where granted, with the reason."""
    market, china = make_market(), make_market(code="cn", territories=("CN",), currency="CNY")
    product = make_product(make_organisation().id, slug="lane-tee", markets=("fr",))
    make_variant(product)
    refusal = shop.ListingDraft(market_code="cn", unlisted=shop.Unlisted.NOT_GRANTED, note="In China the official shop there sells it.")
    shop.set_listings(product_id=product, drafts=[refusal], **WHY)
    assert shop.product(slug="lane-tee", market=market, language="en", now=NOW).not_sold is None
    there = shop.product(slug="lane-tee", market=china, language="en", now=NOW)
    assert there.not_sold == shop.NotSold(reason=shop.Unlisted.NOT_GRANTED, note="In China the official shop there sells it.")
    assert [variant.price for variant in there.variants] == [None]


@pytest.mark.parametrize("state", ["draft", "unknown", "never listed", "not priced", "withdrawn"])
def test_a_product_that_cannot_be_bought_says_why_or_is_not_known(state: str, db: None) -> None:
    market = make_market()
    product = make_product(make_organisation().id, slug="lane-tee", markets=() if state == "never listed" else ("fr",))
    make_variant(product, listed=state not in {"draft", "unknown"}, currency="USD" if state == "not priced" else "EUR")
    if state == "withdrawn":
        shop.withdraw_product(product_id=product, **WHY)
    if state in {"draft", "unknown"}:
        with pytest.raises(shop.NoSuchProduct):
            shop.product(slug="lane-tee" if state == "draft" else "other", market=market, language="en", now=NOW)
        return
    found = shop.product(slug="lane-tee", market=market, language="en", now=NOW)
    expected = {"never listed": shop.Unlisted.NOT_LISTED, "not priced": shop.Unlisted.NOT_PRICED, "withdrawn": shop.Unlisted.WITHDRAWN}
    assert found.not_sold == shop.NotSold(reason=expected[state])


def test_a_sale_that_has_not_begun_or_is_over_says_so(db: None) -> None:
    market = make_market()
    product = make_product(make_organisation().id, slug="drop", sale_starts_at=NOW, sale_ends_at=NOW + timedelta(hours=1))
    make_variant(product)
    states = {
        moment: shop.product(slug="drop", market=market, language="en", now=NOW + timedelta(minutes=moment)).variants[0].stock
        for moment in (0, 59, 60)
    }
    assert states == {0: shop.StockState.IN_STOCK, 59: shop.StockState.IN_STOCK, 60: shop.StockState.ENDED}
    tiles = shop.products(market=replace(market), language="en", now=NOW).products
    assert [tile.stock for tile in tiles] == [shop.StockState.IN_STOCK]
