"""Seats that are taken away from a seating, and sold ones that become others: all under one set of locks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.queries import LockedHold, lock_holds, seats_of_holds
from grandstand.inventory.services.counting import AccountRow, Delta, apply, lock_accounts
from grandstand.inventory.values import HoldState, MovementKind, Reason, Refused
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

POOL = store.table(models.Pool)
SEAT = store.table(models.Seat)
TAKEN = store.table(models.SeatTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Sold seats of a hold become others of the same seating: `pairs` of (seat that it has, seat that it gets), each seat once."""

    hold_id: UUID
    pairs: tuple[tuple[UUID, UUID], ...]

    def __post_init__(self) -> None:
        named = [seat_id for pair in self.pairs for seat_id in pair]
        if not named or len(set(named)) < len(named):
            raise ValueError(f"a swap names each seat once, and one pair at least, not {self.pairs}")


def change_seating(
    tx: Tx,
    *,
    seating_id: UUID,
    swaps: Sequence[Swap] = (),
    gone: Sequence[UUID] = (),
    empty: Mapping[UUID, UUID] = MappingProxyType({}),
    by: Actor,
    now: datetime,
    reason: str,
) -> Refused | None:
    """Swap sold seats, then take the seats of `gone` out of the seating: all of it, or nothing and why. The plan shrinks, so pools' capacity does.

    Claims stay claims: no cap changes, and the holds keep what they have paid for, in another account where the new seat is in one. `empty` are
    seats of `gone` that a hold still has though nobody will sit there, each with that hold: the claim leaves the house with the seat, as if
    shipped. Refused: GONE for a hold that is not confirmed; UNKNOWN for a seat that is not the hold's, or not of the seating; SEATS_TAKEN for a
    seat that somebody has and no swap frees. Raises ValueError for a seat that two swaps name, and an empty one that does not go. The same
    number of statements for one seat and for all.
    """
    targets = [target for swap in swaps for _, target in swap.pairs]
    named = {seat_id for swap in swaps for pair in swap.pairs for seat_id in pair} | set(gone)
    if len(named) < 2 * len(targets) + len(set(gone) - {source for swap in swaps for source, _ in swap.pairs}):
        raise ValueError("each seat is swapped once, and no seat that is gone is swapped to")
    if empty.keys() - (set(gone) - {source for swap in swaps for source, _ in swap.pairs}):
        raise ValueError("an empty seat is one that goes, and that nobody swaps")
    holds = lock_holds(tx, [*(swap.hold_id for swap in swaps), *empty.values()])
    stock = _lock(tx, seating_id, named)
    refusal = _refusal(tx, swaps, set(gone) - empty.keys(), holds, stock) or _refusal_of_empty(empty, holds, stock)
    if refusal is not None:
        return refusal
    _swap(tx, seating_id, swaps, holds, stock, by=by, now=now, reason=reason)
    tx.delete_matching(TAKEN, ["seating_id", "seat_id"], [(seating_id, seat_id) for seat_id in sorted(empty)])
    _take_out(tx, seating_id, sorted(set(gone)), empty, stock, by=by, now=now, reason=reason)
    return None


# -- below here ------------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Stock:
    """The named seats under lock: the account of each, the hold that has it."""

    accounts: dict[UUID, AccountRow]
    account_of: dict[UUID, UUID]
    hold_of: dict[UUID, UUID]


def _lock(tx: Tx, seating_id: UUID, named: set[UUID]) -> _Stock:
    """Lock the accounts, then the seats. A seat that moved to another account in between is left out, as one that is not there."""
    keys = [(seating_id, seat_id) for seat_id in sorted(named)]
    seen = tx.select_matching(SEAT, ["account_id"], ["seating_id", "seat_id"], keys)
    accounts = lock_accounts(tx, {account_id for (account_id,) in seen})
    columns = ["seat_id", "account_id"]
    found = tx.select_matching(SEAT, columns, ["seating_id", "seat_id"], keys, order_by="seating_id, seat_id", lock=True)
    taken = tx.select_matching(TAKEN, ["seat_id", "hold_id"], ["seating_id", "seat_id"], keys)
    account_of = {seat_id: account_id for seat_id, account_id in found if account_id in accounts}
    return _Stock(accounts=accounts, account_of=account_of, hold_of=dict(taken))


