"""A whole purchase at once, from holds that were taken outside of baskets."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce.checks import check_orders
from grandstand.commerce.refusals import KeyReused, LineRefused, TotalChanged
from grandstand.commerce.rules.orders import HOLD_FOR
from grandstand.commerce.services.buying import buy_many
from grandstand.commerce.services.collecting import collect_holds_many
from grandstand.commerce.testing import LYON, NOW, World, euros
from grandstand.commerce.tests.looking import stock
from grandstand.commerce.tests.test_no_orm import Counter
from grandstand.commerce.values import Bought, Buying, Collecting, HeldItem, ItemRef, OrderStatus, Owner
from grandstand.inventory import api as inventory
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id


def hold(world: World, owner: Owner, ref: ItemRef, quantity: int = 1) -> HeldItem:
    """Taken at the gate."""
    wish = inventory.Wish(
        key=new_id().hex,
        organisation_id=world.organisation.id,
        holder=owner.holder,
        basket_id=new_id(),
        wants=(inventory.Want(account_id=world.account_of(ref), quantity=quantity),),
        hold_for=HOLD_FOR,
        offer_version=1,
    )
    with world.database.write() as tx:
        [answer] = inventory.hold_many(tx, [wish], now=NOW)
    assert isinstance(answer, inventory.Held)
    return HeldItem(hold_id=answer.hold_id, ref=ref, quantity=quantity)


def buying(world: World, owner: Owner, *items: HeldItem, told: int, **more: Any) -> Buying:
    fields: dict[str, Any] = {
        "key": new_id().hex,
        "owner": owner,
        "market_code": world.market.code,
        "items": items,
        "email": "ada@example.org",
        "name": "Ada Fan",
        "language": "en",
        "told": euros(told),
        "provider_code": world.provider.code,
        "captured_as": new_id().hex,
    }
    return Buying(**fields | more)


def buy(world: World, *buyings: Buying) -> list[Bought | Refusal]:
    with world.database.write() as tx:
        return buy_many(tx, buyings, now=NOW)


def bought(answer: Bought | Refusal) -> Bought:
    assert isinstance(answer, Bought), answer
    return answer


def healthy(world: World) -> bool:
    with world.database.write() as tx:
        return all(finding.healthy for finding in [*check_orders(tx), *inventory.check_stock(tx)])


def test_what_is_held_is_ordered_paid_and_given_in_one_transaction(world: World) -> None:
    owner, seat, shirt = world.buyer(), world.sell(price_minor=1200), world.sell(price_minor=600, goods=True)
    items = hold(world, owner, seat, 2), hold(world, owner, shirt)
    answer = bought(buy(world, buying(world, owner, *items, told=2400 + 600 + 500, ship_to=LYON))[0])
    assert (answer.status, answer.total, answer.repeated) == (OrderStatus.PAID, euros(3500), False)
    assert (stock(world, seat), stock(world, shirt)) == ((0, 2), (0, 1))
    assert healthy(world)


def test_without_money_an_order_waits_for_its_payment(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    answer = bought(buy(world, buying(world, owner, hold(world, owner, ref), told=1200, captured_as=""))[0])
    assert (answer.status, stock(world, ref)) == (OrderStatus.AWAITING_PAYMENT, (1, 0))
    assert answer.payment_id is not None


def test_asking_again_gets_the_same_order_and_other_contents_an_error(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    asked = buying(world, owner, hold(world, owner, ref), told=1200)
    first, twin = buy(world, asked, asked)
    again, other = buy(world, asked)[0], buy(world, replace(asked, name="Bea Fan"))[0]
    assert bought(twin) == bought(again) == replace(bought(first), repeated=True)
    assert isinstance(other, KeyReused)
    assert stock(world, ref) == (0, 1)
    assert healthy(world)


def test_each_buyer_has_an_answer_of_their_own_and_a_refusal_spoils_nothing(world: World) -> None:
    ref = world.sell(price_minor=1200)
    good, cheap, thief, late = (world.buyer() for _ in range(4))
    held = hold(world, good, ref)
    gone = hold(world, late, ref)
    with world.database.write() as tx:
        inventory.release_many(tx, [gone.hold_id], by=late.actor, now=NOW, reason="a test")
    answers = buy(
        world,
        buying(world, thief, held, told=1200),
        buying(world, cheap, hold(world, cheap, ref), told=1),
        buying(world, late, gone, told=1200),
        buying(world, good, held, told=1200),
    )
    assert [type(answer) for answer in answers] == [LineRefused, TotalChanged, LineRefused, Bought]
    assert [answer.detail["reason"] for answer in answers if isinstance(answer, LineRefused)] == ["gone", "gone"]
    assert stock(world, ref) == (1, 1)
    assert healthy(world)


def test_a_person_who_buys_twice_at_once_has_two_orders(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    answers = buy(world, *(buying(world, owner, hold(world, owner, ref), told=1200) for _ in range(3)))
    assert len({bought(answer).order_id for answer in answers}) == 3
    assert stock(world, ref) == (0, 3)
    assert healthy(world)


def test_a_hold_is_sold_once(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    held = hold(world, owner, ref)
    bought(buy(world, buying(world, owner, held, told=1200, captured_as=""))[0])
    [second] = buy(world, buying(world, owner, held, told=1200))
    assert isinstance(second, LineRefused)
    assert second.detail["reason"] == "gone"


@pytest.mark.parametrize("changed", [{"quantity": 1}, {"ref": ItemRef(kind="ticket", item_id=new_id())}])
def test_a_hold_is_not_collected_as_something_else(world: World, changed: dict[str, Any]) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    held = replace(hold(world, owner, ref, 2), **changed)
    [answer] = buy(world, buying(world, owner, held, told=1200))
    assert isinstance(answer, LineRefused)
    assert answer.detail["reason"] in {"unknown", "unknown_item"}


def test_collecting_twice_changes_nothing(world: World) -> None:
    owner, ref = world.buyer(), world.sell(price_minor=1200)
    collecting = Collecting(owner=owner, market_code=world.market.code, items=(hold(world, owner, ref, 2),))
    with world.database.write() as tx:
        first, again = (collect_holds_many(tx, [collecting], now=NOW) for _ in range(2))
    assert first == again == [world.basket(owner).basket_id]
    assert isinstance(first[0], UUID)
    assert [line.quantity for part in world.basket(owner).parts for line in part.lines] == [2]


def test_forty_purchases_need_as_many_statements_as_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = world.sell(units=99, price_minor=1200)
    counts = []
    for many in (1, 1, 40):  # the books open their accounts with the first sale
        owners = [world.buyer() for _ in range(many)]
        asked = [buying(world, owner, hold(world, owner, ref), told=1200) for owner in owners]
        counter = Counter(monkeypatch)
        with counter("buy"):
            answers = buy(world, *asked)
        assert [bought(answer).status for answer in answers] == [OrderStatus.PAID] * many
        counts.append(counter.steps["buy"])
    assert counts[1] == counts[2]
