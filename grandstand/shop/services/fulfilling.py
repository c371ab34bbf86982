"""Parcels opened for paid lines, and what of them is taken back. Raw SQL, sets of rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from grandstand.commerce.api import RevokedLine, SoldLine
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.kit.texts import gettext_noop
from grandstand.shop import models
from grandstand.shop.facts import ParcelCancelled, ParcelOpened
from grandstand.shop.rules.parcels import AT_THE_SHOP, parcel_number
from grandstand.shop.services.journal import Step, forget_if_asked, write_steps
from grandstand.shop.values import NoSuchParcel, ParcelStatus, StillAtTheShop, TooFewUnits
from grandstand.store.api import Change, Tx, announce, record, table

PARCEL = table(models.Parcel)
LINE = table(models.ParcelLine)

BY = Actor.system("open_parcels")

_PARCEL = [
    *("id", "organisation_id", "number", "order_id", "sale_id", "person_id", "status", "country", "ship_to", "shipping_code"),
    *("carrier", "tracking", "opened_at", "changed_at", "forget"),
]
_LINE = ["id", "organisation_id", "parcel_id", "line_id", "variant_id", "hold_id", "quantity", "revoked", "shipped"]


def open_parcels_many(tx: Tx, lines: Sequence[SoldLine], *, now: datetime) -> int:
    """Put each paid line into the parcel of its sale, which is opened when there is none; return how many lines were new. Seven statements.

    Raises ValueError for a line without an address, or for a new line of a sale whose parcel is packed already: nothing sells so.
    """
    if not lines:
        return 0
    opened = _open(tx, lines, now)
    parcels = {sale_id: (id_, status) for id_, sale_id, status in tx.select_among(PARCEL, ["id", "sale_id", "status"], "sale_id", _sales(lines))}
    ordered = sorted(lines, key=lambda line: line.line_id)
    rows = [
        (id_, line.seller_id, parcels[line.sale_id][0], line.line_id, line.ref.item_id, line.hold_id, line.quantity, 0, 0)
        for id_, line in zip(new_ids(len(ordered)), ordered, strict=True)
    ]
    fresh = {line_id for (line_id,) in tx.insert_new(LINE, _LINE, rows, key=["line_id"])}
    for line in ordered:
        if line.line_id in fresh and parcels[line.sale_id][1] != ParcelStatus.TO_PACK:
            raise ValueError(f"line {line.line_id} was paid when the parcel of its sale was {parcels[line.sale_id][1]}")
    first = {line.sale_id: line for line in reversed(ordered) if line.sale_id in opened}
    steps = [
        Step(parcel_id=opened[sale_id], organisation_id=line.seller_id, before=None, after=ParcelStatus.TO_PACK, reason="the order was paid")
        for sale_id, line in first.items()
    ]
    write_steps(tx, steps, by=BY, now=now)
    announce(
        tx,
        [
            ParcelOpened(organisation_id=line.seller_id, occurred_at=now, parcel_id=opened[sale_id], order_id=line.order_id)
            for sale_id, line in first.items()
        ],
    )
    return len(fresh)


def _sales(lines: Sequence[SoldLine]) -> list[UUID]:
    return sorted({line.sale_id for line in lines})


def _open(tx: Tx, lines: Sequence[SoldLine], now: datetime) -> dict[UUID, UUID]:
    """Open the parcels that are not there, and return their ids by sale."""
    first = {line.sale_id: line for line in reversed(lines)}
    ids = dict(zip(_sales(lines), new_ids(len(first)), strict=True))
    rows = [_parcel_row(ids[sale_id], first[sale_id], now) for sale_id in ids]
    fresh = {sale_id for (sale_id,) in tx.insert_new(PARCEL, _PARCEL, rows, key=["sale_id"])}
    return {sale_id: id_ for sale_id, id_ in ids.items() if sale_id in fresh}


def _parcel_row(id_: UUID, line: SoldLine, now: datetime) -> tuple[object, ...]:
    if line.ship_to is None:
        raise ValueError(f"line {line.line_id} is to be shipped and has no address")
    about = (id_, line.seller_id, parcel_number(id_), line.order_id, line.sale_id, line.person_id, ParcelStatus.TO_PACK.value)
    return (*about, line.ship_to.country, msgspec.to_builtins(line.ship_to), line.shipping_code, "", "", now, now, False)


# -- taking back -------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Line:
    line_id: UUID
    parcel_id: UUID
    quantity: int
    revoked: int


def take_back_many(tx: Tx, lines: Sequence[RevokedLine], *, by: Actor, now: datetime) -> None:
    """Count `quantity` units of each line as taken back. Nine statements at most.

    What is still at the shop will not be shipped: a packed parcel has to be packed again, one with nothing left in it is cancelled. What was
    shipped stays where it is: refunding it is between shop and buyer. Raises NoSuchParcel, TooFewUnits, and StillAtTheShop for units at the shop
    that are not to be sold again: nobody would have them any more.
    """
    if not lines:
        return
    parcels, own = _locked(tx, sorted({line.line_id for line in lines}))
    reasons: dict[UUID, str] = {}
    for line in lines:
        row = own.get(line.line_id)
        if row is None:
            raise NoSuchParcel("This line was never put into a parcel.", line_id=str(line.line_id))
        if not line.restock and parcels[row.parcel_id][2] in AT_THE_SHOP:
            raise StillAtTheShop(
                gettext_noop("This has not left the shop: sell it again, and take what is damaged off the stock of its variant."),
                field="restock",
                line_id=str(line.line_id),
            )
        left = row.quantity - row.revoked
        if line.quantity > left:
            raise TooFewUnits(gettext_noop("So many units are not left of this line."), line_id=str(line.line_id), left=left)
        row.revoked += line.quantity
        reasons[row.parcel_id] = line.reason
    record(tx, [_taken_back(line, parcels[own[line.line_id].parcel_id][0], by) for line in lines], now=now)
    tx.update(LINE, [(line_id, own[line_id].revoked) for line_id in sorted({line.line_id for line in lines})], key=["line_id"], set_to=["revoked"])
    _change_parcels(tx, parcels, own, reasons, by=by, now=now)


def _taken_back(line: RevokedLine, organisation_id: UUID, by: Actor) -> Change:
    return Change(
        by=by,
        action="take_back",
        object_type="shop.parcel_line",
        object_id=line.line_id,
        reason=line.reason,
        organisation_id=organisation_id,
        after={"taken_back": line.quantity},
    )


def _locked(tx: Tx, line_ids: Sequence[UUID]) -> tuple[dict[UUID, tuple[UUID, UUID, ParcelStatus]], dict[UUID, _Line]]:
    """The parcels of the lines, locked in id order: organisation, order, status. And all lines in them, read after locking."""
    found = tx.select_among(LINE, ["parcel_id"], "line_id", line_ids)
    ids = sorted({parcel_id for (parcel_id,) in found})
    locked = tx.select_among(PARCEL, ["id", "organisation_id", "order_id", "status"], "id", ids, order_by="id", lock=True)
    rows = tx.select_among(LINE, ["line_id", "parcel_id", "quantity", "revoked"], "parcel_id", ids)
    parcels = {id_: (organisation_id, order_id, ParcelStatus(status)) for id_, organisation_id, order_id, status in locked}
    return parcels, {
        line_id: _Line(line_id=line_id, parcel_id=parcel_id, quantity=quantity, revoked=revoked) for line_id, parcel_id, quantity, revoked in rows
    }


def _change_parcels(
    tx: Tx,
    parcels: dict[UUID, tuple[UUID, UUID, ParcelStatus]],
    own: dict[UUID, _Line],
    reasons: dict[UUID, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    left: dict[UUID, int] = defaultdict(int)
    for row in own.values():
        left[row.parcel_id] += row.quantity - row.revoked
    steps, cancelled = [], []
    for parcel_id, (organisation_id, order_id, status) in parcels.items():
        after = ParcelStatus.TO_PACK if left[parcel_id] else ParcelStatus.CANCELLED
        if status in AT_THE_SHOP and after is not status:
            step = Step(parcel_id=parcel_id, organisation_id=organisation_id, before=status, after=after, reason=reasons[parcel_id])
            steps.append(step)
            if after is ParcelStatus.CANCELLED:
                cancelled.append(ParcelCancelled(organisation_id=organisation_id, occurred_at=now, parcel_id=parcel_id, order_id=order_id))
    tx.update(PARCEL, [(step.parcel_id, step.after.value, now) for step in steps], key=["id"], set_to=["status", "changed_at"])
    forget_if_asked(tx, [fact.parcel_id for fact in cancelled])
    write_steps(tx, steps, by=by, now=now)
    announce(tx, cancelled)
