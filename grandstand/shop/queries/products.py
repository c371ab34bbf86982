"""Products as buyers see them in a market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.api import Market
from grandstand.shop import models
from grandstand.shop.queries.drops import drops_to_come
from grandstand.shop.queries.items import Item, PriceNow, items_of_products, listings_in, picture_path, pictures_of, prices_now
from grandstand.shop.rules.catalogue import FEW, best_state, opens_at, said, searched, stock_state, variant_title, window
from grandstand.shop.values import (
    Category,
    Drop,
    NoSuchProduct,
    NotSold,
    PictureShown,
    Product,
    ProductPage,
    ProductStatus,
    ProductTile,
    StockState,
    Unlisted,
    VariantShown,
    Words,
)
from grandstand.store.api import Kind, Row, Tx, read, table

PAGE_LENGTH = 24
"""Divides into rows of 2, 3, 4 and 6."""

_SOLD = (
    "FROM shop_product p JOIN shop_listing l ON l.product_id = p.id AND l.market_id = %s AND l.unlisted = '' WHERE p.status = 'listed' "
    "AND EXISTS (SELECT 1 FROM shop_variant v JOIN shop_price c ON c.variant_id = v.id "
    "WHERE v.product_id = p.id AND c.currency = %s AND c.valid_from_at <= %s)"
)


def products(*, market: Market, language: str, now: datetime, category: Category | None = None, search: str = "", page: int = 1) -> ProductPage:
    """What is sold in a market, the newest first, a page at a time.

    A search finds all of the first words of `search`, in any language, anywhere in names, descriptions, marks and article numbers. Six
    statements, seven when something is out of stock, two when there is nothing.
    """
    words = searched(search)
    where = _SOLD + " AND p.search_text LIKE %s ESCAPE '!'" * len(words)
    params: list[object] = [market.code, market.currency, now, *(f"%{_escaped(word)}%" for word in words)]
    with read() as tx:
        counted = tx.rows(f"SELECT p.category, count(*) {where} GROUP BY p.category", params, kinds=[Kind.TEXT, Kind.INT])
        counts = {Category(name): count for name, count in counted}
        total = sum(counts.values()) if category is None else counts.get(category, 0)
        pages = max(1, -(-total // PAGE_LENGTH))
        page = min(max(1, page), pages)
        if category is not None:
            where, params = f"{where} AND p.category = %s", [*params, category.value]
        rows = _newest(tx, where, [*params, PAGE_LENGTH, (page - 1) * PAGE_LENGTH])
        tiles = _tiles(tx, rows, market, language, now) if rows else []
    return ProductPage(products=tuple(tiles), total=total, page=page, pages=pages, counts=counts)


def newest_products(*, market: Market, language: str, now: datetime, limit: int) -> list[ProductTile]:
    """What is sold in a market, the newest first, `limit` at most. Five statements, six when something is out of stock, one when there is none."""
    with read() as tx:
        rows = _newest(tx, _SOLD, [market.code, market.currency, now, limit, 0])
        return _tiles(tx, rows, market, language, now) if rows else []


def _newest(tx: Tx, where: str, params: Sequence[object]) -> list[Row]:
    return tx.rows(
        "SELECT p.id, p.organisation_id, p.slug, p.names, p.category, p.sale_starts_at, p.sale_ends_at "
        f"{where} ORDER BY p.created_at DESC, p.id LIMIT %s OFFSET %s",
        params,
        kinds=[Kind.UUID, Kind.UUID, Kind.TEXT, Kind.JSON, Kind.TEXT, Kind.INSTANT, Kind.INSTANT],
    )


def product(*, slug: str, market: Market, language: str, now: datetime) -> Product:
    """A product's page in a market. Where it is not sold, it says why, and its variants have no price. Seven statements. Raises NoSuchProduct."""
    columns = ["id", "organisation_id", "names", "descriptions", "category", "licensed_mark", "status", "limit_per_line", "cap_per_person"]
    with read() as tx:
        rows = tx.select(table(models.Product), [*columns, "sale_starts_at", "sale_ends_at"], "slug = %s AND status <> 'draft'", (slug,))
        if not rows:
            raise NoSuchProduct("There is no such product.", slug=slug)
        product_id, seller_id, names, descriptions, category, mark, status, limit, cap, starts_at, ends_at = rows[0]
        items = items_of_products(tx, [product_id])[product_id]
        prices = prices_now(tx, [item.id for item in items], currency=market.currency, now=now)
        listing = listings_in(tx, [product_id], market_code=market.code).get(product_id, (Unlisted.NOT_LISTED, ""))
        pictures = pictures_of(tx, [product_id]).get(product_id, [])
        stock = _stock(tx, items, all_drops=True)
    not_sold = _not_sold(ProductStatus(status), listing, prices)
    return Product(
        product_id=product_id,
        slug=slug,
        seller_id=seller_id,
        title=said(names, language),
        description=said(descriptions, language),
        category=Category(category),
        licensed_mark=mark,
        pictures=tuple(_picture(picture, language) for picture in pictures),
        variants=tuple(_variant(item, None if not_sold else prices.get(item.id), stock, market, language, now) for item in items),
        not_sold=not_sold,
        limit_per_line=limit,
        cap_per_person=cap,
        sale_starts_at=starts_at,
        sale_ends_at=ends_at,
        opens_at=min((at for item in items if (at := _opens_at(stock[item.id], item.sale, now)) is not None), default=None),
        drops=tuple(sorted((drop for each in stock.values() for drop in each.drops), key=lambda drop: (drop.released_at, drop.drop_id))),
    )


