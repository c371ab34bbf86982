"""Reads of stock and holds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.values import Availability, Cap, Hold, HoldState, MovementKind, TimedRelease, Want
from grandstand.store import api as store
from grandstand.store.api import Kind, Row, Tx

ACCOUNT = store.table(models.Account)
HOLD = store.table(models.Hold)
MOVEMENT = store.table(models.Movement)
POOL = store.table(models.Pool)
RELEASE = store.table(models.ScheduledRelease)

_NUMBERS = ["id", "pool_id", "code", "on_hand", "held", "claimed"]


def availability_many(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Availability]:
    """The accounts' numbers as they stand; ids of none are left out. One statement."""
    rows = tx.select_among(ACCOUNT, _NUMBERS, "id", sorted(set(account_ids)))
    return {row[0]: _availability(row) for row in rows}


def accounts_of_pools_many(tx: Tx, pool_ids: Sequence[UUID]) -> list[Availability]:
    """Every account of the pools, in order of pool and code. One statement."""
    return [_availability(row) for row in tx.select_among(ACCOUNT, _NUMBERS, "pool_id", sorted(set(pool_ids)), order_by="pool_id, code")]


def releases_to_come_many(tx: Tx, account_ids: Sequence[UUID]) -> list[TimedRelease]:
    """The timed releases into these accounts that have not been carried out, the next first. One statement, none for no accounts."""
    if not account_ids:
        return []
    columns = ["id", "from_account_id", "to_account_id", "quantity", "due_at"]
    where, param = tx.among("to_account_id", Kind.UUID, sorted(set(account_ids)))
    rows = tx.select(RELEASE, columns, f"done_at IS NULL AND {where}", (param,), order_by="due_at, id")
    return [
        TimedRelease(release_id=id_, from_account_id=from_account_id, to_account_id=to_account_id, quantity=quantity, due_at=due_at)
        for id_, from_account_id, to_account_id, quantity, due_at in rows
    ]


def capacities_many(tx: Tx, pool_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The capacity of each pool that has one. One statement."""
    rows = tx.select_among(POOL, ["id", "capacity"], "id", sorted(set(pool_ids)))
    return {pool_id: capacity for pool_id, capacity in rows if capacity is not None}


def holds(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, Hold]:
    """The holds as they stand; ids of none, and of refused wishes, are left out. Two statements."""
    columns = ["id", "organisation_id", "holder", "basket_id", "state", "expires_at", "offer_version", "caps"]
    rows = [row for row in tx.select_among(HOLD, columns, "id", sorted(set(hold_ids))) if row[4] != HoldState.REFUSED]
    wants = _wants(tx, [row[0] for row in rows])
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
            caps=tuple(Cap(scope=scope, limit=limit, quantity=quantity) for scope, limit, quantity in json.loads(caps)),
        )
        for id_, organisation_id, holder, basket_id, state, expires_at, offer_version, caps in rows
    }


def shipped_many(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many units of each hold have left the house; holds of which none did are left out. One statement."""
    if not hold_ids:
        return {}
    where, param = tx.among("hold_id", Kind.UUID, sorted(set(hold_ids)))
    rows = tx.rows(
        f"SELECT hold_id, CAST(-SUM(on_hand) AS bigint) FROM inventory_movement WHERE kind = %s AND {where} GROUP BY hold_id",
        (MovementKind.SHIPPED.value, param),
        kinds=[Kind.UUID, Kind.INT],
    )
    return dict(rows)


def claims_of_accounts_many(tx: Tx, account_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], int]:
    """How many units are claimed in these accounts, by account and hold, as the movements say; holds with none are left out. One statement."""
    if not account_ids:
        return {}
    where, param = tx.among("account_id", Kind.UUID, sorted(set(account_ids)))
    rows = tx.rows(
        f"SELECT account_id, hold_id, CAST(SUM(claimed) AS bigint) FROM inventory_movement WHERE hold_id IS NOT NULL AND {where} "
        "GROUP BY account_id, hold_id HAVING SUM(claimed) <> 0",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.INT],
    )
    return {(account_id, hold_id): claimed for account_id, hold_id, claimed in rows}


