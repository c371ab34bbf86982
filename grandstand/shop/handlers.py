"""What the shop does when others tell something."""

from grandstand.commerce.api import OrderAdopted
from grandstand.store.api import Tx


def adopt_parcels(tx: Tx, fact: OrderAdopted) -> None:
    """The parcels of a visitor's order are the person's who signed in."""
    tx.execute("UPDATE shop_parcel SET person_id = %s WHERE order_id = %s AND person_id IS NULL", (fact.person_id, fact.order_id))