def _tiles(tx: Tx, rows: Sequence[Row], market: Market, language: str, now: datetime) -> list[ProductTile]:
    ids = [row[0] for row in rows]
    items = items_of_products(tx, ids)
    every = [item for of_product in items.values() for item in of_product]
    prices = prices_now(tx, [item.id for item in every], currency=market.currency, now=now)
    pictures = pictures_of(tx, ids)
    stock = _stock(tx, every, all_drops=False)
    tiles = []
    for product_id, seller_id, slug, names, category, starts_at, ends_at in rows:
        sold = [item for item in items[product_id] if item.id in prices]
        minors = sorted({prices[item.id].minor for item in sold})
        shown = pictures.get(product_id, [])
        tiles.append(
            ProductTile(
                product_id=product_id,
                slug=slug,
                seller_id=seller_id,
                title=said(names, language),
                category=Category(category),
                picture=_picture(shown[0], language) if shown else None,
                price=Money(minor=minors[0], currency=market.currency),
                several=len(minors) > 1,
                stock=best_state([_state(stock[item.id], window(starts_at, ends_at), now) for item in sold]),
            )
        )
    return tiles


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """What is free of a variant, and what is to be released."""

    free: int
    drops: list[Drop]


def _stock(tx: Tx, items: Sequence[Item], *, all_drops: bool) -> dict[UUID, _Stock]:
    """Per variant; what is to be released of those that nothing is free of only, unless `all_drops`. Two statements, one when none is asked for."""
    free = {account_id: stock.free for account_id, stock in inventory.availability_many(tx, [item.account_id for item in items]).items()}
    drops = drops_to_come(tx, [item for item in items if all_drops or free[item.account_id] <= 0])
    return {item.id: _Stock(free=free[item.account_id], drops=drops.get(item.id, [])) for item in items}


def _opens_at(stock: _Stock, sale: Span, now: datetime) -> datetime | None:
    return opens_at(stock.free, sale, [drop.released_at for drop in stock.drops], now=now)


def _state(stock: _Stock, sale: Span, now: datetime) -> StockState:
    return stock_state(stock.free, sale, now=now, is_coming=_opens_at(stock, sale, now) is not None)


def _picture(picture: tuple[UUID, UUID | None, Words], language: str) -> PictureShown:
    id_, variant_id, alt = picture
    return PictureShown(path=picture_path(id_), alt=said(alt, language), variant_id=variant_id)


def _variant(item: Item, price: PriceNow | None, stock: Mapping[UUID, _Stock], market: Market, language: str, now: datetime) -> VariantShown:
    free, state = stock[item.id].free, _state(stock[item.id], item.sale, now)
    return VariantShown(
        variant_id=item.id,
        sku=item.sku,
        title=variant_title(item.size, item.colour_names, language),
        size=item.size,
        colour=item.colour,
        colour_name=said(item.colour_names, language),
        price=None if price is None else Money(minor=price.minor, currency=market.currency),
        stock=state,
        left=free if state is StockState.FEW_LEFT and free <= FEW else None,
    )


def _not_sold(status: ProductStatus, listing: tuple[Unlisted | None, str], prices: Mapping[UUID, PriceNow]) -> NotSold | None:
    unlisted, note = listing
    if status is ProductStatus.WITHDRAWN:
        return NotSold(reason=Unlisted.WITHDRAWN)
    if unlisted is not None:
        return NotSold(reason=unlisted, note=note)
    return None if prices else NotSold(reason=Unlisted.NOT_PRICED)


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
