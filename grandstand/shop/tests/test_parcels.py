from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from grandstand.commerce.api import RevokedLine
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.people.testing import make_person
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import BY, NOW, WHY, make_parcel, make_product, make_variant, sold_line
from grandstand.store.api import Database, Kind, WallHit, read, write

LATER = NOW + timedelta(days=1)


@pytest.fixture
def organisation(database: Database) -> UUID:
    return make_organisation().id


def _status(parcel_id: UUID) -> str:
    return models.Parcel.objects.get(id=parcel_id).status


def _stock(variant_id: UUID) -> tuple[int, int, int]:
    """On hand, held, claimed."""
    with read() as tx:
        account_id = models.Variant.objects.get(id=variant_id).account_id
        found = inventory.availability_many(tx, [account_id])[account_id]
    return (found.on_hand, found.held, found.claimed)


def _ship(parcel_id: UUID, carrier: str = "La Poste", tracking: str = "6A123") -> None:
    with write() as tx:
        shop.pack_many(tx, [parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel_id, carrier=carrier, tracking=tracking)], by=BY, reason="picked up", now=LATER)


def test_a_shipped_parcel_has_left_the_stock_and_says_with_whom(organisation: UUID) -> None:
    variant = make_variant(make_product(organisation), on_hand=10)
    line = sold_line(organisation, variant, quantity=3)
    parcel_id = make_parcel(organisation, line)
    assert _stock(variant) == (10, 0, 3)
    _ship(parcel_id)
    assert _stock(variant) == (7, 0, 0)
    [parcel] = shop.parcels([parcel_id], language="en")
    assert (parcel.status, parcel.carrier, parcel.tracking, parcel.lines[0].quantity) == (shop.ParcelStatus.SHIPPED, "La Poste", "6A123", 3)
    last = parcel.history[-1]
    assert last == shop.ParcelChange(status=shop.ParcelStatus.SHIPPED, at=LATER, by=BY, reason="picked up", carrier="La Poste", tracking="6A123")
    assert [change.status.value for change in parcel.history] == ["to_pack", "packed", "shipped"]


def test_only_what_was_not_taken_back_leaves_the_stock(organisation: UUID) -> None:
    variant = make_variant(make_product(organisation), on_hand=10)
    line = sold_line(organisation, variant, quantity=3)
    parcel_id = make_parcel(organisation, line)
    with write() as tx:
        shop.Products().revoke_many(tx, [RevokedLine(line_id=line.line_id, quantity=1, reason="one too many")], by=BY, now=NOW)
        part = inventory.Return(hold_id=line.hold_id, wants=(inventory.Want(account_id=_account(variant), quantity=1),))
        inventory.return_many(tx, [part], by=BY, now=NOW, reason="refunded")
    _ship(parcel_id)
    assert _stock(variant) == (8, 0, 0)
    assert models.ParcelLine.objects.get(line_id=line.line_id).shipped == 2


def _account(variant_id: UUID) -> UUID:
    return models.Variant.objects.get(id=variant_id).account_id


def test_what_came_back_is_sold_again_or_kept_aside(organisation: UUID) -> None:
    variant = make_variant(make_product(organisation), on_hand=10)
    good, damaged = (make_parcel(organisation, sold_line(organisation, variant, quantity=2)) for _ in range(2))
    for parcel_id in (good, damaged):
        _ship(parcel_id)
    with write() as tx:
        shop.deliver_many(tx, [good], **WHY)
        returns = [shop.ComeBack(parcel_id=good, restock=True), shop.ComeBack(parcel_id=damaged, restock=False)]
        shop.return_many(tx, returns, by=BY, reason="nobody was there", now=LATER)
    assert _stock(variant) == (8, 0, 0)
    assert {_status(good), _status(damaged)} == {"returned"}


def test_a_refused_step_leaves_all_parcels_where_they_are(organisation: UUID) -> None:
    first, second = make_parcel(organisation), make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [first], **WHY)
    with pytest.raises(shop.ParcelCannot) as refused, write() as tx:
        shop.pack_many(tx, [second, first], **WHY)
    assert refused.value.detail == {"status": "packed", "number": models.Parcel.objects.get(id=first).number}
    with pytest.raises(shop.ParcelCannot), write() as tx:
        shop.ship_many(tx, [shop.Dispatch(parcel_id=first, carrier=" ")], **WHY)
    with pytest.raises(shop.NoSuchParcel), write() as tx:
        shop.pack_many(tx, [second, new_id()], **WHY)
    assert (_status(first), _status(second)) == ("packed", "to_pack")


def test_units_that_are_not_claimed_any_more_do_not_leave(organisation: UUID) -> None:
    variant = make_variant(make_product(organisation), on_hand=10)
    line = sold_line(organisation, variant, quantity=2)
    parcel_id = make_parcel(organisation, line)
    with write() as tx:
        part = inventory.Return(hold_id=line.hold_id, wants=(inventory.Want(account_id=_account(variant), quantity=1),))
        inventory.return_many(tx, [part], by=BY, now=NOW, reason="somebody went around commerce")
        shop.pack_many(tx, [parcel_id], **WHY)
    with pytest.raises(shop.ParcelCannot), write() as tx:
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel_id, carrier="La Poste")], **WHY)
    assert (_status(parcel_id), _stock(variant)) == ("packed", (10, 0, 1))


