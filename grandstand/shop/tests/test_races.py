"""Shipping, refunding and the last piece, when they happen at once on PostgreSQL."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import Meeting, World, make_world, selling
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import BY, NOW, WHY, make_product, make_rates, make_variant
from grandstand.shop.tests import racers
from grandstand.store.api import Database, Tx, read, write


@pytest.fixture
def world(postgresql: Database) -> Iterator[World]:
    with make_world(postgresql) as world, selling(shop.Products()):
        make_rates(world.organisation.id)
        yield world


@pytest.fixture
def meeting(world: World, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    return Meeting(world.database, monkeypatch)


REFUNDING = [(shop.Products, "revoke_many"), (inventory, "return_many")]
"""The two steps of a refund that lock: the second is where it has what the first locked."""


def test_a_refund_and_the_shipping_of_its_parcel_never_wait_for_each_other(world: World, meeting: Meeting) -> None:
    """The refund has its first locks when the parcel is to leave: the parcel waits and then leaves with what is left."""
    ref, placed, parcel = _packed(world)
    meeting.stand_before(*REFUNDING, call=2)
    refunded, shipped = meeting.of(lambda tx: _refund(tx, placed, parcel), lambda tx: _ship(tx, parcel))
    assert refunded.exception() is None
    # A parcel of which something was taken out has to be packed again before it leaves.
    assert isinstance(shipped.exception(), shop.ParcelCannot)
    assert _stock(ref) == (5, 1)
    _all_green(world)


def test_shipping_and_the_refund_of_what_leaves_never_wait_for_each_other(world: World, meeting: Meeting) -> None:
    ref, placed, parcel = _packed(world)
    meeting.stand_before((inventory, "ship_many"))
    shipped, refunded = meeting.of(lambda tx: _ship(tx, parcel), lambda tx: _refund(tx, placed, parcel))
    assert shipped.exception() is None
    assert isinstance(refunded.exception(), commerce.CannotRestock)
    assert _stock(ref) == (3, 0)
    _all_green(world)


def test_a_parcel_shipped_by_two_people_leaves_the_stock_once(world: World, meeting: Meeting) -> None:
    ref, _, parcel = _packed(world)
    meeting.stand_before((inventory, "ship_many"))
    first, second = meeting.of(lambda tx: _ship(tx, parcel), lambda tx: _ship(tx, parcel))
    assert first.exception() is None
    assert isinstance(second.exception(), shop.ParcelCannot)
    assert _stock(ref) == (3, 0)
    _all_green(world)


def test_a_drop_and_who_buys_of_its_variants_never_wait_for_each_other(world: World, meeting: Meeting) -> None:
    """The drop has set something aside when a batch of holds wants units of both: it waits, and the drop has all it needs."""
    variants = [make_variant(make_product(world.organisation.id), on_hand=5) for _ in range(2)]
    first, last = sorted(variants, key=_account)
    wishes = [
        inventory.Wish(
            key=new_id().hex,
            organisation_id=world.organisation.id,
            holder="person:1",
            basket_id=new_id(),
            wants=(inventory.Want(account_id=_account(variant), quantity=1),),
            hold_for=timedelta(minutes=10),
        )
        for variant in (first, last)
    ]

    def schedule(_: Tx) -> None:
        try:
            shop.schedule_drop(units={last: 3, first: 3}, released_at=NOW + timedelta(days=1), **WHY)
        finally:
            connections.close_all()

    meeting.stand_before((inventory, "schedule_release"))
    scheduled, held = meeting.of(schedule, lambda tx: inventory.hold_many(tx, wishes, now=NOW))
    assert (scheduled.exception(), held.exception()) == (None, None)
    assert [type(answer) for answer in held.result()] == [inventory.Held] * 2
    assert [_numbers(variant) for variant in (first, last)] == [(2, 1, 0)] * 2
    _all_green(world)


RACERS = 16


def _race(world: World, work: Callable[..., None]) -> tuple[Counter[str], tuple[int, int]]:
    """Sixteen processes put the last shirt into a basket of theirs at once: what they were answered, and what is held and claimed of it."""
    ref = commerce.ItemRef(kind=shop.KIND, item_id=make_variant(make_product(world.organisation.id), on_hand=1))
    addings = [commerce.Adding(key=new_id().hex, owner=world.buyer(), market_code=world.market.code, ref=ref, quantity=1) for _ in range(RACERS)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([racers.__name__])
    gate, answers = context.Barrier(RACERS), context.Queue()
    processes = [context.Process(target=work, args=(world.database.url, gate, answers, adding)) for adding in addings]
    for process in processes:
        process.start()
    found = Counter(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * RACERS
    account_id = models.Variant.objects.get(id=ref.item_id).account_id
    with read() as tx:
        stock = inventory.availability_many(tx, [account_id])[account_id]
    return found, (stock.held, stock.claimed)


def test_the_last_shirt_is_set_aside_for_one_of_sixteen(world: World) -> None:
    assert _race(world, racers.add) == ({"held": 1, "sold_out": RACERS - 1}, (1, 0))


def test_without_the_locks_several_are_promised_it_and_only_the_wall_stops_them(world: World) -> None:
    """The control: the same path without locks. Those that were not told "sold out" ran into the database's own constraint."""
    assert _race(world, racers.add_unlocked) == ({"held": 1, "inventory_account_never_oversold": RACERS - 1}, (1, 0))


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _packed(world: World) -> tuple[commerce.ItemRef, commerce.Placed, shop.Parcel]:
    """Two of five shirts, paid and packed."""
    variant = make_variant(make_product(world.organisation.id), on_hand=5)
    ref = commerce.ItemRef(kind=shop.KIND, item_id=variant)
    placed = world.bought(ref, 2)
    [parcel] = shop.parcels_of_order(placed.order_id, language="en")
    with write() as tx:
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
    return ref, placed, parcel


def _refund(tx: Tx, placed: commerce.Placed, parcel: shop.Parcel) -> None:
    line = commerce.LineRefund(line_id=parcel.lines[0].line_id, quantity=1)
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, lines=(line,), reason="too large")
    commerce.refund_many(tx, [ask], by=BY, now=NOW)


def _ship(tx: Tx, parcel: shop.Parcel) -> None:
    shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel.parcel_id, carrier="La Poste")], **WHY)


def _stock(ref: commerce.ItemRef) -> tuple[int, int]:
    """On hand, claimed."""
    on_hand, _, claimed = _numbers(ref.item_id)
    return (on_hand, claimed)


def _numbers(variant_id: UUID) -> tuple[int, int, int]:
    """On hand, held, claimed."""
    account_id = _account(variant_id)
    with read() as tx:
        found = inventory.availability_many(tx, [account_id])[account_id]
    return (found.on_hand, found.held, found.claimed)


def _account(variant_id: UUID) -> UUID:
    found: UUID = models.Variant.objects.values_list("account_id", flat=True).get(id=variant_id)
    return found


def _all_green(world: World) -> None:
    with world.database.write() as tx:
        findings = [*shop.check_parcels(tx), *commerce.check_orders(tx), *inventory.check_stock(tx)]
    assert [finding for finding in findings if not finding.healthy] == []
