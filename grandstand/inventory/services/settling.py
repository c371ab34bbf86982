"""What becomes of a hold: confirmed, extended, released, expired.

Everything here and in `returning` locks the holds first, then caps, accounts, seats and pools, each in key order, as `hold_many` does.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models
from grandstand.inventory.facts import HoldsExpired
from grandstand.inventory.queries import LockedHold, lock_holds
from grandstand.inventory.services.counting import Delta, apply, lower_caps
from grandstand.inventory.values import Confirmed, Held, HoldState, MovementKind, Reason, Refused
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

HOLD = store.table(models.Hold)

GONE = Refused(reason=Reason.GONE)
SWEEPER = Actor.system("expire_holds")


def confirm_many(tx: Tx, hold_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[Confirmed | Refused]:
    """The holds' units are claimed for good. A held row can be confirmed until it is swept, also after it expired.

    Confirming again says so and changes nothing; a hold that was released, swept or never was is GONE. Six statements.
    """
    rows = lock_holds(tx, hold_ids)
    pending = {id_: row for id_, row in rows.items() if row.state is HoldState.HELD}
    _settle(tx, list(pending.values()), HoldState.CONFIRMED, MovementKind.CONFIRMED, by=by, now=now, reason="")
    kept = {id_ for id_, row in rows.items() if row.state in {HoldState.HELD, HoldState.CONFIRMED}}
    return [Confirmed(hold_id=id_, repeated=id_ not in pending) if id_ in kept else GONE for id_ in hold_ids]


def release_many(tx: Tx, hold_ids: Sequence[UUID], *, by: Actor, now: datetime, reason: str) -> list[bool]:
    """The holds' units are free again, and the holder's caps have room again.

    Says of each whether this call freed it; a hold that was confirmed, or is over already, stays as it is. Nine statements.
    """
    pending = {id_: row for id_, row in lock_holds(tx, hold_ids).items() if row.state is HoldState.HELD}
    _let_go(tx, list(pending.values()), HoldState.RELEASED, MovementKind.RELEASED, by=by, now=now, reason=reason)
    return [id_ in pending for id_ in hold_ids]


def extend_many(tx: Tx, hold_ids: Sequence[UUID], *, until: datetime, now: datetime) -> list[Held | Refused]:
    """The holds last until `until` at least, never shorter than before. GONE for one that is not held any more. Two statements."""
    columns = ["id", "state", "expires_at"]
    rows = tx.select_among(HOLD, columns, "id", sorted(set(hold_ids)), order_by="id", lock=True)
    held = {id_: expires_at for id_, state, expires_at in rows if state == HoldState.HELD}
    tx.update(HOLD, [(id_, until) for id_, expires_at in held.items() if expires_at < until], key=["id"], set_to=["expires_at"])
    return [Held(hold_id=id_, expires_at=max(held[id_], until)) if id_ in held else GONE for id_ in hold_ids]


def expire_due(tx: Tx, *, now: datetime, limit: int = 1_000) -> list[UUID]:
    """Free the units of up to `limit` holds that expired at or before `now`; returns their ids. In a transaction of its own.

    Announces HoldsExpired per basket. On PostgreSQL holds that another transaction has locked are left for the next sweep.
    """
    skip = " FOR NO KEY UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    due = tx.rows(
        f"SELECT id FROM inventory_hold WHERE state = 'held' AND expires_at <= %s ORDER BY expires_at, id LIMIT %s{skip}",
        (now, limit),
        kinds=[Kind.UUID],
    )
    rows = list(lock_holds(tx, [id_ for (id_,) in due]).values())
    _let_go(tx, rows, HoldState.EXPIRED, MovementKind.EXPIRED, by=SWEEPER, now=now, reason="")
    baskets: dict[tuple[UUID, UUID], list[UUID]] = {}
    for row in rows:
        baskets.setdefault((row.organisation_id, row.basket_id), []).append(row.hold_id)
    store.announce(
        tx,
        [
            HoldsExpired(organisation_id=organisation_id, occurred_at=now, basket_id=basket_id, hold_ids=tuple(hold_ids))
            for (organisation_id, basket_id), hold_ids in baskets.items()
        ],
    )
    return [row.hold_id for row in rows]


def _let_go(tx: Tx, rows: Sequence[LockedHold], state: HoldState, kind: MovementKind, *, by: Actor, now: datetime, reason: str) -> None:
    lower_caps(tx, [(row.holder, scope, quantity) for row in rows for scope, _, quantity in row.caps])
    _settle(tx, rows, state, kind, by=by, now=now, reason=reason)
    if rows:
        where, param = tx.among("hold_id", Kind.UUID, [row.hold_id for row in rows])
        tx.execute(f"DELETE FROM inventory_seat_taken WHERE {where}", (param,))


def _settle(tx: Tx, rows: Sequence[LockedHold], state: HoldState, kind: MovementKind, *, by: Actor, now: datetime, reason: str) -> None:
    deltas = [
        Delta(
            organisation_id=row.organisation_id,
            account_id=account_id,
            hold_id=row.hold_id,
            held=-units.held,
            claimed=units.held if state is HoldState.CONFIRMED else 0,
        )
        for row in rows
        for account_id, units in row.units.items()
    ]
    apply(tx, deltas, kind=kind, by=by, now=now, reason=reason)
    tx.update(HOLD, [(row.hold_id, state.value) for row in rows], key=["id"], set_to=["state"])
