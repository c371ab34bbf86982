"""The path of a purchase meets no ORM query and needs as many statements for many as for one: the on-sale gate will walk it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.commerce.payments import FactKind, ProviderFact
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.baskets import add_lines_many
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.paying import open_payment
from grandstand.commerce.services.placing import place_orders_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, LYON, NOW, World, euros, make_fact
from grandstand.commerce.values import Adding, ItemRef, LineSet, OrderStatus, Owner, Placed, Placing, RefundAsk
from grandstand.kit.ids import new_id
from grandstand.store.api import Tx


def walk(world: World, owners: Sequence[Owner], ref: ItemRef, count: Callable[[str], Any]) -> list[Placed]:
    """Everything from choosing to being refunded, for all owners together; `count(step)` is entered around each step."""
    addings = [Adding(key=new_id().hex, owner=owner, market_code="fr", ref=ref, quantity=1) for owner in owners]
    with world.database.write() as tx, count("add"):
        lines = add_lines_many(tx, addings, now=NOW)
    placings = [
        Placing(
            key=new_id().hex,
            owner=owner,
            basket_id=line.basket_id,
            email="ada@example.org",
            name="Ada",
            language="en",
            told=euros(1000),
            ship_to=LYON,
        )
        for owner, line in zip(owners, lines, strict=True)
        if isinstance(line, LineSet)
    ]
    with world.database.write() as tx, count("place"):
        placed = [answer for answer in place_orders_many(tx, placings, now=NOW) if isinstance(answer, Placed)]
    with world.database.write() as tx:
        payments = [open_payment(tx, order_id=each.order_id, owner=None, provider_code="fake", return_path="/", now=NOW) for each in placed]
    facts: list[ProviderFact] = [make_fact(payment_id) for payment_id in payments]
    with world.database.write() as tx, count("complete"):
        assert set(complete_many(tx, record_payment_facts_many(tx, facts, now=NOW), now=NOW).values()) == {OrderStatus.PAID}
    asks = [RefundAsk(key=new_id().hex, order_id=each.order_id, reason="moved") for each in placed]
    with world.database.write() as tx, count("refund"):
        refund_many(tx, asks, by=BY, now=NOW)
    assert len(placed) == len(owners)
    return placed


class Nothing:
    """Counts nothing."""

    def __call__(self, step: str) -> "Nothing":
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_a_purchase_needs_no_connection_of_django(world: World, django_db_blocker: DjangoDbBlocker) -> None:
    ref, owners = world.sell(units=10), [world.buyer(), Owner(visitor="v")]
    with django_db_blocker.block():
        placed = walk(world, owners, ref, Nothing())
    assert [order(each.order_id).status for each in placed] == [OrderStatus.REFUNDED] * 2


def test_cancelling_and_sending_back_need_none_either(world: World, django_db_blocker: DjangoDbBlocker) -> None:
    ref, owner = world.sell(units=1), world.buyer()
    placed = world.order(ref, owner=owner)
    payment_id = world.open_payment(placed)
    with django_db_blocker.block():
        with world.database.write() as tx:
            cancel_order(tx, order_id=placed.order_id, by=BY, now=NOW, reason="r")
        assert world.tell(make_fact(payment_id), make_fact(payment_id, FactKind.DISPUTED, 100)) == {placed.order_id: OrderStatus.SENT_BACK}


def test_forty_purchases_need_as_many_statements_as_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = world.sell(units=99)
    walk(world, [world.buyer()], ref, Nothing())  # the books open their accounts with the first sale
    counts = []
    for many in (1, 40):
        owners = [world.buyer() for _ in range(many)]
        counter = Counter(monkeypatch)
        walk(world, owners, ref, counter)
        counts.append(counter.steps)
    assert counts[0] == counts[1]
    assert counts[0].keys() == {"add", "place", "complete", "refund"}


class Counter:
    """Counts statements by step, on every Tx."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: dict[str, int] = {}
        self._step = ""
        for name in ("_rows_later", "_count_later", "_run_many"):
            monkeypatch.setattr(Tx, name, self._counting(getattr(Tx, name)))

    def _counting(self, run: Callable[..., Any]) -> Callable[..., Any]:
        def counted(tx: Tx, sql: str, *rest: Any) -> Any:
            if self._step and "commerce_fake_given" not in sql:  # the pretended seller writes line by line
                self.steps[self._step] = self.steps.get(self._step, 0) + 1
            return run(tx, sql, *rest)

        return counted

    def __call__(self, step: str) -> "Counter":
        self._step = step
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._step = ""


def test_a_key_is_used_for_one_order_however_the_batch_is_cut(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell())
    placing = world.placing(owner)
    other = replace(placing, key=new_id().hex)
    with world.database.write() as tx:
        first, second = place_orders_many(tx, [placing, other], now=NOW)
    assert isinstance(first, Placed)
    assert not isinstance(second, Placed)
