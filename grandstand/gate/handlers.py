"""What the gate does when others tell something."""

from grandstand.commerce import api as commerce
from grandstand.gate.rooms.asking import rooms_before
from grandstand.gate.rooms.joining import leave_many
from grandstand.store.api import Tx


def make_room(tx: Tx, fact: commerce.OrderPaid) -> None:
    """Who has paid for what a waiting room guards is done inside, and makes room for others."""
    order = commerce.order(fact.order_id)
    if order.owner is not None:
        refs = [line.ref for sale in order.sales for line in sale.lines if line.nature is commerce.Nature.ITEM]
        leave_many(tx, [(order.owner.holder, room_id) for room_id in rooms_before(tx, refs)], now=tx.now())
