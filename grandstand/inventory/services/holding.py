"""Setting units aside: the hot path. How it decides, and why so, is told in docs/explanation/holds.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from grandstand.inventory import models, rules
from grandstand.inventory.services.counting import seats_written
from grandstand.inventory.values import Answer, Held, HoldState, MovementKind, Reason, Refused, Want, Wish
from grandstand.kit.ids import new_ids
from grandstand.store import api as store

ACCOUNT = store.table(models.Account)
CAP = store.table(models.Cap)
HOLD = store.table(models.Hold)
MOVEMENT = store.table(models.Movement)
SEAT = store.table(models.Seat)
TAKEN = store.table(models.SeatTaken)

KEY_REUSED = Refused(reason=Reason.KEY_REUSED)

_json = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Asked:
    """A wish on its way through."""

    wish: Wish
    hold_id: UUID
    expires_at: datetime
    key_id: UUID
    body_id: UUID
    answer: Answer = KEY_REUSED
    """What the wish is told, unless it gets a better one."""


type _Count = tuple[UUID, UUID, str, str, int]
"""A cap's id, organisation, scope, holder, and by how much it counts up."""


def hold_many(tx: store.Tx, wishes: Sequence[Wish], *, now: datetime) -> list[Answer]:
    """Answer each wish: all its units set aside for it, or why not. Earlier wishes come first; a refused one takes nothing.

    A key that was answered before, here or earlier in the batch, gets that answer again (a hold as it stands now), or KEY_REUSED when
    something else is asked for. At most twelve statements whatever the number of wishes, in two round trips where none was asked before.
    """
    asked = _read(wishes, now)
    firsts: dict[int, _Asked] = {}
    for ask in asked:
        firsts.setdefault(ask.key_id.int, ask)
    claimed, locked = _claim_keys(tx, firsts), _lock(tx, [ask.wish for ask in firsts.values()])
    known = {} if claimed() == len(firsts) else _read_known(tx, firsts)
    stock = locked()
    fresh = [ask for key, ask in firsts.items() if key not in known] if known else list(firsts.values())
    if known:
        _lower_caps(tx, [firsts[key] for key in known])
    if fresh:
        _answer(tx, fresh, stock, now)
    if known or len(firsts) < len(asked):
        _repeat(asked, firsts, known)
    return [ask.answer for ask in asked]


def _read(wishes: Sequence[Wish], now: datetime) -> list[_Asked]:
    until = {hold_for: now + hold_for for hold_for in {wish.hold_for for wish in wishes}}
    ids = zip(wishes, new_ids(len(wishes)), rules.key_ids(wishes), rules.body_ids(wishes), strict=True)
    return [_Asked(wish, hold_id, until[wish.hold_for], key_id, body_id) for wish, hold_id, key_id, body_id in ids]


type _Known = dict[int, tuple[UUID, Answer]]
"""What was asked for and answered before, per key."""


def _claim_keys(tx: store.Tx, firsts: dict[int, _Asked]) -> store.Later[int]:
    """Write a hold for each new key, in sorted order; the answer is how many were new.

    A key that another open transaction has just written is waited for.
    """
    rows = [_hold_row(firsts[key]) for key in sorted(firsts)]
    return tx.insert_later(HOLD, _HOLD, rows, same={"state": HoldState.HELD.value}, skip_conflicts=True)


def _read_known(tx: store.Tx, firsts: dict[int, _Asked]) -> _Known:
    """What is known of the keys that were there before."""
    columns = ["key_id", "id", "body_id", "state", "expires_at", "refusal"]
    found = tx.select_among(HOLD, columns, "key_id", [ask.key_id for ask in firsts.values()])
    return {
        key_id.int: (body_id, _told(refusal) if state == HoldState.REFUSED else Held(hold_id=id_, expires_at=expires_at))
        for key_id, id_, body_id, state, expires_at, refusal in found
        if id_ != firsts[key_id.int].hold_id
    }


_HOLD = ["id", "organisation_id", "key_id", "body_id", "holder", "basket_id", "expires_at", "offer_version", "caps"]


def _hold_row(ask: _Asked) -> tuple[object, ...]:
    wish = ask.wish
    caps = _json([(cap.scope, cap.limit, cap.quantity) for cap in wish.caps]).decode()
    return (ask.hold_id, wish.organisation_id, ask.key_id, ask.body_id, wish.holder, wish.basket_id, ask.expires_at, wish.offer_version, caps)


def _repeat(asked: Sequence[_Asked], firsts: dict[int, _Asked], known: _Known) -> None:
    """Who asks again for the same gets the same answer."""
    for ask in asked:
        key = ask.key_id.int
        body_id, answer = known[key] if key in known else (firsts[key].body_id, firsts[key].answer)
        if ask.body_id.int == body_id.int:
            ask.answer = answer


