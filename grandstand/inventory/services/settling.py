"""What becomes of a hold: confirmed, extended, released, expired; and of claimed units: returned or shipped.

Everything here locks the holds first, then caps, accounts and seats, each in key order, as `hold_many` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from grandstand.inventory import models, rules
from grandstand.inventory.facts import HoldsExpired
from grandstand.inventory.services.counting import Delta, apply
from grandstand.inventory.values import Confirmed, Held, HoldState, MovementKind, Reason, Refused, Return
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

ACCOUNT = store.table(models.Account)
CAP = store.table(models.Cap)
HOLD = store.table(models.Hold)
POOL = store.table(models.Pool)
TAKEN = store.table(models.SeatTaken)

GONE = Refused(reason=Reason.GONE)


@dataclass(slots=True)
class _Row:
    """A hold under lock, with what it still has in each account."""

    hold_id: UUID
    organisation_id: UUID
    holder: str
    basket_id: UUID
    state: HoldState
    expires_at: datetime
    caps: list[tuple[str, int, int]]
    held: dict[UUID, int] = field(default_factory=dict)
    claimed: dict[UUID, int] = field(default_factory=dict)
    total: int = 0


def confirm_many(tx: Tx, hold_ids: Sequence[UUID], *, by: Actor, now: datetime) -> list[Confirmed | Refused]:
    """The holds' units are claimed for good. A held row can be confirmed until it is swept, also after it expired.

    Confirming again says so and changes nothing; a hold that was released, swept or never was is GONE. Five statements.
    """
    rows = _locked(tx, hold_ids)
    pending = [row for row in rows.values() if row.state is HoldState.HELD]
    _settle(tx, pending, HoldState.CONFIRMED, MovementKind.CONFIRMED, claim=True, by=by, now=now, reason="")
    before = {row.hold_id for row in pending}
    return [_confirmation(rows.get(hold_id), new=hold_id in before) for hold_id in hold_ids]


def release_many(tx: Tx, hold_ids: Sequence[UUID], *, by: Actor, now: datetime, reason: str) -> list[bool]:
    """The holds' units are free again. Says of each whether this call freed it; a confirmed or ended hold stays as it is."""
    rows = _locked(tx, hold_ids)
    pending = [row for row in rows.values() if row.state is HoldState.HELD]
    _let_go(tx, pending, HoldState.RELEASED, MovementKind.RELEASED, by=by, now=now, reason=reason)
    freed = {row.hold_id for row in pending}
    return [hold_id in freed for hold_id in hold_ids]


def extend_many(tx: Tx, hold_ids: Sequence[UUID], *, until: datetime, now: datetime) -> list[Held | Refused]:
    """The holds last until `until` at least, never shorter than before. GONE for one that is not held any more."""
    rows = _locked(tx, hold_ids, with_units=False)
    longer = [(row.hold_id, until) for row in rows.values() if row.state is HoldState.HELD and row.expires_at < until]
    tx.update(HOLD, longer, key=["id"], set_to=["expires_at"])
    return [
        Held(hold_id=hold_id, expires_at=max(rows[hold_id].expires_at, until)) if hold_id in rows and rows[hold_id].state is HoldState.HELD else GONE
        for hold_id in hold_ids
    ]


def expire_due(tx: Tx, *, now: datetime, limit: int = 1_000) -> list[UUID]:
    """Free the units of up to `limit` holds that expired at or before `now`; returns their ids. In a transaction of its own.

    Announces HoldsExpired per basket. On PostgreSQL holds that another transaction has locked are left for the next sweep.
    """
    skip = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    due = tx.rows(
        f"SELECT id FROM inventory_hold WHERE state = %s AND expires_at <= %s ORDER BY expires_at, id LIMIT %s{skip}",
        (HoldState.HELD.value, now, limit),
        kinds=[Kind.UUID],
    )
    rows = _locked(tx, [hold_id for (hold_id,) in due])
    by = Actor.system("expire_holds")
    _let_go(tx, list(rows.values()), HoldState.EXPIRED, MovementKind.EXPIRED, by=by, now=now, reason="the hold expired")
    baskets: dict[tuple[UUID, UUID], list[UUID]] = {}
    for row in rows.values():
        baskets.setdefault((row.organisation_id, row.basket_id), []).append(row.hold_id)
    store.announce(
        tx,
        [
            HoldsExpired(organisation_id=organisation_id, occurred_at=now, basket_id=basket_id, hold_ids=tuple(hold_ids))
            for (organisation_id, basket_id), hold_ids in baskets.items()
        ],
    )
    return list(rows)


