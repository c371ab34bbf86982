"""The best seats for a party, and every "no" on the way."""

import re
from uuid import UUID

import pytest
from django.test import Client

from grandstand.gate import api as gate
from grandstand.kit.ids import new_id
from grandstand.sites.tests.house import Clock
from grandstand.sites.tests.seated import Seated, boxes, held, open_seated
from grandstand.store.api import Database, Kind, read, write


def best(client: Client, seated: Seated, **asked: object) -> list[tuple[int, tuple[str, ...]]]:
    form = {"key": str(new_id()), "category": "A", "quantity": 2} | asked
    answer = client.post(seated.url("best_seats"), form)
    assert answer.status_code == 302, answer.content.decode()
    return seated.lines(client)


def test_a_party_gets_the_best_seats_side_by_side(client: Client, seated: Seated) -> None:
    [(quantity, [where])] = best(client, seated, quantity=3)
    assert quantity == 3
    assert re.fullmatch(r"Section 1\d\d, row 1, seats \d+, \d+, \d+", where)


def test_a_party_with_an_accessible_place_gets_it_with_a_companions_seat(client: Client, seated: Seated) -> None:
    best(client, seated, category="C", quantity=2, accessible=1)
    with read() as tx:
        [(seats,)] = tx.rows("SELECT seat_ids FROM commerce_basket_line", kinds=[Kind.JSON])
    by_id = {place.seat.id: place.seat for place in seated.plan.places}
    chosen = [by_id[UUID(seat_id)] for seat_id in seats]
    assert sorted(seat.is_accessible for seat in chosen) == [False, True]
    assert {seat.companion_of for seat in chosen if not seat.is_accessible} == {seat.id for seat in chosen if seat.is_accessible}


def test_a_party_with_an_accessible_place_gets_it_when_the_categorys_other_seats_are_gone(client: Client, sqlite: Database, at: Clock) -> None:
    seated = open_seated(now=at(), capacity=120)
    seated.sell_out("A", now=at())
    shown = client.get(seated.url()).content.decode()
    assert '<option value="A">Category A, €120.00 · accessible only</option>' in shown
    form = {"category": "A", "quantity": 2, "accessible": 1}
    assert [quantity for quantity, _ in best(client, seated, **form)] == [2]
    assert client.post(seated.url("best_seats"), form | {"key": "k", "accessible": 0}).status_code == 409


def test_a_category_that_has_accessible_places_only_is_sold_to_those_who_ask_for_one(client: Client, seated: Seated, at: Clock) -> None:
    with write() as tx:
        tx.execute("UPDATE ticketing_offer SET status = 'withdrawn' WHERE id = %s", (seated.offers["C", "public"],))
    form = {"category": "C", "quantity": 2, "accessible": 1}
    assert [quantity for quantity, _ in best(client, seated, **form)] == [2]
    answer = client.post(seated.url("best_seats"), form | {"key": "k", "accessible": 0})
    assert (answer.status_code, "This is not sold any more" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"quantity": 3, "accessible": 1}, 409, "There are no seats like that side by side"),
        ({"quantity": 0}, 422, "Take a whole number from 1 to 6"),
        ({"quantity": "x"}, 422, "Take a whole number from 1 to 6"),
        ({"quantity": 1, "accessible": 2}, 422, "Take a whole number from 1 to 6"),
        ({"quantity": 7}, 409, "That is more than"),
        ({"category": "Z"}, 409, "This is not sold any more"),
        ({"key": "k" * 61}, 422, "This form was sent before"),
    ],
)
def test_what_a_party_cannot_have_is_refused_in_words_with_all_that_was_typed(
    client: Client, seated: Seated, asked: dict[str, object], status: int, words: str
) -> None:
    chosen = seated.numbers("B", 2)
    form = seated.form(chosen, category="A", quantity=2, may_split="on") | asked
    answer = client.post(seated.url("best_seats"), form)
    shown = answer.content.decode()
    assert (answer.status_code, words in shown) == (status, True)
    assert boxes(shown, checked=True) == chosen
    assert 'name="may_split" checked' in shown
    assert held() == 0


def test_a_party_that_was_too_slow_is_given_other_seats(client: Client, seated: Seated, at: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = iter([seated.numbers("A", 2), seated.numbers("A", 4)[2:]])

    def choose(*_args: object, **_named: object) -> tuple[UUID, ...]:
        return seated.ids(next(chosen))

    seated.hold(seated.numbers("A", 1), now=at())
    monkeypatch.setattr(gate, "best_seats", choose)
    [(_, [where])] = best(client, seated)
    three, four = (seated.plan.label(n) for n in seated.numbers("A", 4)[2:])
    assert where == f"Section {three.section}, row {three.row}, seats {three.number}, {four.number}"


def test_a_party_that_is_always_too_slow_is_told_so_after_some_tries(
    client: Client, seated: Seated, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    taken = seated.numbers("A", 2)
    seated.hold(taken, now=at())

    def choose(*_args: object, **_named: object) -> tuple[UUID, ...]:
        asked.append(1)
        return seated.ids(taken)

    monkeypatch.setattr(gate, "best_seats", choose)
    answer = client.post(seated.url("best_seats"), {"key": "k", "category": "A", "quantity": 2})
    assert (answer.status_code, "Somebody else was faster" in answer.content.decode(), len(asked)) == (409, True, 5)


def test_asking_for_the_best_seats_twice_with_one_form_holds_once(client: Client, seated: Seated) -> None:
    form = {"key": "the-key-of-one-form", "category": "A", "quantity": 2}
    for _ in range(2):
        assert client.post(seated.url("best_seats"), form)["Location"] == "/basket"
    assert [quantity for quantity, _ in seated.lines(client)] == [2]
    assert held() == 2
    assert client.post(seated.url("best_seats"), form | {"quantity": 1})["Location"] == "/basket"
    assert held() == 3


def test_the_last_seats_asked_for_twice_with_one_form_are_in_the_basket_and_the_second_time_says_so(
    client: Client, sqlite: Database, at: Clock
) -> None:
    seated = open_seated(now=at(), capacity=120)
    free = seated.numbers("A", 120)
    others, last = free[:-2], free[-2:]
    for first in range(0, len(others), 6):
        seated.hold(others[first : first + 6], now=at())
    before = held()
    form = {"key": "the-key-of-one-form", "category": "A", "quantity": 2, "may_split": "on"}
    assert client.post(seated.url("best_seats"), form)["Location"] == "/basket"
    again = client.post(seated.url("best_seats"), form, follow=True)
    assert again.redirect_chain == [("/basket", 302)]
    assert "sent twice and added once" in again.content.decode()
    assert held() == before + len(last)


def test_a_form_that_got_no_seats_gets_them_once_there_are_some(client: Client, seated: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"key": "the-key-of-one-form", "category": "A", "quantity": 2}
    with monkeypatch.context() as patched:
        patched.setattr(gate, "best_seats", lambda *_args, **_named: ())
        for _ in range(2):
            answer = client.post(seated.url("best_seats"), form)
            assert (answer.status_code, "There are no seats like that" in answer.content.decode()) == (409, True)
    assert client.post(seated.url("best_seats"), form)["Location"] == "/basket"
    assert held() == 2
