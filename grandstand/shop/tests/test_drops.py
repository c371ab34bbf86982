"""Units that can be bought from a set time on, on both engines."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_world, selling
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.movement.testing import audit_trail
from grandstand.shop import api as shop
from grandstand.shop.rules.catalogue import opens_at, stock_state
from grandstand.shop.testing import NOW, WHY, make_product, make_variant
from grandstand.store.api import Database, Deadlock, Tx, write

AT = NOW + timedelta(hours=6)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(world.tickets, shop.Products()):
        yield world


@pytest.fixture
def mascot(world: World) -> UUID:
    """A product of which one person may have one."""
    return make_product(world.organisation.id, slug="mascot", cap_per_person=1, limit_per_line=1)


def page(world: World, *, now: datetime = NOW) -> shop.Product:
    return shop.product(slug="mascot", market=world.market, language="en", now=now)


def refused(world: World, variant_id: UUID, *, owner: commerce.Owner | None = None, now: datetime = NOW) -> str:
    """Why one more is not put into the basket; nothing when it is."""
    try:
        world.add(owner or world.buyer(), commerce.ItemRef(kind=shop.KIND, item_id=variant_id), now=now)
    except commerce.LineRefused as no:
        return str(no.detail["reason"])
    return ""


def release(now: datetime) -> int:
    with write() as tx:
        return inventory.run_due_releases(tx, now=now)


def test_what_is_in_a_drop_can_be_bought_from_its_instant_on_and_not_before(world: World, mascot: UUID) -> None:
    red, blue = make_variant(mascot, size="red", on_hand=3), make_variant(mascot, size="blue", position=1, on_hand=2)
    shop.schedule_drop(units={red: 3, blue: 2}, released_at=AT, **WHY)
    before = page(world)
    assert [variant.stock for variant in before.variants] == [shop.StockState.COMING] * 2
    assert (before.opens_at, [(drop.quantity, drop.released_at) for drop in before.drops]) == (AT, [(3, AT), (2, AT)])
    assert refused(world, red) == "sold_out"
    assert release(AT - timedelta(microseconds=1)) == 0
    assert release(AT) == 2
    after = page(world, now=AT)
    assert [variant.left for variant in after.variants] == [3, 2]
    assert (after.opens_at, after.drops) == (None, ())
    assert [refused(world, blue, now=AT) for _ in range(3)] == ["", "", "sold_out"]


def test_one_person_has_one_of_all_drops_and_colours_together(world: World, mascot: UUID) -> None:
    red, blue = make_variant(mascot, size="red", on_hand=5), make_variant(mascot, size="blue", position=1, on_hand=5)
    shop.schedule_drop(units={red: 5}, released_at=AT, **WHY)
    shop.schedule_drop(units={blue: 5}, released_at=AT + HOUR, **WHY)
    fan = world.buyer()
    release(AT)
    assert refused(world, red, owner=fan, now=AT) == ""
    assert refused(world, red, owner=fan, now=AT) in {"cap", "too_many"}
    release(AT + HOUR)
    assert refused(world, blue, owner=fan, now=AT + HOUR) == "cap"


def test_a_drop_of_more_than_is_free_is_refused_whole_and_says_what_is_free(world: World, mascot: UUID) -> None:
    red, blue = make_variant(mascot, size="red", on_hand=3), make_variant(mascot, size="blue", position=1, on_hand=2)
    assert refused(world, blue) == ""
    with pytest.raises(shop.StockRefused) as no:
        shop.schedule_drop(units={red: 3, blue: 2}, released_at=AT, **WHY)
    assert (no.value.detail["left"], no.value.detail["field"]) == (1, "drop_units")
    assert page(world).drops == ()
    assert [variant.left for variant in page(world).variants] == [3, 1]


@pytest.mark.parametrize(("units", "at"), [(0, AT), (-1, AT), (1, NOW), (1, NOW - HOUR)])
def test_a_drop_is_of_one_unit_or_more_and_later_than_now(world: World, mascot: UUID, units: int, at: datetime) -> None:
    red = make_variant(mascot, on_hand=3)
    with pytest.raises((shop.StockRefused, shop.ProductWrong)):
        shop.schedule_drop(units={red: units}, released_at=at, **WHY)
    assert page(world).variants[0].left == 3


def test_a_drop_that_is_called_off_leaves_its_units_on_sale_and_says_who_and_why(world: World, mascot: UUID) -> None:
    red = make_variant(mascot, on_hand=3)
    [drop] = shop.schedule_drop(units={red: 2}, released_at=AT, **WHY)
    assert page(world).variants[0].left == 1
    shop.call_off_drop(variant_id=red, drop_id=drop, **WHY)
    assert (page(world).variants[0].left, page(world).drops, release(AT)) == (3, (), 0)
    trail = [(entry.action, entry.reason) for entry in audit_trail("shop.variant") if "drop" in entry.action]
    assert trail == [("schedule_drop", "for a test"), ("call_off_drop", "for a test")]


def test_a_drop_that_is_postponed_is_not_on_sale_for_a_moment_in_between(world: World, mascot: UUID) -> None:
    red = make_variant(mascot, on_hand=3)
    [drop] = shop.schedule_drop(units={red: 3}, released_at=AT, **WHY)
    later = shop.postpone_drop(variant_id=red, drop_id=drop, released_at=AT + HOUR, **WHY)
    assert release(AT) == 0
    assert [(each.drop_id, each.released_at) for each in page(world, now=AT).drops] == [(later, AT + HOUR)]
    assert refused(world, red, now=AT) == "sold_out"
    assert release(AT + HOUR) == 1


@pytest.fixture
def crossed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The first time that stock moves, the database chooses this transaction to end a deadlock; what was moved, each time."""
    tries: list[object] = []
    move_many = inventory.move_many

    def moved(tx: Tx, moves: Sequence[inventory.Move], **why: Any) -> Any:
        tries.append(moves)
        if len(tries) == 1:
            raise Deadlock("deadlock detected")
        return move_many(tx, moves, **why)

    monkeypatch.setattr(inventory, "move_many", moved)
    return tries


