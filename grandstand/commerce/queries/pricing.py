"""What baskets cost now: quotes of the sellers, shipping, tax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grandstand.commerce import models
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow
from grandstand.commerce.rules.tax import Rate, rate_for, taxed
from grandstand.commerce.sellers import seller_of, the_shipper_of
from grandstand.commerce.selling import Ask, NoQuote, NotQuoted, Parcel, Quote, ShippingOption, TaxPlace
from grandstand.commerce.values import Description, ItemRef, ShipTo, Taxed
from grandstand.movement.api import Market, markets_many
from grandstand.store.api import Tx, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A line with its quote of now, for its whole quantity. `taxed` is None without a quote, or without a known rate for `places`."""

    line: BasketLineRow
    quote: Quote | NotQuoted
    places: tuple[str, ...] = ()
    taxed: Taxed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedParcel:
    """What one seller ships of one kind, and each way with its tax. No options: not shipped there. `chosen` is None when there is no such way."""

    seller_id: UUID
    kind: str
    options: tuple[tuple[ShippingOption, Taxed | None], ...]
    chosen: int | None


@dataclass(slots=True, kw_only=True)
class PricedBasket:
    """A basket at today's prices, for a place to ship to."""

    basket: BasketRow
    market: Market
    lines: list[Priced]
    parcels: list[PricedParcel] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPrice:
    """A basket to be priced. `shipping` is the way chosen per seller; without, the seller's first."""

    basket: BasketRow
    lines: Sequence[BasketLineRow]
    language: str
    ship_to: ShipTo | None = None
    shipping: Mapping[UUID, str] = field(default_factory=dict)


def price_baskets(tx: Tx, wanted: Sequence[ToPrice], *, now: datetime) -> list[PricedBasket]:
    """The baskets, in the order of what was given. Two statements, one quote per kind and market, one shipping per kind, market and language."""
    markets = markets_many(tx, sorted({each.basket.market_code for each in wanted}))
    asks = [(markets[each.basket.market_code], ask_of(line)) for each in wanted for line in each.lines]
    answers = iter(quote_all(tx, asks, now=now))
    quoted = [(each, [(line, next(answers)) for line in each.lines]) for each in wanted]
    parcels = _parcels(tx, quoted, markets, now=now)
    rates = _rates(tx)
    return [_priced(each, lines, markets[each.basket.market_code], parcels, rates, now) for each, lines in quoted]


def ask_of(line: BasketLineRow) -> Ask:
    """The question whose answer prices a line."""
    return Ask(
        ref=ItemRef(kind=line.item_kind, item_id=line.item_id),
        quantity=line.quantity,
        seat_ids=tuple(UUID(str(seat_id)) for seat_id in line.seat_ids),
    )


def quote_all(tx: Tx, asks: Sequence[tuple[Market, Ask]], *, now: datetime) -> list[Quote | NotQuoted]:
    """The sellers' quotes, in the order of the asks. A kind that nobody sells is an unknown item."""
    answers: list[Quote | NotQuoted | None] = [None] * len(asks)
    groups: dict[tuple[str, str], list[int]] = {}
    for position, (market, ask) in enumerate(asks):
        groups.setdefault((ask.ref.kind, market.code), []).append(position)
    for (kind, _), positions in sorted(groups.items()):
        market, seller = asks[positions[0]][0], seller_of(kind)
        of_group = [asks[position][1] for position in positions]
        if seller is None:
            found: Sequence[Quote | NotQuoted] = [NotQuoted(ref=ask.ref, reason=NoQuote.UNKNOWN_ITEM) for ask in of_group]
        else:
            found = seller.quote_many(tx, of_group, market=market, now=now)
        for position, quote in zip(positions, found, strict=True):
            answers[position] = quote
    return [answer for answer in answers if answer is not None]


def describe_all(tx: Tx, refs: Sequence[tuple[ItemRef, str]]) -> dict[tuple[ItemRef, str], Description]:
    """Each item in the language it is asked in. One call per kind and language."""
    groups: dict[tuple[str, str], list[ItemRef]] = {}
    for ref, language in dict.fromkeys(refs):
        groups.setdefault((ref.kind, language), []).append(ref)
    found: dict[tuple[ItemRef, str], Description] = {}
    for (kind, language), of_group in sorted(groups.items()):
        seller = seller_of(kind)
        described = (
            [Description(ref=ref, title=kind) for ref in of_group] if seller is None else seller.describe_many(tx, of_group, language=language)
        )
        found |= {(ref, language): description for ref, description in zip(of_group, described, strict=True)}
    return found


