"""What the committer threads do with a batch."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from grandstand.commerce import api as commerce
from grandstand.commerce.api import NotQuoted
from grandstand.gate.offers import Offers, times
from grandstand.gate.values import Denied, GivenBack, Granted, HoldAsk, ReleaseAsk
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import named_id
from grandstand.store.api import Database, Lost, Tx

BUYER = Actor.system("gate")

TRY_AGAIN_FOR_S = 5.0
"""A database that restarts is waited for this long; then whoever waits is told to ask again. The keys make asking again safe."""

PAUSE_S = 0.1


class Desk:
    """Decides batches over one database. Every method may be called by several threads at once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.offers = Offers(database)

    def hold(self, asks: Sequence[HoldAsk]) -> list[Granted | Denied | Exception]:
        """Set aside what is asked for, in the order of arrival; an error stands as the answer of the ask that caused it."""
        items = [(ask.bearer.market_code, ask.ref) for ask in asks]
        quotes, now = self._lasting(partial(self.offers.look_up, items))
        answers: list[Granted | Denied | Exception | None] = [None] * len(asks)
        wishes, places = list[inventory.Wish](), list[int]()
        for n, (ask, item) in enumerate(zip(asks, items, strict=True)):
            quote = quotes[item]
            if isinstance(quote, NotQuoted):
                answers[n] = Denied(reason=quote.reason.value)
                continue
            wishes.append(wish_of(ask, quote))
            places.append(n)
        decided = self._lasting(partial(inventory.hold_each, self.database.write_retrying, wishes, now=now))
        for n, answer in zip(places, decided, strict=True):
            quote = quotes[items[n]]
            if isinstance(answer, inventory.Held) and not isinstance(quote, NotQuoted):
                price = quote.unit_price
                answers[n] = Granted(hold_id=answer.hold_id, expires_at=answer.expires_at, unit_price_minor=price.minor, currency=price.currency)
            elif isinstance(answer, inventory.Refused):
                answers[n] = Denied(reason=answer.reason.value, left=answer.left)
            elif isinstance(answer, Exception):
                answers[n] = answer
        return [answer for answer in answers if answer is not None]

    def release(self, asks: Sequence[ReleaseAsk]) -> list[GivenBack]:
        """Give holds back. One that is not the bearer's is as good as none."""

        def work(tx: Tx) -> list[GivenBack]:
            now = tx.now()
            known = inventory.holds(tx, [ask.hold_id for ask in asks])
            mine = {ask.hold_id for ask in asks if ask.hold_id in known and known[ask.hold_id].holder == ask.bearer.owner.holder}
            ids = sorted(mine)
            freed = dict(zip(ids, inventory.release_many(tx, ids, by=BUYER, now=now, reason="the buyer gave it back"), strict=True))
            return [GivenBack(freed=freed.pop(ask.hold_id, False)) for ask in asks]

        return self._lasting(lambda: self.database.write_retrying(work))

    def buy(self, asks: Sequence[commerce.Buying]) -> list[commerce.Bought | Exception]:
        """Order and pay what is held. When the transaction fails for one of them, each half is tried on its own, until it stands alone."""
        try:
            return [*self._lasting(partial(self.database.write_retrying, partial(_buy, asks=asks)))]
        except inventory.FAULTS as fault:
            if len(asks) == 1:
                return [fault]
        half = len(asks) // 2
        return [*self.buy(asks[:half]), *self.buy(asks[half:])]

    def leave(self) -> None:
        """Close this thread's connection."""
        self.database.close()

    def _lasting[T](self, work: Callable[[], T]) -> T:
        """Run `work`, again while the database cannot be reached, for a while. What is tried again has idempotency keys or changes nothing twice."""
        until = time.monotonic() + TRY_AGAIN_FOR_S
        while True:
            try:
                return work()
            except Lost:
                self.database.close()
                if time.monotonic() >= until:
                    raise
                time.sleep(PAUSE_S)


def _buy(tx: Tx, asks: Sequence[commerce.Buying]) -> list[commerce.Bought | Refusal]:
    return commerce.buy_many(tx, asks, now=tx.now())


def wish_of(ask: HoldAsk, quote: commerce.Quote) -> inventory.Wish:
    """What inventory is asked for, under the conditions of the quote."""
    bearer, whole = ask.bearer, times(quote, ask.quantity, ask.seat_ids)
    return inventory.Wish(
        key=named_id(bearer.basket_id.bytes + ask.key.encode()).hex,
        organisation_id=whole.seller_id,
        holder=bearer.owner.holder,
        basket_id=bearer.basket_id,
        wants=whole.wants,
        caps=whole.caps,
        limit=commerce.MOST_OF_ONE if whole.hold_limit is None else whole.hold_limit,
        window=whole.window,
        hold_for=commerce.HOLD_FOR,
        offer_version=whole.version,
    )
