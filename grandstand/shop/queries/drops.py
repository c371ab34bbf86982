"""What is to be released of variants, and when."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.shop.queries.items import Item
from grandstand.shop.values import Drop
from grandstand.store.api import Tx


def drops_to_come(tx: Tx, items: Sequence[Item]) -> dict[UUID, list[Drop]]:
    """The drops of each variant that were not released yet, the next first. One statement."""
    of_account = {item.account_id: item.id for item in items}
    found: dict[UUID, list[Drop]] = {item.id: [] for item in items}
    for release in inventory.releases_to_come_many(tx, list(of_account)):
        if release.quantity is not None:
            variant_id = of_account[release.to_account_id]
            drop = Drop(drop_id=release.release_id, variant_id=variant_id, quantity=release.quantity, released_at=release.due_at)
            found[variant_id].append(drop)
    return found
