"""Parcels with their lines and history."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from grandstand.commerce.api import ShipTo
from grandstand.kit.actors import Actor
from grandstand.shop import models
from grandstand.shop.rules.catalogue import said, variant_title
from grandstand.shop.values import NoSuchParcel, Parcel, ParcelChange, ParcelLine, ParcelStatus
from grandstand.store.api import Kind, Tx, read, table

_COLUMNS = ["id", "organisation_id", "number", "order_id", "person_id", "status", "ship_to", "shipping_code", "carrier", "tracking"]


def my_parcels(person_id: UUID, *, language: str) -> list[Parcel]:
    """The person's parcels, the newest first. Three statements."""
    with read() as tx:
        return parcels_where(tx, "person_id = %s", (person_id,), language=language)


def parcels_of_order(order_id: UUID, *, language: str) -> list[Parcel]:
    """What is or was on its way of an order. Three statements."""
    with read() as tx:
        return parcels_where(tx, "order_id = %s", (order_id,), language=language)


def parcels(parcel_ids: Sequence[UUID], *, language: str) -> list[Parcel]:
    """These parcels in the order given. Three statements. Raises NoSuchParcel."""
    with read() as tx:
        where, param = tx.among("id", Kind.UUID, sorted(set(parcel_ids)))
        found = {parcel.parcel_id: parcel for parcel in parcels_where(tx, where, (param,), language=language)}
    if missing := [str(id_) for id_ in parcel_ids if id_ not in found]:
        raise NoSuchParcel("There is no such parcel.", parcels=missing)
    return [found[id_] for id_ in parcel_ids]


def parcels_where(tx: Tx, where: str, params: Sequence[object], *, language: str) -> list[Parcel]:
    """Parcels for which `where` holds, the newest first. Three statements."""
    rows = tx.select(table(models.Parcel), _COLUMNS, where, params, order_by="opened_at DESC, id")
    ids = [row[0] for row in rows]
    lines, history = _lines(tx, ids, language), _history(tx, ids)
    return [
        Parcel(
            parcel_id=id_,
            organisation_id=organisation_id,
            number=number,
            order_id=order_id,
            person_id=person_id,
            status=ParcelStatus(status),
            ship_to=None if ship_to is None else msgspec.convert(ship_to, ShipTo),
            shipping_code=shipping_code,
            carrier=carrier,
            tracking=tracking,
            lines=tuple(lines.get(id_, [])),
            history=tuple(history[id_]),
        )
        for id_, organisation_id, number, order_id, person_id, status, ship_to, shipping_code, carrier, tracking in rows
    ]


def _lines(tx: Tx, parcel_ids: Sequence[UUID], language: str) -> dict[UUID, list[ParcelLine]]:
    found: dict[UUID, list[ParcelLine]] = {}
    if not parcel_ids:
        return found
    where, param = tx.among("l.parcel_id", Kind.UUID, parcel_ids)
    rows = tx.rows(
        "SELECT l.parcel_id, l.line_id, l.variant_id, v.sku, p.names, v.size, v.colour_names, "
        "CASE WHEN l.shipped > 0 THEN l.shipped ELSE l.quantity - l.revoked END FROM shop_parcel_line l "
        f"JOIN shop_variant v ON v.id = l.variant_id JOIN shop_product p ON p.id = v.product_id WHERE {where} ORDER BY l.line_id",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT, Kind.JSON, Kind.TEXT, Kind.JSON, Kind.INT],
    )
    for parcel_id, line_id, variant_id, sku, names, size, colour_names, quantity in rows:
        line = ParcelLine(
            line_id=line_id,
            variant_id=variant_id,
            sku=sku,
            title=said(names, language),
            subtitle=variant_title(size, colour_names, language),
            quantity=quantity,
        )
        found.setdefault(parcel_id, []).append(line)
    return found


def _history(tx: Tx, parcel_ids: Sequence[UUID]) -> dict[UUID, list[ParcelChange]]:
    found: dict[UUID, list[ParcelChange]] = {}
    columns = ["parcel_id", "status", "at", "actor", "reason", "carrier", "tracking"]
    for parcel_id, status, at, actor, reason, carrier, tracking in tx.select_among(
        table(models.ParcelChange), columns, "parcel_id", parcel_ids, order_by="at, id"
    ):
        change = ParcelChange(status=ParcelStatus(status), at=at, by=Actor.parse(actor), reason=reason, carrier=carrier, tracking=tracking)
        found.setdefault(parcel_id, []).append(change)
    return found
