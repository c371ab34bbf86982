"""How much one sender may set aside and order: enough for a family, an office or a school behind one address, too little to empty a session.

Counted in the transaction that does it, so what is refused or undone does not count. Who is signed in is known, and has caps of their own; who
is not could be anybody any number of times, so what visitors set aside counts for the address that they come from.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.http import HttpRequest

from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.store.api import Tx, allow
from grandstand.ui.sender import sender


class TooFast(Refusal):
    """More at once than one sender may. Nothing was done."""

    code: ClassVar[str] = "too_fast"
    status: ClassVar[int] = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` in a window."""

    name: str
    most: int
    window: timedelta

    def count(self, tx: Tx, key: str, *, units: int = 1, now: datetime) -> None:
        """Count `units` more for the key. Raises TooFast; the caller's transaction must then be undone."""
        if not allow(tx, key=f"sites.{self.name}:{key}", limit=self.most, window=self.window, now=now, count=units):
            raise TooFast("That is a lot at once from one place: sign in, or try again later.")


TRIES = Limit(name="tries", most=240, window=timedelta(minutes=1))
"""Forms sent from one address, or by one person: four a second is no hand, and a hundred people behind one address do not press all at once."""

UNITS = Limit(name="units", most=100, window=timedelta(minutes=15))
"""Units that visitors of one address set aside, in the time for which a basket holds them."""

ORDERS = Limit(name="orders", most=40, window=timedelta(hours=1))
"""Orders that visitors of one address place."""

MAILS = Limit(name="mails", most=12, window=timedelta(days=1))
"""Orders that go to one e-mail address which is not that of the person who is signed in: each sends it a mail that nobody there asked for."""


def count_try(tx: Tx, request: HttpRequest, *, now: datetime) -> None:
    """Count a form that wants something, whatever becomes of it, in a transaction of its own. Raises TooFast."""
    TRIES.count(tx, str(request.user.pk) if request.user.is_authenticated else sender(request), now=now)


def count_units(tx: Tx, request: HttpRequest, units: int, *, now: datetime) -> None:
    """Count what a visitor has just set aside. Raises TooFast."""
    if not request.user.is_authenticated:
        UNITS.count(tx, sender(request), units=units, now=now)


def count_order(tx: Tx, request: HttpRequest, *, email: str, now: datetime) -> None:
    """Count an order that was just placed. Raises TooFast. Of the e-mail address only a digest is kept."""
    if request.user.is_authenticated and request.user.email.casefold() == email.casefold():
        return
    if not request.user.is_authenticated:
        ORDERS.count(tx, sender(request), now=now)
    MAILS.count(tx, digest([email.strip().casefold()]), now=now)
