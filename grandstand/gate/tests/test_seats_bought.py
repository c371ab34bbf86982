"""Seats that were chosen at the gate: paid for there, held by a page, and after a database that went away."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from grandstand.commerce import api as commerce
from grandstand.gate.api import best_seats
from grandstand.gate.testing import ask, make_pass, open_gate
from grandstand.gate.tests.halls import Chairs, open_hall, rows_of
from grandstand.gate.tests.test_paying import assert_all_is_well, purchase
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Lost, write
from grandstand.ticketing import api as ticketing


def taxed_hall(database: Database) -> Chairs:
    rates = [commerce.NewTaxRate(place="FR", tax_class="admission", rate_bp=550, starts_on=date(2015, 1, 1), source="for a test")]
    with database.write() as tx:
        commerce.set_tax_rates(tx, rates, by=Actor.system("test"), reason="for a test", now=clock.now())
    return open_hall(database, rows_of(6, 6))


def test_what_was_chosen_and_changed_is_paid_for_and_printed(database: Database) -> None:
    chairs = taxed_hall(database)
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        held = ask(gate, "/gate/hold", chairs.wish(2), bearer=bearer).content
        changed = ask(gate, "/gate/change", {**chairs.wish(3), "hold": held["hold_id"]}, bearer=bearer).content
        item: dict[str, Any] = {"hold": changed["hold_id"], "kind": "ticket", "item": str(chairs.offer), "quantity": 3, "seats": changed["seats"]}
        old = ask(gate, "/gate/pay", purchase({**item, "hold": held["hold_id"]}), bearer=bearer)
        answer = ask(gate, "/gate/pay", purchase(item), bearer=bearer)
    assert (old.status, old.content["refused"]) == (409, "line_refused")
    assert (answer.status, answer.content["status"]) == (200, "paid")
    tickets = ticketing.tickets_of_order(order_id=UUID(answer.content["order_id"]), holder_id=None, language="en")
    assert sorted(f"{ticket.seat.row}/{ticket.seat.number}" for ticket in tickets if ticket.seat) == chairs.where(changed["seats"])
    assert_all_is_well(database)


def test_a_page_puts_the_best_seats_into_a_basket_and_the_gate_sells_others(database: Database) -> None:
    chairs = taxed_hall(database)
    seats = best_seats(chairs.session_id, chairs.offer, 2)
    adding = commerce.Adding(
        key=new_id().hex,
        owner=commerce.Owner(visitor=new_id().hex),
        market_code="fr",
        ref=commerce.ItemRef(kind="ticket", item_id=chairs.offer),
        quantity=2,
        seat_ids=seats,
    )
    with write() as tx:
        [line] = commerce.add_lines_many(tx, [adding], now=clock.now())
    assert isinstance(line, commerce.LineSet)
    with open_gate(database.url) as gate:
        others = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate)).content["seats"]
    assert chairs.where([str(seat_id) for seat_id in seats]) == ["1/3", "1/4"]
    assert not set(others) & {str(seat_id) for seat_id in seats}
    assert len(chairs.taken()) == 4


def test_a_database_that_went_away_is_found_again_and_the_choice_goes_on(postgresql: Database) -> None:
    chairs = open_hall(postgresql, rows_of(6, 6))
    with open_gate(postgresql.url) as gate:
        first = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
        ask(gate, f"/gate/seats/{chairs.session_id}", method="GET")
        with psycopg.connect(postgresql.url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        for session in gate.desk.seats._sessions.values():
            session.at -= 1.0
        second = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
        for session in gate.desk.seats._sessions.values():
            session.at -= 1.0
        shown = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET")
    assert (first.status, second.status, shown.status) == (200, 200, 200)
    assert [offer["left"] for offer in shown.content["offers"]] == [8]
    assert len(chairs.taken()) == 4


def test_a_hold_that_was_written_while_its_answer_was_lost_is_told_with_its_seats(postgresql: Database) -> None:
    chairs = open_hall(postgresql, rows_of(6, 6))
    with open_gate(postgresql.url) as gate:
        bearer, wish = make_pass(gate), chairs.wish(2)
        write_retrying, lost = gate.desk.database.write_retrying, [True]

        def lose(work: Any) -> Any:
            answer = write_retrying(work)
            if lost and "_decide" in repr(work):
                lost.clear()
                raise Lost("the server went away after the commit")
            return answer

        gate.desk.database.write_retrying = lose  # type: ignore[method-assign]
        answer = ask(gate, "/gate/hold", wish, bearer=bearer)
        next_one = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
    assert not lost
    assert answer.status == 200
    assert chairs.where(answer.content["seats"]) == ["1/3", "1/4"]
    assert next_one.status == 200
    assert len(chairs.taken()) == 4
