"""Products as commerce sells them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from grandstand.commerce import api as commerce
from grandstand.inventory.api import Cap, Want
from grandstand.kit.actors import Actor
from grandstand.kit.money import Money
from grandstand.movement.api import Market
from grandstand.shop.queries.items import Item, PriceNow, items_by_id, listings_in, picture_path, pictures_of, prices_now
from grandstand.shop.queries.rates import rates_of
from grandstand.shop.rules.catalogue import said, variant_title
from grandstand.shop.rules.shipping import rates_for
from grandstand.shop.services.fulfilling import open_parcels_many, take_back_many
from grandstand.shop.values import ProductStatus, Unlisted, Words
from grandstand.store.api import Kind, Tx

KIND = "product"

type _Listings = dict[UUID, tuple[Unlisted | None, str]]


class Products:
    """Implements commerce's Seller and Ships. An item is a variant; its units are pieces."""

    kind = KIND

    def quote_many(self, tx: Tx, asks: Sequence[commerce.Ask], *, market: Market, now: datetime) -> list[commerce.Quote | commerce.NotQuoted]:
        """See Seller. Three statements. A person's cap counts over all variants of the product: its scope is `product:<id>`."""
        items = items_by_id(tx, sorted({ask.ref.item_id for ask in asks}))
        prices = prices_now(tx, sorted(items), currency=market.currency, now=now)
        listings = listings_in(tx, sorted({item.product_id for item in items.values()}), market_code=market.code)
        return [_quote(ask, items.get(ask.ref.item_id), prices.get(ask.ref.item_id), listings, market) for ask in asks]

    def fulfil_many(self, tx: Tx, lines: Sequence[commerce.SoldLine], *, now: datetime) -> None:
        """See Seller. Opens one parcel per sale. Seven statements."""
        open_parcels_many(tx, lines, now=now)

    def revoke_many(self, tx: Tx, lines: Sequence[commerce.RevokedLine], *, by: Actor, now: datetime) -> None:
        """See Seller. What was not shipped yet will not be. Raises TooFewUnits, NoSuchParcel, StillAtTheShop."""
        take_back_many(tx, lines, by=by, now=now)

    def describe_many(self, tx: Tx, refs: Sequence[commerce.ItemRef], *, language: str) -> list[commerce.Description]:
        """See Seller. Two statements."""
        items = items_by_id(tx, sorted({ref.item_id for ref in refs}))
        pictures = pictures_of(tx, [item.product_id for item in items.values()])
        with translation.override(language):
            return [_description(ref, items.get(ref.item_id), pictures, language) for ref in refs]

    def fulfilled_many(self, tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See Seller. One statement. Units that were refunded are not the buyer's any more, whether or not they were shipped."""
        if not line_ids:
            return {}
        where, param = tx.among("line_id", Kind.UUID, line_ids)
        return dict(tx.rows(f"SELECT line_id, quantity - revoked FROM shop_parcel_line WHERE {where}", (param,), kinds=[Kind.UUID, Kind.INT]))

    def shipping_many(
        self, tx: Tx, parcels: Sequence[commerce.Parcel], *, market: Market, language: str, now: datetime
    ) -> list[tuple[commerce.ShippingOption, ...]]:
        """See Ships. Two statements. A parcel weighs what is in it; without an address it goes to the market's first territory."""
        if not parcels:
            return []
        items = items_by_id(tx, sorted({ref.item_id for parcel in parcels for ref, _ in parcel.items}))
        rates = rates_of(tx, [parcel.seller_id for parcel in parcels])
        return [
            tuple(
                commerce.ShippingOption(
                    code=rate.code,
                    title=said(rate.names, language),
                    price=Money(minor=rate.amount_minor, currency=rate.currency),
                    tax_class=rate.tax_class,
                )
                for rate in rates_for(
                    rates,
                    organisation_id=parcel.seller_id,
                    country=parcel.ship_to.country if parcel.ship_to else market.territories[0][:2],
                    currency=market.currency,
                    weight_g=sum(items[ref.item_id].weight_g * quantity for ref, quantity in parcel.items),
                )
            )
            for parcel in parcels
        ]


def _quote(ask: commerce.Ask, item: Item | None, price: PriceNow | None, listings: _Listings, market: Market) -> commerce.Quote | commerce.NotQuoted:
    if item is None or item.status is ProductStatus.DRAFT or ask.seat_ids:
        return commerce.NotQuoted(ref=ask.ref, reason=commerce.NoQuote.UNKNOWN_ITEM)
    if item.status is ProductStatus.WITHDRAWN:
        return commerce.NotQuoted(ref=ask.ref, reason=commerce.NoQuote.WITHDRAWN)
    unlisted, _ = listings.get(item.product_id, (Unlisted.NOT_LISTED, ""))
    if unlisted is not None or price is None:
        return commerce.NotQuoted(ref=ask.ref, reason=commerce.NoQuote.NOT_SOLD_HERE)
    cap = item.cap_per_person
    return commerce.Quote(
        ref=ask.ref,
        quantity=ask.quantity,
        seller_id=item.organisation_id,
        unit_price=Money(minor=price.minor, currency=market.currency),
        tax_class=item.tax_class,
        tax_place=commerce.TaxPlace.SHIPPED_TO,
        country="",
        wants=(Want(account_id=item.account_id, quantity=ask.quantity),),
        caps=() if cap is None else (Cap(scope=f"product:{item.product_id}", limit=cap, quantity=ask.quantity),),
        hold_limit=item.limit_per_line,
        window=item.sale,
        version=item.version + price.version,
        needs_shipping=True,
    )


def _description(
    ref: commerce.ItemRef, item: Item | None, pictures: dict[UUID, list[tuple[UUID, UUID | None, Words]]], language: str
) -> commerce.Description:
    if item is None:
        return commerce.Description(ref=ref, title=gettext("A product that is no longer known"))
    own = [picture_id for picture_id, variant_id, _ in pictures.get(item.product_id, []) if variant_id == item.id]
    common = [picture_id for picture_id, variant_id, _ in pictures.get(item.product_id, []) if variant_id is None]
    shown = [*own, *common]
    return commerce.Description(
        ref=ref,
        title=said(item.names, language),
        subtitle=variant_title(item.size, item.colour_names, language),
        path=f"/shop/{item.slug}",
        picture=picture_path(shown[0]) if shown else "",
    )
