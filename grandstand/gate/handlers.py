"""What the gate does when others tell something."""

from collections.abc import Sequence

from grandstand.commerce import api as commerce
from grandstand.gate.rooms.asking import rooms_before_each
from grandstand.gate.rooms.joining import leave_many
from grandstand.store.api import Tx


def make_room(tx: Tx, facts: Sequence[commerce.OrderPaid]) -> None:
    """Who has paid for what a waiting room guards is done inside, and makes room for others."""
    bought = [
        (order.owner.holder, line.ref)
        for order in commerce.orders_many(tx, [fact.order_id for fact in facts])
        if order.owner is not None
        for sale in order.sales
        for line in sale.lines
        if line.nature is commerce.Nature.ITEM
    ]
    rooms = rooms_before_each(tx, [ref for _, ref in bought])
    leave_many(tx, sorted({(holder, room_id) for holder, ref in bought for room_id in rooms[ref]}), now=tx.now())
