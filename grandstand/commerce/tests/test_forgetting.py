"""Who is needed no more is forgotten: buyers who never paid, visitors' baskets, guests who ask."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from grandstand.commerce import models
from grandstand.commerce.guests import OrderData, erase_guest, ports
from grandstand.commerce.links import order_key
from grandstand.commerce.queries.baskets import find_basket
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.ending import end_overdue_orders
from grandstand.commerce.services.forgetting import forget_ship_to_many, forget_unpaid_buyers, forget_visitors_baskets
from grandstand.commerce.services.numbering import issue_invoices_many
from grandstand.commerce.testing import BY, LYON, NOW, World, later
from grandstand.commerce.tests.looking import stock, sweep
from grandstand.commerce.values import ItemRef, OrderStatus, Owner, Placed
from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.messaging import api as messaging
from grandstand.store.api import Kind, Tx

KEPT = timedelta(weeks=4)


def cancelled(world: World, owner: Owner) -> Placed:
    placed = world.order(world.sell(goods=True), owner=owner)
    with world.database.write() as tx:
        end_overdue_orders(tx, now=later(hours=1))
    assert order(placed.order_id).status is OrderStatus.CANCELLED
    return placed


def forget(world: World, now: datetime) -> int:
    with world.database.write() as tx:
        return forget_unpaid_buyers(tx, kept=KEPT, by=BY, now=now)


def known(placed: Placed) -> tuple[str, str, bool, str]:
    row = models.Order.objects.get(id=placed.order_id)
    return row.email, row.name, row.ship_to is not None, row.visitor


def test_who_never_paid_is_forgotten_after_some_weeks_and_who_paid_is_not(world: World) -> None:
    visitor, person = Owner(visitor="v"), world.buyer()
    unpaid, own, paid = cancelled(world, visitor), cancelled(world, person), world.bought(world.sell(goods=True), owner=Owner(visitor="w"))
    assert forget(world, later(hours=1) + KEPT) == 0
    assert forget(world, later(hours=1, seconds=1) + KEPT) == 2
    assert forget(world, later(hours=1, seconds=1) + KEPT) == 0
    assert (known(unpaid), known(own)) == (("", "", False, ""), ("", "", False, ""))
    assert known(paid) == ("ada@example.org", "Ada Fan", True, "w")
    assert order(own.order_id).owner == person
    with world.database.write() as tx:
        told = tx.rows("SELECT object_id FROM store_audit WHERE action = 'forget_buyer'", kinds=[Kind.TEXT])
    assert sorted(told) == sorted([(str(unpaid.order_id),), (str(own.order_id),)])


def test_the_address_of_an_order_goes_and_its_buyer_stays(world: World) -> None:
    paid, other = (world.bought(world.sell(goods=True), owner=Owner(visitor=visitor)) for visitor in "vw")
    with world.database.write() as tx:
        forget_ship_to_many(tx, [paid.order_id], reason="r", by=BY, now=NOW)
        forget_ship_to_many(tx, [], reason="r", by=BY, now=NOW)
    assert known(paid) == ("ada@example.org", "Ada Fan", False, "v")
    assert known(other)[2]


def test_baskets_that_visitors_left_are_deleted_and_those_in_use_are_not(world: World) -> None:
    ref = world.sell(units=20)
    left, came_back, person, ordered = Owner(visitor="left"), Owner(visitor="back"), world.buyer(), Owner(visitor="ordered")
    for owner in (left, came_back, person):
        world.add(owner, ref)
    placed = world.bought(ref, owner=ordered)
    sweep(world)
    afterwards = later(hours=1) + KEPT
    world.add(came_back, world.sell(), now=later(days=20))
    with world.database.write() as tx:
        assert forget_visitors_baskets(tx, kept=KEPT, now=later(days=27)) == 0
        assert forget_visitors_baskets(tx, kept=KEPT, now=afterwards) == 2
        assert forget_visitors_baskets(tx, kept=KEPT, now=afterwards) == 0
    assert find_basket(owner=left, language="en", now=afterwards) is None
    assert [len(world.basket(owner, now=afterwards).lines) for owner in (came_back, person)] == [2, 1]
    assert (order(placed.order_id).status, models.Order.objects.get(id=placed.order_id).basket_id) == (OrderStatus.PAID, None)


def test_a_basket_whose_order_waits_for_its_payment_stays_so_that_it_can_come_back(world: World) -> None:
    owner, ref = Owner(visitor="v"), world.sell()
    world.add(owner, ref)
    sweep(world)
    late = later(hours=1) + KEPT
    world.add(owner, ref, now=late)
    placed = world.place(owner, now=late)
    models.BasketLine.objects.update(added_at=NOW, hold_expires_at=NOW)
    with world.database.write() as tx:
        assert forget_visitors_baskets(tx, kept=KEPT, now=late + timedelta(minutes=1)) == 0
        cancel_order(tx, order_id=placed.order_id, owner=owner, to_basket=True, by=owner.actor, reason="r", now=late + timedelta(minutes=2))
    assert len(world.basket(owner, now=late + timedelta(minutes=2)).lines) == 1


# -- guests ------------------------------------------------------------------------------------------------------------------------------


def url(placed: Placed, what: str, key: str | None = None) -> str:
    return f"/orders/{placed.order_id}/{what}?key={order_key(placed.order_id) if key is None else key}"


def told(world: World, placed: Placed) -> None:
    """The mail about the order, and one about another."""
    with world.database.write() as tx:
        for n, link in enumerate([f"/orders/{placed.order_id}?key=x", "/orders/another"]):
            notice = messaging.Notice(
                key=f"{placed.order_id}:{n}",
                template="commerce/notices/order_paid",
                organisation_id=world.organisation.id,
                to_person_id=None,
                to_email="ada@example.org",
                language="en",
                context={"link": link},
            )
            messaging.queue_notices(tx, [notice], now=NOW)


def test_a_guest_reads_and_forgets_with_the_link_of_the_mail(sqlite_world: World) -> None:
    world, client = sqlite_world, Client()
    placed = world.bought(world.sell(goods=True), owner=Owner(visitor="v"))
    told(world, placed)
    with world.database.write() as tx:
        issue_invoices_many(tx, [sale.sale_id for sale in order(placed.order_id).sales], now=NOW)
    known_of: Any = client.get(url(placed, "data")).json()["commerce"]
    assert (known_of["order"]["email"], known_of["order"]["ship_to"]["city"]) == ("ada@example.org", LYON.city)
    assert (len(known_of["order"]["papers"]), len(known_of["order"]["payments"]), len(known_of["notices"])) == (1, 1, 1)

    assert "ada@example.org" in client.get(url(placed, "forget")).text
    assert known(placed)[0] == "ada@example.org"
    assert "You are forgotten" in client.post(url(placed, "forget")).text
    assert known(placed) == ("", "", False, "")
    assert models.Document.objects.get().buyer is None
    assert order(placed.order_id).status is OrderStatus.PAID
    with world.database.write() as tx:
        assert tx.rows("SELECT COUNT(*) FROM messaging_notice", kinds=[Kind.INT]) == [(1,)]
    assert "You are forgotten" in client.get(url(placed, "forget")).text


def test_forgetting_a_guest_cancels_what_is_not_paid(sqlite_world: World) -> None:
    ref = sqlite_world.sell()
    placed = sqlite_world.order(ref, 2, owner=Owner(visitor="v"))
    assert stock(sqlite_world, ref) == (2, 0)
    assert Client().post(url(placed, "forget")).status_code == 200
    assert (order(placed.order_id).status, stock(sqlite_world, ref)) == (OrderStatus.CANCELLED, (0, 0))
    assert not models.Basket.objects.exists()


def ordered_twice(world: World, ref: ItemRef) -> tuple[Placed, Placed]:
    """A visitor gave the first back to the basket, and ordered it again."""
    owner = Owner(visitor="v")
    first = world.order(ref, 2, owner=owner)
    with world.database.write() as tx:
        cancel_order(tx, order_id=first.order_id, owner=owner, to_basket=True, by=BY, reason="r", now=later(minutes=1))
    return first, world.place(owner, now=later(minutes=2))


def forget_guest(world: World, placed: Placed) -> None:
    with world.database.write() as tx:
        erase_guest(tx, placed.order_id, now=later(minutes=3), by=BY)


def test_forgetting_an_order_that_was_given_back_leaves_the_next_of_its_basket_as_it_was(world: World) -> None:
    ref = world.sell()
    first, second = ordered_twice(world, ref)
    forget_guest(world, first)
    assert (known(first), known(second)) == (("", "", False, ""), ("ada@example.org", "Ada Fan", True, "v"))
    assert (order(second.order_id).status, stock(world, ref)) == (OrderStatus.AWAITING_PAYMENT, (2, 0))
    assert models.Basket.objects.get().id == models.Order.objects.get(id=second.order_id).basket_id


def test_the_basket_goes_with_the_last_of_its_orders(world: World) -> None:
    ref = world.sell()
    first, second = ordered_twice(world, ref)
    forget_guest(world, second)
    assert (order(second.order_id).status, stock(world, ref), known(first)[0]) == (OrderStatus.CANCELLED, (0, 0), "ada@example.org")
    forget_guest(world, first)
    assert not models.Basket.objects.exists()


def test_without_the_link_or_for_an_account_nothing_is_told_or_forgotten(sqlite_world: World) -> None:
    guests, own = sqlite_world.bought(sqlite_world.sell(), owner=Owner(visitor="v")), sqlite_world.bought(sqlite_world.sell())
    for what in ("data", "forget"):
        assert Client().get(url(guests, what, "")).status_code == 404
        assert Client().get(url(guests, what, order_key(own.order_id))).status_code == 404
        assert Client().get(url(own, what)).status_code == 404
    assert Client().post(url(guests, "forget", "x")).status_code == 404
    assert Client().post(url(own, "forget")).status_code == 404
    assert known(guests)[0] == known(own)[0] == "ada@example.org"


def test_a_room_that_cannot_forget_stops_all_of_it_and_nothing_is_kept_as_done(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(OrderData):
        def export(self, tx: Tx, order_id: UUID) -> Json:
            return None

        def erase(self, tx: Tx, order_id: UUID, *, now: datetime, by: Actor) -> None:
            raise RuntimeError("a bug")

    kept: list[UUID] = []
    monkeypatch.setitem(ports.sources, "broken", Broken())
    monkeypatch.setattr(ports, "keep_erasure", lambda order_id, _at: kept.append(order_id))
    placed = sqlite_world.bought(sqlite_world.sell(), owner=Owner(visitor="v"))
    assert Client(raise_request_exception=False).post(url(placed, "forget")).status_code == 500
    assert (known(placed)[0], kept) == ("ada@example.org", [])
    monkeypatch.delitem(ports.sources, "broken")
    Client().post(url(placed, "forget"))
    assert kept == [placed.order_id]
