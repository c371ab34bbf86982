"""The whole path of a purchase with the real sellers meets no ORM query: the gate walks it at an on-sale, without Django's connection."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import BY, NOW, World, make_fact, make_world, selling
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.ids import new_id
from grandstand.shop import api as shop
from grandstand.shop.testing import make_product, make_rates, make_variant
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import make_box_office


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(ticketing.Tickets(), shop.Products()):
        make_rates(world.organisation.id)
        yield world


def test_tickets_and_goods_are_chosen_ordered_paid_given_and_refunded_without_djangos_connection(
    world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    office = make_box_office(session=make_session(edition=make_edition(organisation_id=world.organisation.id)))
    ticket = commerce.ItemRef(kind="ticket", item_id=office.offers["A"])
    shirt = commerce.ItemRef(kind=shop.KIND, item_id=make_variant(make_product(world.organisation.id)))
    owner = world.buyer()
    with django_db_blocker.block():
        for ref in (ticket, shirt):
            world.add(owner, ref, 2)
    placing = world.placing(owner)  # the page that shows the total is Django's
    with django_db_blocker.block():
        with world.database.write() as tx:
            placed = commerce.place_order(tx, placing, now=NOW)
        payment_id = world.open_payment(placed)
        assert world.tell(make_fact(payment_id, minor=placed.total.minor)) == {placed.order_id: commerce.OrderStatus.PAID}
    given = [len(ticketing.tickets_of_order(order_id=placed.order_id, holder_id=owner.person_id, language="en"))]
    given += [parcel.lines[0].quantity for parcel in shop.parcels_of_order(placed.order_id, language="en")]
    assert given == [2, 2]
    with django_db_blocker.block(), world.database.write() as tx:
        ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, reason="the buyer asked")
        commerce.refund_many(tx, [ask], by=BY, now=NOW)
    assert commerce.order(placed.order_id).status is commerce.OrderStatus.REFUNDED
