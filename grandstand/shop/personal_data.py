"""What the shop knows of a person: their parcels and where these went."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce import api as commerce
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.shop import models
from grandstand.shop.queries.parcels import parcels_where
from grandstand.shop.rules.addresses import address_lines
from grandstand.shop.rules.parcels import UNDER_WAY
from grandstand.shop.values import ParcelStatus
from grandstand.store.api import Change, Tx, record, table

ADDRESS_KEPT = timedelta(days=180)
"""So long after a parcel's last step its address is kept: a carrier's search and a buyer's complaint about a parcel are over by then."""

_REASON = f"its way ended more than {ADDRESS_KEPT.days} days ago"
_UNDER_WAY = sorted(status.value for status in UNDER_WAY)
_OVER = sorted(status.value for status in ParcelStatus if status not in UNDER_WAY)


class ParcelsOfPerson:
    """A people.PersonalData: parcels are read out; the person and, once a parcel's way is over, its address are forgotten."""

    def export(self, tx: Tx, person_id: UUID) -> Json:
        """Every parcel, the newest first, with what was in it and where it went."""
        return _told(tx, "person_id = %s", person_id)

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        """No parcel is theirs any more. One that is under way keeps its address until it has arrived: it was paid for and must get there."""
        _forget(tx, "person_id = %s", person_id)
        tx.execute("UPDATE shop_parcel SET person_id = NULL WHERE person_id = %s", (person_id,))


def forget_addresses(tx: Tx, *, by: Actor, now: datetime) -> int:
    """Forget the addresses of parcels whose way ended ADDRESS_KEPT ago; return how many. Eight statements.

    The order's own goes with the last of its parcels.
    """
    where, param = tx.among("status", table(models.Parcel).kinds["status"], _OVER)
    rows = tx.select(
        table(models.Parcel),
        ["id", "organisation_id", "order_id"],
        f"ship_to IS NOT NULL AND changed_at < %s AND {where}",
        (now - ADDRESS_KEPT, param),
        order_by="id",
        lock=True,
    )
    tx.update(table(models.Parcel), [(id_, None) for id_, _, _ in rows], key=["id"], set_to=["ship_to"])
    record(tx, [_forgotten(id_, organisation_id, by) for id_, organisation_id, _ in rows], now=now)
    commerce.forget_ship_to_many(tx, _without_addresses(tx, sorted({order_id for _, _, order_id in rows})), reason=_REASON, by=by, now=now)
    return len(rows)


def _without_addresses(tx: Tx, order_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the orders of which no parcel has an address any more."""
    known = tx.select_among(table(models.Parcel), ["order_id", "ship_to"], "order_id", order_ids)
    needed = {order_id for order_id, ship_to in known if ship_to is not None}
    return [order_id for order_id in order_ids if order_id not in needed]


class ParcelsOfGuest:
    """A commerce.OrderData: the same of one order."""

    def export(self, tx: Tx, order_id: UUID) -> Json:
        """See ParcelsOfPerson."""
        return _told(tx, "order_id = %s", order_id)

    def erase(self, tx: Tx, order_id: UUID, *, now: datetime, by: Actor) -> None:
        """See ParcelsOfPerson."""
        _forget(tx, "order_id = %s", order_id)


def _forgotten(parcel_id: UUID, organisation_id: UUID, by: Actor) -> Change:
    return Change(
        by=by,
        action="forget_address",
        object_type="shop.parcel",
        object_id=parcel_id,
        reason=_REASON,
        organisation_id=organisation_id,
    )


def _told(tx: Tx, where: str, key: UUID) -> list[Json]:
    return [
        {
            "parcel": parcel.number,
            "order_id": str(parcel.order_id),
            "status": parcel.status.value,
            "address": None if parcel.ship_to is None else list(address_lines(parcel.ship_to)),
            "telephone": "" if parcel.ship_to is None else parcel.ship_to.phone,
            "carrier": parcel.carrier,
            "tracking": parcel.tracking,
            "contents": [{"title": line.title, "variant": line.subtitle, "quantity": line.quantity} for line in parcel.lines],
            "history": [{"status": change.status.value, "at": change.at.isoformat()} for change in parcel.history],
        }
        for parcel in parcels_where(tx, where, (key,), language="en")
    ]


def _forget(tx: Tx, which: str, key: UUID) -> None:
    kind = table(models.Parcel).kinds["status"]
    where, param = tx.among("status", kind, _UNDER_WAY)
    tx.execute(f"UPDATE shop_parcel SET forget = %s WHERE {which} AND {where}", (True, key, param))
    where, param = tx.among("status", kind, _OVER)
    tx.execute(f"UPDATE shop_parcel SET ship_to = NULL WHERE {which} AND {where}", (key, param))
