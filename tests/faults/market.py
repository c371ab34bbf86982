"""What is on sale while things die, and whether everybody was told the truth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store import testing as databases
from grandstand.store.api import Database, Kind
from grandstand.ticketing.api import make_bowl
from grandstand.ticketing.testing import BoxOffice, Hall, make_hall
from tests import market
from tests.faults.buyers import Buyer


def open_market(url: str, *, units: int, **conditions: Any) -> BoxOffice:
    """So many tickets of one kind at 120 euros, in the fresh database `url`."""
    database = Database(url)
    with databases.as_default(url):
        office = market.open_market(database, units=units, **conditions)
    database.close()
    return office


def open_hall(url: str, *, seats: int, **conditions: Any) -> Hall:
    """A bowl of so many seats, each at 120 euros, in the fresh database `url`."""
    database = Database(url)
    with databases.as_default(url):
        make_market(is_default=True)
        market.set_rates(database)
        plan = make_bowl(plan_id=new_id(), name="Bowl", capacity=seats, shares={"A": 100})
        hall = make_hall(plan, now=clock.now() - timedelta(days=1), **conditions)
    database.close()
    return hall


@dataclass(frozen=True, slots=True)
class Row:
    """A hold as the database has it."""

    id: UUID
    state: str
    expires_at: datetime
    refusal: dict[str, Any] | None


def untruths(database: Database, buyers: Sequence[Buyer]) -> list[str]:
    """Every buyer whose last answer is not what the database has, every hold and order that nobody was told of; none, if all is well."""
    with database.write() as tx:
        now = tx.now()
        kinds = [Kind.UUID, Kind.UUID, Kind.TEXT, Kind.INSTANT, Kind.JSON]
        rows = tx.rows("SELECT basket_id, id, state, expires_at, refusal FROM inventory_hold", kinds=kinds)
        orders = tx.rows("SELECT email, id, status FROM commerce_order", kinds=[Kind.TEXT, Kind.UUID, Kind.TEXT])
        tickets = tx.rows(
            "SELECT o.email, count(*) FROM ticketing_ticket t JOIN commerce_order o ON o.id = t.order_id GROUP BY o.email",
            kinds=[Kind.TEXT, Kind.INT],
        )
    holds = {basket_id: Row(*row) for basket_id, *row in rows}
    paid = {email: (id_, status) for email, id_, status in orders}
    of_email: dict[str, int] = dict(tickets)
    wrong = [f"{len(rows) - len(holds)} buyers have two holds"] if len(rows) > len(holds) else []
    for buyer in buyers:
        said, is_so = _said(buyer), _is_so(buyer, holds.pop(buyer.basket_id, None), now)
        if said not in is_so:
            wrong.append(f"basket {buyer.basket_id}: told {said}, the database says {is_so}")
        ordered = paid.pop(buyer.email, None)
        if ordered != (None if buyer.order_id is None else (buyer.order_id, "paid")):
            wrong.append(f"basket {buyer.basket_id}: told order {buyer.order_id}, the database has {ordered}")
        if of_email.get(buyer.email, 0) != (buyer.quantity if buyer.order_id else 0):
            wrong.append(f"basket {buyer.basket_id}: {of_email.get(buyer.email, 0)} tickets for {buyer.quantity}")
    return [*wrong, *(f"a hold of nobody: {row}" for row in holds.values()), *(f"an order of nobody: {row}" for row in paid.values())]


def untruths_of_seats(database: Database, hall: Hall, buyers: Sequence[Buyer]) -> list[str]:
    """Every buyer whose seats are not those that they were told, and every hold with seats that nobody was told of."""
    with database.write() as tx:
        basket_of: dict[UUID, UUID] = dict(tx.rows("SELECT id, basket_id FROM inventory_hold", kinds=[Kind.UUID, Kind.UUID]))
        taken = [(state.hold_id, state.seat_id) for state in inventory.seats_of_seating(tx, hall.seating_id) if state.hold_id is not None]
    seats_of: dict[UUID, set[tuple[UUID, UUID]]] = {}
    for hold_id, seat_id in taken:
        seats_of.setdefault(basket_of[hold_id], set()).add((hold_id, seat_id))
    wrong = []
    for buyer in buyers:
        has = seats_of.pop(buyer.basket_id, set())
        told = set() if buyer.hold_id is None or buyer.is_given_back else {(buyer.hold_id, seat_id) for seat_id in buyer.seats}
        if not buyer.vanishes and (has != told or len(told) not in {0, buyer.quantity}):
            wrong.append(f"basket {buyer.basket_id}: told {sorted(told)}, the database has {sorted(has)}")
    return [*wrong, *(f"seats of nobody: {basket_id}" for basket_id in seats_of)]


def _said(buyer: Buyer) -> str:
    if buyer.vanishes:
        return "nothing"
    if buyer.refused:
        return f"refused {buyer.refused}"
    state = "confirmed" if buyer.order_id else "released" if buyer.is_given_back else "held"
    return f"{state} {buyer.hold_id}"


def _is_so(buyer: Buyer, row: Row | None, now: datetime) -> set[str]:
    """What somebody with this row may have been told."""
    if buyer.vanishes:
        return {"nothing"} if row is None or row.state in {"held", "refused", "expired"} else set()
    if row is None:
        return set()
    if row.state == "refused":
        return {f"refused {(row.refusal or {})['reason']}"}
    if row.state == "expired" and row.expires_at <= now:
        return {f"held {row.id}"}
    return {f"{row.state} {row.id}"}


@dataclass(frozen=True, slots=True)
class Stock:
    """An account's numbers, and what its movements and holds come to."""

    on_hand: int
    held: int
    claimed: int
    promised: int
    """Units of all movements that are with somebody."""

    @property
    def oversold(self) -> int:
        """Units with somebody beyond what there is."""
        return max(0, self.promised - self.on_hand, self.held + self.claimed - self.on_hand)


def stock_of(database: Database) -> Stock:
    """Of the only account that has any."""
    with database.write() as tx:
        kinds = [Kind.UUID, *[Kind.INT] * 3]
        [(id_, on_hand, held, claimed)] = tx.rows("SELECT id, on_hand, held, claimed FROM inventory_account WHERE on_hand > 0", kinds=kinds)
        [(promised,)] = tx.rows("SELECT sum(held + claimed) FROM inventory_movement WHERE account_id = %s", (id_,), kinds=[Kind.INT])
    return Stock(on_hand, held, claimed, int(promised or 0))


def sweep_all(database: Database, *, after: timedelta) -> int:
    """Free everything that will have expired by then; how many holds."""
    swept = 0
    while found := database.write_retrying(lambda tx: inventory.expire_due(tx, now=tx.now() + after)):
        swept += len(found)
    return swept


def states(database: Database) -> Counter[str]:
    """How many holds are in which state."""
    with database.write() as tx:
        return Counter(dict(tx.rows("SELECT state, count(*) FROM inventory_hold GROUP BY state", kinds=[Kind.TEXT, Kind.INT])))
