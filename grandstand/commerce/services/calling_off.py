"""Orders of something that will not take place."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.queries.cases import Case
from grandstand.commerce.sellers import seller_of
from grandstand.commerce.selling import CallsOff
from grandstand.commerce.values import ItemRef, Nature
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.store.api import Tx


def called_off(tx: Tx, cases: Sequence[Case]) -> dict[UUID, list[str]]:
    """The orders with something that will not take place, each with the titles of it. One question per kind that can be called off."""
    asked: dict[str, set[UUID]] = {}
    for case in cases:
        for line in case.lines:
            if line.nature == Nature.ITEM:
                asked.setdefault(line.item_kind, set()).add(line.item_id)
    off: set[ItemRef] = set()
    for kind, item_ids in sorted(asked.items()):
        seller: object = seller_of(kind)
        if isinstance(seller, CallsOff):
            off |= seller.called_off_many(tx, [ItemRef(kind=kind, item_id=item_id) for item_id in sorted(item_ids)])
    found = {case.order.id: [line.title for line in case.lines if ItemRef(kind=line.item_kind, item_id=line.item_id) in off] for case in cases}
    return {order_id: titles for order_id, titles in found.items() if titles}


def free_holds(tx: Tx, cases: Sequence[Case], *, by: Actor, now: datetime) -> None:
    """Give back what these orders hold: one part of each was called off, and they were promised all of it or nothing."""
    hold_ids = sorted(line.hold_id for case in cases for line in case.lines if line.hold_id)
    if hold_ids:
        inventory.release_many(tx, hold_ids, by=by, now=now, reason="a part of the order was called off")
