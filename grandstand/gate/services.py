"""What the committer threads do with a batch."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.commerce.api import NotQuoted
from grandstand.gate.changing import Changing, change_all
from grandstand.gate.holding import Entry, hold_all, wish_of
from grandstand.gate.offers import Offers
from grandstand.gate.seats.shelf import Place, Seats, Shown, seats_of_database
from grandstand.gate.values import ChangeAsk, Denied, GivenBack, Granted, HoldAsk, ReleaseAsk
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.store.api import Database, Lost, Tx, sqlite_path

__all__ = ["BUYER", "SEATED_KIND", "Desk", "wish_of"]

BUYER = Actor.system("gate")

SEATED_KIND = "ticket"
"""What has seats, where it has any."""

TRY_AGAIN_FOR_S = 5.0
"""A database that restarts is waited for this long; then whoever waits is told to ask again. The keys make asking again safe."""

PAUSE_S = 0.1


class Desk:
    """Decides batches over one database. Every method may be called by several threads at once."""

    def __init__(self, database: Database, *, seats: Seats | None = None) -> None:
        """`seats`: those that this process keeps of the database, unless others are given."""
        self.database = database
        self.offers = Offers(database)
        self.seats = seats or seats_of_database(sqlite_path(database.url))

    def hold(self, asks: Sequence[HoldAsk]) -> list[Granted | Denied | Exception]:
        """Set aside what is asked for, in the order of arrival; an error stands as the answer of the ask that caused it."""
        items = [(ask.bearer.market_code, ask.ref) for ask in asks]
        quotes, now = self._lasting(partial(self.offers.look_up, items))
        places = self._places(ask for ask in asks if not ask.seat_ids)
        answers: list[Granted | Denied | Exception | None] = [None] * len(asks)
        entries = dict[int, Entry]()
        for n, (ask, item) in enumerate(zip(asks, items, strict=True)):
            quote = quotes[item]
            if isinstance(quote, NotQuoted):
                answers[n] = Denied(reason=quote.reason.value)
            else:
                entries[n] = Entry(ask=ask, quote=quote, place=None if ask.seat_ids else places.get(ask.ref.item_id))
        if places:
            hold_all(self.lasting, self.seats, list(entries.values()), now=now)
        else:
            wishes = [entry.wish() for entry in entries.values()]
            decided = self._lasting(partial(inventory.hold_each, self.database.write_retrying, wishes, now=now))
            for entry, answer in zip(entries.values(), decided, strict=True):
                entry.hear(answer)
        for n, entry in entries.items():
            answers[n] = entry.answer
        return [answer for answer in answers if answer is not None]

    def change(self, asks: Sequence[ChangeAsk]) -> list[Granted | Denied | Exception]:
        """Let holds become others, each whole or not at all."""
        items = [(ask.want.bearer.market_code, ask.want.ref) for ask in asks]
        quotes, _ = self._lasting(partial(self.offers.look_up, items))
        places = self._places(ask.want for ask in asks if not ask.want.seat_ids)
        entries = [
            Changing(ask=ask, quote=quotes[item], place=None if ask.want.seat_ids else places.get(ask.want.ref.item_id))
            for ask, item in zip(asks, items, strict=True)
        ]
        change_all(self.lasting, self.seats, entries)
        return [entry.answer for entry in entries if entry.answer is not None]

    def find_seats(self, item_ids: Sequence[UUID]) -> list[bool]:
        """Read where the seats of these items are, and say of each whether it has any."""
        places = self._lasting(partial(self.seats.ready, self._reading, set(item_ids)))
        return [item_id in places for item_id in item_ids]

    def show_seats(self, session_ids: Sequence[UUID]) -> list[Shown | Refusal]:
        """The object that is polled of each session's seats."""
        return [*self._lasting(partial(self.seats.shown_each, self._reading, session_ids))]

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

    def lasting[T](self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction, again after a deadlock and while the database cannot be reached."""
        return self._lasting(partial(self.database.write_retrying, work))

    def leave(self) -> None:
        """Close this thread's connection."""
        self.database.close()

    def _reading(self) -> AbstractContextManager[Tx]:
        """Without keeping SQLite's only writer from its work; on PostgreSQL as everything else, for a lost connection to be told as such."""
        return self.database.snapshot() if self.database.engine == "sqlite" else self.database.write()

    def _places(self, asks: Iterable[HoldAsk]) -> dict[UUID, Place]:
        """Where the seats of what is asked for are, of those that have any."""
        item_ids = {ask.ref.item_id for ask in asks if ask.ref.kind == SEATED_KIND}
        return self._lasting(partial(self.seats.ready, self._reading, item_ids)) if item_ids else {}

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
