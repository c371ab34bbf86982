"""The doctor goes red for each thing that must not be, and for that thing only."""

from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap, Held, Return, Want
from grandstand.inventory.testing import make_stock
from grandstand.inventory.tests.asking import BY, NOW, wish
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Tx, standing_walls

OVERSOLD = "inventory_no_pool_oversold"
UNEXPLAINED = "inventory_accounts_equal_their_movements"
UNACCOUNTED = "inventory_holds_accounted_for"
MISCOUNTED = "inventory_caps_equal_their_holds"
UNSEATED = "inventory_seats_agree"

HOLD = "(SELECT id FROM inventory_hold WHERE state = 'held' ORDER BY id LIMIT 1)"


def live_a_little(tx: Tx, organisation_id: UUID) -> None:
    """A counted and a seated account, with holds in every state and units that came back and left."""
    counted, seated = make_stock(tx, organisation_id, 20, capacity=25), make_stock(tx, organisation_id, 3)
    inventory.open_seating(
        tx, organisation_id=organisation_id, name="Hall", seats=[(UUID(int=n), seated) for n in range(3)], by=BY, now=NOW, reason="test"
    )
    cap = Cap(scope="session:1", limit=12, quantity=3)
    seat = Want(account_id=seated, quantity=1, seat_ids=(UUID(int=2),))
    wishes = [wish(organisation_id, counted, 3, caps=(cap,)) for _ in range(4)] + [wish(organisation_id, counted, wants=(seat,)) for _ in range(2)]
    answers = inventory.hold_many(tx, wishes, now=NOW)
    held = [answer.hold_id for answer in answers if isinstance(answer, Held)]
    assert len(held) == 5
    inventory.confirm_many(tx, held[:2], by=BY, now=NOW)
    inventory.release_many(tx, held[2:3], by=BY, now=NOW, reason="test")
    one, two = (Want(account_id=counted, quantity=n) for n in (1, 2))
    inventory.return_many(tx, [Return(hold_id=held[0], wants=(one,))], by=BY, now=NOW, reason="test")
    inventory.ship_many(tx, [Return(hold_id=held[1], wants=(two,))], by=BY, now=NOW)


def unhealthy(tx: Tx) -> set[str]:
    return {finding.name for finding in inventory.check_stock(tx) if not finding.healthy}


@pytest.mark.parametrize(
    ("damage", "findings"),
    [
        ("UPDATE inventory_account SET held = held + 1 WHERE seating_id IS NULL", {UNEXPLAINED}),
        ("UPDATE inventory_account SET claimed = claimed + 1 WHERE seating_id IS NOT NULL", {UNEXPLAINED, UNSEATED}),
        ("UPDATE inventory_pool SET on_hand = on_hand + 1 WHERE capacity IS NOT NULL", {OVERSOLD}),
        ("UPDATE inventory_pool SET capacity = 1 WHERE capacity IS NOT NULL", {OVERSOLD}),
        ("UPDATE inventory_account SET on_hand = held + claimed - 1 WHERE seating_id IS NULL", {OVERSOLD, UNEXPLAINED}),
        (f"UPDATE inventory_hold SET state = 'confirmed' WHERE id = {HOLD}", {UNACCOUNTED}),
        (f"UPDATE inventory_hold SET state = 'released' WHERE id = {HOLD}", {UNACCOUNTED, MISCOUNTED}),
        (f"DELETE FROM inventory_hold WHERE id = {HOLD}", {UNACCOUNTED, MISCOUNTED}),
        ("UPDATE inventory_hold SET state = 'held' WHERE state = 'refused'", {UNACCOUNTED}),
        (f"UPDATE inventory_movement SET hold_id = '{UUID(int=9).hex}' WHERE hold_id IS NOT NULL AND kind = 'released'", {UNACCOUNTED}),
        ("DELETE FROM inventory_movement WHERE kind = 'shipped'", {UNEXPLAINED}),
        ("UPDATE inventory_cap SET used = used + 1", {MISCOUNTED}),
        ("DELETE FROM inventory_seat_taken", {UNSEATED}),
        ("UPDATE inventory_seat_taken SET hold_id = organisation_id", {UNSEATED}),
        (f"DELETE FROM inventory_seat WHERE seat_id = '{UUID(int=0).hex}'", {UNSEATED}),
    ],
)
def test_a_check_goes_red_when_somebody_goes_around(database: Database, damage: str, findings: set[str]) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        live_a_little(tx, organisation_id)
    with database.write() as tx:
        assert unhealthy(tx) == set()
        without_walls(tx)
        tx.execute(damage)
        assert unhealthy(tx) == findings


def without_walls(tx: Tx) -> None:
    """Nothing stops us any more, for the rest of this test's own database."""
    for wall in standing_walls():
        for statement in wall.lower_sql[tx.engine]:
            tx.execute(statement.replace("%", "%%"))
    if tx.engine == "sqlite":
        tx.execute("PRAGMA ignore_check_constraints = ON")
        return
    for table, constraint in [
        ("inventory_account", "inventory_account_never_oversold"),
        ("inventory_pool", "inventory_pool_within_capacity"),
    ]:
        tx.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def test_an_empty_house_is_healthy(database: Database) -> None:
    with database.write() as tx:
        assert [finding.healthy for finding in inventory.check_stock(tx)] == [True] * 5


def test_a_finding_names_five_of_many(database: Database) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        for _ in range(7):
            make_stock(tx, organisation_id, 1)
    with database.write() as tx:
        without_walls(tx)
        tx.execute("UPDATE inventory_pool SET on_hand = 2")
        [finding] = [finding for finding in inventory.check_stock(tx) if not finding.healthy]
    assert finding.name == OVERSOLD
    assert finding.detail.count(",") == 4
    assert finding.detail.endswith(" and more")
