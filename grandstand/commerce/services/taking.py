"""Set the lines of baskets aside, through inventory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grandstand.commerce.queries.open_baskets import owner_of
from grandstand.commerce.queries.pricing import ask_of, quote_all
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, stored_appointment
from grandstand.commerce.refusals import LineRefused
from grandstand.commerce.rules.orders import MOST_OF_ONE
from grandstand.commerce.selling import NotQuoted, Quote
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Market
from grandstand.store.api import Tx

BY = Actor.system("keep_baskets")

TAKEN = [
    *("hold_id", "hold_expires_at", "problem", "organisation_id", "version", "appointment"),
    *("unit_price_minor", "currency", "quantity", "seat_ids"),
]
"""The columns that taking a line changes."""


@dataclass(slots=True, kw_only=True)
class Take:
    """A line as it shall be: its `quantity` and seats are the wanted ones, its hold and price still those of before.

    When it can be set aside, hold, price and version are those of now; when not, the row keeps what it had and `refusal` says why.
    """

    basket: BasketRow
    line: BasketLineRow
    hold_for: timedelta
    refusal: LineRefused | None = None


def take_many(tx: Tx, takes: Sequence[Take], *, markets: Mapping[str, Market], now: datetime) -> None:
    """Set the lines aside in place of what they held before; each on its own, a refused one keeps its old hold.

    Lines without a hold need one call of inventory for all together. Lines with one give it back and take anew within a savepoint; while one of
    them is refused, the savepoint is undone and the others tried without it: one more round per refused line at most.
    """
    quotes = _quotes(tx, takes, markets, now=now)
    fresh = [n for n in quotes if takes[n].line.hold_id is None]
    pending = [n for n in quotes if takes[n].line.hold_id is not None]
    if pending:
        held = [hold_id for n in pending if (hold_id := takes[n].line.hold_id) is not None]
        inventory.lock_exchange(tx, held, [_wish(takes[n], quote) for n, quote in quotes.items()])
    _hold(tx, [takes[n] for n in fresh], [quotes[n] for n in fresh], now=now)
    while pending:
        with tx.savepoint("commerce_take") as undo:
            before = [takes[n].line.hold_id for n in pending]
            inventory.release_many(tx, sorted(hold_id for hold_id in before if hold_id), by=BY, now=now, reason="the buyer changed the line")
            _hold(tx, [takes[n] for n in pending], [quotes[n] for n in pending], now=now)
            refused = [n for n in pending if takes[n].refusal is not None]
            if not refused:
                return
            undo()
            for n, hold_id in zip(pending, before, strict=True):
                takes[n].line.hold_id = hold_id
            pending = [n for n in pending if n not in refused]


def _quotes(tx: Tx, takes: Sequence[Take], markets: Mapping[str, Market], *, now: datetime) -> dict[int, Quote]:
    quotes: dict[int, Quote] = {}
    asks = [(markets[take.basket.market_code], ask_of(take.line)) for take in takes]
    for n, quote in enumerate(quote_all(tx, asks, now=now)):
        if isinstance(quote, NotQuoted):
            takes[n].refusal = LineRefused("This is not sold here.", reason=quote.reason.value, left=None)
        else:
            quotes[n] = quote
    return quotes


def _hold(tx: Tx, takes: Sequence[Take], quotes: Sequence[Quote], *, now: datetime) -> None:
    if not takes:
        return
    wishes = [_wish(take, quote) for take, quote in zip(takes, quotes, strict=True)]
    for take, quote, answer in zip(takes, quotes, inventory.hold_many(tx, wishes, now=now), strict=True):
        if isinstance(answer, inventory.Refused):
            take.refusal = LineRefused(_SAYS.get(answer.reason, _SAY), reason=answer.reason.value, left=answer.left)
            continue
        line = take.line
        line.hold_id, line.hold_expires_at, line.problem = answer.hold_id, answer.expires_at, ""
        line.organisation_id, line.version = quote.seller_id, quote.version
        line.unit_price_minor, line.currency = quote.unit_price.minor, quote.unit_price.currency
        line.appointment = stored_appointment(quote.appointment)


def _wish(take: Take, quote: Quote) -> inventory.Wish:
    return inventory.Wish(
        key=f"line:{take.line.id.hex}:{new_id().hex}",
        organisation_id=quote.seller_id,
        holder=owner_of(take.basket).holder,
        basket_id=take.basket.id,
        wants=quote.wants,
        caps=quote.caps,
        limit=MOST_OF_ONE if quote.hold_limit is None else quote.hold_limit,
        window=quote.window,
        hold_for=take.hold_for,
        offer_version=quote.version,
    )


_SAYS = {
    inventory.Reason.SOLD_OUT: "There are not that many left: take fewer, or come back, some may be given back.",
    inventory.Reason.SEATS_TAKEN: "Somebody else has one of these seats: choose another.",
    inventory.Reason.CAP: "You have as many as one person may have.",
    inventory.Reason.TOO_MANY: "That is more than one order may have: take fewer.",
    inventory.Reason.NOT_OPEN: "The sale has not begun yet.",
    inventory.Reason.CLOSED: "The sale is over.",
}
"""What a buyer is told in English; screens translate by code."""

_SAY = "This cannot be taken as asked: open the page again and choose anew."
