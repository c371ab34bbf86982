"""Sells what `purchases` drew, the way that pages and the bank's webhooks do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.config.demo.purchases import Purchase
from grandstand.inventory import api as inventory
from grandstand.kit.errors import Refusal
from grandstand.messaging import api as messaging
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing

PAYS_WITHIN = timedelta(minutes=4)


def sell(purchases: list[Purchase], sessions: Mapping[str, UUID], *, now: datetime) -> None:
    """Everything is bought and paid when its hour was, and what follows from it has followed by `now`; of the past nobody gets a mail.

    `sessions` are ids by code. To be called in the transaction that makes the demo, so that no worker sees a mail before it is withdrawn.
    Raises the refusal of a purchase that cannot be.
    """
    with store.write() as tx:
        items = _Items(tx, sessions)
        for ago, together in groupby(purchases, key=lambda purchase: purchase.ago):
            _buy(tx, list(together), items, at=now - ago)
        while store.deliver_due(now=now):
            pass
        messaging.withdraw_notices(tx, to_emails=[purchase.email for purchase in purchases])


@dataclass(frozen=True, slots=True)
class _Item:
    """What goes into a buyer's basket: how many, and which seats where they are numbered."""

    ref: commerce.ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


class _Items:
    """What is on sale under the names that the plans have for it."""

    def __init__(self, tx: store.Tx, sessions: Mapping[str, UUID]) -> None:
        self._sessions = sessions
        self._markets = {market.code: market for market in movement.markets()}
        self._accounts = {offer.id: offer.account_id for offer in ticketing.offers_of_sessions(tx, list(sessions.values()))}
        self._choosers = {session_id: _chooser(tx, seating) for session_id, seating in ticketing.seatings_many(tx, list(sessions.values())).items()}

    def of(self, purchase: Purchase, *, at: datetime) -> list[_Item]:
        """What to put into the buyer's basket."""
        session_id, market = self._sessions[purchase.session], self._markets[purchase.market]
        offers = ticketing.offers_for_session(session_id=session_id, market=market, language="en", now=at)
        offer_id = _offer(offers, purchase.category)
        seat_ids: tuple[UUID, ...] = ()
        if session_id in self._choosers:
            seat_ids = self._choosers[session_id].choose(purchase.tickets, self._accounts[offer_id]) or ()
        wanted = [_Item(commerce.ItemRef(kind="ticket", item_id=offer_id), purchase.tickets, seat_ids)]
        if purchase.shirt:
            product = shop.product(slug=purchase.shirt, market=market, language="en", now=at)
            wanted.append(_Item(commerce.ItemRef(kind=shop.KIND, item_id=product.variants[purchase.tickets].variant_id), 1))
        return wanted


def _chooser(tx: store.Tx, seating: ticketing.SeatingRow) -> ticketing.Chooser:
    """Chooses among the seats of each account."""
    accounts = {seat.seat_id: seat.account_id for seat in inventory.seats_of_seating(tx, seating.seating_id)}
    return ticketing.Chooser(ticketing.plan(tx, seating.plan_id), group_of=accounts)


def _offer(offers: list[ticketing.OfferOnSale], category: str) -> UUID:
    return next(offer.offer_id for offer in offers if offer.category.code == category and offer.account == "public")


def _buy(tx: store.Tx, purchases: list[Purchase], items: _Items, *, at: datetime) -> None:
    owners = {purchase.visitor: commerce.Owner(visitor=purchase.visitor) for purchase in purchases}
    addings = [
        commerce.Adding(
            key=f"{purchase.visitor}:{item.ref.kind}",
            owner=owners[purchase.visitor],
            market_code=purchase.market,
            ref=item.ref,
            quantity=item.quantity,
            seat_ids=item.seat_ids,
        )
        for purchase in purchases
        for item in items.of(purchase, at=at)
    ]
    _all_done(commerce.add_lines_many(tx, addings, now=at))
    placings = [_placing(purchase, owners[purchase.visitor], at) for purchase in purchases]
    paid_at = at + PAYS_WITHIN
    orders = zip(_all_done(commerce.place_orders_many(tx, placings, now=at)), placings, strict=True)
    facts = [fact for placed, placing in orders for fact in _paid(placed, placing.owner, at, paid_at)]
    commerce.receive_facts(tx, facts=facts, now=paid_at)


def _placing(purchase: Purchase, owner: commerce.Owner, at: datetime) -> commerce.Placing:
    basket = commerce.find_basket(owner=owner, language=purchase.language, now=at, ship_to=purchase.ship_to)
    assert basket is not None, "something was just put into it"
    return commerce.Placing(
        key=purchase.visitor,
        owner=owner,
        basket_id=basket.basket_id,
        email=purchase.email,
        name=purchase.name,
        language=purchase.language,
        told=basket.totals.gross,
        ship_to=purchase.ship_to,
    )


def _paid(placed: commerce.Placed, owner: commerce.Owner, at: datetime, paid_at: datetime) -> list[commerce.ProviderFact]:
    """Pay the order at the test bank, which then knows of it when it is refunded; what the bank tells."""
    provider = commerce.TestProvider.code
    begun = commerce.begin_payment(
        order_id=placed.order_id, owner=owner, provider_code=provider, return_path="/", platform_url="", description=placed.number, now=at
    )
    return commerce.pay_at_test_bank(payment_id=begun.payment_id, now=paid_at)


def _all_done[T](answers: list[T | Refusal]) -> list[T]:
    done = []
    for answer in answers:
        if isinstance(answer, Refusal):
            raise answer
        done.append(answer)
    return done