def free_seats(tx: Tx, account_id: UUID, *, limit: int) -> tuple[UUID, ...]:
    """Up to `limit` seats of the account that nobody has, in the order of their ids. One statement."""
    rows = tx.rows(
        "SELECT s.seat_id FROM inventory_seat s WHERE s.account_id = %s AND NOT EXISTS "
        "(SELECT 1 FROM inventory_seat_taken t WHERE t.seating_id = s.seating_id AND t.seat_id = s.seat_id) ORDER BY s.seat_id LIMIT %s",
        (account_id, limit),
        kinds=[Kind.UUID],
    )
    return tuple(seat_id for (seat_id,) in rows)


# -- for services: holds under lock ----------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Units:
    """What a hold has in one account: still held, still claimed, set aside at first, shipped so far."""

    held: int
    claimed: int
    total: int
    shipped: int


@dataclass(slots=True, kw_only=True)
class LockedHold:
    """A hold under lock."""

    hold_id: UUID
    organisation_id: UUID
    holder: str
    basket_id: UUID
    state: HoldState
    caps: list[tuple[str, int, int]]
    units: dict[UUID, Units] = field(default_factory=dict)


def lock_holds(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, LockedHold]:
    """Lock holds in key order and read them, with their units, under the lock. Those that do not exist are left out. Two statements."""
    columns = ["id", "organisation_id", "holder", "basket_id", "state", "caps"]
    locked = {
        id_: LockedHold(
            hold_id=id_, organisation_id=organisation_id, holder=holder, basket_id=basket_id, state=HoldState(state), caps=json.loads(caps)
        )
        for id_, organisation_id, holder, basket_id, state, caps in tx.select_among(
            HOLD, columns, "id", sorted(set(hold_ids)), order_by="id", lock=True
        )
    }
    if locked:
        where, param = tx.among("hold_id", Kind.UUID, list(locked))
        found = tx.rows(
            "SELECT hold_id, account_id, CAST(sum(held) AS bigint), CAST(sum(claimed) AS bigint), "
            "CAST(sum(CASE WHEN kind = 'held' THEN held ELSE 0 END) AS bigint), CAST(-sum(on_hand) AS bigint) "
            f"FROM inventory_movement WHERE {where} GROUP BY hold_id, account_id ORDER BY hold_id, account_id",
            (param,),
            kinds=[Kind.UUID, Kind.UUID, Kind.INT, Kind.INT, Kind.INT, Kind.INT],
        )
        for hold_id, account_id, held, claimed, total, shipped in found:
            locked[hold_id].units[account_id] = Units(held=held, claimed=claimed, total=total, shipped=shipped)
    return locked


type SeatsOfHolds = dict[UUID, dict[UUID, set[UUID]]]
"""Seats per hold and account."""


def seats_of_holds(tx: Tx, hold_ids: Sequence[UUID]) -> tuple[SeatsOfHolds, dict[UUID, UUID]]:
    """The seats that holds have taken now, and the seating of each account they are in. One statement."""
    if not hold_ids:
        return {}, {}
    where, param = tx.among("t.hold_id", Kind.UUID, hold_ids)
    rows = tx.rows(
        "SELECT t.hold_id, s.account_id, t.seat_id, t.seating_id FROM inventory_seat_taken t "
        f"JOIN inventory_seat s ON s.seating_id = t.seating_id AND s.seat_id = t.seat_id WHERE {where}",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID],
    )
    seats: SeatsOfHolds = {}
    for hold_id, account_id, seat_id, _ in rows:
        seats.setdefault(hold_id, {}).setdefault(account_id, set()).add(seat_id)
    return seats, {account_id: seating_id for _, account_id, _, seating_id in rows}


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _availability(row: Row) -> Availability:
    account_id, pool_id, code, on_hand, held, claimed = row
    return Availability(account_id=account_id, pool_id=pool_id, code=code, on_hand=on_hand, held=held, claimed=claimed)


def _wants(tx: Tx, hold_ids: Sequence[UUID]) -> dict[UUID, list[Want]]:
    """What was set aside for each hold: its first movements, in the order of the wish."""
    if not hold_ids:
        return {}
    where, param = tx.among("hold_id", Kind.UUID, hold_ids)
    columns = ["hold_id", "account_id", "held", "seats"]
    wants: dict[UUID, list[Want]] = {}
    for hold_id, account_id, held, seats in tx.select(MOVEMENT, columns, f"kind = 'held' AND {where}", (param,), order_by="id"):
        seat_ids = tuple(UUID(hex=seat_id) for seat_id in seats or ())
        wants.setdefault(hold_id, []).append(Want(account_id=account_id, quantity=held, seat_ids=seat_ids))
    return wants
