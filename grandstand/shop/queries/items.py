"""Variants with all that decides whether and how they are sold. Raw SQL, for quotes and fulfilment as for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.kit.spans import Span
from grandstand.shop import models
from grandstand.shop.rules.catalogue import window
from grandstand.shop.values import ProductStatus, Unlisted, Words
from grandstand.store.api import Kind, Tx, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A variant and its product."""

    id: UUID
    organisation_id: UUID
    product_id: UUID
    sku: str
    size: str
    colour: str
    colour_names: Words
    weight_g: int
    account_id: UUID
    slug: str
    names: Words
    tax_class: str
    status: ProductStatus
    limit_per_line: int
    cap_per_person: int | None
    sale: Span
    version: int


_VARIANT = ["id", "organisation_id", "product_id", "sku", "size", "colour", "colour_names", "weight_g", "account_id"]
_PRODUCT = ["slug", "names", "tax_class", "status", "limit_per_line", "cap_per_person", "sale_starts_at", "sale_ends_at", "version"]


def items_by_id(tx: Tx, variant_ids: Sequence[UUID]) -> dict[UUID, Item]:
    """The variants that exist. One statement."""
    return {item.id: item for item in _items(tx, "v.id", variant_ids)}


def items_of_products(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, list[Item]]:
    """The variants of each product, in the shop's order. One statement."""
    found: dict[UUID, list[Item]] = {product_id: [] for product_id in product_ids}
    for item in _items(tx, "v.product_id", product_ids):
        found[item.product_id].append(item)
    return found


def sells_products(tx: Tx, *, now: datetime) -> bool:
    """Whether products that cost something are listed and their sale is not over. One statement."""
    sql = (
        "SELECT 1 FROM shop_product p WHERE p.status = 'listed' AND (p.sale_ends_at IS NULL OR p.sale_ends_at > %s) AND EXISTS ("
        "SELECT 1 FROM shop_variant v JOIN shop_price c ON c.variant_id = v.id WHERE v.product_id = p.id AND c.amount_minor > 0) LIMIT 1"
    )
    return tx.row(sql, (now,), kinds=[Kind.INT]) is not None


def _items(tx: Tx, key: str, values: Sequence[UUID]) -> list[Item]:
    if not values:
        return []
    where, param = tx.among(key, Kind.UUID, values)
    columns = ", ".join([*(f"v.{name}" for name in _VARIANT), *(f"p.{name}" for name in _PRODUCT)])
    rows = tx.rows(
        f"SELECT {columns} FROM shop_variant v JOIN shop_product p ON p.id = v.product_id WHERE {where} ORDER BY v.position, v.size, v.id",
        (param,),
        kinds=[*table(models.Variant).of(_VARIANT), *table(models.Product).of(_PRODUCT)],
    )
    return [_item(dict(zip([*_VARIANT, *_PRODUCT], row, strict=True))) for row in rows]


def _item(row: dict[str, object]) -> Item:
    sale = window(row.pop("sale_starts_at"), row.pop("sale_ends_at"))  # type: ignore[arg-type]  # decoded as instants
    return Item(**{**row, "sale": sale, "status": ProductStatus(str(row["status"]))})  # type: ignore[arg-type]  # decoded by the models' kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceNow:
    """A variant's price. `version` counts the prices that there have been, so it grows with each change."""

    minor: int
    version: int


def prices_now(tx: Tx, variant_ids: Sequence[UUID], *, currency: str, now: datetime) -> dict[UUID, PriceNow]:
    """The price of each variant that has one in the currency. One statement."""
    if not variant_ids:
        return {}
    where, param = tx.among("variant_id", Kind.UUID, variant_ids)
    rows = tx.select(
        table(models.Price),
        ["variant_id", "amount_minor"],
        f"{where} AND currency = %s AND valid_from_at <= %s",
        (param, currency, now),
        order_by="valid_from_at",
    )
    found: dict[UUID, PriceNow] = {}
    for variant_id, minor in rows:
        before = found.get(variant_id)
        found[variant_id] = PriceNow(minor=minor, version=1 if before is None else before.version + 1)
    return found


def listings_in(tx: Tx, product_ids: Sequence[UUID], *, market_code: str) -> dict[UUID, tuple[Unlisted | None, str]]:
    """What was decided about each product in a market: None for sold, else why not, and the shop's words. One statement."""
    if not product_ids:
        return {}
    where, param = tx.among("product_id", Kind.UUID, product_ids)
    rows = tx.select(table(models.Listing), ["product_id", "unlisted", "note"], f"{where} AND market_id = %s", (param, market_code))
    return {product_id: (Unlisted(unlisted) if unlisted else None, note) for product_id, unlisted, note in rows}


def pictures_of(tx: Tx, product_ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, UUID | None, Words]]]:
    """The pictures of each product in the shop's order: id, variant or None, alternative text. One statement."""
    found: dict[UUID, list[tuple[UUID, UUID | None, Words]]] = {}
    rows = tx.select_among(
        table(models.Picture), ["product_id", "id", "variant_id", "alt"], "product_id", sorted(set(product_ids)), order_by="position, id"
    )
    for product_id, *picture in rows:
        found.setdefault(product_id, []).append((picture[0], picture[1], picture[2]))
    return found


def picture_path(picture_id: UUID) -> str:
    """Where a picture is shown, whatever the language."""
    return f"/shop/pictures/{picture_id}"
