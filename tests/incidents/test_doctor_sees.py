"""Whatever somebody breaks by hand in a shop with real tickets and real goods, `grandstand doctor` names."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import NOW, World, make_world, selling
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.ids import new_id
from grandstand.shop import api as shop
from grandstand.shop.testing import make_product, make_rates, make_variant
from grandstand.store.api import Database, Tx, standing_walls
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import make_box_office

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def world(sqlite: Database) -> Iterator[World]:
    """Two tickets and two shirts, paid."""
    with make_world(sqlite) as world, selling(ticketing.Tickets(), shop.Products()):
        make_rates(world.organisation.id)
        office = make_box_office(session=make_session(edition=make_edition(organisation_id=world.organisation.id)))
        world.bought(commerce.ItemRef(kind="ticket", item_id=office.offers["A"]), 2)
        world.bought(commerce.ItemRef(kind=shop.KIND, item_id=make_variant(make_product(world.organisation.id))), 2)
        yield world


def doctor(database: Database) -> tuple[int, bool, set[str]]:
    """Its exit code, whether it finds all healthy, and the names of what is not."""
    command = [sys.executable, "-c", "from grandstand.config.cli import main; main()", "doctor", "--json"]
    done = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": database.url}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return done.returncode, answer["healthy"], {check["name"] for check in answer["checks"] if not check["healthy"]}


def _books_in_two_currencies(tx: Tx) -> None:
    tx.execute(
        "INSERT INTO ledger_account (id, organisation_id, code, currency, kind, opened_at) "
        "SELECT %s, organisation_id, code, 'USD', kind, %s FROM ledger_account WHERE code = 'sales:ticket'",
        (new_id().hex, NOW),
    )
    dollars = "(SELECT id FROM ledger_account WHERE currency = 'USD')"
    euros = "(SELECT id FROM ledger_account WHERE currency = 'EUR' AND code = 'sales:ticket')"
    tx.execute(f"UPDATE ledger_posting SET credit_account_id = {dollars} WHERE credit_account_id = {euros}")


def _sold_twice(tx: Tx) -> None:
    tx.execute("UPDATE inventory_account SET claimed = on_hand + 1 WHERE claimed = 2")


def _ticket_deleted(tx: Tx) -> None:
    tx.execute("DELETE FROM ticketing_ticket WHERE serial = 1")


def _parcel_line_deleted(tx: Tx) -> None:
    tx.execute("DELETE FROM shop_parcel_line")


def _hold_without_its_units(tx: Tx) -> None:
    tx.execute("UPDATE inventory_hold SET state = 'held' WHERE state = 'confirmed'")


def _claimed_for_nobody(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel_line SET revoked = 1")


def test_an_installation_that_nobody_broke_is_healthy(world: World) -> None:
    assert doctor(world.database) == (0, True, set())


@pytest.mark.parametrize(
    ("corrupt", "name"),
    [
        (_books_in_two_currencies, "ledger_trial_balance_is_zero"),
        (_sold_twice, "inventory_no_pool_oversold"),
        (_ticket_deleted, "commerce_paid_orders_are_fulfilled"),
        (_parcel_line_deleted, "commerce_paid_orders_are_fulfilled"),
        (_hold_without_its_units, "inventory_holds_accounted_for"),
        (_claimed_for_nobody, "shop_claimed_units_wait_in_parcels"),
    ],
)
def test_what_was_broken_by_hand_is_named(world: World, corrupt: Callable[[Tx], None], name: str) -> None:
    with world.database.write() as tx:
        tx.execute("PRAGMA ignore_check_constraints = ON")
        for wall in standing_walls():
            for statement in wall.lower_sql[tx.engine]:
                tx.execute(statement)
        corrupt(tx)
    code, healthy, red = doctor(world.database)
    assert (code, healthy) == (1, False)
    assert name in red
