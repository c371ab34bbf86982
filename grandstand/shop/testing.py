"""For tests of this room and those above it: products that can be sold, and parcels, in one line."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.commerce.api import ItemRef, ShipTo, SoldLine
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.movement.testing import make_market
from grandstand.shop import models
from grandstand.shop.queries.items import items_by_id
from grandstand.shop.services import catalogue, shipping
from grandstand.shop.services.fulfilling import open_parcels_many
from grandstand.shop.services.selling import KIND
from grandstand.shop.values import Category, Drawing, ListingDraft, PictureDraft, PriceDraft, ProductDraft, RateDraft, VariantDraft, ZoneDraft
from grandstand.store.api import write

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")
WHY: dict[str, Any] = {"by": BY, "reason": "for a test", "now": NOW}


def make_product(organisation_id: UUID, *, markets: tuple[str, ...] = ("fr",), drawn: bool = True, **details: Any) -> UUID:
    """A T-shirt without variants, sold in these markets (opened when they are not there) once it has a variant with a price."""
    slug = details.pop("slug", f"tee-{new_id().hex[:20]}")
    names = {"en": "Lane T-shirt", "fr": "T-shirt Couloir", "zh-hans": "泳道T恤"}
    draft = ProductDraft(**{"slug": slug, "category": Category.CLOTHING, "names": names} | details)
    product_id = catalogue.create_product(organisation_id=organisation_id, draft=draft, **WHY)
    for code in set(markets) - {market.code for market in movement.markets()}:
        make_market(code=code)
    catalogue.set_listings(product_id=product_id, drafts=[ListingDraft(market_code=code) for code in markets], **WHY)
    if drawn:
        picture = PictureDraft(alt={"en": "A blue T-shirt"}, drawing=Drawing(kind="tshirt", colour="#14213d"))
        catalogue.add_picture(product_id=product_id, draft=picture, **WHY)
    return product_id


def make_variant(product_id: UUID, *, on_hand: int = 20, price_minor: int = 2900, currency: str = "EUR", listed: bool = True, **details: Any) -> UUID:
    """Twenty pieces of 200 g at 29 euro, of a product that is then listed."""
    given: dict[str, Any] = {"sku": f"SKU-{new_id().hex[:20]}", "weight_g": 200}
    draft = VariantDraft(**given | details)
    variant_id = catalogue.add_variant(product_id=product_id, draft=draft, on_hand=on_hand, **WHY)
    price = PriceDraft(variant_id=variant_id, price=Money(minor=price_minor, currency=currency), valid_from_at=NOW)
    catalogue.set_prices(drafts=[price], **WHY)
    if listed:
        catalogue.list_product(product_id=product_id, **WHY)
    return variant_id


def make_rates(organisation_id: UUID, *, countries: tuple[str, ...] = (), currency: str = "EUR") -> UUID:
    """Standard for 5 euro up to a kilogram and 9 up to five, express for 15 up to five. Without countries: everywhere."""
    zone_id = shipping.create_zone(organisation_id=organisation_id, draft=ZoneDraft(name=", ".join(countries) or "World", countries=countries), **WHY)
    for position, (code, up_to_g, minor) in enumerate([("standard", 1000, 500), ("standard", 5000, 900), ("express", 5000, 1500)]):
        names = {"en": code.title(), "fr": {"standard": "Standard", "express": "Express"}[code]}
        rate = RateDraft(code=code, names=names, price=Money(minor=minor, currency=currency), up_to_g=up_to_g, position=position)
        shipping.set_rate(zone_id=zone_id, draft=rate, **WHY)
    return zone_id


def make_ship_to(**details: Any) -> ShipTo:
    """A person's door in Paris, unless told otherwise."""
    return ShipTo(**{"name": "Ada Fan", "country": "FR", "lines": ("12 rue des Écoles",), "city": "Paris", "postal_code": "75005"} | details)


def sold_line(organisation_id: UUID, variant_id: UUID, *, quantity: int = 1, **details: Any) -> SoldLine:
    """A paid line with its stock claimed, as commerce hands it over to be fulfilled."""
    given: dict[str, Any] = {
        "line_id": new_id(),
        "order_id": new_id(),
        "sale_id": new_id(),
        "seller_id": organisation_id,
        "ref": ItemRef(kind=KIND, item_id=variant_id),
        "quantity": quantity,
        "seat_ids": (),
        "person_id": None,
        "unit_price": Money(minor=2900, currency="EUR"),
        "ship_to": make_ship_to(),
        "shipping_code": "standard",
    }
    if "hold_id" not in details:
        details["hold_id"] = claim(organisation_id, variant_id, quantity)
    return SoldLine(**given | details)


def claim(organisation_id: UUID, variant_id: UUID, quantity: int) -> UUID:
    """Units of a variant held and confirmed for somebody; returns the hold."""
    with write() as tx:
        account_id = items_by_id(tx, [variant_id])[variant_id].account_id
        wish = inventory.Wish(
            key=new_id().hex,
            organisation_id=organisation_id,
            holder="visitor:test",
            basket_id=new_id(),
            wants=(inventory.Want(account_id=account_id, quantity=quantity),),
            hold_for=timedelta(minutes=15),
        )
        [held] = inventory.hold_many(tx, [wish], now=NOW)
        assert isinstance(held, inventory.Held)
        inventory.confirm_many(tx, [held.hold_id], by=BY, now=NOW)
    return held.hold_id


def make_parcel(organisation_id: UUID, *lines: SoldLine) -> UUID:
    """A parcel to pack with these lines of one sale; with one piece of a new product when there are none."""
    sold = lines or (sold_line(organisation_id, make_variant(make_product(organisation_id))),)
    with write() as tx:
        open_parcels_many(tx, sold, now=NOW)
    return models.Parcel.objects.get(sale_id=sold[0].sale_id).id