def return_many(tx: Tx, returns: Sequence[Return], *, by: Actor, now: datetime, reason: str) -> list[Confirmed | Refused]:
    """Claimed units come back and are free again; the holder's caps have room again. GONE for more than the hold still claims."""
    return _take_back(tx, returns, MovementKind.RETURNED, leaves=False, by=by, now=now, reason=reason)


def ship_many(tx: Tx, shipped: Sequence[Return], *, by: Actor, now: datetime, reason: str = "shipped") -> list[Confirmed | Refused]:
    """Claimed units leave the house: on hand and claimed fall together. GONE for more than the hold still claims."""
    return _take_back(tx, shipped, MovementKind.SHIPPED, leaves=True, by=by, now=now, reason=reason)


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _locked(tx: Tx, hold_ids: Sequence[UUID], *, with_units: bool = True) -> dict[UUID, _Row]:
    columns = ["id", "organisation_id", "holder", "basket_id", "state", "expires_at", "caps"]
    rows = {
        id_: _Row(id_, organisation_id, holder, basket_id, HoldState(state), expires_at, [tuple(cap) for cap in caps])
        for id_, organisation_id, holder, basket_id, state, expires_at, caps in tx.select_among(
            HOLD, columns, "id", sorted(set(hold_ids)), order_by="id", lock=True
        )
    }
    if with_units:
        for hold_id, account_id, held, claimed, total in units_of_holds(tx, list(rows)):
            row = rows[hold_id]
            row.held[account_id], row.claimed[account_id] = held, claimed
            row.total += total
    return rows


def units_of_holds(tx: Tx, hold_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, int, int, int]]:
    """Per hold and account: units held, units claimed, units first set aside."""
    if not hold_ids:
        return []
    where, param = tx.among("hold_id", Kind.UUID, hold_ids)
    return tx.rows(  # type: ignore[return-value]
        "SELECT hold_id, account_id, CAST(sum(held) AS bigint), CAST(sum(claimed) AS bigint), "
        f"CAST(sum(CASE WHEN kind = 'held' THEN held ELSE 0 END) AS bigint) FROM inventory_movement WHERE {where} "
        "GROUP BY hold_id, account_id ORDER BY hold_id, account_id",
        (param,),
        kinds=[Kind.UUID, Kind.UUID, Kind.INT, Kind.INT, Kind.INT],
    )


def _settle(tx: Tx, rows: Sequence[_Row], state: HoldState, kind: MovementKind, *, claim: bool, by: Actor, now: datetime, reason: str) -> None:
    deltas = [
        Delta(
            organisation_id=row.organisation_id,
            account_id=account_id,
            hold_id=row.hold_id,
            held=-quantity,
            claimed=quantity if claim else 0,
        )
        for row in rows
        for account_id, quantity in row.held.items()
        if quantity
    ]
    apply(tx, deltas, kind=kind, by=by, now=now, reason=reason)
    tx.update(HOLD, [(row.hold_id, state.value) for row in rows], key=["id"], set_to=["state"])


def _let_go(tx: Tx, rows: Sequence[_Row], state: HoldState, kind: MovementKind, *, by: Actor, now: datetime, reason: str) -> None:
    _lower_caps(tx, [(row, cap[0], cap[2]) for row in rows for cap in row.caps])
    _settle(tx, rows, state, kind, claim=False, by=by, now=now, reason=reason)
    if rows:
        where, param = tx.among("hold_id", Kind.UUID, [row.hold_id for row in rows])
        tx.execute(f"DELETE FROM inventory_seat_taken WHERE {where}", (param,))


