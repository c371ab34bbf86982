"""A basket as its buyer sees it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.queries.open_baskets import lines_of, open_baskets
from grandstand.commerce.queries.pricing import Priced, PricedBasket, PricedParcel, ToPrice, describe_all, price_baskets
from grandstand.commerce.queries.rows import BasketLineRow, appointment_of
from grandstand.commerce.rules.orders import shown_until
from grandstand.commerce.rules.tax import added, totals_of
from grandstand.commerce.selling import NotQuoted, Quote
from grandstand.commerce.values import (
    Appointment,
    Basket,
    BasketLine,
    Description,
    ItemRef,
    LineState,
    Owner,
    SellerPart,
    ShippingChoice,
    ShipTo,
    Taxed,
)
from grandstand.inventory import api as inventory
from grandstand.kit.money import Money
from grandstand.store.api import read


def find_basket(
    *, owner: Owner, language: str, now: datetime, ship_to: ShipTo | None = None, shipping: Mapping[UUID, str] | None = None
) -> Basket | None:
    """The owner's open basket at today's prices, None when they have none. `shipping` is the way chosen per seller.

    At most seven statements, apart from one quote and description per kind and one question about shipping.
    """
    with read() as tx:
        row = open_baskets(tx, [owner]).get(owner)
        if row is None:
            return None
        lines = lines_of(tx, [row.id])[row.id]
        wanted = ToPrice(basket=row, lines=lines, language=language, ship_to=ship_to, shipping=shipping or {})
        (priced,) = price_baskets(tx, [wanted], now=now)
        refs = [(ItemRef(kind=line.item_kind, item_id=line.item_id), language) for line in lines]
        described = describe_all(tx, refs)
        holds = inventory.holds(tx, sorted(line.hold_id for line in lines if line.hold_id is not None))
    seen = [_line(each, described[ref], holds, now) for each, ref in zip(priced.lines, refs, strict=True)]
    return _basket(priced, seen, estimated=ship_to is None)


def _line(each: Priced, description: Description, holds: Mapping[UUID, inventory.Hold], now: datetime) -> BasketLine:
    line, quote = each.line, each.quote
    hold = None if line.hold_id is None else holds.get(line.hold_id)
    until = None
    if hold is not None and hold.state is inventory.HoldState.HELD:
        until = shown_until(min(hold.expires_at, line.hold_expires_at or hold.expires_at))
    seen = Money(minor=line.unit_price_minor, currency=line.currency)
    if isinstance(quote, NotQuoted):
        state, problem = LineState.UNAVAILABLE, quote.reason.value
    elif until is not None and until > now:
        state, problem = LineState.HELD, ""
    elif line.problem:
        state, problem = LineState.REFUSED, line.problem
    else:
        state, problem = LineState.EXPIRED, ""
    changed = isinstance(quote, Quote) and (quote.unit_price, quote.version) != (seen, line.version)
    return BasketLine(
        line_id=line.id,
        ref=description.ref,
        quantity=line.quantity,
        seat_ids=tuple(UUID(seat_id) for seat_id in line.seat_ids),
        seller_id=line.organisation_id,
        description=description,
        unit_price=seen,
        new_price=quote.unit_price if isinstance(quote, Quote) and changed else None,
        moved_from=_moved_from(line, quote),
        taxed=each.taxed,
        state=state,
        problem=problem,
        shown_until=until if state is LineState.HELD else None,
        needs_shipping=isinstance(quote, Quote) and quote.needs_shipping,
    )


def _moved_from(line: BasketLineRow, quote: Quote | NotQuoted) -> Appointment | None:
    seen = appointment_of(line.appointment)
    if seen is None or isinstance(quote, NotQuoted) or quote.appointment is None:
        return None
    return seen if quote.appointment.moved_from(seen) else None


def _basket(priced: PricedBasket, lines: Sequence[BasketLine], *, estimated: bool) -> Basket:
    currency = priced.market.currency
    parts = [
        _part(
            seller_id,
            [line for line in lines if line.seller_id == seller_id],
            [parcel for parcel in priced.parcels if parcel.seller_id == seller_id],
            currency,
        )
        for seller_id in dict.fromkeys(line.seller_id for line in lines)
    ]
    counts = [line.shown_until for line in lines if line.shown_until is not None]
    needs_shipping = bool(priced.parcels)
    can_ship = all(parcel.chosen is not None and parcel.options[parcel.chosen][1] is not None for parcel in priced.parcels)
    return Basket(
        basket_id=priced.basket.id,
        market_code=priced.market.code,
        currency=currency,
        prices_include_tax=priced.market.prices_include_tax,
        parts=tuple(parts),
        totals=added([part.totals for part in parts], currency=currency),
        shown_until=min(counts) if counts else None,
        needs_shipping=needs_shipping,
        estimated=needs_shipping and estimated,
        ready=bool(lines) and can_ship and all(_can_be_ordered(line) for line in lines),
    )


def _can_be_ordered(line: BasketLine) -> bool:
    return line.state is LineState.HELD and line.new_price is None and line.taxed is not None


def _part(seller_id: UUID, lines: Sequence[BasketLine], parcels: Sequence[PricedParcel], currency: str) -> SellerPart:
    choices = tuple(
        ShippingChoice(code=option.code, title=option.title, taxed=amount, chosen=position == parcel.chosen)
        for parcel in parcels
        for position, (option, amount) in enumerate(parcel.options)
    )
    counted: list[Taxed | None] = [line.taxed for line in lines if line.state is not LineState.UNAVAILABLE]
    counted += [choice.taxed for choice in choices if choice.chosen]
    totals = totals_of([amount for amount in counted if amount is not None], currency=currency)
    return SellerPart(seller_id=seller_id, lines=tuple(lines), shipping=choices, totals=totals)
