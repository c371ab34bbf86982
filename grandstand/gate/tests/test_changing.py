"""A hold that becomes another, on both engines."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from grandstand.gate.testing import Answer, ask, ask_all, make_pass, open_gate
from grandstand.gate.tests.halls import Chairs, open_hall, rows_of
from grandstand.inventory import api as inventory
from grandstand.inventory.api import HoldState
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing.testing import BY, make_box_office


@pytest.fixture
def chairs(database: Database) -> Chairs:
    return open_hall(database, rows_of(6, 6), limit_per_line=8, cap_per_person=8)


def change(chairs: Chairs, held: Answer, quantity: int = 1, **more: object) -> dict[str, object]:
    return {**chairs.wish(quantity), "hold": held.content["hold_id"], **more}


def states(chairs: Chairs, *answers: Answer) -> list[HoldState]:
    with chairs.database.write() as tx:
        holds = inventory.holds(tx, [UUID(answer.content["hold_id"]) for answer in answers])
    return [holds[UUID(answer.content["hold_id"])].state for answer in answers]


def test_a_hold_grows_within_the_time_it_had_left_and_may_keep_its_own_seats(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        held = ask(gate, "/gate/hold", chairs.wish(2), bearer=bearer)
        changed = ask(gate, "/gate/change", change(chairs, held, 6), bearer=bearer)
    assert changed.status == 200
    assert chairs.where(changed.content["seats"]) == ["1/1", "1/2", "1/3", "1/4", "1/5", "1/6"]
    ends = [datetime.fromisoformat(answer.content["expires_at"]) for answer in (held, changed)]
    assert abs(ends[1] - ends[0]) < timedelta(milliseconds=1)
    assert states(chairs, held, changed) == [HoldState.RELEASED, HoldState.HELD]
    assert set(chairs.taken().values()) == {UUID(changed.content["hold_id"])}


def test_other_seats_are_named_and_the_old_ones_are_free_for_others(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        held = ask(gate, "/gate/hold", chairs.wish(6), bearer=bearer)
        seats = [chairs.seat(where) for where in ("1/1", "2/1")]
        changed = ask(gate, "/gate/change", change(chairs, held, 2, seats=seats), bearer=bearer)
        other = ask(gate, "/gate/hold", chairs.wish(5), bearer=make_pass(gate))
        last = ask(gate, "/gate/hold", chairs.wish(5), bearer=make_pass(gate))
    assert changed.content["seats"] == seats
    assert {tuple(sorted(answer.content["seats"])) for answer in (other, last)} == {
        tuple(sorted(chairs.seat(f"{row}/{n}") for n in range(2, 7))) for row in (1, 2)
    }
    assert len(chairs.taken()) == 12


def test_a_refused_change_leaves_the_hold_as_it_was(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer, other = make_pass(gate), make_pass(gate)
        held, others = (ask(gate, "/gate/hold", chairs.wish(6), bearer=each) for each in (bearer, other))
        answers = [
            ask(gate, "/gate/change", change(chairs, held, 7), bearer=bearer),
            ask(gate, "/gate/change", change(chairs, held, 9), bearer=bearer),
            ask(gate, "/gate/change", change(chairs, held, 1, seats=others.content["seats"][:1]), bearer=bearer),
            ask(gate, "/gate/change", change(chairs, held, 1, item=str(new_id())), bearer=bearer),
            ask(gate, "/gate/change", change(chairs, held, 2, accessible=1), bearer=bearer),
        ]
    assert [(answer.status, answer.content) for answer in answers] == [
        (409, {"refused": "sold_out", "left": 6}),
        (409, {"refused": "too_many", "left": 8}),
        (409, {"refused": "seats_taken"}),
        (409, {"refused": "unknown_item"}),
        (409, {"refused": "no_accessible", "left": 6}),
    ]
    assert states(chairs, held) == [HoldState.HELD]
    assert chairs.where([chairs.seat(where) for where, hold in chairs.taken().items() if str(hold) == held.content["hold_id"]]) == chairs.where(
        held.content["seats"]
    )


def test_only_the_bearers_own_hold_that_lasts_is_changed_and_once(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        held, paid = (ask(gate, "/gate/hold", chairs.wish(2), bearer=bearer) for _ in range(2))
        with chairs.database.write() as tx:
            inventory.confirm_many(tx, [UUID(paid.content["hold_id"])], by=BY, now=clock.now())
        thief = ask(gate, "/gate/change", change(chairs, held, 1), bearer=make_pass(gate))
        bought = ask(gate, "/gate/change", change(chairs, paid, 1), bearer=bearer)
        twice = ask_all(gate, [("/gate/change", change(chairs, held, 1), bearer) for _ in range(3)])
    assert [(answer.status, answer.content["refused"]) for answer in (thief, bought)] == [(409, "gone")] * 2
    assert sorted(answer.status for answer in twice) == [200, 409, 409]
    assert {answer.content.get("refused") for answer in twice} == {None, "gone"}
    assert len(chairs.taken()) == 3


def test_the_same_key_gets_the_same_answer_refusals_too(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        held = ask(gate, "/gate/hold", chairs.wish(2), bearer=bearer)
        refused_body, body = change(chairs, held, 8), change(chairs, held, 3)
        refused = [ask(gate, "/gate/change", refused_body, bearer=bearer) for _ in range(2)]
        answers = [*ask_all(gate, [("/gate/change", body, bearer)] * 4), ask(gate, "/gate/change", body, bearer=bearer)]
        other = ask(gate, "/gate/change", {**body, "quantity": 4}, bearer=bearer)
    assert [answer.content["refused"] for answer in refused] == ["not_together"] * 2
    assert [answer.content for answer in answers] == [answers[0].content] * 5
    assert answers[0].status == 200
    assert (other.status, other.content["refused"]) == (409, "key_reused")
    assert len(chairs.taken()) == 3


def test_many_change_at_once_and_one_refusal_spoils_nobody_elses(database: Database) -> None:
    chairs = open_hall(database, rows_of(6, 6, 6), limit_per_line=8, cap_per_person=8)
    with open_gate(chairs.database.url) as gate:
        bearers = [make_pass(gate) for _ in range(4)]
        held = ask_all(gate, [("/gate/hold", chairs.wish(2), bearer) for bearer in bearers])
        quantities = [3, 9, 1, 3]
        bodies = [change(chairs, each, quantity, may_split=True) for each, quantity in zip(held, quantities, strict=True)]
        answers = ask_all(gate, [("/gate/change", body, bearer) for body, bearer in zip(bodies, bearers, strict=True)])
    assert [answer.status for answer in answers] == [200, 409, 200, 200]
    assert [len(answer.content["seats"]) for answer in answers if answer.status == 200] == [3, 1, 3]
    assert len(chairs.taken()) == 9


def test_units_without_seats_change_their_number_under_the_same_cap(database: Database) -> None:
    make_market(is_default=True)
    office = make_box_office(seats=10, categories=("A", "B"), now=clock.now() - timedelta(days=1), limit_per_line=4, cap_per_person=4)
    body = {"key": "first", "kind": "ticket", "item": str(office.offers["A"]), "quantity": 3}
    with open_gate(database.url) as gate:
        bearer = make_pass(gate)
        held = ask(gate, "/gate/hold", body, bearer=bearer)
        more = ask(gate, "/gate/change", {**body, "hold": held.content["hold_id"], "quantity": 4}, bearer=bearer)
        other = ask(
            gate, "/gate/change", {**body, "key": "b", "hold": more.content["hold_id"], "item": str(office.offers["B"]), "quantity": 4}, bearer=bearer
        )
        too_many = ask(gate, "/gate/hold", {**body, "key": "c", "quantity": 1}, bearer=bearer)
    assert [answer.status for answer in (held, more, other, too_many)] == [200, 200, 200, 409]
    assert (other.content["unit_price_minor"], other.content["seats"]) == (8_000, [])
    with database.write() as tx:
        assert [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy] == []
        holds = inventory.holds(tx, [UUID(other.content["hold_id"])])
    assert [hold.caps[0].quantity for hold in holds.values()] == [4]