type _Quoted = tuple[ToPrice, list[tuple[BasketLineRow, Quote | NotQuoted]]]
type _ParcelKey = tuple[UUID, UUID, str]
"""Basket, seller, kind."""


def _parcels(tx: Tx, quoted: Sequence[_Quoted], markets: Mapping[str, Market], *, now: datetime) -> dict[_ParcelKey, tuple[ShippingOption, ...]]:
    """The ways of shipping what needs it."""
    groups: dict[tuple[str, str, str], dict[_ParcelKey, Parcel]] = {}
    for each, lines in quoted:
        for quote in (quote for _, quote in lines if isinstance(quote, Quote) and quote.needs_shipping):
            of_group = groups.setdefault((quote.ref.kind, each.basket.market_code, each.language), {})
            key = (each.basket.id, quote.seller_id, quote.ref.kind)
            items = of_group[key].items if key in of_group else ()
            of_group[key] = Parcel(seller_id=quote.seller_id, items=(*items, (quote.ref, quote.quantity)), ship_to=each.ship_to)
    options: dict[_ParcelKey, tuple[ShippingOption, ...]] = {}
    for (kind, market_code, language), parcels in sorted(groups.items()):
        found = the_shipper_of(kind).shipping_many(tx, list(parcels.values()), market=markets[market_code], language=language, now=now)
        options |= dict(zip(parcels, found, strict=True))
    return options


def _priced(
    each: ToPrice,
    lines: Sequence[tuple[BasketLineRow, Quote | NotQuoted]],
    market: Market,
    parcels: Mapping[_ParcelKey, tuple[ShippingOption, ...]],
    rates: Sequence[Rate],
    now: datetime,
) -> PricedBasket:
    on = now.astimezone(ZoneInfo(market.time_zone)).date()
    shipped_to = places_of(each.ship_to, market)
    priced = PricedBasket(basket=each.basket, market=market, lines=[])
    for line, quote in lines:
        if isinstance(quote, NotQuoted):
            priced.lines.append(Priced(line=line, quote=quote))
            continue
        places = _venue_of(quote) if quote.tax_place is TaxPlace.VENUE else shipped_to
        rate = rate_for(rates, places=places, tax_class=quote.tax_class, on=on)
        amount = None if rate is None else taxed(price=quote.unit_price * quote.quantity, rate=rate, included=market.prices_include_tax)
        priced.lines.append(Priced(line=line, quote=quote, places=places, taxed=amount))
    for (basket_id, seller_id, kind), options in parcels.items():
        if basket_id == each.basket.id:
            with_tax = tuple((option, _taxed_option(option, rates, shipped_to, market, on)) for option in options)
            chosen = _chosen(options, each.shipping.get(seller_id))
            priced.parcels.append(PricedParcel(seller_id=seller_id, kind=kind, options=with_tax, chosen=chosen))
    return priced


def _venue_of(quote: Quote) -> tuple[str, ...]:
    """Where admission is taxed, finest first."""
    return (quote.region, quote.country) if quote.region else (quote.country,)


def places_of(ship_to: ShipTo | None, market: Market) -> tuple[str, ...]:
    """Where goods are taxed, finest first; without an address, in the market's first territory."""
    if ship_to is None:
        return tuple(dict.fromkeys((market.territories[0], market.territories[0][:2])))
    region = (f"{ship_to.country}-{ship_to.region}",) if ship_to.region else ()
    return (*region, ship_to.country)


def _taxed_option(option: ShippingOption, rates: Sequence[Rate], places: Sequence[str], market: Market, on: date) -> Taxed | None:
    rate = rate_for(rates, places=places, tax_class=option.tax_class, on=on)
    return None if rate is None else taxed(price=option.price, rate=rate, included=market.prices_include_tax)


def _chosen(options: Sequence[ShippingOption], code: str | None) -> int | None:
    if code is None:
        return 0 if options else None
    return next((position for position, option in enumerate(options) if option.code == code), None)


def _rates(tx: Tx) -> list[Rate]:
    """All rates: a few hundred rows at most, so one statement reads them all rather than one per place."""
    columns = ["place", "tax_class", "rate_bp", "starts_on", "ends_on"]
    return [Rate(**dict(zip(columns, row, strict=True))) for row in tx.select(table(models.TaxRate), columns)]
