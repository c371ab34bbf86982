"""Claimed units that come back, or leave the house."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models, rules
from grandstand.inventory.queries import LockedHold, SeatsOfHolds, lock_holds, seats_of_holds
from grandstand.inventory.rules import SeatKey
from grandstand.inventory.services.counting import Delta, apply, lower_caps
from grandstand.inventory.values import Confirmed, HoldState, MovementKind, Reason, Refused, Return, Want
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Tx

TAKEN = store.table(models.SeatTaken)


def return_many(tx: Tx, returns: Sequence[Return], *, by: Actor, now: datetime, reason: str) -> list[Confirmed | Refused]:
    """Claimed units come back and are free again; the holder's caps have room again. Each of `returns` is all or nothing.

    Refused: GONE for more than the hold still claims, SEATS_NEEDED where its seats are not named, UNKNOWN for a seat that it has not.
    Nine statements.
    """
    rows = lock_holds(tx, [each.hold_id for each in returns])
    seats, seatings = seats_of_holds(tx, list(rows))
    back = {id_: _back(row) for id_, row in rows.items()}
    answers = [_answer(each, rows, seats) for each in returns]
    done = [each for each, answer in zip(returns, answers, strict=True) if isinstance(answer, Confirmed)]
    lower_caps(tx, [lowered for id_ in {each.hold_id for each in done} for lowered in _lowered(rows[id_], back[id_])])
    apply(tx, [_delta(rows[each.hold_id], want) for each in done for want in each.wants], kind=MovementKind.RETURNED, by=by, now=now, reason=reason)
    _free(tx, [(seatings[want.account_id], seat_id) for each in done for want in each.wants for seat_id in want.seat_ids])
    return answers


def ship_many(tx: Tx, shipped: Sequence[Return], *, by: Actor, now: datetime, reason: str = "shipped") -> list[Confirmed | Refused]:
    """Claimed units leave the house: on hand and claimed fall together. The holder's caps still count them. Eight statements.

    Refused: GONE for more than the hold still claims. Raises ValueError for seats, which nobody ships.
    """
    if any(want.seat_ids for each in shipped for want in each.wants):
        raise ValueError("seats stay where they are: only units without seats are shipped")
    rows = lock_holds(tx, [each.hold_id for each in shipped])
    seats, _ = seats_of_holds(tx, list(rows))
    answers = [_answer(each, rows, seats) for each in shipped]
    done = [each for each, answer in zip(shipped, answers, strict=True) if isinstance(answer, Confirmed)]
    deltas = [_delta(rows[each.hold_id], want, leaves=True) for each in done for want in each.wants]
    apply(tx, deltas, kind=MovementKind.SHIPPED, by=by, now=now, reason=reason)
    return answers


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _answer(each: Return, rows: dict[UUID, LockedHold], seats: SeatsOfHolds) -> Confirmed | Refused:
    """Take the units off what the hold still claims, all of them or none."""
    row = rows.get(each.hold_id)
    if row is None or row.state is not HoldState.CONFIRMED:
        return Refused(reason=Reason.GONE)
    own = seats.get(each.hold_id, {})
    for done, want in enumerate(each.wants):
        refusal = _refusal(want, row, own)
        if refusal is not None:
            for taken in each.wants[:done]:
                row.units[taken.account_id].claimed += taken.quantity
                own.get(taken.account_id, set()).update(taken.seat_ids)
            return refusal
        row.units[want.account_id].claimed -= want.quantity
        own.get(want.account_id, set()).difference_update(want.seat_ids)
    return Confirmed(hold_id=each.hold_id)


def _refusal(want: Want, row: LockedHold, own: dict[UUID, set[UUID]]) -> Refused | None:
    units = row.units.get(want.account_id)
    if units is None or units.claimed < want.quantity:
        return Refused(reason=Reason.GONE, account_id=want.account_id, left=0 if units is None else units.claimed)
    if want.account_id in own and not want.seat_ids:
        return Refused(reason=Reason.SEATS_NEEDED, account_id=want.account_id)
    if not own.get(want.account_id, set()).issuperset(want.seat_ids):
        return Refused(reason=Reason.UNKNOWN, account_id=want.account_id)
    return None


def _back(row: LockedHold) -> int:
    return sum(units.total - units.claimed - units.shipped for units in row.units.values())


def _lowered(row: LockedHold, back_before: int) -> list[tuple[str, str, int]]:
    total, back = sum(units.total for units in row.units.values()), _back(row)
    return [
        (row.holder, scope, rules.cap_share(quantity, back=back, total=total) - rules.cap_share(quantity, back=back_before, total=total))
        for scope, _, quantity in row.caps
    ]


def _delta(row: LockedHold, want: Want, *, leaves: bool = False) -> Delta:
    return Delta(
        organisation_id=row.organisation_id,
        account_id=want.account_id,
        hold_id=row.hold_id,
        on_hand=-want.quantity if leaves else 0,
        claimed=-want.quantity,
        seat_ids=want.seat_ids,
    )


def _free(tx: Tx, keys: Sequence[SeatKey]) -> None:
    """Nobody has these seats. Their holds and accounts are locked, so nobody else writes these rows."""
    tx.delete_matching(TAKEN, ["seating_id", "seat_id"], keys)
