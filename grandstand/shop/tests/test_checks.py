"""Each check of doctor goes red when somebody goes around the walls."""

from collections.abc import Callable
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.movement.testing import make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import WHY, make_parcel, make_product, make_variant, sold_line
from grandstand.store.api import Database, Tx, write


@pytest.fixture
def parcels(database: Database) -> tuple[UUID, UUID]:
    """One to pack, one shipped."""
    organisation = make_organisation().id
    waiting, gone = make_parcel(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [gone], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=gone, carrier="La Poste")], **WHY)
    return waiting, gone


def _red(database: Database) -> dict[str, str]:
    with database.write() as tx:
        return {finding.name: finding.detail for finding in shop.check_parcels(tx) if not finding.healthy}


def test_a_shop_in_order_is_green(database: Database, parcels: tuple[UUID, UUID]) -> None:
    assert _red(database) == {}


def _stock_stayed(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel_line SET quantity = 3, shipped = 3 WHERE shipped = 1")


def _left_half_empty(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel_line SET quantity = 2 WHERE shipped = 1")


def _sent_by_hand(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel SET status = 'packed' WHERE status = 'to_pack'")


def _emptied_by_hand(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel_line SET revoked = 1 WHERE shipped = 0")
    line = models.ParcelLine.objects.get(shipped=0)
    back = inventory.Return(hold_id=line.hold_id, wants=(inventory.Want(account_id=line.variant.account_id, quantity=1),))
    inventory.return_many(tx, [back], by=WHY["by"], now=WHY["now"], reason="by hand")


@pytest.mark.parametrize(
    ("corrupt", "red", "which"),
    [
        (_stock_stayed, "shop_shipped_units_left_the_stock", 1),
        (_left_half_empty, "shop_lines_go_with_their_parcel", 1),
        (_sent_by_hand, "shop_parcels_have_their_journal", 0),
        (_emptied_by_hand, "shop_parcels_to_pack_hold_something", 0),
    ],
)
def test_a_check_goes_red_for_what_it_watches_and_names_the_parcel(
    corrupt: Callable[[Tx], None],
    red: str,
    which: int,
    database: Database,
    parcels: tuple[UUID, UUID],
) -> None:
    with database.write() as tx:
        corrupt(tx)
    found = _red(database)
    assert set(found) == {red}
    number = models.Parcel.objects.get(id=parcels[which]).number
    assert found[red].startswith("1 ")
    assert number in found[red]


def _claimed_for_nobody(tx: Tx) -> None:
    tx.execute("UPDATE inventory_account SET claimed = claimed + 1 WHERE claimed = 1")


def _taken_back_without_the_stock(tx: Tx) -> None:
    tx.execute("UPDATE shop_parcel_line SET quantity = 3, revoked = 1 WHERE shipped = 0")


def test_units_of_one_order_do_not_stand_in_for_those_of_another(database: Database) -> None:
    organisation = make_organisation().id
    variant = make_variant(make_product(organisation))
    make_parcel(organisation, sold_line(organisation, variant))
    other = make_parcel(organisation, sold_line(organisation, variant))
    assert _red(database) == {}
    with database.write() as tx:
        line = models.ParcelLine.objects.exclude(parcel_id=other).get()
        tx.execute("UPDATE shop_parcel_line SET hold_id = %s WHERE parcel_id = %s", (line.hold_id, other))
    found = _red(database)
    assert set(found) == {"shop_claimed_units_wait_in_parcels"}
    assert found["shop_claimed_units_wait_in_parcels"].endswith(f": {line.variant.sku}")


@pytest.mark.parametrize("corrupt", [_claimed_for_nobody, _taken_back_without_the_stock])
def test_stock_that_is_claimed_and_waits_in_no_parcel_is_named_by_its_variant(
    corrupt: Callable[[Tx], None], database: Database, parcels: tuple[UUID, UUID]
) -> None:
    with database.write() as tx:
        corrupt(tx)
    sku = models.ParcelLine.objects.get(parcel_id=parcels[0]).variant.sku
    found = _red(database)
    assert set(found) == {"shop_claimed_units_wait_in_parcels"}
    assert found["shop_claimed_units_wait_in_parcels"].endswith(f": {sku}")
