"""Tax rates: entered by an operator, dated, never changed once their day has come."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.values import NewTaxRate
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Tx, record, table


def set_tax_rates(tx: Tx, rates: Sequence[NewTaxRate], *, by: Actor, reason: str, now: datetime) -> int:
    """Let each rate apply from its first day on; the one before it at that place and for that class ends then. Returns how many were new.

    A rate that stands already as given is left as it is, so entering a table again changes nothing. The platform's own, like markets. Raises
    WallHit (commerce_tax_rate_one_at_a_time) for a first day that lies before one already entered.
    """
    entered: list[tuple[UUID, NewTaxRate]] = []
    for rate in rates:
        if _stands(tx, rate):
            continue
        tx.execute(
            "UPDATE commerce_tax_rate SET ends_on = %s WHERE place = %s AND tax_class = %s AND ends_on IS NULL AND starts_on < %s",
            (rate.starts_on, rate.place, rate.tax_class, rate.starts_on),
        )
        id_ = new_id()
        row = (id_, rate.place, rate.tax_class, rate.rate_bp, rate.starts_on, None, rate.source)
        tx.insert(table(models.TaxRate), ["id", "place", "tax_class", "rate_bp", "starts_on", "ends_on", "source"], [row])
        entered.append((id_, rate))
    record(tx, [_change(id_, rate, by, reason) for id_, rate in entered], now=now)
    return len(entered)


def _stands(tx: Tx, rate: NewTaxRate) -> bool:
    where = "place = %s AND tax_class = %s AND starts_on = %s AND rate_bp = %s"
    return bool(tx.select(table(models.TaxRate), ["id"], where, (rate.place, rate.tax_class, rate.starts_on, rate.rate_bp)))


def _change(id_: UUID, rate: NewTaxRate, by: Actor, reason: str) -> Change:
    return Change(
        by=by,
        action="enter",
        object_type="commerce.tax_rate",
        object_id=id_,
        reason=reason,
        organisation_id=None,
        after={"place": rate.place, "tax_class": rate.tax_class, "rate_bp": rate.rate_bp, "starts_on": rate.starts_on.isoformat()},
    )
