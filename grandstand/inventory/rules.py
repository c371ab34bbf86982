"""Who gets what: pure decisions about stock that was read and locked before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from grandstand.inventory.values import Reason, Refused, Want, Wish
from grandstand.kit.ids import named_ids

type SeatKey = tuple[UUID, UUID]
"""Seating and seat."""


@dataclass(slots=True, kw_only=True)
class Stock:
    """What a batch of wishes is judged by, as it stands under the locks. `decide` counts it down as it grants."""

    free: dict[UUID, int]
    """Free units per account. An account that is not here does not exist."""
    owner: dict[UUID, UUID]
    """The organisation of each account."""
    used: dict[tuple[str, str], int]
    """Units used per scope and holder."""
    seating: dict[UUID, UUID] = field(default_factory=dict)
    """The seating of each account whose units are seats."""
    account_of: dict[SeatKey, UUID] = field(default_factory=dict)
    taken: set[SeatKey] = field(default_factory=set)


def key_ids(wishes: Iterable[Wish]) -> list[UUID]:
    """What stands for each wish's key: keys are each organisation's own."""
    return named_ids([wish.organisation_id.bytes + wish.key.encode() for wish in wishes])


def body_ids(wishes: Iterable[Wish]) -> list[UUID]:
    """What stands for all that each wish asks for: organisation, basket, units, holder.

    The rules it is judged by (caps, limit, window, how long, offer version) are the seller's. They may have changed when a buyer whose first
    answer was lost asks again with the same key, and must not turn his repetition into another wish.
    """
    return named_ids([_body_of_chosen(wish) if wish.chosen else _body(wish) for wish in wishes])


def cap_ids(counts: Iterable[tuple[str, str]]) -> list[UUID]:
    """What stands for the count of each holder under a scope, given as scope and holder. Neither may contain a line break."""
    return named_ids([f"{scope}\n{holder}".encode() for scope, holder in counts])


def _body(wish: Wish) -> bytes:
    wants = b"".join([b"%b*%d%b;" % (want.account_id.bytes, want.quantity, _seats(want)) for want in wish.wants])
    return wish.organisation_id.bytes + wish.basket_id.bytes + wants + wish.holder.encode()


def _body_of_chosen(wish: Wish) -> bytes:
    """Which seats it got is the answer, not the question."""
    wants = b"".join([b"%b*%d;" % (want.account_id.bytes, want.quantity) for want in wish.wants])
    return wish.organisation_id.bytes + wish.basket_id.bytes + wants + wish.holder.encode() + b"\n" + wish.chosen.encode()


def _seats(want: Want) -> bytes:
    return b"".join([seat_id.bytes for seat_id in sorted(want.seat_ids)]) if want.seat_ids else b""


def cap_share(quantity: int, *, back: int, total: int) -> int:
    """By how much a cap that counted `quantity` for `total` units has fallen when `back` of them came back.

    In proportion, rounded down, so that all of them together lower it by exactly `quantity`.
    """
    return quantity * back // total


def decide(wishes: Sequence[Wish], stock: Stock, *, now: datetime) -> list[Refused | None]:
    """For each wish, in this order, None when it is granted, or why not. Counts `stock` down; a refused wish takes nothing from it."""
    return [_against_the_rules(wish, stock, now) or _take(wish, stock) for wish in wishes]


def _against_the_rules(wish: Wish, stock: Stock, now: datetime) -> Refused | None:
    opens_at, closes_at = wish.window.starts_at, wish.window.ends_at
    if opens_at is not None and now < opens_at:
        return Refused(reason=Reason.NOT_OPEN)
    if closes_at is not None and now >= closes_at:
        return Refused(reason=Reason.CLOSED)
    if wish.limit is not None and sum([want.quantity for want in wish.wants]) > wish.limit:
        return Refused(reason=Reason.TOO_MANY, left=wish.limit)
    for cap in wish.caps:
        already = stock.used[cap.scope, wish.holder]
        # A bundle may count twice under one scope.
        if already + sum([each.quantity for each in wish.caps if each.scope == cap.scope]) > cap.limit:
            return Refused(reason=Reason.CAP, left=max(0, cap.limit - already))
    return None


def _take(wish: Wish, stock: Stock) -> Refused | None:
    """All wants or none: what the first ones took is given back when a later one fails."""
    for done, want in enumerate(wish.wants):
        refusal = _take_one(want, stock, wish)
        if refusal is not None:
            for taken in wish.wants[:done]:
                _give_back(taken, stock)
            return refusal
    for cap in wish.caps:
        stock.used[cap.scope, wish.holder] += cap.quantity
    return None


def _take_one(want: Want, stock: Stock, wish: Wish) -> Refused | None:
    account_id = want.account_id
    left = stock.free.get(account_id)
    if left is None or stock.owner[account_id] != wish.organisation_id:
        return Refused(reason=Reason.UNKNOWN, account_id=account_id)
    if stock.seating or want.seat_ids:
        refusal = _seats_refused(want, stock, wish.unseated)
        if refusal is not None:
            return refusal
    if left < want.quantity:
        return Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=left)
    stock.free[account_id] = left - want.quantity
    if want.seat_ids:
        stock.taken.update(seat_keys(want, stock.seating))
    return None


def _seats_refused(want: Want, stock: Stock, unseated: Refused | None) -> Refused | None:
    account_id = want.account_id
    if account_id not in stock.seating:
        return Refused(reason=Reason.UNKNOWN, account_id=account_id) if want.seat_ids else None
    if not want.seat_ids:
        return unseated or Refused(reason=Reason.SEATS_NEEDED, account_id=account_id)
    keys = seat_keys(want, stock.seating)
    if any(stock.account_of.get(key) != account_id for key in keys):
        return Refused(reason=Reason.UNKNOWN, account_id=account_id)
    if not stock.taken.isdisjoint(keys):
        return Refused(reason=Reason.SEATS_TAKEN, account_id=account_id)
    return None


def _give_back(want: Want, stock: Stock) -> None:
    stock.free[want.account_id] += want.quantity
    if want.seat_ids:
        stock.taken.difference_update(seat_keys(want, stock.seating))


def seat_keys(want: Want, seating: dict[UUID, UUID]) -> list[SeatKey]:
    """The seats a want names, in its account's seating."""
    seating_id = seating[want.account_id]
    return [(seating_id, seat_id) for seat_id in want.seat_ids]
