"""What the gate knows of items and of time between two looks at the database."""

import threading
import time
from collections.abc import Iterable
from copy import replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.commerce.api import Ask, ItemRef, NotQuoted, Quote
from grandstand.gate.values import Carried
from grandstand.movement.api import markets_many
from grandstand.store.api import Database, Tx

FRESH_S = 1.0
"""A quote or the clock is looked up again when it is older. So a paused offer stops selling within a second on every host, and no price is
charged that was not told: orders ask the sellers again."""

type Item = tuple[str, ItemRef]
"""A market's code, and what is sold there."""


class Offers:
    """The sellers' quotes for one unit of each item asked for lately, and the database's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._quotes: dict[Item, tuple[float, Quote | NotQuoted]] = {}
        self._clock: Carried | None = None
        self._reading = threading.Lock()

    def look_up(self, items: Iterable[Item]) -> tuple[dict[Item, Quote | NotQuoted], datetime]:
        """The quotes of these items, and the instant it is. No statement while all of it is fresh, else one short reading for all threads."""
        wanted = set(items)
        found = self._fresh(wanted)
        if found is None:
            with self._reading:
                found = self._fresh(wanted)
                if found is None:
                    self._read(wanted)
                    found = self._fresh(wanted, allow_s=float("inf"))
        assert found is not None, "what was just read is there"
        return found

    def forget(self) -> None:
        """Ask the sellers again: something they quote has changed."""
        self._quotes = {}

    def _fresh(self, wanted: set[Item], *, allow_s: float = FRESH_S) -> tuple[dict[Item, Quote | NotQuoted], datetime] | None:
        clock, limit = self._clock, time.monotonic() - allow_s
        if clock is None or clock.ticks_s < limit:
            return None
        known = {item: self._quotes.get(item) for item in wanted}
        quotes = {item: kept[1] for item, kept in known.items() if kept is not None and kept[0] >= limit}
        if len(quotes) < len(wanted):
            return None
        return quotes, clock.now()

    def _read(self, wanted: set[Item]) -> None:
        limit = time.monotonic() - FRESH_S
        stale = [item for item in wanted if item not in self._quotes or self._quotes[item][0] < limit]
        at = time.monotonic()
        self._clock, quotes = self._database.write_retrying(lambda tx: _ask(tx, stale))
        kept = {item: one for item, one in self._quotes.items() if one[0] >= limit}
        self._quotes = {**kept, **{item: (at, quote) for item, quote in zip(stale, quotes, strict=True)}}


def _ask(tx: Tx, items: list[Item]) -> tuple[Carried, list[Quote | NotQuoted]]:
    clock = Carried(tx.now())
    markets = markets_many(tx, sorted({code for code, _ in items}))
    return clock, commerce.quote_all(tx, [(markets[code], Ask(ref=ref, quantity=1)) for code, ref in items], now=clock.instant)


def times(quote: Quote, quantity: int, seat_ids: tuple[UUID, ...]) -> Quote:
    """The quote for so many units: what is wanted and what caps count grow with it."""
    whole = _times(_Same(quote), quantity)
    return replace(whole, wants=tuple([replace(want, seat_ids=seat_ids) for want in whole.wants])) if seat_ids else whole


class _Same:
    """A quote, equal to itself only: looking it up does not compare all that it says."""

    __slots__ = ("quote",)

    def __init__(self, quote: Quote) -> None:
        self.quote = quote

    def __hash__(self) -> int:
        return id(self.quote)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.quote is self.quote


@lru_cache(maxsize=4096)
def _times(same: _Same, quantity: int) -> Quote:
    quote = same.quote
    return replace(
        quote,
        quantity=quantity,
        wants=tuple([replace(want, quantity=want.quantity * quantity) for want in quote.wants]),
        caps=tuple([replace(cap, quantity=cap.quantity * quantity) for cap in quote.caps]),
    )
