"""Holds that last longer because the clock ran ahead."""

from datetime import datetime, timedelta

from grandstand.inventory import models
from grandstand.inventory.values import HoldState, MovementKind
from grandstand.store import api as store
from grandstand.store.api import Tx

HOLD = store.table(models.Hold)


def prolong_all(tx: Tx, *, made_by: datetime, by: timedelta, ending_by: datetime | None = None) -> int:
    """Every hold that was made by `made_by`, only what would end by `ending_by` when that is given, lasts longer; how many. Two statements."""
    made = "EXISTS (SELECT 1 FROM inventory_movement m WHERE m.hold_id = inventory_hold.id AND m.kind = %s AND m.at <= %s)"
    ending, until = ("", ()) if ending_by is None else (" AND expires_at <= %s", (ending_by,))
    params = (HoldState.HELD.value, MovementKind.HELD.value, made_by, *until)
    rows = tx.select(HOLD, ["id", "expires_at"], f"state = %s AND {made}{ending}", params, order_by="id", lock=True)
    return tx.update(HOLD, [(id_, expires_at + by) for id_, expires_at in rows], key=["id"], set_to=["expires_at"])
