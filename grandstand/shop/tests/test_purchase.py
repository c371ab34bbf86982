"""From the basket to the buyer's door, through commerce."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_fact, make_world, selling
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.messaging import api as messaging
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import BY, NOW, WHY, make_product, make_rates, make_variant
from grandstand.store.api import Database, Kind, read, write


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(world.tickets, shop.Products()):
        make_rates(world.organisation.id)
        yield world


def _shirt(world: World, *, on_hand: int = 5) -> commerce.ItemRef:
    variant = make_variant(make_product(world.organisation.id), on_hand=on_hand, size="M", weight_g=300)
    return commerce.ItemRef(kind=shop.KIND, item_id=variant)


def _parcel(order_id: UUID) -> shop.Parcel:
    [parcel] = shop.parcels_of_order(order_id, language="en")
    return parcel


def test_a_shirt_is_sold_with_its_shipping_packed_shipped_and_told_of(world: World) -> None:
    shirt, owner = _shirt(world), world.buyer()
    world.add(owner, shirt, 2)
    placed = world.place(owner)
    assert placed.total.minor == 2 * 2900 + 500
    world.pay(placed)
    parcel = _parcel(placed.order_id)
    assert (parcel.person_id, parcel.shipping_code) == (owner.person_id, "standard")
    assert parcel.ship_to is not None
    assert shop.address_lines(parcel.ship_to, sent_from="FR") == ("Ada Fan", "12 quai du Stade", "69002 LYON")
    with write() as tx:
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel.parcel_id, carrier="La Poste", tracking="6A1")], **WHY)
        shop.deliver_many(tx, [parcel.parcel_id], **WHY)
    messaging.send_due(now=NOW)
    assert owner.person_id is not None
    told = {notice.subject: notice.body for notice in messaging.notices_of(owner.person_id) if notice.template.startswith("shop/")}
    assert sorted(told) == sorted(f"Your parcel {parcel.number} {what}" for what in ("is packed", "is on its way", "was delivered"))
    assert told[f"Your parcel {parcel.number} is on its way"] == (
        f"Your parcel {parcel.number} left with La Poste. Its tracking number there is 6A1.\n\n2 × Lane T-shirt, M"
    )
    _all_green(world)


def test_a_guest_is_told_by_mail(world: World) -> None:
    owner = commerce.Owner(visitor=new_id().hex)
    world.add(owner, _shirt(world))
    placed = world.place(owner, email="guest@example.org", language="zh-hans")
    with world.database.write() as tx:
        payment_id = commerce.open_payment(tx, order_id=placed.order_id, owner=owner, provider_code="fake", return_path="/", now=NOW)
    world.tell(make_fact(payment_id, commerce.FactKind.CAPTURED, placed.total.minor))
    with write() as tx:
        shop.pack_many(tx, [_parcel(placed.order_id).parcel_id], **WHY)
        [notice] = tx.rows(
            "SELECT to_email, language FROM messaging_notice WHERE template = 'shop/notices/parcel_packed'", kinds=[Kind.TEXT, Kind.TEXT]
        )
    assert notice == ("guest@example.org", "zh-hans")


def test_a_refund_before_shipping_gives_the_stock_back_and_ships_the_rest(world: World) -> None:
    shirt = _shirt(world)
    placed = world.bought(shirt, 3)
    parcel = _parcel(placed.order_id)
    line = commerce.LineRefund(line_id=parcel.lines[0].line_id, quantity=1)
    _refund(world, placed, line, restock=True)
    assert _parcel(placed.order_id).lines[0].quantity == 2
    assert _stock(shirt) == (5, 2)
    with write() as tx:
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel.parcel_id, carrier="La Poste")], **WHY)
    assert _stock(shirt) == (3, 0)
    _all_green(world)


def test_a_refund_of_what_was_shipped_goes_without_stock_and_not_with_it(world: World) -> None:
    shirt = _shirt(world)
    placed = world.bought(shirt, 1)
    parcel = _parcel(placed.order_id)
    with write() as tx:
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel.parcel_id, carrier="La Poste")], **WHY)
    line = commerce.LineRefund(line_id=parcel.lines[0].line_id, quantity=1)
    with pytest.raises(commerce.CannotRestock):
        _refund(world, placed, line, restock=True)
    _refund(world, placed, line, restock=False)
    with write() as tx:
        shop.return_many(tx, [shop.ComeBack(parcel_id=parcel.parcel_id, restock=True)], **WHY)
    assert _stock(shirt) == (5, 0)
    _all_green(world)


def test_what_never_left_is_not_refunded_without_being_sold_again(world: World) -> None:
    """Nobody would have it any more: the buyer has the money, and the shop a shirt that it cannot sell."""
    shirt = _shirt(world)
    placed = world.bought(shirt, 2)
    parcel = _parcel(placed.order_id)
    line = commerce.LineRefund(line_id=parcel.lines[0].line_id, quantity=1)
    with pytest.raises(shop.StillAtTheShop) as refused:
        _refund(world, placed, line, restock=False)
    assert refused.value.detail["field"] == "restock"
    assert (_stock(shirt), commerce.order(placed.order_id).refunded.minor) == ((5, 2), 0)
    _all_green(world)


def test_the_last_shirt_is_sold_once(world: World) -> None:
    shirt = _shirt(world, on_hand=1)
    world.bought(shirt)
    with pytest.raises(commerce.LineRefused) as refused:
        world.add(world.buyer(), shirt)
    assert refused.value.detail["reason"] == inventory.Reason.SOLD_OUT


def _refund(world: World, placed: commerce.Placed, *lines: commerce.LineRefund, restock: bool) -> None:
    asked = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, lines=lines, reason="the buyer asked", restock=restock)
    with world.database.write() as tx:
        commerce.refund_many(tx, [asked], by=BY, now=NOW)


def _stock(ref: commerce.ItemRef) -> tuple[int, int]:
    """On hand, claimed."""
    account_id = models.Variant.objects.get(id=ref.item_id).account_id
    with read() as tx:
        found = inventory.availability_many(tx, [account_id])[account_id]
    return (found.on_hand, found.claimed)


def _all_green(world: World) -> None:
    with world.database.write() as tx:
        findings = [*shop.check_parcels(tx), *commerce.check_orders(tx), *inventory.check_stock(tx)]
    assert [finding for finding in findings if not finding.healthy] == []
