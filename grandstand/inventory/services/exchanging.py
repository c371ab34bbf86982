"""Holds given back and others taken instead, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.inventory import rules
from grandstand.inventory.queries import lock_holds
from grandstand.inventory.services.counting import CAP, lock_accounts
from grandstand.inventory.values import Wish
from grandstand.store.api import Tx


def lock_exchange(tx: Tx, hold_ids: Sequence[UUID], wishes: Sequence[Wish]) -> None:
    """Lock all that both `release_many` of these holds and `hold_many` of these wishes touch: whoever calls this first may call them in turn.

    Each of them locks in the order of the house, but one after the other they would not. Seats are for `hold_many` alone to lock. Four statements
    on PostgreSQL; SQLite's writer has locked everything already.
    """
    if tx.engine != "postgresql":
        return
    old = lock_holds(tx, hold_ids).values()
    counts = {(cap.scope, wish.holder): wish.organisation_id for wish in wishes for cap in wish.caps}
    counts |= {(scope, row.holder): row.organisation_id for row in old for scope, _, _ in row.caps}
    rows = [(id_, counts[count], *count, 0) for id_, count in zip(rules.cap_ids(counts), counts, strict=True)]
    # A cap that is not there yet is made: another process may be about to make it.
    tx.grow(CAP, ["id", "organisation_id", "scope", "holder", "used"], sorted(rows), key=["id"], add_to="used")
    lock_accounts(tx, {account_id for row in old for account_id in row.units} | {want.account_id for wish in wishes for want in wish.wants})
