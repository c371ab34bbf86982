"""Holds that were taken outside of baskets, by the gate of an on-sale, become lines of their owners' baskets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.open_baskets import lines_of
from grandstand.commerce.queries.pricing import quote_all
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, put, stored_appointment
from grandstand.commerce.refusals import BasketFull, LineRefused
from grandstand.commerce.rules.orders import MOST_LINES
from grandstand.commerce.selling import Ask, NotQuoted, Quote
from grandstand.commerce.services.baskets import opened_baskets
from grandstand.commerce.values import Collecting, HeldItem, Owner
from grandstand.inventory import api as inventory
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement.api import markets_many
from grandstand.store.api import Tx, table


def collect_holds_many(tx: Tx, collectings: Sequence[Collecting], *, now: datetime) -> list[UUID | Refusal]:
    """Put what owners hold into their open baskets, at today's prices: the basket's id, or why not; all or nothing each, an owner once.

    What is in the basket already stays as it is, so doing it again changes nothing. Refused: LineRefused for a hold that is not the owner's,
    not held any more or ordered (gone), or is for something else than the item says (unknown); BasketFull. Eight statements and one quote per
    kind and market.
    """
    baskets = opened_baskets(tx, [(each.owner, each.market_code) for each in collectings], now=now)
    lines = lines_of(tx, sorted(basket.id for basket in baskets.values()))
    basket_of = _baskets_of_holds(tx, [item.hold_id for each in collectings for item in each.items])
    wanted = [(each, item) for each in collectings for item in each.items if basket_of.get(item.hold_id) != baskets[each.owner].id]
    free = inventory.holds(tx, sorted({item.hold_id for _, item in wanted if item.hold_id not in basket_of}))
    markets = markets_many(tx, sorted({basket.market_code for basket in baskets.values()}))
    asks = [(markets[baskets[each.owner].market_code], Ask(ref=item.ref, quantity=item.quantity, seat_ids=item.seat_ids)) for each, item in wanted]
    quotes = {(each.owner, item.hold_id): quote for (each, item), quote in zip(wanted, quote_all(tx, asks, now=now), strict=True)}
    answers: list[UUID | Refusal] = []
    new: list[BasketLineRow] = []
    for each in collectings:
        basket = baskets[each.owner]
        made = _lines(each, basket, quotes, free, now)
        if isinstance(made, Refusal):
            answers.append(made)
        elif len(lines[basket.id]) + len(made) > MOST_LINES:
            answers.append(BasketFull(f"A basket has {MOST_LINES} lines at most: order these first."))
        else:
            new += made
            answers.append(basket.id)
    put(tx, models.BasketLine, new)
    return answers


def _baskets_of_holds(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The basket whose line a hold is, ordered ones too: a hold is sold once."""
    return dict(tx.select_among(table(models.BasketLine), ["hold_id", "basket_id"], "hold_id", sorted(set(hold_ids))))


type _Quotes = Mapping[tuple[Owner, UUID], Quote | NotQuoted]


def _lines(
    each: Collecting, basket: BasketRow, quotes: _Quotes, holds: Mapping[UUID, inventory.Hold], now: datetime
) -> list[BasketLineRow] | Refusal:
    made = []
    for item in each.items:
        quote, hold = quotes.get((each.owner, item.hold_id)), holds.get(item.hold_id)
        if quote is None:
            continue  # it is a line already
        if isinstance(quote, NotQuoted):
            return LineRefused("This is not sold here.", reason=quote.reason.value, left=None)
        if hold is None or hold.holder != each.owner.holder or hold.state is not inventory.HoldState.HELD:
            return LineRefused("This is not set aside for you any more: choose again.", reason=inventory.Reason.GONE.value, left=None)
        if hold.wants != quote.wants:
            return LineRefused("What is set aside is something else: choose again.", reason=inventory.Reason.UNKNOWN.value, left=None)
        made.append(_line(basket, item, quote, hold, now))
    return made


def _line(basket: BasketRow, item: HeldItem, quote: Quote, hold: inventory.Hold, now: datetime) -> BasketLineRow:
    return BasketLineRow(
        id=new_id(),
        basket_id=basket.id,
        organisation_id=quote.seller_id,
        item_kind=item.ref.kind,
        item_id=item.ref.item_id,
        quantity=item.quantity,
        seat_ids=[str(seat_id) for seat_id in item.seat_ids],
        hold_id=hold.hold_id,
        hold_expires_at=hold.expires_at,
        problem="",
        unit_price_minor=quote.unit_price.minor,
        currency=quote.unit_price.currency,
        version=quote.version,
        appointment=stored_appointment(quote.appointment),
        added_at=now,
    )