def _lower_caps(tx: Tx, lowered: Sequence[tuple[_Row, str, int]]) -> None:
    sums: dict[UUID, int] = {}
    for row, scope, quantity in lowered:
        id_ = rules.cap_id(scope, row.holder)
        sums[id_] = sums.get(id_, 0) - quantity
    changed = sorted((id_, quantity) for id_, quantity in sums.items() if quantity)
    tx.select_among(CAP, ["id"], "id", [id_ for id_, _ in changed], order_by="id", lock=True)
    tx.update(CAP, changed, key=["id"], add_to=["used"])


def _take_back(
    tx: Tx, returns: Sequence[Return], kind: MovementKind, *, leaves: bool, by: Actor, now: datetime, reason: str
) -> list[Confirmed | Refused]:
    rows = _locked(tx, [each.hold_id for each in returns])
    answers: list[Confirmed | Refused] = []
    deltas: list[Delta] = []
    lowered: list[tuple[_Row, str, int]] = []
    seats: list[tuple[UUID, UUID]] = []
    for each in returns:
        row = rows.get(each.hold_id)
        wanted = _sums(each)
        if row is None or row.state is not HoldState.CONFIRMED or any(row.claimed.get(id_, 0) < quantity for id_, quantity in wanted.items()):
            answers.append(GONE)
            continue
        back_before = row.total - sum(row.claimed.values())
        for account_id, quantity in wanted.items():
            row.claimed[account_id] -= quantity
            deltas.append(
                Delta(
                    organisation_id=row.organisation_id,
                    account_id=account_id,
                    hold_id=row.hold_id,
                    on_hand=-quantity if leaves else 0,
                    claimed=-quantity,
                )
            )
        if not leaves:
            back_now = row.total - sum(row.claimed.values())
            lowered += [(row, scope, rules.cap_share(quantity, back_before, back_now, row.total)) for scope, _, quantity in row.caps]
            seats += [(row.hold_id, seat_id) for want in each.wants for seat_id in want.seat_ids]
        answers.append(Confirmed(hold_id=each.hold_id))
    _lower_caps(tx, lowered)
    apply(tx, deltas, kind=kind, by=by, now=now, reason=reason)
    if leaves:
        _leave_pools(tx, deltas)
    _free_seats(tx, seats)
    return answers


def _leave_pools(tx: Tx, deltas: Sequence[Delta]) -> None:
    """A pool has on hand what its accounts have. Accounts are locked by now, so pools come after them, as everywhere."""
    pools = dict(tx.select_among(ACCOUNT, ["id", "pool_id"], "id", sorted({delta.account_id for delta in deltas})))
    sums: dict[UUID, int] = {}
    for delta in deltas:
        pool_id = pools[delta.account_id]
        sums[pool_id] = sums.get(pool_id, 0) + delta.on_hand
    tx.update(POOL, sorted(sums.items()), key=["id"], add_to=["on_hand"])


def _sums(each: Return) -> Mapping[UUID, int]:
    sums: dict[UUID, int] = {}
    for want in each.wants:
        sums[want.account_id] = sums.get(want.account_id, 0) + want.quantity
    return sums


def _free_seats(tx: Tx, seats: Sequence[tuple[UUID, UUID]]) -> None:
    if not seats:
        return
    where, param = tx.among("hold_id", Kind.UUID, sorted({hold_id for hold_id, _ in seats}))
    where_seat, seat_param = tx.among("seat_id", Kind.UUID, sorted({seat_id for _, seat_id in seats}))
    tx.execute(f"DELETE FROM inventory_seat_taken WHERE {where} AND {where_seat}", (param, seat_param))


def _confirmation(row: _Row | None, *, new: bool) -> Confirmed | Refused:
    if row is None:
        return GONE
    if new:
        return Confirmed(hold_id=row.hold_id)
    return Confirmed(hold_id=row.hold_id, repeated=True) if row.state is HoldState.CONFIRMED else GONE
