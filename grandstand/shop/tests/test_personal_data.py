from datetime import timedelta
from uuid import UUID

import pytest

from grandstand.commerce.api import OrderAdopted, RevokedLine
from grandstand.kit.actors import Actor
from grandstand.movement.testing import make_organisation
from grandstand.people.testing import make_person
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.handlers import adopt_parcels
from grandstand.shop.testing import BY, NOW, WHY, make_parcel, make_product, make_variant, sold_line
from grandstand.store.api import Database, read, write


@pytest.fixture
def organisation(database: Database) -> UUID:
    return make_organisation().id


def _of_person(organisation_id: UUID, person_id: UUID | None) -> UUID:
    return make_parcel(organisation_id, sold_line(organisation_id, make_variant(make_product(organisation_id)), person_id=person_id))


def _finish(parcel_id: UUID) -> None:
    with write() as tx:
        shop.pack_many(tx, [parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel_id, carrier="La Poste")], **WHY)
        shop.deliver_many(tx, [parcel_id], **WHY)


def _erase(person_id: UUID) -> None:
    with write() as tx:
        shop.ParcelsOfPerson().erase(tx, person_id, now=NOW, by=BY)


def test_a_person_reads_their_parcels_and_nobody_elses(organisation: UUID) -> None:
    me, somebody = make_person().id, make_person().id
    parcel_id = _of_person(organisation, me)
    _of_person(organisation, somebody)
    with read() as tx:
        found = shop.ParcelsOfPerson().export(tx, me)
    parcel = models.Parcel.objects.get(id=parcel_id)
    assert found == [
        {
            "parcel": parcel.number,
            "order_id": str(parcel.order_id),
            "status": "to_pack",
            "address": ["Ada Fan", "12 rue des Écoles", "75005 PARIS", "FRANCE"],
            "telephone": "",
            "carrier": "",
            "tracking": "",
            "contents": [{"title": "Lane T-shirt", "variant": "", "quantity": 1}],
            "history": [{"status": "to_pack", "at": NOW.isoformat()}],
        }
    ]


def test_erasing_forgets_what_has_arrived_and_keeps_the_way_of_what_has_not(organisation: UUID) -> None:
    me = make_person().id
    arrived, waiting, cancelled = (_of_person(organisation, me) for _ in range(3))
    somebodys = _of_person(organisation, make_person().id)
    _finish(arrived)
    _erase(me)
    rows = {row.id: row for row in models.Parcel.objects.all()}
    assert (rows[arrived].ship_to, rows[arrived].person_id) == (None, None)
    assert (rows[waiting].ship_to is not None, rows[waiting].person_id) == (True, None)
    assert rows[somebodys].ship_to is not None
    assert rows[somebodys].person_id is not None
    _finish(waiting)
    line = models.ParcelLine.objects.get(parcel_id=cancelled)
    with write() as tx:
        shop.Products().revoke_many(tx, [RevokedLine(line_id=line.line_id, quantity=1, reason="r")], by=BY, now=NOW)
    assert set(models.Parcel.objects.filter(id__in=[waiting, cancelled]).values_list("ship_to", "status")) == {
        (None, "delivered"),
        (None, "cancelled"),
    }


def test_addresses_are_forgotten_so_long_after_the_last_step(organisation: UUID) -> None:
    old, new, waiting = (_of_person(organisation, None) for _ in range(3))
    _finish(old)
    later = NOW + shop.ADDRESS_KEPT + timedelta(seconds=1)
    with write() as tx:
        shop.pack_many(tx, [new], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=new, carrier="La Poste")], **WHY)
        shop.deliver_many(tx, [new], by=BY, reason="r", now=NOW + timedelta(seconds=1))
        by = Actor.system("forget_addresses")
        assert shop.forget_addresses(tx, by=by, now=later) == 1
        assert shop.forget_addresses(tx, by=by, now=later) == 0
    kept = dict(models.Parcel.objects.values_list("id", "ship_to"))
    assert kept[old] is None
    assert kept[new] is not None
    assert kept[waiting] is not None


def test_a_visitors_parcels_are_the_persons_who_signs_in(organisation: UUID) -> None:
    mine, other = _of_person(organisation, None), _of_person(organisation, None)
    me = make_person().id
    order_id = models.Parcel.objects.get(id=mine).order_id
    with write() as tx:
        adopt_parcels(tx, [OrderAdopted(organisation_id=organisation, occurred_at=NOW, order_id=order_id, person_id=me)])
    assert [parcel.parcel_id for parcel in shop.my_parcels(me, language="en")] == [mine]
    assert models.Parcel.objects.get(id=other).person_id is None
