"""A visitor signs in: basket and orders become the person's. And a basket moves to another market."""

from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderAdopted
from grandstand.commerce.queries.cases import open_cases
from grandstand.commerce.queries.open_baskets import lines_of, open_baskets
from grandstand.commerce.queries.pricing import ask_of, quote_all
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, OrderRow, change, found, stored_appointment
from grandstand.commerce.selling import NoQuote, Quote
from grandstand.commerce.services.journal import write_journal
from grandstand.commerce.services.taking import BY, TAKEN, Take, take_many
from grandstand.commerce.values import Owner
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.movement.api import markets_many
from grandstand.store.api import Tx, announce, table

_SHORTEST = timedelta(seconds=30)
"""A hold about to end is still taken over, for long enough to see that it ends."""


def adopt(tx: Tx, *, visitor: str, person_id: UUID, now: datetime) -> None:
    """What the visitor has in the basket and has ordered is the person's from now on.

    What was ordered stays so, and counts towards what the person may have. Lines join the person's open basket where there is one, at its
    market's prices. Every hold of a line is taken again in the person's name, in this transaction, so that what a person may have is counted over
    orders and both baskets; a line that would be too much, or is not sold in that market, loses its hold and says why. The time left stays. Does
    nothing for a visitor without either. Locks both baskets, then orders, then stock: that of the orders first, so where somebody sweeps the
    basket's holds at this moment the database may end one of both, which is tried again from the start.
    """
    theirs, own = Owner(visitor=visitor), Owner(person_id=person_id)
    baskets = open_baskets(tx, [theirs, own], lock=True)
    _adopt_orders(tx, visitor, person_id, now=now)
    if theirs in baskets:
        _adopt_basket(tx, baskets[theirs], baskets.get(own), person_id, now=now)


def move_to_market(tx: Tx, *, owner: Owner, market_code: str, now: datetime) -> None:
    """Let the owner's basket be in this market from now on, at its prices of now.

    With its own market, what changed is accepted: prices, conditions, times and places. Holds and their time stay. A line that is not sold there
    keeps its old price and shows as unavailable.
    """
    basket = open_baskets(tx, [owner], lock=True).get(owner)
    if basket is None:
        return
    basket.market_code = market_code
    change(tx, models.Basket, [basket], ["market_code"])
    market = markets_many(tx, [market_code])[market_code]
    lines = lines_of(tx, [basket.id])[basket.id]
    sold: list[BasketLineRow] = []
    for line, quote in zip(lines, quote_all(tx, [(market, ask_of(line)) for line in lines], now=now), strict=True):
        if isinstance(quote, Quote):
            line.unit_price_minor, line.currency, line.version = quote.unit_price.minor, quote.unit_price.currency, quote.version
            line.appointment = stored_appointment(quote.appointment)
            sold.append(line)
    change(tx, models.BasketLine, sold, ["unit_price_minor", "currency", "version", "appointment"])


def _adopt_basket(tx: Tx, theirs: BasketRow, own: BasketRow | None, person_id: UUID, *, now: datetime) -> None:
    if own is None:
        own = theirs
        own.person_id, own.visitor = person_id, ""
        change(tx, models.Basket, [own], ["person_id", "visitor"])
        lines = lines_of(tx, [own.id])[own.id]
    else:
        lines = lines_of(tx, [theirs.id])[theirs.id]
        for line in lines:
            line.basket_id = own.id
        change(tx, models.BasketLine, lines, ["basket_id"])
        theirs.state = "merged"
        change(tx, models.Basket, [theirs], ["state"])
    takes = [Take(basket=own, line=line, hold_for=max(left, _SHORTEST)) for line in lines if (left := _left(line, now)) > timedelta()]
    if not takes:
        return
    take_many(tx, takes, markets=markets_many(tx, [own.market_code]), now=now)
    # A sale that closed meanwhile refuses too; what was set aside in time stays so, in the visitor's name.
    lost = [take for take in takes if _reason(take) in _LOSES]
    hold_ids = sorted(take.line.hold_id for take in lost if take.line.hold_id)
    inventory.release_many(tx, hold_ids, by=BY, now=now, reason="more than the person may have, or not sold in their market")
    for take in lost:
        take.line.problem, take.line.hold_id, take.line.hold_expires_at = _reason(take), None, None
    change(tx, models.BasketLine, [take.line for take in takes if take.refusal is None or take in lost], TAKEN)


_LOSES = {inventory.Reason.CAP.value, *(reason.value for reason in NoQuote)}


def _reason(take: Take) -> str:
    return "" if take.refusal is None else str(take.refusal.detail["reason"])


def _left(line: BasketLineRow, now: datetime) -> timedelta:
    return timedelta() if line.hold_id is None or line.hold_expires_at is None else line.hold_expires_at - now


def _adopt_orders(tx: Tx, visitor: str, person_id: UUID, *, now: datetime) -> None:
    rows = found(tx, models.Order, OrderRow, "visitor = %s", (visitor,))
    cases = open_cases(tx, [row.id for row in rows])
    tx.update(table(models.Order), [(case.order.id, person_id, "") for case in cases], key=["id"], set_to=["person_id", "visitor"])
    hold_ids = [line.hold_id for case in cases for line in case.lines if line.hold_id]
    inventory.rename_holders_many(tx, sorted(hold_ids), holder=Owner(person_id=person_id).holder)
    write_journal(tx, cases, action="adopt", by=Actor.person(person_id), reason="the visitor who ordered it signed in", now=now)
    announce(
        tx,
        [
            OrderAdopted(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id, person_id=person_id)
            for case in cases
        ],
    )
