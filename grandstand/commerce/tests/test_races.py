"""Sixteen processes at once, on PostgreSQL, each race with its control where the race is not another room's."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from grandstand.commerce.checks import check_orders
from grandstand.commerce.facts import OrderPaid
from grandstand.commerce.queries.documents import documents_of
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.baskets import add_lines_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.testing import NOW, World, later, make_fact
from grandstand.commerce.tests import racers
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import Adding, LineRefund, LineSet, OrderStatus, Owner, RefundAsk
from grandstand.inventory import api as inventory
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.store.api import Database

RACERS = 16


def race(work: Callable[..., None], world: World, *arguments: Sequence[object]) -> list[Any]:
    """Run `work` in one process per list of arguments, all let go at once, and return their answers."""
    return race_each(world, [(work, *own) for own in arguments])


def race_each(world: World, runs: Sequence[tuple[Callable[..., None], *tuple[object, ...]]]) -> list[Any]:
    """One process for each of `runs`, a work with its arguments, all let go at once; returns their answers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([racers.__name__])
    gate, answers = context.Barrier(len(runs)), context.Queue()
    sold = [world.tickets, world.goods]
    processes = [context.Process(target=work, args=(world.database.url, gate, answers, sold, *own)) for work, *own in runs]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return found


def test_one_webhook_delivered_to_sixteen_processes_completes_once(postgresql_world: World) -> None:
    world = postgresql_world
    ref = world.sell(units=10, price_minor=1200)
    placed = world.order(ref, 2)
    capture = make_fact(world.open_payment(placed), minor=2400)
    found = race(racers.tell, world, *([capture] for _ in range(RACERS)))
    assert found == [["paid"]] * RACERS
    assert (given(world, placed), stock(world, ref)) == ([2], (0, 2))
    assert books(world, world.organisation.id) == {"clearing:fake": 2400, "sales:ticket": -2000, "tax:FR": -400}
    assert facts_told(world, OrderPaid) == ["OrderPaid"]
    assert len(order(placed.order_id).history) == 2


def test_sixteen_different_facts_of_one_order_are_all_counted(postgresql_world: World) -> None:
    world = postgresql_world
    placed = world.order(world.sell(price_minor=1600))
    payment_id = world.open_payment(placed)
    race(racers.tell, world, *([make_fact(payment_id, minor=100)] for _ in range(RACERS)))
    found = order(placed.order_id)
    assert (found.status, found.captured.minor) == (OrderStatus.PAID, 1600)


@pytest.mark.parametrize("work", [racers.tell, racers.tell_unlocked])
def test_the_lock_of_the_order_is_what_completes_it_once(postgresql_world: World, work: Callable[..., None]) -> None:
    """With its control: the same deliveries on the same path, with that lock taken away. The fact is known, so nobody waits for its insertion."""
    world = postgresql_world
    placed = world.order(world.sell(price_minor=1200))
    capture = make_fact(world.open_payment(placed), minor=1200)
    with world.database.write() as tx:
        record_payment_facts_many(tx, [capture], now=NOW)
    race(work, world, *([capture] for _ in range(RACERS)))
    told = len(facts_told(world, OrderPaid))
    assert told == 1 if work is racers.tell else told > 1


def test_a_capture_that_comes_as_its_order_ends_is_paid_or_sent_back_and_never_both(postgresql_world: World) -> None:
    world = postgresql_world
    placed = [world.order(world.sell(price_minor=1200)) for _ in range(8)]
    captures = [make_fact(world.open_payment(each), minor=1200) for each in placed]
    at = later(minutes=26)
    # Eight captures, each against workers that end all eight orders at once.
    race_each(world, [*((racers.tell, capture) for capture in captures), *((racers.end, at) for _ in range(8))])
    for each in placed:
        found = order(each.order_id)
        outcome = (found.status, given(world, each), found.refunded.minor)
        assert outcome in [(OrderStatus.PAID, [1], 0), (OrderStatus.SENT_BACK, [0], 1200)]
    with world.database.write() as tx:
        assert [finding for finding in check_orders(tx) if not finding.healthy] == []


