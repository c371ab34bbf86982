"""Certain seats held from the map or the list, and every "no" on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grandstand.sites import limits
from grandstand.sites.tests.house import Clock
from grandstand.sites.tests.seated import BY, REASON, Seated, boxes, held, open_seated
from grandstand.store.api import Database, Kind, read, write
from grandstand.ticketing import api as ticketing


def test_chosen_seats_are_held_together_each_category_as_a_line_and_the_basket_says_where_they_are(client: Client, seated: Seated) -> None:
    chosen = [*seated.numbers("A", 2), *seated.numbers("C", 1)]
    assert client.post(seated.url("hold_seats"), seated.form(chosen))["Location"] == "/basket"
    one, two, other = (seated.plan.label(n) for n in chosen)
    assert (one.section, one.row) == (two.section, two.row)
    assert sorted(seated.lines(client)) == [
        (1, (f"Section {other.section}, row {other.row}, seat {other.number}",)),
        (2, (f"Section {one.section}, row {one.row}, seats {one.number}, {two.number}",)),
    ]


def test_an_accessible_place_and_its_companions_seat_are_held_from_their_own_account(client: Client, seated: Seated) -> None:
    place, beside = seated.numbers("C", 2, accessible=True)
    assert client.post(seated.url("hold_seats"), seated.form([place, beside]))["Location"] == "/basket"
    with read() as tx:
        rows = tx.rows("SELECT item_id FROM commerce_basket_line", kinds=[Kind.UUID])
    assert rows == [(seated.offers["C", "accessible"],)]


def test_a_seat_that_somebody_has_refuses_all_and_the_others_stay_chosen(client: Client, seated: Seated, at: Clock) -> None:
    lost, *others = chosen = seated.numbers("A", 3)
    seated.hold([lost], now=at())
    before = held()
    answer = client.post(seated.url("hold_seats"), seated.form(chosen, quantity="4", category="B"))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert held() == before
    assert boxes(shown, checked=True) == others
    assert "Not all of your seats can be had" in shown
    assert f"{seated.words(lost)}</span>: taken" in shown
    assert 'name="quantity" id="id_quantity" value="4"' in shown


def test_a_seat_that_is_taken_between_the_look_and_the_hold_is_told_in_the_same_words(
    client: Client, seated: Seated, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, other = chosen = seated.numbers("A", 2)

    def faster(*_args: object, **_named: object) -> None:
        seated.hold([lost], now=at())

    monkeypatch.setattr("grandstand.sites.web.seats.room_before", faster)
    answer = client.post(seated.url("hold_seats"), seated.form(chosen))
    assert answer.status_code == 409
    assert boxes(answer.content.decode(), checked=True) == [other]
    assert f"{seated.words(lost)}</span>: taken" in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "none", "most"),
    [
        ("", "No seat is chosen yet", "more than one person may have"),
        ("/fr", "Aucune place", "qu’une personne peut"),
        ("/zh-hans", "还没有选择座位", "每人"),
    ],
)
def test_none_and_too_many_are_refused_in_words_and_stay_chosen(client: Client, seated: Seated, language: str, none: str, most: str) -> None:
    url = language + seated.url("hold_seats")
    nothing = client.post(url, seated.form())
    assert (nothing.status_code, none in nothing.content.decode()) == (422, True)
    chosen = [*seated.numbers("A", 4), *seated.numbers("B", 3)]
    many = client.post(url, seated.form(chosen))
    assert (many.status_code, most in many.content.decode()) == (409, True)
    assert boxes(many.content.decode(), checked=True) == sorted(chosen)
    assert held() == 0


def test_a_seat_kept_by_the_organiser_is_not_sold_by_its_number(client: Client, seated: Seated) -> None:
    (kept,) = chosen = seated.numbers("A", 1)
    with write() as tx:
        tx.execute("UPDATE ticketing_offer SET status = 'withdrawn' WHERE id = %s", (seated.offers["A", "public"],))
    answer = client.post(seated.url("hold_seats"), seated.form(chosen))
    assert answer.status_code == 409
    assert f"{seated.words(kept)}</span>: not for sale" in answer.content.decode()


def test_the_same_form_sent_twice_holds_once_and_other_seats_of_it_are_another_wish(client: Client, seated: Seated) -> None:
    one, two, three = seated.numbers("A", 3)
    form = seated.form([one, two])
    for _ in range(2):
        assert client.post(seated.url("hold_seats"), form)["Location"] == "/basket"
    assert held() == 2
    assert client.post(seated.url("hold_seats"), form | {"seat": [three]})["Location"] == "/basket"
    assert held() == 3
    again = client.post(seated.url("hold_seats"), seated.form([one]))
    assert "in your basket or yours already" in again.content.decode()


def test_seats_chosen_on_an_earlier_version_of_the_plan_are_found_in_the_present_one(client: Client, seated: Seated, at: Clock) -> None:
    gone, *_ = n_of_first_row = [n for n, place in enumerate(seated.plan.places) if (place.section, place.row) == (0, 0)]
    stays = n_of_first_row[-1]
    first, *sections = seated.plan.plan.sections
    row, *rows = first.rows
    smaller = replace(seated.plan.plan, sections=(replace(first, rows=(replace(row, seats=row.seats[1:]), *rows)), *sections))
    assert seated.session.venue_id is not None
    with write() as tx:
        plan_id = ticketing.add_plan(tx, plan=smaller, venue_id=seated.session.venue_id, now=at(), by=BY, reason=REASON)
        ticketing.apply_shrink(tx, session_id=seated.session.id, plan_id=plan_id, swaps=[], now=at(), by=BY, reason=REASON)
    answer = client.post(seated.url("hold_seats"), seated.form([gone, stays]))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert boxes(shown, checked=True) == [stays - 1]
    assert f'name="plan" value="{plan_id}"' in shown
    assert client.post(seated.url("hold_seats"), seated.form([stays]))["Location"] == "/basket"
    assert seated.lines(client) == [(1, (seated.words(stays),))]


def test_holding_and_being_refused_cost_the_same_for_one_seat_and_for_forty(sqlite: Database, at: Clock) -> None:
    seated = open_seated(now=at(), most=50)
    taken = seated.numbers("B", 1)
    seated.hold(taken, category="B", now=at())

    def cost(numbers: list[int]) -> int:
        client = Client()
        client.post(seated.url("hold_seats"), seated.form(seated.numbers("C", 100)[-1:]))
        with CaptureQueriesContext(connection) as queries:
            client.post(seated.url("hold_seats"), seated.form(numbers))
        return len(queries)

    free = seated.numbers("A", 41)
    cost(seated.numbers("A", 50)[-1:])
    assert cost(free[:1]) == cost(free[1:])
    free = seated.numbers("B", 42)[1:]
    assert cost([*taken, *free[:1]]) == cost([*taken, *free[:40]])


def test_looking_at_one_chosen_seat_and_at_forty_costs_the_same(client: Client, seated: Seated) -> None:
    def cost(numbers: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.post(seated.url("hold_seats"), seated.form(numbers, section="0"))
        return len(queries)

    cost([0])
    assert cost([0]) == cost(list(range(40)))


def test_visitors_of_one_address_hold_so_many_seats_and_no_more(seated: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNITS", limits.Limit(name="units", most=3, window=timedelta(minutes=15)))
    one, two, three, four = seated.numbers("A", 4)
    assert Client().post(seated.url("hold_seats"), seated.form([one, two]))["Location"] == "/basket"
    answer = Client().post(seated.url("hold_seats"), seated.form([three, four]))
    assert (answer.status_code, boxes(answer.content.decode(), checked=True)) == (429, [three, four])
    assert held() == 2
