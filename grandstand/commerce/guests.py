"""What the platform knows of somebody who bought without an account: they prove with the link from their mail that an order is theirs.

Rooms that keep something about an order's buyer implement `OrderData`, and config.wiring registers them; commerce is one of them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.rows import BasketRow, OrderRow, among, orders_locked
from grandstand.commerce.refusals import NotAGuests
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.store.api import Tx


class OrderData(Protocol):
    """What a room that keeps personal data of an order's buyer implements."""

    def export(self, tx: Tx, order_id: UUID) -> Json:
        """Everything this room knows of the buyer by this order, as plain JSON that they can read."""
        ...

    def erase(self, tx: Tx, order_id: UUID, *, now: datetime, by: Actor) -> None:
        """Forget the buyer of the order. What the law makes us keep stays without them."""
        ...


class _Ports:
    """The plugs of config.wiring."""

    def __init__(self) -> None:
        self.sources: dict[str, OrderData] = {}
        self.keep_erasure: Callable[[UUID, datetime], None] = lambda _order_id, _at: None


ports = _Ports()


def register_order_data(room: str, source: OrderData) -> None:
    """Have `room` asked at every export and erasure of a guest's order. Registering the room again replaces its source."""
    ports.sources[room] = source


def use_order_erasures(keep: Callable[[UUID, datetime], None]) -> None:
    """Call `keep(order_id, at)` in the transaction that forgets a guest, so that a restored backup can forget them again."""
    ports.keep_erasure = keep


def export_guest(tx: Tx, order_id: UUID) -> dict[str, Json]:
    """All that the platform knows of the guest by this order, by room. Raises NotAGuests."""
    _check(among(tx, models.Order, OrderRow, "id", [order_id]))
    return {room: source.export(tx, order_id) for room, source in sorted(ports.sources.items())}


def erase_guest(tx: Tx, order_id: UUID, *, now: datetime, by: Actor) -> None:
    """Forget the guest in every room, by this order: cancelled when unpaid; what was bought stays theirs, on paper. Not undoable.

    Raises NotAGuests. Locks the basket it came from, then the order, then what the rooms lock.
    """
    basket_ids = [row.basket_id for row in among(tx, models.Order, OrderRow, "id", [order_id]) if row.basket_id]
    among(tx, models.Basket, BasketRow, "id", basket_ids, lock=True)  # orders are placed from it under this lock
    _check(orders_locked(tx, [order_id]))
    for room in sorted(ports.sources, key=lambda room: (room == "commerce", room)):  # commerce last: the others look the address up
        ports.sources[room].erase(tx, order_id, now=now, by=by)
    ports.keep_erasure(order_id, now)


def _check(orders: list[OrderRow]) -> None:
    if not orders or orders[0].person_id is not None:
        raise NotAGuests("This order belongs to an account: sign in, its data are under your profile.")
