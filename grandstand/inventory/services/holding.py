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


def hold_many(tx: store.Tx, wishes: Sequence[Wish], *, now: datetime) -> list[Answer]:
    """Answer each wish: all its units set aside for it, or why not. Earlier wishes come first; a refused one takes nothing.

    A key that was answered before, here or earlier in the batch, gets that answer again (a hold as it stands now), or KEY_REUSED when
    something else is asked for. At most eleven statements whatever the number of wishes.
    """
    asked = _read(wishes, now)
    firsts: dict[int, _Asked] = {}
    for ask in asked:
        firsts.setdefault(ask.key_id.int, ask)
    known = _claim_keys(tx, firsts)
    fresh = [ask for key, ask in firsts.items() if key not in known] if known else list(firsts.values())
    if fresh:
        _answer(tx, fresh, now)
    if known or len(firsts) < len(asked):
        _repeat(asked, firsts, known)
    return [ask.answer for ask in asked]


def _read(wishes: Sequence[Wish], now: datetime) -> list[_Asked]:
    until = {hold_for: now + hold_for for hold_for in {wish.hold_for for wish in wishes}}
    return [
        _Asked(wish, hold_id, until[wish.hold_for], rules.key_id(wish), rules.body_id(wish))
        for wish, hold_id in zip(wishes, new_ids(len(wishes)), strict=True)
    ]


type _Known = dict[int, tuple[UUID, Answer]]
"""What was asked for and answered before, per key."""


def _claim_keys(tx: store.Tx, firsts: dict[int, _Asked]) -> _Known:
    """Write a hold for each new key, in sorted order, and read what is known of the others.

    A key that another open transaction has just written is waited for.
    """
    rows = [_hold_row(firsts[key]) for key in sorted(firsts)]
    if tx.insert(HOLD, _HOLD, rows, same={"state": HoldState.HELD.value}, skip_conflicts=True) == len(rows):
        return {}
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


def _answer(tx: store.Tx, fresh: Sequence[_Asked], now: datetime) -> None:
    wishes = [ask.wish for ask in fresh]
    stock = _lock(tx, wishes)
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
    tx.update(ACCOUNT, [(id_, before[id_] - left) for id_, left in stock.free.items() if left != before[id_]], key=["id"], add_to=["held"])
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
    rows, too_much = [], dict[UUID, int]()
    for ask, refusal in refused:
        rows.append((ask.hold_id, HoldState.REFUSED.value, _stored(refusal)))
        for cap in ask.wish.caps:
            id_ = rules.cap_id(cap.scope, ask.wish.holder)
            too_much[id_] = too_much.get(id_, 0) + cap.quantity
    tx.update(HOLD, rows, key=["id"], set_to=["state", "refusal"])
    tx.update(CAP, [(id_, -quantity) for id_, quantity in too_much.items()], key=["id"], add_to=["used"])


def _lock(tx: store.Tx, wishes: Sequence[Wish]) -> rules.Stock:
    """Lock what the wishes count towards, each kind of row in key order, and read it after locking."""
    used = _lock_caps(tx, wishes)
    account_ids = {want.account_id.int: want.account_id for wish in wishes for want in wish.wants}
    columns = ["id", "organisation_id", "on_hand", "held", "claimed", "seating_id"]
    free, owner, seating = {}, {}, {}
    for account_id, organisation_id, on_hand, held, claimed, seating_id in tx.select_among(
        ACCOUNT, columns, "id", list(account_ids.values()), order_by="id", lock=True
    ):
        free[account_id] = on_hand - held - claimed
        owner[account_id] = organisation_id
        if seating_id is not None:
            seating[account_id] = seating_id
    stock = rules.Stock(free=free, owner=owner, used=used, seating=seating)
    if seating:
        _lock_seats(tx, wishes, stock)
    return stock


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


def _lock_caps(tx: store.Tx, wishes: Sequence[Wish]) -> dict[tuple[str, str], int]:
    """What each holder has used under each scope, without this batch.

    Most wishes are granted, so the rows are written as if all were, in the statement that locks them.
    """
    rows: dict[int, list[Any]] = {}
    for wish in wishes:
        for cap in wish.caps:
            id_ = rules.cap_id(cap.scope, wish.holder)
            rows.setdefault(id_.int, [id_, wish.organisation_id, cap.scope, wish.holder, 0])[4] += cap.quantity
    grown = tx.grow(CAP, ["id", "organisation_id", "scope", "holder", "used"], [rows[key] for key in sorted(rows)], key=["id"], add_to="used")
    used = {}
    for id_, total in grown:
        _, _, scope, holder, added = rows[id_.int]
        used[scope, holder] = total - added
    return used


def _stored(refusal: Refused) -> dict[str, Any]:
    return {"reason": refusal.reason.value, "account_id": refusal.account_id and str(refusal.account_id), "left": refusal.left}


def _told(stored: dict[str, Any]) -> Refused:
    account_id = stored["account_id"]
    return Refused(reason=Reason(stored["reason"]), account_id=UUID(account_id) if account_id else None, left=stored["left"])