def test_a_drop_is_tried_again_after_a_deadlock(world: World, mascot: UUID, crossed: list[object]) -> None:
    red = make_variant(mascot, on_hand=3)
    shop.schedule_drop(units={red: 2}, released_at=AT, **WHY)
    assert len(crossed) == 2
    assert [(drop.quantity, drop.released_at) for drop in page(world).drops] == [(2, AT)]


def test_within_a_transaction_of_the_callers_only_the_caller_can_try_again(world: World, mascot: UUID, crossed: list[object]) -> None:
    red = make_variant(mascot, on_hand=3)
    with pytest.raises(Deadlock), write():
        shop.schedule_drop(units={red: 2}, released_at=AT, **WHY)
    assert len(crossed) == 1
    assert page(world).drops == ()


def test_what_was_released_or_is_anothers_cannot_be_called_off(world: World, mascot: UUID) -> None:
    red, blue = make_variant(mascot, size="red", on_hand=3), make_variant(mascot, size="blue", position=1, on_hand=3)
    [drop] = shop.schedule_drop(units={red: 3}, released_at=AT, **WHY)
    for variant, named in ((blue, drop), (red, new_id())):
        with pytest.raises(shop.NoSuchDrop):
            shop.call_off_drop(variant_id=variant, drop_id=named, **WHY)
    release(AT)
    with pytest.raises(shop.NoSuchDrop):
        shop.call_off_drop(variant_id=red, drop_id=drop, **WHY)
    with pytest.raises(shop.NoSuchVariant):
        shop.schedule_drop(units={new_id(): 1}, released_at=AT, **WHY)


@pytest.mark.parametrize(
    ("free", "sale", "released_at", "expected"),
    [
        (0, Span(), [], None),
        (5, Span(), [], None),
        (0, Span(), [AT + HOUR, AT], AT),
        (5, Span(starts_at=AT), [], AT),
        (0, Span(starts_at=AT), [], None),
        (0, Span(starts_at=AT), [AT + HOUR], AT + HOUR),
        (0, Span(starts_at=AT), [AT - HOUR], AT),
        (5, Span(starts_at=AT), [AT + HOUR], AT),
        (0, Span(ends_at=AT), [AT], None),
        (0, Span(ends_at=AT), [AT - HOUR, AT], AT - HOUR),
    ],
)
def test_from_when_something_can_be_bought_that_cannot_be_now(free: int, sale: Span, released_at: list[datetime], expected: datetime | None) -> None:
    assert opens_at(free, sale, released_at, now=NOW) == expected


@pytest.mark.parametrize(
    ("free", "sale", "is_coming", "expected"),
    [
        (0, Span(), True, shop.StockState.COMING),
        (0, Span(), False, shop.StockState.SOLD_OUT),
        (5, Span(), True, shop.StockState.FEW_LEFT),
        (0, Span(starts_at=AT), True, shop.StockState.NOT_YET),
        (0, Span(ends_at=NOW), True, shop.StockState.ENDED),
    ],
)
def test_what_is_coming_is_not_sold_out(free: int, sale: Span, *, is_coming: bool, expected: shop.StockState) -> None:
    assert stock_state(free, sale, now=NOW, is_coming=is_coming) is expected
