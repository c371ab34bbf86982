"""Accounts that a pool gets later, and what is to come to them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import TimedRelease
from grandstand.inventory.testing import make_stock
from grandstand.inventory.tests.asking import BY, FOR, NOW, wish
from grandstand.kit.ids import new_id
from grandstand.movement.testing import audit_trail, make_organisation
from grandstand.store.api import Database, Kind, Tx


def test_an_account_is_opened_once_per_code_with_nothing_in_it(database: Database) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        public = make_stock(tx, organisation_id, 5)
        pool_id = inventory.availability_many(tx, [public])[public].pool_id
        first, again, other = (
            inventory.open_account(tx, pool_id=pool_id, code=code, by=BY, now=NOW, reason="test") for code in ("drop", "drop", "sponsor")
        )
        stock = inventory.availability_many(tx, [first, other])
    assert first == again
    assert [(each.code, each.on_hand, each.free) for each in (stock[first], stock[other])] == [("drop", 0, 0), ("sponsor", 0, 0)]
    assert [entry.action for entry in audit_trail("inventory.account")] == ["open", "open"]


def test_no_account_is_opened_in_a_pool_that_is_none(database: Database) -> None:
    with database.write() as tx, pytest.raises(ValueError, match="there is no pool"):
        inventory.open_account(tx, pool_id=new_id(), code="drop", by=BY, now=NOW, reason="test")


def test_what_is_to_come_to_an_account_is_told_until_it_came(database: Database) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        public = make_stock(tx, organisation_id, 5)
        pool_id = inventory.availability_many(tx, [public])[public].pool_id
        other = inventory.open_account(tx, pool_id=pool_id, code="drop", by=BY, now=NOW, reason="test")
        releases = {quantity: _release(tx, public, other, quantity, due_in) for quantity, due_in in ((2, 2 * FOR), (1, FOR))}
        assert inventory.releases_to_come_many(tx, [public]) == []
        assert inventory.releases_to_come_many(tx, []) == []
        assert inventory.releases_to_come_many(tx, [other]) == [
            TimedRelease(release_id=releases[n], from_account_id=public, to_account_id=other, quantity=n, due_at=NOW + n * FOR) for n in (1, 2)
        ]
        inventory.run_due_releases(tx, now=NOW + FOR)
        assert [each.quantity for each in inventory.releases_to_come_many(tx, [other])] == [2]


@pytest.mark.parametrize(("ending_by", "prolonged"), [(None, 2), (NOW + FOR, 1)])
def test_holds_made_by_then_last_longer_all_of_them_or_those_that_would_end(database: Database, ending_by: datetime | None, prolonged: int) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        stock = make_stock(tx, organisation_id, 5)
        for hold_for in (FOR, 2 * FOR):
            inventory.hold_many(tx, [wish(organisation_id, stock, hold_for=hold_for)], now=NOW)
        inventory.hold_many(tx, [wish(organisation_id, stock, hold_for=FOR / 2)], now=NOW + timedelta.resolution)
        assert inventory.prolong_all(tx, made_by=NOW, by=FOR, ending_by=ending_by) == prolonged
        rows = tx.rows("SELECT expires_at FROM inventory_hold ORDER BY expires_at", kinds=[Kind.INSTANT])
    assert [(at - NOW) // FOR for (at,) in rows] == ([0, 2, 3] if ending_by is None else [0, 2, 2])


def _release(tx: Tx, source: UUID, target: UUID, quantity: int, due_in: timedelta) -> UUID:
    return inventory.schedule_release(
        tx,
        from_account_id=source,
        to_account_id=target,
        quantity=quantity,
        due_at=NOW + due_in,
        by=BY,
        now=NOW,
        reason="test",
    )
