"""What the shop does when others tell something."""

from collections.abc import Sequence

from grandstand.commerce.api import OrderAdopted
from grandstand.store.api import Tx


def adopt_parcels(tx: Tx, facts: Sequence[OrderAdopted]) -> None:
    """The parcels of visitors' orders are those people's who signed in."""
    for fact in facts:
        tx.execute("UPDATE shop_parcel SET person_id = %s WHERE order_id = %s AND person_id IS NULL", (fact.person_id, fact.order_id))
