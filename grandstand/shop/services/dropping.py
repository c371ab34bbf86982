"""Drops: units that can be bought from a set time on. Until then they wait in an account of their own, which nobody sells from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.texts import gettext_noop
from grandstand.shop.queries.drops import drops_to_come
from grandstand.shop.queries.items import Item, items_by_id
from grandstand.shop.values import Drop, NoSuchDrop, NoSuchVariant, ProductWrong, StockRefused
from grandstand.store.api import Change, Tx, record, write, write_retrying

ACCOUNT = "drop"
"""The account of a variant's pool where units wait for their release."""


def schedule_drop(*, units: Mapping[UUID, int], released_at: datetime, by: Actor, reason: str, now: datetime) -> list[UUID]:
    """So many free units of each variant cannot be bought any more, until `released_at`; all or none. Returns the drops' ids, in the order given.

    Raises NoSuchVariant, StockRefused (`left` is what is free of the first that has too few), ProductWrong when it is not later than now.
    """
    _check_later(released_at, now, field="drop_at")
    if not units or min(units.values()) < 1:
        raise StockRefused(gettext_noop("A drop is of one unit or more."), field="drop_units")

    def work(tx: Tx) -> list[UUID]:
        items = _items(tx, list(units))
        waiting = _waiting(tx, items, by=by, reason=reason, now=now)
        # All at once, which locks all accounts in their order, before anything else is done with one of them.
        moves = [
            inventory.Move(from_account_id=item.account_id, to_account_id=account, quantity=units[item.id])
            for item, account in zip(items, waiting, strict=True)
        ]
        _move_many(tx, moves, by=by, reason=reason, now=now)
        made = [
            _schedule(tx, account, item, units[item.id], released_at=released_at, by=by, reason=reason, now=now)
            for item, account in zip(items, waiting, strict=True)
        ]
        at = released_at.isoformat()
        record(tx, [_change(item, "schedule_drop", by, reason, after={"units": units[item.id], "released_at": at}) for item in items], now=now)
        return made

    return _written(work)


def postpone_drop(*, variant_id: UUID, drop_id: UUID, released_at: datetime, by: Actor, reason: str, now: datetime) -> UUID:
    """The drop is released then instead, sooner or later; meanwhile none of it can be bought. Returns its new id.

    Raises NoSuchDrop, NoSuchVariant, ProductWrong when it is not later than now.
    """
    _check_later(released_at, now, field="drop_postponed_to")

    def work(tx: Tx) -> UUID:
        item, drop, waiting = _called_off(tx, variant_id, drop_id, by=by, reason=reason, now=now, field="drop_postpone")
        made = _schedule(tx, waiting, item, drop.quantity, released_at=released_at, by=by, reason=reason, now=now)
        before: dict[str, Json] = {"released_at": drop.released_at.isoformat()}
        after: dict[str, Json] = {"released_at": released_at.isoformat()}
        record(tx, [_change(item, "postpone_drop", by, reason, before=before, after=after)], now=now)
        return made

    return _written(work)


def call_off_drop(*, variant_id: UUID, drop_id: UUID, by: Actor, reason: str, now: datetime) -> None:
    """The drop does not happen: its units can be bought as all others of the variant. Raises NoSuchDrop, NoSuchVariant."""

    def work(tx: Tx) -> None:
        item, drop, waiting = _called_off(tx, variant_id, drop_id, by=by, reason=reason, now=now, field="drop_call_off")
        move = inventory.Move(from_account_id=waiting, to_account_id=item.account_id, quantity=drop.quantity)
        _move_many(tx, [move], by=by, reason=reason, now=now)
        before: dict[str, Json] = {"units": drop.quantity, "released_at": drop.released_at.isoformat()}
        record(tx, [_change(item, "call_off_drop", by, reason, before=before)], now=now)

    _written(work)


# -- below here ----------------------------------------------------------------------------------------------------------------------------


def _written[T](work: Callable[[Tx], T]) -> T:
    """In a transaction that is tried again after a deadlock; in the caller's, when there is one, which only the caller can try again."""
    if not connection.in_atomic_block:
        return write_retrying(work)
    with write() as tx:
        return work(tx)


def _check_later(released_at: datetime, now: datetime, *, field: str) -> None:
    if released_at <= now:
        raise ProductWrong(gettext_noop("A drop is released later than now."), field=field)


def _items(tx: Tx, variant_ids: Sequence[UUID]) -> list[Item]:
    found = items_by_id(tx, variant_ids)
    if missing := [variant_id for variant_id in variant_ids if variant_id not in found]:
        raise NoSuchVariant("There is no such variant.", variant_id=str(missing[0]))
    return [found[variant_id] for variant_id in variant_ids]


def _waiting(tx: Tx, items: Sequence[Item], *, by: Actor, reason: str, now: datetime) -> list[UUID]:
    """The account of each where units wait for their release, opened in the order of the pools: two who open the same ones wait in the same order."""
    pools = {id_: stock.pool_id for id_, stock in inventory.availability_many(tx, [item.account_id for item in items]).items()}
    opened = {pool_id: inventory.open_account(tx, pool_id=pool_id, code=ACCOUNT, by=by, reason=reason, now=now) for pool_id in sorted(pools.values())}
    return [opened[pools[item.account_id]] for item in items]


def _called_off(tx: Tx, variant_id: UUID, drop_id: UUID, *, by: Actor, reason: str, now: datetime, field: str) -> tuple[Item, Drop, UUID]:
    """The drop, which will not be released any more, and the account where its units wait."""
    [item] = _items(tx, [variant_id])
    drop = next((drop for drop in drops_to_come(tx, [item])[item.id] if drop.drop_id == drop_id), None)
    gone = NoSuchDrop(gettext_noop("This drop was released or called off meanwhile."), field=field)
    if drop is None:
        raise gone
    try:
        inventory.cancel_release(tx, release_id=drop_id, by=by, reason=reason, now=now)
    except inventory.NoSuchRelease:
        raise gone from None
    numbers = inventory.availability_many(tx, [item.account_id])
    accounts = {each.code: each.account_id for each in inventory.accounts_of_pools_many(tx, [numbers[item.account_id].pool_id])}
    return item, drop, accounts[ACCOUNT]


def _schedule(tx: Tx, waiting: UUID, item: Item, quantity: int, *, released_at: datetime, by: Actor, reason: str, now: datetime) -> UUID:
    return inventory.schedule_release(
        tx, from_account_id=waiting, to_account_id=item.account_id, quantity=quantity, due_at=released_at, by=by, now=now, reason=reason
    )


def _move_many(tx: Tx, moves: Sequence[inventory.Move], *, by: Actor, reason: str, now: datetime) -> None:
    for answer in inventory.move_many(tx, moves, by=by, reason=reason, now=now):
        if isinstance(answer, inventory.Refused):
            raise StockRefused(
                gettext_noop("So many are not free to be set aside: receive them first, or release fewer."), left=answer.left, field="drop_units"
            )


def _change(
    item: Item, action: str, by: Actor, reason: str, *, before: Mapping[str, Json] | None = None, after: Mapping[str, Json] | None = None
) -> Change:
    return Change(
        by=by,
        action=action,
        object_type="shop.variant",
        object_id=item.id,
        reason=reason,
        organisation_id=item.organisation_id,
        before=before,
        after=after,
    )
