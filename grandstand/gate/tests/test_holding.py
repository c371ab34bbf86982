"""Holds through the gate, on both engines."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID

import psycopg
import pytest

from grandstand.commerce.api import ItemRef
from grandstand.gate import application
from grandstand.gate.testing import ask, ask_all, look, make_pass, open_gate
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store.api import Database, Kind, Tx
from grandstand.ticketing.testing import BoxOffice, make_box_office


@pytest.fixture
def office(database: Database) -> BoxOffice:
    make_market(is_default=True)
    return make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1), limit_per_line=4, cap_per_person=4)


def wish(office: BoxOffice, quantity: int = 1, *, key: str = "", **more: object) -> dict[str, object]:
    return {"key": key or new_id().hex, "kind": "ticket", "item": str(office.offers["A"]), "quantity": quantity, **more}


def stock(database: Database, office: BoxOffice) -> tuple[int, int]:
    """Held and free of the public account of category A."""
    with database.write() as tx:
        assert [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy] == []
        [account_id] = [row[0] for row in tx.rows("SELECT account_id FROM ticketing_offer WHERE id = %s", [office.offers["A"]], kinds=[Kind.UUID])]
        numbers = inventory.availability_many(tx, [account_id])[account_id]
    return numbers.held, numbers.free


def test_a_hold_is_granted_with_its_price_and_its_time(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        answer = ask(gate, "/gate/hold", wish(office, 2), bearer=make_pass(gate))
    assert answer.status == 200
    assert (answer.content["unit_price_minor"], answer.content["currency"]) == (12_000, "EUR")
    assert answer.headers["cache-control"] == "no-store"
    with database.write() as tx:
        [hold] = inventory.holds(tx, [UUID(answer.content["hold_id"])]).values()
    assert (hold.state, [want.quantity for want in hold.wants]) == (inventory.HoldState.HELD, [2])
    assert stock(database, office)[0] == 2


def test_sixty_people_at_once_get_what_there_is_and_everybody_else_a_reason(database: Database, office: BoxOffice) -> None:
    _, free = stock(database, office)
    with open_gate(database.url) as gate:
        answers = ask_all(gate, [("/gate/hold", wish(office), make_pass(gate)) for _ in range(60)])
    assert Counter(answer.status for answer in answers) == {200: free, 409: 60 - free}
    assert {(answer.content["refused"], answer.content["left"]) for answer in answers if answer.status == 409} == {("sold_out", 0)}
    assert stock(database, office) == (free, 0)


def test_asking_fifteen_times_with_one_key_holds_once(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        bearer, same = make_pass(gate), wish(office, 2)
        answers = [*ask_all(gate, [("/gate/hold", same, bearer)] * 14), ask(gate, "/gate/hold", same, bearer=bearer)]
        other = ask(gate, "/gate/hold", {**same, "quantity": 1}, bearer=bearer)
        another = ask(gate, "/gate/hold", same, bearer=make_pass(gate))
    assert {answer.content["hold_id"] for answer in answers} == {answers[0].content["hold_id"]}
    assert (other.status, other.content["refused"]) == (409, "key_reused")
    assert another.content["hold_id"] != answers[0].content["hold_id"]
    assert stock(database, office)[0] == 4


def test_a_person_has_no_more_than_the_cap_whatever_number_of_baskets(database: Database, office: BoxOffice) -> None:
    person = new_id()
    with open_gate(database.url) as gate:
        answers = ask_all(gate, [("/gate/hold", wish(office, 2), make_pass(gate, person_id=person)) for _ in range(4)])
        assert Counter(answer.status for answer in answers) == {200: 2, 409: 2}
        assert {(answer.content["refused"], answer.content["left"]) for answer in answers if answer.status == 409} == {("cap", 0)}
        too_many = ask(gate, "/gate/hold", wish(office, 5), bearer=make_pass(gate))
    assert (too_many.status, too_many.content) == (409, {"refused": "too_many", "left": 4})


def test_a_hold_is_given_back_by_its_owner_only_and_once(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        owner, thief = make_pass(gate), make_pass(gate)
        hold = ask(gate, "/gate/hold", wish(office, 2), bearer=owner).content["hold_id"]
        answers = [ask(gate, "/gate/release", {"hold": hold}, bearer=bearer).content for bearer in (thief, owner, owner)]
        assert answers == [{"freed": False}, {"freed": True}, {"freed": False}]
        assert ask(gate, "/gate/release", {"hold": str(new_id())}, bearer=owner).content == {"freed": False}
    assert stock(database, office)[0] == 0


def test_a_paused_offer_sells_no_more_as_soon_as_the_gate_looks_again(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        assert ask(gate, "/gate/hold", wish(office), bearer=bearer).status == 200
        with database.write() as tx:
            tx.execute("UPDATE ticketing_offer SET status = 'paused' WHERE id = %s", [office.offers["A"]])
        gate.desk.offers.forget()
        refused = ask(gate, "/gate/hold", wish(office), bearer=bearer)
    assert (refused.status, refused.content["refused"]) == (409, "withdrawn")


def test_an_unknown_item_and_an_unknown_kind_are_refused_by_name(database: Database, office: BoxOffice) -> None:
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        answers = [ask(gate, "/gate/hold", {**wish(office), **changed}, bearer=bearer) for changed in ({"item": str(new_id())}, {"kind": "dream"})]
    assert [(answer.status, answer.content["refused"]) for answer in answers] == [(409, "unknown_item")] * 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        ({}, "missing required field `key`"),
        ({"key": "k", "kind": "ticket", "item": "x", "quantity": 1}, "Invalid UUID"),
        ({"key": "k", "kind": "ticket", "item": "0" * 32, "quantity": 0}, "one or more"),
        ({"key": "", "kind": "ticket", "item": "0" * 32, "quantity": 1}, "1 to 64 characters"),
        ({"key": "k", "kind": "ticket", "item": "0" * 32, "quantity": 2, "seats": ["0" * 32]}, "as many different"),
        ({"key": "k", "kind": "ticket", "item": "0" * 32, "quantity": 1, "more": 1}, "unknown field `more`"),
        (b" " * 9_000, "at most 8192 bytes"),
    ],
)
def test_a_wrong_body_is_told_what_is_wrong(sqlite: Database, body: object, says: str) -> None:
    with open_gate(sqlite.url) as gate:
        answer = ask(gate, "/gate/hold", body, bearer=make_pass(gate))
    assert (answer.status, answer.content["refused"]) == (422, "body_wrong")
    assert says in answer.content["says"]


def test_without_a_pass_or_with_an_old_one_nothing_is_answered(sqlite: Database) -> None:
    with open_gate(sqlite.url) as gate:
        answers = [ask(gate, "/gate/hold", {}, bearer=bearer) for bearer in (None, "nonsense", make_pass(gate, hours=-1))]
    assert [(answer.status, answer.content["refused"]) for answer in answers] == [(401, "pass_wrong")] * 3


def test_unknown_places_and_methods_are_said_to_be_so(sqlite: Database) -> None:
    with open_gate(sqlite.url) as gate:
        answers = [ask(gate, "/gate/nowhere", {}, bearer=None), ask(gate, "/gate/hold", {}, bearer=None, method="GET")]
    assert [(answer.status, answer.content["refused"]) for answer in answers] == [(404, "not_found"), (405, "method_not_allowed")]


def test_a_database_that_went_away_is_found_again_and_nobody_hears_of_it(postgresql: Database) -> None:
    make_market(is_default=True)
    office = make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1))
    with open_gate(postgresql.url) as gate:
        bearer = make_pass(gate)
        first = ask(gate, "/gate/hold", wish(office), bearer=bearer)
        with psycopg.connect(postgresql.url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        gate.desk.offers.forget()
        second = ask(gate, "/gate/hold", wish(office), bearer=bearer)
    assert (first.status, second.status) == (200, 200)
    assert stock(postgresql, office)[0] == 2


def test_a_lock_that_somebody_keeps_stops_nobody_for_long(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "WAITS_FOR_A_LOCK_S", 0.1)
    make_market(is_default=True)
    office = make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1))
    with open_gate(postgresql.url) as gate:
        bearer, asked = make_pass(gate), wish(office)
        with psycopg.connect(postgresql.url) as person:
            person.execute("SELECT 1 FROM inventory_account FOR UPDATE")
            refused = ask(gate, "/gate/hold", asked, bearer=bearer)
        assert (refused.status, refused.content["refused"], refused.headers["retry-after"]) == (503, "unavailable", "2")
        assert ask(gate, "/gate/hold", asked, bearer=bearer).status == 200
    assert stock(postgresql, office)[0] == 1


def test_a_reading_that_had_to_wait_does_not_put_the_clock_ahead(database: Database, office: BoxOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its whole wait was counted as time that had passed since: a sale began that much too early, and what was held then lasted longer."""

    @contextmanager
    def waited_for(opening: Callable[[], AbstractContextManager[Tx]]) -> Iterator[Tx]:
        time.sleep(0.3)
        with opening() as tx:
            yield tx

    with open_gate(database.url) as gate:
        for opened in ("write", "snapshot"):
            monkeypatch.setattr(gate.desk.database, opened, partial(waited_for, getattr(gate.desk.database, opened)))
        look(gate)
        _, decides = gate.desk.offers.look_up([("fr", ItemRef(kind="ticket", item_id=office.offers["A"]))])
        shows = gate.board.now()
        gate.desk.leave()
        with database.write() as tx:
            assert shows is not None
            assert max(shows, decides) < tx.now()