def test_a_parcel_goes_back_to_be_packed_again(organisation: UUID) -> None:
    parcel_id = make_parcel(organisation)
    with write() as tx:
        shop.pack_many(tx, [parcel_id], **WHY)
        shop.unpack_many(tx, [parcel_id], by=Actor.system("packer"), reason="the wrong size was in it", now=LATER)
    [parcel] = shop.parcels([parcel_id], language="en")
    assert parcel.status is shop.ParcelStatus.TO_PACK
    assert (parcel.history[-1].by, parcel.history[-1].reason) == (Actor.system("packer"), "the wrong size was in it")


def test_a_parcel_cannot_be_changed_around_its_walls(organisation: UUID, database: Database) -> None:
    parcel_id = make_parcel(organisation)
    other = make_organisation().id
    walls = {
        "UPDATE shop_parcel_change SET reason = 'x'": "shop_parcel_change_is_append_only",
        "DELETE FROM shop_parcel_change": "shop_parcel_change_is_append_only",
        "UPDATE shop_price SET amount_minor = 1": "shop_price_is_append_only",
        "UPDATE shop_parcel SET status = 'shipped'": "shop_parcel_shipped_has_carrier",
        "UPDATE shop_parcel SET ship_to = NULL": "shop_parcel_under_way_has_address",
        "UPDATE shop_parcel SET status = 'lost'": "shop_parcel_status_is_known",
        "UPDATE shop_parcel_line SET shipped = quantity + 1": "shop_parcel_line_shipped_at_most_once",
        "UPDATE shop_parcel_line SET revoked = quantity + 1": "shop_parcel_line_revoked_at_most_once",
    }
    for sql, name in walls.items():
        with pytest.raises(WallHit) as hit, database.write() as tx:
            tx.execute(sql)
        assert name in hit.value.constraint
    for table in ("variant", "listing", "picture", "parcel_line"):
        with pytest.raises(WallHit, match=r"shop_\w+_is_its_\w+s_sellers"), database.write() as tx:
            tx.execute(f"UPDATE shop_{table} SET organisation_id = %s", (other,))
    assert _status(parcel_id) == "to_pack"


# -- reads -------------------------------------------------------------------------------------------------------------------------------


def test_my_parcels_are_mine_the_newest_first_in_three_statements(organisation: UUID) -> None:
    variant = make_variant(make_product(organisation), on_hand=100)
    me, somebody = make_person().id, make_person().id
    make_parcel(organisation, sold_line(organisation, variant, person_id=somebody))
    counts = []
    for size in (1, 40):
        for _ in range(size):
            make_parcel(organisation, sold_line(organisation, variant, person_id=me))
        with CaptureQueriesContext(connection) as queries:
            found = shop.my_parcels(me, language="fr")
        counts.append((len(found), len(queries)))
    assert counts == [(1, 3), (41, 3)]
    found = shop.my_parcels(me, language="fr")
    assert {parcel.person_id for parcel in found} == {me}
    assert found[0].lines[0].title == "T-shirt Couloir"


def test_every_step_is_in_the_audit_log_and_announced(organisation: UUID) -> None:
    parcel_id = make_parcel(organisation)
    _ship(parcel_id)
    with read() as tx:
        audit = tx.rows(
            "SELECT action, reason FROM store_audit WHERE object_type = 'shop.parcel' AND object_id = %s ORDER BY at, id",
            (str(parcel_id),),
            kinds=[Kind.TEXT, Kind.TEXT],
        )
        facts = tx.rows("SELECT kind FROM store_fact WHERE kind LIKE 'Parcel%%' ORDER BY occurred_at, id", kinds=[Kind.TEXT])
    assert audit == [("open", "the order was paid"), ("move", "for a test"), ("move", "picked up")]
    assert facts == [("ParcelOpened",), ("ParcelPacked",), ("ParcelShipped",)]


def test_parcels_move_without_django(organisation: UUID, database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    variant = make_variant(make_product(organisation), on_hand=10)
    parcels = [make_parcel(organisation, sold_line(organisation, variant)) for _ in range(3)]
    with django_db_blocker.block(), database.write() as tx:
        shop.pack_many(tx, parcels, **WHY)
        shop.unpack_many(tx, parcels[:1], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=id_, carrier="La Poste") for id_ in parcels[1:]], **WHY)
        shop.deliver_many(tx, parcels[1:2], **WHY)
        shop.return_many(tx, [shop.ComeBack(parcel_id=parcels[2], restock=True)], **WHY)
        assert all(finding.healthy for finding in shop.check_parcels(tx))
    assert [_status(id_) for id_ in parcels] == ["to_pack", "delivered", "returned"]
    assert _stock(variant) == (9, 0, 1)
