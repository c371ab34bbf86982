"""Setting units aside: the hot path. How it decides, and why so, is told in docs/explanation/holds.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from grandstand.inventory import models, rules
from grandstand.inventory.values import Answer, Held, HoldState, MovementKind, Reason, Refused, Wish
from grandstand.kit.ids import new_ids
from grandstand.store import api as store

ACCOUNT = store.table(models.Account)
CAP = store.table(models.Cap)
HOLD = store.table(models.Hold)
MOVEMENT = store.table(models.Movement)
SEAT = store.table(models.Seat)
TAKEN = store.table(models.SeatTaken)


@dataclass(slots=True)
class _Asked:
    """A wish on its way through."""

    wish: Wish
    hold_id: UUID
    expires_at: datetime
    key_id: UUID
    body_id: UUID
    answer: Answer | None = None
    """None until it is decided, which `hold_many` does for each before it ends."""


def hold_many(tx: store.Tx, wishes: Sequence[Wish], *, now: datetime) -> list[Answer]:
    """Answer each wish: all its units set aside for it, or why not. Earlier wishes come first; a refused one takes nothing.

    A key that was answered before, here or earlier in the batch, gets that answer again (a hold as it stands now), or KEY_REUSED when
    something else is asked for. At most twelve statements whatever the number of wishes.
    """
    asked = _read(wishes, now)
    firsts: dict[int, _Asked] = {}
    for ask in asked:
        firsts.setdefault(ask.key_id.int, ask)
    fresh = _claim_keys(tx, firsts)
    if fresh:
        _answer(tx, fresh, now)
    return [_settled(ask, firsts[ask.key_id.int]) for ask in asked]


def _read(wishes: Sequence[Wish], now: datetime) -> list[_Asked]:
    until = {hold_for: now + hold_for for hold_for in {wish.hold_for for wish in wishes}}
    return [
        _Asked(wish, hold_id, until[wish.hold_for], rules.key_id(wish), rules.body_id(wish))
        for wish, hold_id in zip(wishes, new_ids(len(wishes)), strict=True)
    ]


_HOLD = ["id", "organisation_id", "key_id", "body_id", "holder", "basket_id", "expires_at", "offer_version", "caps"]


def _claim_keys(tx: store.Tx, firsts: dict[int, _Asked]) -> list[_Asked]:
    """Write a hold for each key, in sorted order, and return those whose key was new. The others get their stored answer.

    A key that another open transaction has just written is waited for.
    """
    rows = [_hold_row(firsts[key]) for key in sorted(firsts)]
    inserted = tx.insert(HOLD, _HOLD, rows, same={"state": HoldState.HELD.value}, skip_conflicts=True)
    if inserted == len(rows):
        return list(firsts.values())
    columns = ["key_id", "id", "body_id", "state", "expires_at", "refusal"]
    for key_id, hold_id, body_id, state, expires_at, refusal in tx.select_among(HOLD, columns, "key_id", [row[2] for row in rows]):
        ask = firsts[key_id.int]
        if hold_id == ask.hold_id:
            continue
        if body_id != ask.body_id:
            ask.answer = Refused(reason=Reason.KEY_REUSED)
        elif state == HoldState.REFUSED:
            ask.answer = refused(refusal)
        else:
            ask.answer = Held(hold_id=hold_id, expires_at=expires_at)
    return [ask for ask in firsts.values() if ask.answer is None]


def _hold_row(ask: _Asked) -> tuple[object, ...]:
    wish = ask.wish
    caps = [(cap.scope, cap.limit, cap.quantity) for cap in wish.caps]
    return (ask.hold_id, wish.organisation_id, ask.key_id, ask.body_id, wish.holder, wish.basket_id, ask.expires_at, wish.offer_version, caps)


def _answer(tx: store.Tx, fresh: Sequence[_Asked], now: datetime) -> None:
    wishes = [ask.wish for ask in fresh]
    stock = _lock(tx, wishes)
    before = dict(stock.free)
    for ask, refusal in zip(fresh, rules.decide(wishes, stock, now=now), strict=True):
        ask.answer = refusal or Held(hold_id=ask.hold_id, expires_at=ask.expires_at)
    granted = [ask for ask in fresh if type(ask.answer) is Held]
    if len(granted) < len(fresh):
        _write_refusals(tx, [ask for ask in fresh if type(ask.answer) is not Held])
    tx.update(ACCOUNT, [(id_, before[id_] - left) for id_, left in stock.free.items() if left != before[id_]], key=["id"], add_to=["held"])
    tx.insert(
        MOVEMENT,
        ["organisation_id", "account_id", "hold_id", "held", "by"],
        [(ask.wish.organisation_id, want.account_id, ask.hold_id, want.quantity, ask.wish.holder) for ask in granted for want in ask.wish.wants],
        same={"kind": MovementKind.HELD.value, "on_hand": 0, "claimed": 0, "at": now, "reason": ""},
    )
    if stock.seating:
        tx.insert(
            TAKEN,
            ["seating_id", "seat_id", "organisation_id", "hold_id"],
            [
                (stock.seating[want.account_id], seat_id, ask.wish.organisation_id, ask.hold_id)
                for ask in granted
                for want in ask.wish.wants
                for seat_id in want.seat_ids
            ],
        )


def _write_refusals(tx: store.Tx, refused_: Sequence[_Asked]) -> None:
    """Keep each refusal with its key, and take back what the caps were counted up by."""
    rows, too_much = [], dict[UUID, int]()
    for ask in refused_:
        rows.append((ask.hold_id, HoldState.REFUSED.value, _stored(ask.answer)))
        for cap in ask.wish.caps:
            id_ = rules.cap_id(cap.scope, ask.wish.holder)
            too_much[id_] = too_much.get(id_, 0) + cap.quantity
    tx.update(HOLD, rows, key=["id"], set_to=["state", "refusal"])
    tx.update(CAP, [(id_, -quantity) for id_, quantity in too_much.items()], key=["id"], add_to=["used"])


def _lock(tx: store.Tx, wishes: Sequence[Wish]) -> rules.Stock:
    """Lock what the wishes count towards, each kind of row in key order, and read it after locking."""
    used = _lock_caps(tx, wishes)
    account_ids = {want.account_id.int: want.account_id for wish in wishes for want in wish.wants}
    columns = ["id", "on_hand", "held", "claimed", "seating_id"]
    free, seating = {}, {}
    for account_id, on_hand, held, claimed, seating_id in tx.select_among(
        ACCOUNT, columns, "id", list(account_ids.values()), order_by="id", lock=True
    ):
        free[account_id] = on_hand - held - claimed
        if seating_id is not None:
            seating[account_id] = seating_id
    stock = rules.Stock(free=free, used=used, seating=seating)
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
    stock.taken.update(tx.select_matching(TAKEN, columns[:2], ["seating_id", "seat_id"], keys))  # type: ignore[arg-type]


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


def refused(stored: dict[str, Any]) -> Refused:
    """A refusal as it is kept with its key."""
    account_id = stored["account_id"]
    return Refused(reason=Reason(stored["reason"]), account_id=UUID(account_id) if account_id else None, left=stored["left"])


def _settled(ask: _Asked, first: _Asked) -> Answer:
    return first.answer if ask.body_id.int == first.body_id.int else Refused(reason=Reason.KEY_REUSED)
