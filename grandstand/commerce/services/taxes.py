"""Tax rates: entered by an operator, dated. Which rate applied on a day that is over never changes."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grandstand.commerce import models
from grandstand.commerce.refusals import TaxRateInThePast, TaxRateOverlaps
from grandstand.commerce.values import NewTaxRate
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Market, all_markets
from grandstand.store.api import Change, Tx, record, table

_TABLE = table(models.TaxRate)


def set_tax_rates(tx: Tx, rates: Sequence[NewTaxRate], *, by: Actor, reason: str, now: datetime) -> list[UUID]:
    """Let each rate apply from its first day on, and return their ids; the one before it at that place and for that class ends then.

    A rate that stands already as given is left as it is, so entering a table again changes nothing. The platform's own, like markets. Raises
    TaxRateOverlaps for a first day on or before that of one already entered, TaxRateInThePast for one that is over, except where nothing
    was known of the place and class before: their history may be entered at once.
    """
    ids: list[UUID] = []
    new: set[tuple[str, str]] = set()
    markets = all_markets(tx)
    changes: list[Change] = []
    for rate in rates:
        known = tx.select(_TABLE, ["id", "rate_bp", "starts_on"], "place = %s AND tax_class = %s", (rate.place, rate.tax_class), order_by="starts_on")
        same = [id_ for id_, rate_bp, starts_on in known if (rate_bp, starts_on) == (rate.rate_bp, rate.starts_on)]
        if same:
            ids += same
            continue
        if known and known[-1][2] >= rate.starts_on:
            raise TaxRateOverlaps("A later rate is entered already: enter one that begins after it.", field="starts_on")
        if not known:
            new.add((rate.place, rate.tax_class))
        elif (rate.place, rate.tax_class) not in new and rate.starts_on < _today(rate.place, markets, now):
            raise TaxRateInThePast(
                "What was sold on days that are over was taxed by the rate of then: enter a rate that begins today or later.", field="starts_on"
            )
        tx.execute(
            "UPDATE commerce_tax_rate SET ends_on = %s WHERE place = %s AND tax_class = %s AND ends_on IS NULL",
            (rate.starts_on, rate.place, rate.tax_class),
        )
        ids.append(new_id())
        row = (ids[-1], rate.place, rate.tax_class, rate.rate_bp, rate.starts_on, None, rate.source)
        tx.insert(_TABLE, ["id", "place", "tax_class", "rate_bp", "starts_on", "ends_on", "source"], [row])
        changes.append(_change(ids[-1], rate, by, reason))
    record(tx, changes, now=now)
    return ids


def _today(place: str, markets: Sequence[Market], now: datetime) -> date:
    """The day that it is in the markets of the place, the latest where they differ; in UTC where there is none."""
    zones = {market.time_zone for market in markets if place[:2] in {territory[:2] for territory in market.territories}}
    return max(now.astimezone(ZoneInfo(zone)).date() for zone in zones or {"UTC"})


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
