"""Reads of stock and holds."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.services.settling import units_of_holds
from grandstand.inventory.services.stocking import NUMBERS, availability_of
from grandstand.inventory.values import Availability, Cap, Hold, HoldState, MovementKind, Want
from grandstand.store import api as store
from grandstand.store.api import Tx

ACCOUNT = store.table(models.Account)
HOLD = store.table(models.Hold)
POOL = store.table(models.Pool)
TAKEN = store.table(models.SeatTaken)


def holds(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, Hold]:
    """The holds as they stand; ids of none, and of refused wishes, are left out. Three statements.

    `wants` is what was first set aside; seats only while the hold has them.
    """
    columns = ["id", "organisation_id", "holder", "basket_id", "state", "expires_at", "offer_version", "caps"]
    rows = [row for row in tx.select_among(HOLD, columns, "id", sorted(set(hold_ids))) if row[4] != HoldState.REFUSED]
    ids = [row[0] for row in rows]
    seats = _seats(tx, ids)
    wants: dict[UUID, list[Want]] = {}
    for hold_id, account_id, _, _, total in units_of_holds(tx, ids):
        own = seats.get((hold_id, account_id), ())
        wants.setdefault(hold_id, []).append(Want(account_id=account_id, quantity=total, seat_ids=own if len(own) == total else ()))
    return {
        id_: Hold(
            hold_id=id_,
            organisation_id=organisation_id,
            holder=holder,
            basket_id=basket_id,
            state=HoldState(state),
            expires_at=expires_at,
            offer_version=offer_version,
            wants=tuple(wants.get(id_, ())),
            caps=tuple(Cap(scope=scope, limit=limit, quantity=quantity) for scope, limit, quantity in caps),
        )
        for id_, organisation_id, holder, basket_id, state, expires_at, offer_version, caps in rows
    }


def accounts_of_pools_many(tx: Tx, pool_ids: Sequence[UUID]) -> list[Availability]:
    """Every account of the pools, in order of pool and code. One statement."""
    return [availability_of(row) for row in tx.select_among(ACCOUNT, NUMBERS, "pool_id", sorted(set(pool_ids)), order_by="pool_id, code")]


def capacities_many(tx: Tx, pool_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The capacity of each pool that has one. One statement."""
    rows = tx.select_among(POOL, ["id", "capacity"], "id", sorted(set(pool_ids)))
    return {pool_id: capacity for pool_id, capacity in rows if capacity is not None}


def shipped_many(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many units of each hold have left the house; holds of which none did are left out. One statement."""
    if not hold_ids:
        return {}
    where, param = tx.among("hold_id", store.Kind.UUID, sorted(set(hold_ids)))
    rows = tx.rows(
        f"SELECT hold_id, CAST(-SUM(on_hand) AS bigint) FROM inventory_movement WHERE kind = %s AND {where} GROUP BY hold_id",
        (MovementKind.SHIPPED.value, param),
        kinds=[store.Kind.UUID, store.Kind.INT],
    )
    return dict(rows)


def _seats(tx: Tx, hold_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[UUID, ...]]:
    if not hold_ids:
        return {}
    where, param = tx.among("t.hold_id", store.Kind.UUID, hold_ids)
    rows = tx.rows(
        "SELECT t.hold_id, s.account_id, t.seat_id FROM inventory_seat_taken t "
        f"JOIN inventory_seat s ON s.seating_id = t.seating_id AND s.seat_id = t.seat_id WHERE {where} ORDER BY t.seat_id",
        (param,),
        kinds=[store.Kind.UUID] * 3,
    )
    seats: dict[tuple[UUID, UUID], tuple[UUID, ...]] = {}
    for hold_id, account_id, seat_id in rows:
        seats[hold_id, account_id] = (*seats.get((hold_id, account_id), ()), seat_id)
    return seats
