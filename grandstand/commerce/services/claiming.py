"""Make the holds of paid orders their owners' for good."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.rows import SaleLineRow, change, wants_of
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.store.api import Tx

BY = Actor.system("complete_orders")

_RECLAIM_FOR = timedelta(minutes=1)
"""A hold that is taken again is confirmed in the same transaction: any time does."""


def claim(tx: Tx, cases: Sequence[Case], *, now: datetime) -> set[UUID]:
    """Confirm every hold of the orders and return the ids of the orders that have all of theirs.

    All or nothing per order: when a hold was swept meanwhile, its units are taken again if they are still there and its caps allow; when that
    fails for one line, everything of that order is given back, because a buyer who chose two things together was promised both.
    One call of inventory when no hold is gone, six at most otherwise. The second try locks caps and accounts when accounts are locked already,
    against inventory's own order: where two transactions meet so, the database ends one, which is tried again from the start.
    """
    lines = {line.hold_id: line for case in cases for line in case.lines if line.hold_id is not None}
    answers = inventory.confirm_many(tx, sorted(lines), by=BY, now=now)
    gone = [lines[hold_id] for hold_id, answer in zip(sorted(lines), answers, strict=True) if isinstance(answer, inventory.Refused)]
    if not gone:
        return {case.order.id for case in cases}
    holds = inventory.holds(tx, sorted(hold_id for hold_id, line in lines.items() if line in gone))
    lost = _hold_again(tx, gone, holds, now=now)
    taken = {line.hold_id for line in gone if line.hold_id is not None and line.hold_id not in holds}
    fresh = [line for line in gone if line.order_id not in lost]
    inventory.confirm_many(tx, sorted(_hold_ids(fresh)), by=BY, now=now)
    change(tx, models.SaleLine, fresh, ["hold_id"])
    _give_back(tx, [line for line in lines.values() if line.order_id in lost], gone, taken, now=now)
    return {case.order.id for case in cases if case.order.id not in lost}


def _hold_again(tx: Tx, gone: Sequence[SaleLineRow], holds: dict[UUID, inventory.Hold], *, now: datetime) -> set[UUID]:
    """Take the units of lapsed holds again. Lines that got them carry their new hold; returns the orders of which one line did not."""
    wishes = [
        inventory.Wish(
            key=f"reclaim:{line.id.hex}",
            organisation_id=line.organisation_id,
            holder=lapsed.holder,
            basket_id=lapsed.basket_id,
            wants=wants_of(line),
            caps=lapsed.caps,
            hold_for=_RECLAIM_FOR,
            offer_version=lapsed.offer_version,
        )
        for line in gone
        for lapsed in [holds[_given(line.hold_id)]]
    ]
    lost: set[UUID] = set()
    for line, answer in zip(gone, inventory.hold_many(tx, wishes, now=now), strict=True):
        if isinstance(answer, inventory.Held):
            line.hold_id = answer.hold_id
        else:
            lost.add(line.order_id)
    return lost


def _give_back(tx: Tx, lines: Sequence[SaleLineRow], gone: Sequence[SaleLineRow], taken: AbstractSet[UUID], *, now: datetime) -> None:
    """Undo what was confirmed, or taken again, for orders that cannot have everything. `taken` are the new holds."""
    tried_again = {line.id for line in gone}
    returns = [
        inventory.Return(hold_id=line.hold_id, wants=wants_of(line)) for line in lines if line.id not in tried_again and line.hold_id is not None
    ]
    inventory.return_many(tx, sorted(returns, key=lambda each: each.hold_id), by=BY, now=now, reason="another part of the order is gone")
    unused = sorted(hold_id for hold_id in _hold_ids(lines) if hold_id in taken)
    inventory.release_many(tx, unused, by=BY, now=now, reason="another part of the order is gone")


def _hold_ids(lines: Sequence[SaleLineRow]) -> list[UUID]:
    return [line.hold_id for line in lines if line.hold_id is not None]


def _given(hold_id: UUID | None) -> UUID:
    assert hold_id is not None, "only lines with a hold are claimed"
    return hold_id