def test_one_refund_asked_for_by_sixteen_processes_is_one(postgresql_world: World) -> None:
    world = postgresql_world
    placed = world.bought(world.sell(price_minor=1200), 2)
    (line,) = [line for sale in order(placed.order_id).sales for line in sale.lines]
    ask = RefundAsk(key="k", order_id=placed.order_id, reason="moved", lines=(LineRefund(line_id=line.line_id, quantity=1),))
    assert len(set(race(racers.refund, world, *([ask] for _ in range(RACERS))))) == 1
    assert order(placed.order_id).refunded.minor == 1200


def test_sixteen_refunds_of_three_units_are_three(postgresql_world: World) -> None:
    world = postgresql_world
    placed = world.bought(world.sell(price_minor=1200), 3)
    (line,) = [line for sale in order(placed.order_id).sales for line in sale.lines]
    lines = (LineRefund(line_id=line.line_id, quantity=1),)
    asks = [[RefundAsk(key=f"k{n}", order_id=placed.order_id, reason="moved", lines=lines)] for n in range(RACERS)]
    found = Counter(answer if answer == "refund_too_large" else "refunded" for answer in race(racers.refund, world, *asks))
    assert found == {"refunded": 3, "refund_too_large": RACERS - 3}
    assert (order(placed.order_id).refunded.minor, given(world, placed)) == (3600, [0])


def test_the_last_unit_is_sold_to_one_of_sixteen(postgresql_world: World) -> None:
    world = postgresql_world
    ref = world.sell(units=1)
    addings = [[Adding(key=new_id().hex, owner=world.buyer(), market_code="fr", ref=ref, quantity=1)] for _ in range(RACERS)]
    assert Counter(race(racers.add, world, *addings)) == {"held": 1, "sold_out": RACERS - 1}
    assert stock(world, ref) == (1, 0)


def test_one_click_sent_by_sixteen_processes_is_one_line(postgresql_world: World) -> None:
    world = postgresql_world
    ref = world.sell(units=99)
    adding = Adding(key="k", owner=world.buyer(), market_code="fr", ref=ref, quantity=2)
    assert race(racers.add, world, *([adding] for _ in range(RACERS))) == ["held"] * RACERS
    assert stock(world, ref) == (2, 0)


def test_sixteen_processes_number_without_a_gap_and_without_a_double(postgresql_world: World) -> None:
    world = postgresql_world
    ref = world.sell(units=99)
    placed = [world.bought(ref) for _ in range(24)]
    sales = [sale.sale_id for each in placed for sale in order(each.order_id).sales]
    # Each sale is numbered by two processes, and some transactions fail after taking a number.
    shares = [[sales[n::RACERS] + sales[(n + 5) % RACERS :: RACERS]] for n in range(RACERS)]
    race(racers.number, world, *shares)
    numbers = [document.number for each in placed for document in documents_of(each.order_id)]
    assert sorted(numbers) == [f"INV-2031-{n:06d}" for n in range(1, 25)]


def test_without_the_counter_sixteen_processes_give_one_number(postgresql_world: World) -> None:
    """The control: the highest number and one is the same for all who look at once."""
    assert race(racers.look_then_number, postgresql_world, *([] for _ in range(RACERS))) == [1] * RACERS


def test_lines_that_grow_beside_new_ones_deadlock_nobody(postgresql_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two buyers who have what the other adds; each has set the new line aside before anyone gives the old hold back."""
    world, refs = postgresql_world, [postgresql_world.sell(), postgresql_world.sell()]
    owners = [world.buyer(), world.buyer()]
    for owner, ref in zip(owners, refs, strict=True):
        world.add(owner, ref)
    both, release_many = threading.Barrier(2), inventory.release_many

    def release_together(*arguments: Any, **more: Any) -> list[bool]:
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return release_many(*arguments, **more)

    def add(owner: Owner) -> list[LineSet | Refusal]:
        database = Database(world.database.url)
        addings = [Adding(key=new_id().hex, owner=owner, market_code="fr", ref=ref, quantity=1) for ref in refs]
        try:
            with database.write() as tx:  # a deadlock is raised here
                return add_lines_many(tx, addings, now=NOW)
        finally:
            database.close()

    monkeypatch.setattr(inventory, "release_many", release_together)
    with ThreadPoolExecutor(2) as threads:
        answers = [answer for told in threads.map(add, owners) for answer in told]
    assert [type(answer) for answer in answers] == [LineSet] * 4
    assert [stock(world, ref) for ref in refs] == [(3, 0), (3, 0)]
    assert both.broken
