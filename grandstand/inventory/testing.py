"""For tests of other rooms: stock in one line."""

from datetime import UTC, datetime
from uuid import UUID

from grandstand.inventory.services.stocking import open_pools
from grandstand.inventory.values import NewAccount, NewPool
from grandstand.kit.actors import Actor
from grandstand.store.api import Tx

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


def make_stock(tx: Tx, organisation_id: UUID, units: int, *, capacity: int | None = None, code: str = "public") -> UUID:
    """An account with `units` on hand in a pool of its own; returns the account's id."""
    pool = NewPool(organisation_id=organisation_id, name="stock of a test", accounts=(NewAccount(code=code, on_hand=units),), capacity=capacity)
    [[account_id]] = open_pools(tx, [pool], by=Actor.system("test"), now=NOW, reason="a test").values()
    return account_id