def _answer(tx: store.Tx, fresh: Sequence[_Asked], stock: rules.Stock, now: datetime) -> None:
    wishes = [ask.wish for ask in fresh]
    if stock.seating:
        _lock_seats(tx, wishes, stock)
    before = dict(stock.free)
    granted, refused = list[_Asked](), list[tuple[_Asked, Refused]]()
    for ask, refusal in zip(fresh, rules.decide(wishes, stock, now=now), strict=True):
        if refusal is None:
            ask.answer = Held(hold_id=ask.hold_id, expires_at=ask.expires_at)
            granted.append(ask)
        else:
            ask.answer = refusal
            refused.append((ask, refusal))
    if refused:
        _write_refusals(tx, refused)
    tx.update(
        ACCOUNT, [(id_, before[id_] - left) for id_, left in stock.free.items() if left != before[id_]], key=["id"], add_to=["held"], known=True
    )
    columns, units = ["organisation_id", "account_id", "hold_id", "held", "by"], [(ask, want) for ask in granted for want in ask.wish.wants]
    rows: list[tuple[object, ...]] = [(ask.wish.organisation_id, want.account_id, ask.hold_id, want.quantity, ask.wish.holder) for ask, want in units]
    if stock.seating:
        columns, rows = [*columns, "seats"], [(*row, seats_written(want.seat_ids)) for row, (_, want) in zip(rows, units, strict=True)]
        _take_seats(tx, units, stock.seating)
    tx.insert(MOVEMENT, columns, rows, same={"kind": MovementKind.HELD.value, "on_hand": 0, "claimed": 0, "at": now, "reason": ""})


def _take_seats(tx: store.Tx, units: Sequence[tuple[_Asked, Want]], seating: dict[UUID, UUID]) -> None:
    rows = [(*key, ask.wish.organisation_id, ask.hold_id) for ask, want in units if want.seat_ids for key in rules.seat_keys(want, seating)]
    tx.insert(TAKEN, ["seating_id", "seat_id", "organisation_id", "hold_id"], sorted(rows))


def _write_refusals(tx: store.Tx, refused: Sequence[tuple[_Asked, Refused]]) -> None:
    """Keep each refusal with its key, and take back what the caps were counted up by."""
    rows = [(ask.hold_id, HoldState.REFUSED.value, _stored(refusal)) for ask, refusal in refused]
    tx.update(HOLD, rows, key=["id"], set_to=["state", "refusal"], known=True)
    _lower_caps(tx, [ask for ask, _ in refused])


def _lower_caps(tx: store.Tx, asked: Sequence[_Asked]) -> None:
    """Take back what was counted for those who get nothing now."""
    too_much = [(id_, -quantity) for id_, _, _, _, quantity in _counted([ask.wish for ask in asked])]
    tx.update(CAP, too_much, key=["id"], add_to=["used"], known=True)


def _lock(tx: store.Tx, wishes: Sequence[Wish]) -> store.Later[rules.Stock]:
    """Lock what the wishes count towards, each kind of row in key order, and read it after locking."""
    used = _lock_caps(tx, wishes)
    account_ids = {want.account_id.int: want.account_id for wish in wishes for want in wish.wants}
    columns = ["id", "organisation_id", "on_hand", "held", "claimed", "seating_id"]
    rows = tx.select_among_later(ACCOUNT, columns, "id", list(account_ids.values()), order_by="id", lock=True)

    def read() -> rules.Stock:
        stock = rules.Stock(free={}, owner={}, used=used())
        for account_id, organisation_id, on_hand, held, claimed, seating_id in rows():
            stock.free[account_id] = on_hand - held - claimed
            stock.owner[account_id] = organisation_id
            if seating_id is not None:
                stock.seating[account_id] = seating_id
        return stock

    return read


def _lock_seats(tx: store.Tx, wishes: Sequence[Wish], stock: rules.Stock) -> None:
    """Lock the named seats in key order, then read which of them are taken."""
    named = {key for wish in wishes for want in wish.wants if want.account_id in stock.seating for key in rules.seat_keys(want, stock.seating)}
    keys = sorted(named)
    columns = ["seating_id", "seat_id", "account_id"]
    for seating_id, seat_id, account_id in tx.select_matching(
        SEAT, columns, ["seating_id", "seat_id"], keys, order_by="seating_id, seat_id", lock=True
    ):
        stock.account_of[seating_id, seat_id] = account_id
    stock.taken.update(tx.select_matching(TAKEN, columns[:2], ["seating_id", "seat_id"], keys))


def _lock_caps(tx: store.Tx, wishes: Sequence[Wish]) -> store.Later[dict[tuple[str, str], int]]:
    """What each holder has used under each scope, without this batch.

    Most wishes are granted, so the rows are written as if all were, in the statement that locks them.
    """
    rows = _counted(wishes)
    told = tx.grow_later(CAP, ["id", "organisation_id", "scope", "holder", "used"], rows, key=["id"], add_to="used")

    def read() -> dict[tuple[str, str], int]:
        grown: dict[UUID, int] = dict(told())
        return {(scope, holder): grown[id_] - added for id_, _, scope, holder, added in rows}

    return read


def _counted(wishes: Sequence[Wish]) -> list[_Count]:
    """What the wishes count towards caps, summed per cap, in key order."""
    counts = [(wish.organisation_id, cap.scope, wish.holder, cap.quantity) for wish in wishes for cap in wish.caps]
    ids = rules.cap_ids([(scope, holder) for _, scope, holder, _ in counts])
    rows: dict[int, _Count] = {}
    for id_, (organisation_id, scope, holder, quantity) in zip(ids, counts, strict=True):
        more = rows[id_.int][4] if id_.int in rows else 0
        rows[id_.int] = (id_, organisation_id, scope, holder, quantity + more)
    return [rows[key] for key in sorted(rows)]


def _stored(refusal: Refused) -> dict[str, Any]:
    told = {"reason": refusal.reason.value, "account_id": refusal.account_id and str(refusal.account_id), "left": refusal.left}
    return told | {"why": refusal.why} if refusal.why else told


def _told(stored: dict[str, Any]) -> Refused:
    account_id = stored["account_id"]
    return Refused(
        reason=Reason(stored["reason"]), account_id=UUID(account_id) if account_id else None, left=stored["left"], why=stored.get("why", "")
    )
