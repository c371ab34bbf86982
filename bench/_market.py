"""A Games that goes on sale: a hot pool, a Games' many sessions, people with passes, and what they wish for."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched
from pathlib import Path
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.commerce.api import ItemRef, Owner
from grandstand.games.testing import make_sessions, session_draft
from grandstand.gate.api import Granted, HoldAsk, Pass, Passes
from grandstand.gate.services import Desk
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.ids import new_id
from grandstand.movement.api import Market
from grandstand.movement.testing import make_market
from grandstand.store import testing as databases
from grandstand.store.api import Database, Kind
from grandstand.ticketing.testing import make_box_office

BY = Actor.system("bench")
HOT_SEATS = 20_000_000
"""Never sells out: every wish does all the work."""

SESSIONS, HOT_SESSIONS, SEATS, HOT_SESSION_SEATS = 60, 3, 5_000, 400
"""A Games' sessions: a few that everybody wants and that sell out within the run, and the long tail."""

HOT_SHARE = 0.5
"""Of the wishes, for the few that everybody wants."""

SIZES, WEIGHTS = (1, 2, 3, 4, 5, 6), (15, 45, 10, 20, 5, 5)
"""Tickets a wish, and how often in a hundred: most people come in twos and fours."""

PRICE_MINOR = 12_000


@dataclass(slots=True, kw_only=True)
class OnSale:
    """What is on sale in a database."""

    database: Database
    market: Market
    seller_id: UUID
    hot: UUID
    sessions: list[UUID]
    """The offers of a Games' sessions, those that everybody wants first."""


@contextmanager
def open_market(url: str) -> Iterator[OnSale]:
    """Open the box offices in the database `url`, which must be fresh."""
    with databases.as_default(url):
        market = make_market(is_default=True)
        rates = [commerce.NewTaxRate(place="FR", tax_class="admission", rate_bp=550, starts_on=date(2015, 1, 1), source="for a benchmark")]
        database = Database(url)
        with database.write() as tx:
            commerce.set_tax_rates(tx, rates, by=BY, reason="to measure", now=now())
        yesterday = now() - timedelta(days=1)
        seats = [HOT_SEATS, *[HOT_SESSION_SEATS] * HOT_SESSIONS, *[SEATS] * (SESSIONS - HOT_SESSIONS)]
        sessions = make_sessions([session_draft(f"SWM{n:03}") for n in range(len(seats))])
        offices = [
            make_box_office(session=session, seats=number, categories=("A",), gates=(), now=yesterday)
            for session, number in zip(sessions, seats, strict=True)
        ]
        hot, *offers = [office.offers["A"] for office in offices]
        yield OnSale(database=database, market=market, seller_id=offices[0].organisation_id, hot=hot, sessions=offers)
        database.close()


def bearers(market: Market, number: int) -> list[Pass]:
    """So many people, each with a basket of their own."""
    until = now() + timedelta(hours=3)
    return [Pass(owner=Owner(visitor=new_id().hex), market_code=market.code, basket_id=new_id(), valid_until=until) for _ in range(number)]


def write_hot(path: Path, passes: Passes, market: OnSale, number: int) -> None:
    """Everybody wants two of the same."""
    with path.open("w") as out:
        for bearer in bearers(market.market, number):
            out.write(f'{passes.issue(bearer)}\t"kind":"ticket","item":"{market.hot}","quantity":2}}\n')


def write_games(path: Path, passes: Passes, market: OnSale, number: int, *, seed: int) -> None:
    """A Games' first minute: half of all wishes for a few sessions, one to six tickets, people who ask for several sessions."""
    chance = random.Random(seed)
    people = bearers(market.market, number // 3)
    with path.open("w") as out:
        for _ in range(number):
            hot = chance.random() < HOT_SHARE
            offer = chance.choice(market.sessions[:HOT_SESSIONS] if hot else market.sessions[HOT_SESSIONS:])
            [quantity] = chance.choices(SIZES, WEIGHTS)
            out.write(f'{passes.issue(chance.choice(people))}\t"kind":"ticket","item":"{offer}","quantity":{quantity}}}\n')


def write_purchases(path: Path, passes: Passes, market: OnSale, number: int) -> None:
    """Everybody holds two of the same already, and pays for them with a card that was charged."""
    desk = Desk(market.database)
    with path.open("w") as out:
        for people in batched(bearers(market.market, number), 500, strict=False):
            ref = ItemRef(kind="ticket", item_id=market.hot)
            asks = [HoldAsk(key=new_id().hex, bearer=bearer, ref=ref, quantity=2) for bearer in people]
            for bearer, answer in zip(people, desk.hold(asks), strict=True):
                assert isinstance(answer, Granted), answer
                item = {"hold": str(answer.hold_id), "kind": "ticket", "item": str(market.hot), "quantity": 2}
                buyer = {"email": f"{bearer.basket_id.hex}@example.org", "name": "Ada Fan", "language": "en"}
                paying = {"told_minor": 2 * PRICE_MINOR, "currency": "EUR", "provider": "test", "is_charged": True}
                out.write(f"{passes.issue(bearer)}\t{json.dumps({'items': [item], **buyer, **paying})[1:]}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database has."""

    holds: set[UUID]
    """Held or confirmed."""
    paid: set[UUID]
    """Orders."""
    oversold: int
    """Units held or claimed beyond what is on hand."""
    wrong: list[str]
    """What the doctor finds."""


def look(database: Database) -> Kept:
    """Count what is in the database, with no word from the gate."""
    with database.write() as tx:
        holds = {id_ for (id_,) in tx.rows("SELECT id FROM inventory_hold WHERE state IN ('held', 'confirmed')", kinds=[Kind.UUID])}
        paid = {id_ for (id_,) in tx.rows("SELECT id FROM commerce_order WHERE status = 'paid'", kinds=[Kind.UUID])}
        over = "SELECT COALESCE(SUM(held + claimed - on_hand), 0) FROM inventory_account WHERE held + claimed > on_hand"
        [(oversold,)] = tx.rows(over, kinds=[Kind.INT])
        found = [*inventory.check_stock(tx), *commerce.check_orders(tx)]
    return Kept(holds=holds, paid=paid, oversold=oversold, wrong=[finding.detail for finding in found if not finding.healthy])
