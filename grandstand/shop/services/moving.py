"""Parcels on their way: packed, shipped, delivered, come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.texts import gettext_noop
from grandstand.shop import models
from grandstand.shop.facts import ParcelDelivered, ParcelPacked, ParcelReturned, ParcelShipped
from grandstand.shop.rules.parcels import UNDER_WAY, check_way
from grandstand.shop.services.journal import Step, forget_if_asked, write_steps
from grandstand.shop.services.telling import News, tell_buyers
from grandstand.shop.values import ComeBack, Dispatch, NoSuchParcel, ParcelCannot, ParcelStatus
from grandstand.store.api import Kind, Tx, announce, table

PARCEL = table(models.Parcel)
LINE = table(models.ParcelLine)

_FACTS: Mapping[ParcelStatus, type[ParcelPacked | ParcelShipped | ParcelDelivered | ParcelReturned]] = {
    ParcelStatus.PACKED: ParcelPacked,
    ParcelStatus.SHIPPED: ParcelShipped,
    ParcelStatus.DELIVERED: ParcelDelivered,
    ParcelStatus.RETURNED: ParcelReturned,
}


def pack_many(tx: Tx, parcel_ids: Sequence[UUID], *, by: Actor, reason: str, now: datetime) -> None:
    """The parcels are packed and wait for their carrier. Six statements. Raises NoSuchParcel, ParcelCannot."""
    _move(tx, [_Move(parcel_id=id_, after=ParcelStatus.PACKED) for id_ in parcel_ids], by=by, reason=reason, now=now)


def unpack_many(tx: Tx, parcel_ids: Sequence[UUID], *, by: Actor, reason: str, now: datetime) -> None:
    """The parcels have to be packed again: the way back from packed. Five statements. Raises NoSuchParcel, ParcelCannot."""
    _move(tx, [_Move(parcel_id=id_, after=ParcelStatus.TO_PACK) for id_ in parcel_ids], by=by, reason=reason, now=now)


def ship_many(tx: Tx, dispatches: Sequence[Dispatch], *, by: Actor, reason: str, now: datetime) -> None:
    """The parcels left: their units leave the stock, what was taken back before stays. Eight statements and inventory's.

    Raises NoSuchParcel, ParcelCannot; also for a dispatch without a carrier.
    """
    for dispatch in dispatches:
        if not dispatch.carrier.strip():
            raise ParcelCannot(gettext_noop("Say which carrier takes the parcel."), field="carrier")
    moves = [
        _Move(parcel_id=each.parcel_id, after=ParcelStatus.SHIPPED, carrier=each.carrier.strip(), tracking=each.tracking.strip())
        for each in dispatches
    ]
    _move(tx, moves, by=by, reason=reason, now=now)
    lines = _lines(tx, [move.parcel_id for move in moves])
    leaving = [line for line in lines if line.quantity > line.revoked]
    shipped = [inventory.Return(hold_id=line.hold_id, wants=(line.want(line.quantity - line.revoked),)) for line in leaving]
    answers = inventory.ship_many(tx, shipped, by=by, now=now, reason=reason)
    if any(isinstance(answer, inventory.Refused) for answer in answers):
        raise ParcelCannot(
            gettext_noop("Some of what is in the parcels is not set aside for them any more: look at the orders before anything leaves.")
        )
    tx.update(LINE, [(line.line_id, line.quantity - line.revoked) for line in leaving], key=["line_id"], set_to=["shipped"])


def deliver_many(tx: Tx, parcel_ids: Sequence[UUID], *, by: Actor, reason: str, now: datetime) -> None:
    """The parcels arrived. Six statements. Raises NoSuchParcel, ParcelCannot."""
    _move(tx, [_Move(parcel_id=id_, after=ParcelStatus.DELIVERED) for id_ in parcel_ids], by=by, reason=reason, now=now)


def return_many(tx: Tx, returns: Sequence[ComeBack], *, by: Actor, reason: str, now: datetime) -> None:
    """The parcels came back; what is to be sold again is received into stock. Seven statements and inventory's.

    Money is given back by commerce, without taking stock back. Raises NoSuchParcel, ParcelCannot.
    """
    _move(tx, [_Move(parcel_id=each.parcel_id, after=ParcelStatus.RETURNED) for each in returns], by=by, reason=reason, now=now)
    lines = _lines(tx, [each.parcel_id for each in returns if each.restock])
    received: dict[UUID, int] = {}
    for line in lines:
        if line.shipped:
            received[line.account_id] = received.get(line.account_id, 0) + line.shipped
    changes = [inventory.StockChange(account_id=account_id, quantity=received[account_id]) for account_id in sorted(received)]
    inventory.receive_many(tx, changes, by=by, reason=reason, now=now)


# -- below here ----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    parcel_id: UUID
    after: ParcelStatus
    carrier: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    line_id: UUID
    hold_id: UUID
    account_id: UUID
    quantity: int
    revoked: int
    shipped: int

    def want(self, quantity: int) -> inventory.Want:
        return inventory.Want(account_id=self.account_id, quantity=quantity)


def _move(tx: Tx, moves: Sequence[_Move], *, by: Actor, reason: str, now: datetime) -> None:
    if not moves:
        return
    columns = ["id", "organisation_id", "order_id", "number", "status", "carrier", "tracking"]
    ids = sorted({move.parcel_id for move in moves})
    parcels = {row[0]: row[1:] for row in tx.select_among(PARCEL, columns, "id", ids, order_by="id", lock=True)}
    steps: list[Step] = []
    facts = []
    news = []
    rows = []
    for move in {move.parcel_id: move for move in moves}.values():
        if move.parcel_id not in parcels:
            raise NoSuchParcel("There is no such parcel.", parcel_id=str(move.parcel_id))
        organisation_id, order_id, number, status, carrier, tracking = parcels[move.parcel_id]
        check_way(number, ParcelStatus(status), move.after)
        steps.append(
            Step(
                parcel_id=move.parcel_id,
                organisation_id=organisation_id,
                before=ParcelStatus(status),
                after=move.after,
                reason=reason,
                carrier=move.carrier,
                tracking=move.tracking,
            )
        )
        rows.append((move.parcel_id, move.after.value, move.carrier or carrier, move.tracking or tracking, now))
        news.append(
            News(
                parcel_id=move.parcel_id,
                organisation_id=organisation_id,
                order_id=order_id,
                number=number,
                status=move.after,
                carrier=move.carrier or carrier,
                tracking=move.tracking or tracking,
            )
        )
        if (fact := _FACTS.get(move.after)) is not None:
            facts.append(fact(organisation_id=organisation_id, occurred_at=now, parcel_id=move.parcel_id, order_id=order_id))
    tx.update(PARCEL, rows, key=["id"], set_to=["status", "carrier", "tracking", "changed_at"])
    forget_if_asked(tx, [step.parcel_id for step in steps if step.after not in UNDER_WAY])
    write_steps(tx, steps, by=by, now=now)
    announce(tx, facts)
    tell_buyers(tx, news, now=now)


def _lines(tx: Tx, parcel_ids: Sequence[UUID]) -> list[_Line]:
    """The lines of the parcels, in the order in which their stock is locked everywhere."""
    if not parcel_ids:
        return []
    where, param = tx.among("l.parcel_id", Kind.UUID, sorted(set(parcel_ids)))
    rows = tx.rows(
        "SELECT l.line_id, l.hold_id, v.account_id, l.quantity, l.revoked, l.shipped FROM shop_parcel_line l "
        f"JOIN shop_variant v ON v.id = l.variant_id WHERE {where} ORDER BY l.hold_id",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.INT, Kind.INT, Kind.INT],
    )
    return [
        _Line(line_id=line_id, hold_id=hold_id, account_id=account_id, quantity=quantity, revoked=revoked, shipped=shipped)
        for line_id, hold_id, account_id, quantity, revoked, shipped in rows
    ]