def _refusal(tx: Tx, swaps: Sequence[Swap], gone: Collection[UUID], holds: dict[UUID, LockedHold], stock: _Stock) -> Refused | None:
    has, _ = seats_of_holds(tx, list(holds))
    for swap in swaps:
        hold = holds.get(swap.hold_id)
        if hold is None or hold.state is not HoldState.CONFIRMED:
            return Refused(reason=Reason.GONE)
        own = {seat_id for seats in has.get(swap.hold_id, {}).values() for seat_id in seats}
        for source, target in swap.pairs:
            if source not in own or stock.hold_of.get(source) != swap.hold_id or {source, target} - stock.account_of.keys():
                return Refused(reason=Reason.UNKNOWN)
            if target in stock.hold_of:
                return Refused(reason=Reason.SEATS_TAKEN, account_id=stock.account_of[target])
    freed = {source for swap in swaps for source, _ in swap.pairs}
    for seat_id in gone:
        if seat_id not in stock.account_of:
            return Refused(reason=Reason.UNKNOWN)
        if seat_id in stock.hold_of.keys() - freed:
            return Refused(reason=Reason.SEATS_TAKEN, account_id=stock.account_of[seat_id])
    return None


def _refusal_of_empty(empty: Mapping[UUID, UUID], holds: dict[UUID, LockedHold], stock: _Stock) -> Refused | None:
    for seat_id, hold_id in empty.items():
        if hold_id not in holds or holds[hold_id].state is not HoldState.CONFIRMED:
            return Refused(reason=Reason.GONE)
        if seat_id not in stock.account_of or stock.hold_of.get(seat_id) != hold_id:
            return Refused(reason=Reason.UNKNOWN)
    return None


def _swap(
    tx: Tx, seating_id: UUID, swaps: Sequence[Swap], holds: dict[UUID, LockedHold], stock: _Stock, *, by: Actor, now: datetime, reason: str
) -> None:
    moved: dict[tuple[UUID, UUID, int], list[UUID]] = {}
    for swap in swaps:
        for source, target in swap.pairs:
            moved.setdefault((swap.hold_id, stock.account_of[source], -1), []).append(source)
            moved.setdefault((swap.hold_id, stock.account_of[target], 1), []).append(target)
    deltas = [
        Delta(
            organisation_id=holds[hold_id].organisation_id,
            account_id=account_id,
            hold_id=hold_id,
            claimed=sign * len(seat_ids),
            seat_ids=tuple(seat_ids),
        )
        for (hold_id, account_id, sign), seat_ids in moved.items()
    ]
    apply(tx, deltas, kind=MovementKind.MOVED, by=by, now=now, reason=reason)
    pairs = [(holds[swap.hold_id], source, target) for swap in swaps for source, target in swap.pairs]
    tx.delete_matching(TAKEN, ["seating_id", "seat_id"], [(seating_id, source) for _, source, _ in pairs])
    rows = sorted((seating_id, target, hold.organisation_id, hold.hold_id) for hold, _, target in pairs)
    tx.insert(TAKEN, ["seating_id", "seat_id", "organisation_id", "hold_id"], rows)


def _take_out(
    tx: Tx, seating_id: UUID, gone: Sequence[UUID], empty: Mapping[UUID, UUID], stock: _Stock, *, by: Actor, now: datetime, reason: str
) -> None:
    if not gone:
        return
    of_account: dict[tuple[UUID, UUID | None], list[UUID]] = {}
    for seat_id in gone:
        of_account.setdefault((stock.account_of[seat_id], empty.get(seat_id)), []).append(seat_id)
    deltas = [
        Delta(
            organisation_id=stock.accounts[account_id].organisation_id,
            account_id=account_id,
            hold_id=hold_id,
            on_hand=-len(seat_ids),
            claimed=-len(seat_ids) if hold_id is not None else 0,
            seat_ids=tuple(seat_ids),
        )
        for (account_id, hold_id), seat_ids in of_account.items()
    ]
    apply(tx, deltas, kind=MovementKind.LOST, by=by, now=now, reason=reason)
    tx.delete_matching(SEAT, ["seating_id", "seat_id"], [(seating_id, seat_id) for seat_id in gone])
    # The pools are locked by `apply`. What they have on hand fell first, so that the wall between it and the capacity holds throughout.
    shrunk: dict[UUID, int] = {}
    for (account_id, _), seat_ids in of_account.items():
        pool_id = stock.accounts[account_id].pool_id
        shrunk[pool_id] = shrunk.get(pool_id, 0) + len(seat_ids)
    tx.update(POOL, [(pool_id, -count) for pool_id, count in sorted(shrunk.items())], key=["id"], add_to=["capacity"])
    [(organisation_id,)] = tx.rows("SELECT organisation_id FROM inventory_seating WHERE id = %s", (seating_id,), kinds=[Kind.UUID])
    change = store.Change(
        by=by,
        action="shrink",
        object_type="inventory.seating",
        object_id=seating_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"seats_gone": len(gone)},
    )
    store.record(tx, [change], now=now)
