"""Several gates that choose from the same seats at once, each with a memory of its own, as processes have."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce.api import ItemRef, Owner
from grandstand.gate.api import Denied, Granted, HoldAsk, Pass
from grandstand.gate.seats.shelf import Seats
from grandstand.gate.services import Desk
from grandstand.gate.tests.halls import Chairs, open_hall, rows_of
from grandstand.gate.values import ReleaseAsk
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Kind, Tx
from grandstand.ticketing.testing import make_hall

BATCH = 10


def bearer() -> Pass:
    return Pass(owner=Owner(visitor=new_id().hex), market_code="fr", basket_id=new_id(), valid_until=clock.now() + timedelta(hours=1))


def party(chairs: Chairs, quantity: int, *, may_split: bool = False) -> HoldAsk:
    return HoldAsk(key=new_id().hex, bearer=bearer(), ref=ItemRef(kind="ticket", item_id=chairs.offer), quantity=quantity, may_split=may_split)


def desks(database: Database, number: int) -> list[Desk]:
    """So many, each with an own memory of seats."""
    return [Desk(Database(database.url), seats=Seats()) for _ in range(number)]


def hold(desk: Desk, asks: list[HoldAsk]) -> list[Granted | Denied | Exception]:
    """In batches, in a thread that then ends."""
    answers = [answer for n in range(0, len(asks), BATCH) for answer in desk.hold(asks[n : n + BATCH])]
    desk.leave()
    return answers


def assert_true(chairs: Chairs, answers: list[Granted | Denied | Exception]) -> list[Granted]:
    """What was granted is what the database has, seat by seat."""
    granted = [answer for answer in answers if isinstance(answer, Granted)]
    told = {(chairs.where([str(seat_id)])[0], answer.hold_id) for answer in granted for seat_id in answer.seats}
    assert told == set(chairs.taken().items())
    assert len(told) == sum(len(answer.seats) for answer in granted)
    return granted


def test_two_gates_give_nobody_the_same_seat_and_sell_every_seat(postgresql: Database) -> None:
    chairs = open_hall(postgresql, rows_of(*[20] * 15))
    asks = [[party(chairs, quantity, may_split=True) for quantity in [1, 2, 3, 4] * 10 + [1] * 110] for _ in range(4)]
    one, other = desks(postgresql, 2)
    with ThreadPoolExecutor(4) as threads:
        answers = [answer for batch in threads.map(hold, [one, other, one, other], asks) for answer in batch]
    granted = assert_true(chairs, answers)
    assert sum(len(answer.seats) for answer in granted) == 300
    assert Counter(type(answer) for answer in answers) == {Granted: len(granted), Denied: len(answers) - len(granted)}
    # The last seats were proposed to somebody whose hold was not written yet, or lay too far apart for a party.
    assert {answer.reason for answer in answers if isinstance(answer, Denied)} <= {"sold_out", "seats_taken", "not_together"}
    asked = [ask for batch in asks for ask in batch]
    alone = {answer.reason for ask, answer in zip(asked, answers, strict=True) if ask.quantity == 1 and isinstance(answer, Denied)}
    assert alone <= {"sold_out", "seats_taken"}


def test_whoever_another_gate_was_quicker_than_gets_other_seats_in_the_same_batch(database: Database) -> None:
    chairs = open_hall(database, rows_of(4, 4, 4))
    one, other = desks(database, 2)
    [first] = one.hold([party(chairs, 2)])
    [second] = other.hold([party(chairs, 2)])  # reads what the first has
    [third] = one.hold([party(chairs, 2)])  # does not know of the second yet
    assert isinstance(first, Granted)
    assert isinstance(second, Granted)
    assert isinstance(third, Granted)
    assert_true(chairs, [first, second, third])
    ids = [str(seat_id) for answer in (first, second, third) for seat_id in answer.seats]
    assert chairs.where(ids) == ["1/1", "1/2", "1/3", "1/4", "2/1", "2/2"]
    with database.write() as tx:
        refusals = tx.rows("SELECT refusal FROM inventory_hold WHERE state = 'refused'", kinds=[Kind.JSON])
    # The control: the third was proposed the second's seats before, and the database refused them.
    assert [refusal["reason"] for (refusal,) in refusals] == ["seats_taken"]
    one.leave()
    other.leave()


def test_the_same_key_at_two_gates_holds_once_and_names_the_same_seats(postgresql: Database) -> None:
    chairs = open_hall(postgresql, rows_of(20, 20, 20))
    asks = [party(chairs, 2) for _ in range(20)]
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(hold, desks(postgresql, 3), [asks] * 3))
    granted = assert_true(chairs, answers[0])
    assert answers[0] == answers[1] == answers[2]
    assert len(granted) == 20


def test_what_is_held_and_given_back_all_the_time_comes_out_even(database: Database) -> None:
    chairs = open_hall(database, rows_of(10, 10))

    def come_and_go(desk: Desk) -> None:
        for n in range(15):
            asks = [party(chairs, 1 + n % 3) for _ in range(4)]
            answers = desk.hold(asks)
            assert not [answer for answer in answers if isinstance(answer, Exception)]
            desk.release(
                [
                    ReleaseAsk(bearer=ask.bearer, hold_id=answer.hold_id)
                    for ask, answer in zip(asks, answers, strict=True)
                    if isinstance(answer, Granted)
                ]
            )
        desk.leave()

    both = desks(database, 2)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(come_and_go, [*both, *both]))
    assert chairs.taken() == {}
    answers = both[0].hold([party(chairs, 1) for _ in range(25)])
    both[0].leave()
    assert len(assert_true(chairs, answers)) == 20
    assert {answer.reason for answer in answers if isinstance(answer, Denied)} == {"sold_out"}


def test_a_page_that_holds_the_best_seats_first_costs_nobody_their_place(database: Database) -> None:
    chairs = open_hall(database, rows_of(4, 4))
    [desk] = desks(database, 1)
    asks = [party(chairs, 2) for _ in range(3)]
    desk.hold(asks[:1])
    best = [where for where in ("1/1", "1/2", "1/3", "1/4") if where not in chairs.taken()]
    by_name(chairs, [*best, "2/1", "2/2"])
    second, third = desk.hold(asks[1:])
    desk.leave()
    assert isinstance(second, Granted)
    assert chairs.where([str(seat_id) for seat_id in second.seats]) == ["2/3", "2/4"]
    assert third == Denied(reason="sold_out", left=0)


def test_forty_parties_need_as_many_statements_as_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    chairs = open_hall(database, rows_of(*[20] * 5))
    [desk] = desks(database, 1)
    desk.hold([party(chairs, 2)])
    counts = Counter[int]()
    for name in ("_rows_later", "_count_later", "_run_many"):
        real = getattr(Tx, name)

        def counted(tx: Tx, *arguments: Any, real: Callable[..., Any] = real) -> Any:
            counts[number] += 1
            return real(tx, *arguments)

        monkeypatch.setattr(Tx, name, counted)
    for number in (1, 40):
        for session in desk.seats._sessions.values():
            session.at = time.monotonic() + 60
        desk.offers.look_up([("fr", ItemRef(kind="ticket", item_id=chairs.offer))])
        counts[number] = 0
        answers = desk.hold([party(chairs, 2) for _ in range(number)])
        assert {type(answer) for answer in answers} == {Granted}
    desk.leave()
    assert 0 < counts[1] == counts[40] <= 13


def test_the_session_that_nobody_asked_for_longest_is_forgotten_and_sold_all_the_same(database: Database) -> None:
    chairs = open_hall(database, rows_of(4, 4))
    other = Chairs(hall=make_hall(rows_of(6, 6), now=clock.now() - timedelta(days=1)), database=database)
    desk = Desk(Database(database.url), seats=Seats(most_seats=15))
    answers: list[Granted | Denied | Exception] = []
    for _ in range(2):
        answers += desk.hold([party(chairs, 2)])
        assert desk.seats.knows(chairs.offer)
        desk.hold([party(other, 2)])
        assert not desk.seats.knows(chairs.offer)
    desk.leave()
    assert len(assert_true(chairs, answers)) == 2
    assert len(other.taken()) == 4


def by_name(chairs: Chairs, where: list[str]) -> None:
    """Hold these seats as a page does."""
    names = tuple(UUID(chairs.seat(each)) for each in where)
    with chairs.database.write() as tx:
        [account_id] = {state.account_id for state in inventory.seats_of_seating(tx, chairs.hall.seating_id)}
        wish = inventory.Wish(
            key=new_id().hex,
            organisation_id=chairs.hall.office.organisation_id,
            holder="visitor:page",
            basket_id=new_id(),
            wants=(inventory.Want(account_id=account_id, quantity=len(names), seat_ids=names),),
            hold_for=timedelta(minutes=10),
        )
        [answer] = inventory.hold_many(tx, [wish], now=clock.now())
    assert isinstance(answer, inventory.Held)
