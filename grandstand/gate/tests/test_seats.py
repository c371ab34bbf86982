"""The best seats through the gate, on both engines."""

import time
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from grandstand.commerce.api import ItemRef
from grandstand.gate.api import Gate, best_seats
from grandstand.gate.seats.warming import Warming
from grandstand.gate.testing import ask, ask_all, make_pass, make_room, open_gate
from grandstand.gate.tests.halls import Chairs, open_hall, rows_of
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database

BY = Actor.system("test")


@pytest.fixture
def chairs(database: Database) -> Chairs:
    return open_hall(database, rows_of(6, 6, 8, pairs=[(3, 5), (3, 7)]), limit_per_line=8, cap_per_person=12)


def grow_old(gate: Gate) -> None:
    """Let what the gate knows be a second older."""
    for session in gate.desk.seats._sessions.values():
        session.at -= 1.0


def shown(gate: Gate, chairs: Chairs) -> list[str]:
    """Which seats the gate shows as free."""
    answer = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET")
    assert answer.status == 200
    bits = int.from_bytes(b64decode(answer.content["free"]), "little")
    seats = [seat for section in chairs.hall.plan.sections for row in section.rows for seat in row.seats]
    return chairs.where([str(seat.id) for n, seat in enumerate(seats) if bits >> n & 1])


def test_seats_behind_a_room_are_read_before_anybody_asks_for_them(chairs: Chairs) -> None:
    item_id = UUID(str(chairs.wish(2)["item"]))
    make_room(organisation_id=chairs.hall.office.organisation_id, items=[ItemRef(kind="ticket", item_id=item_id)])
    with open_gate(chairs.database.url) as gate:
        until = time.monotonic() + 30
        while not gate.desk.seats.knows(item_id) and time.monotonic() < until:
            time.sleep(0.05)
        assert gate.desk.seats.knows(item_id)


def test_seats_are_read_session_by_session_once_while_there_is_room_and_past_one_that_fails() -> None:
    items = [new_id() for _ in range(4)]
    asked: list[list[UUID]] = []

    def find(item_ids: Sequence[UUID]) -> None:
        asked.append([*item_ids])
        if item_ids == [items[0]]:
            raise LookupError("a plan that cannot be read")

    left: list[int] = []
    warming = Warming(lambda: items, find, is_full=lambda: len(asked) == 3, leave=lambda: left.append(len(asked)))
    for _ in range(3):
        warming.read()
    assert asked == [[item] for item in items[:3]]
    assert left == [3, 3, 3]


# -- choosing ----------------------------------------------------------------------------------------------------------------------------


def test_a_party_gets_the_best_seats_side_by_side_and_is_told_which(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        answer = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
        assert answer.status == 200
        assert chairs.where(answer.content["seats"]) == ["1/3", "1/4"]
        # Nowhere in the first row are four left; in the second the four in the middle leave two single seats, the four at a side leave two.
        assert chairs.where(ask(gate, "/gate/hold", chairs.wish(4), bearer=make_pass(gate)).content["seats"]) == ["2/1", "2/2", "2/3", "2/4"]
    hold_id = UUID(answer.content["hold_id"])
    assert [where for where, hold in chairs.taken().items() if hold == hold_id] == ["1/3", "1/4"]


def test_all_parties_of_a_batch_are_seated_in_the_order_of_arrival_and_no_seat_is_given_twice(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        answers = ask_all(gate, [("/gate/hold", chairs.wish(2), make_pass(gate)) for _ in range(20)])
    granted = [answer for answer in answers if answer.status == 200]
    seats = [seat for answer in granted for seat in answer.content["seats"]]
    assert len(granted) == 8
    assert len(set(seats)) == 16
    assert answers[:8] == granted
    assert {(answer.content["refused"], answer.content["left"]) for answer in answers[8:]} == {("sold_out", 0)}
    assert Counter(chairs.taken().values()) == {UUID(answer.content["hold_id"]): 2 for answer in granted}


def test_the_same_key_gets_the_same_seats_again_even_when_others_would_be_chosen_now(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer, wish = make_pass(gate), chairs.wish(2)
        first = ask(gate, "/gate/hold", wish, bearer=bearer)
        again = ask_all(gate, [("/gate/hold", wish, bearer)] * 5)
        ask(gate, "/gate/release", {"hold": first.content["hold_id"]}, bearer=bearer)
        grow_old(gate)
        after = ask(gate, "/gate/hold", wish, bearer=bearer)
        others = [ask(gate, "/gate/hold", {**wish, **other}, bearer=bearer) for other in ({"quantity": 3}, {"may_split": True})]
        # What was proposed to those who asked again is free for the next.
        [everything] = ask_all(gate, [("/gate/hold", chairs.wish(6), make_pass(gate))])
    assert [answer.content for answer in [*again, after]] == [first.content] * 6
    assert [(answer.status, answer.content["refused"]) for answer in others] == [(409, "key_reused")] * 2
    assert chairs.where(everything.content["seats"]) == ["1/1", "1/2", "1/3", "1/4", "1/5", "1/6"]
    assert len(chairs.taken()) == 6


def test_a_repetition_after_everything_is_sold_out_gets_its_seats_again(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer, wish = make_pass(gate), chairs.wish(2)
        first = ask(gate, "/gate/hold", wish, bearer=bearer)
        ask_all(gate, [("/gate/hold", chairs.wish(2), make_pass(gate)) for _ in range(9)])
        assert ask(gate, "/gate/hold", wish, bearer=bearer).content == first.content


def test_a_refused_party_gives_its_seats_to_the_next_in_the_same_batch(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        person = new_id()
        ask_all(gate, [("/gate/hold", chairs.wish(6), make_pass(gate, person_id=person)) for _ in range(2)])
        # One more is over the cap of twelve: the four that are left are for the next.
        answers = ask_all(gate, [("/gate/hold", chairs.wish(4), make_pass(gate, person_id=person)), ("/gate/hold", chairs.wish(4), make_pass(gate))])
    assert [answer.content.get("refused") for answer in answers] == ["cap", None]
    assert chairs.where(answers[1].content["seats"]) == ["3/1", "3/2", "3/3", "3/4"]


def test_single_seats_are_not_for_a_party_unless_it_may_be_split(database: Database) -> None:
    chairs = open_hall(database, rows_of(1, 1, 1))
    with open_gate(database.url) as gate:
        together = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
        split = ask(gate, "/gate/hold", chairs.wish(2, may_split=True), bearer=make_pass(gate))
        too_many = ask(gate, "/gate/hold", chairs.wish(2, may_split=True), bearer=make_pass(gate))
    assert (together.status, together.content) == (409, {"refused": "not_together", "left": 3})
    assert chairs.where(split.content["seats"]) == ["1/1", "2/1"]
    assert (too_many.status, too_many.content) == (409, {"refused": "sold_out", "left": 1})


def test_accessible_places_go_to_those_who_need_them_with_their_companions(chairs: Chairs) -> None:
    item = {"item": str(chairs.accessible)}
    with open_gate(chairs.database.url) as gate:
        without = ask(gate, "/gate/hold", chairs.wish(2, **item), bearer=make_pass(gate))
        pair = ask(gate, "/gate/hold", chairs.wish(2, accessible=1, **item), bearer=make_pass(gate))
        two = ask(gate, "/gate/hold", chairs.wish(2, accessible=2, **item), bearer=make_pass(gate))
        elsewhere = ask(gate, "/gate/hold", chairs.wish(2, accessible=1), bearer=make_pass(gate))
        wrong = ask(gate, "/gate/hold", chairs.wish(2, accessible=3, **item), bearer=make_pass(gate))
    assert (without.status, without.content) == (409, {"refused": "accessible_needed", "left": 4})
    assert chairs.where(pair.content["seats"]) == ["3/5", "3/6"]
    assert (two.status, two.content) == (409, {"refused": "no_accessible", "left": 2})
    assert (elsewhere.status, elsewhere.content) == (409, {"refused": "no_accessible", "left": 16})
    assert (wrong.status, wrong.content["refused"]) == (422, "body_wrong")


def test_seats_that_are_named_are_not_proposed_to_others(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        ask(gate, "/gate/hold", chairs.wish(1), bearer=make_pass(gate))
        named = [chairs.seat(where) for where in ("2/3", "2/4")]
        answer = ask(gate, "/gate/hold", chairs.wish(2, seats=named), bearer=make_pass(gate))
        assert answer.content["seats"] == named
        # The gate learns of them from the refusal at the latest.
        answers = ask_all(gate, [("/gate/hold", chairs.wish(1), make_pass(gate)) for _ in range(15)])
    assert Counter(answer.status for answer in answers) == {200: 13, 409: 2}
    assert len(chairs.taken()) == 16


@pytest.mark.parametrize("more", [{"seats": [], "accessible": -1}, {"accessible": 2}, {"seats": [str(new_id())], "may_split": True}])
def test_a_choice_that_cannot_be_meant_is_refused(sqlite: Database, more: dict[str, object]) -> None:
    body = {"key": "k", "kind": "ticket", "item": "0" * 32, "quantity": 1, **more}
    with open_gate(sqlite.url) as gate:
        answer = ask(gate, "/gate/hold", body, bearer=make_pass(gate))
    assert (answer.status, answer.content["refused"]) == (422, "body_wrong")


# -- learning ----------------------------------------------------------------------------------------------------------------------------


def test_seats_given_back_by_whatever_way_are_chosen_again(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        wish = chairs.wish(4, may_split=True)
        holds = [UUID(ask(gate, "/gate/hold", {**wish, "key": str(n)}, bearer=make_pass(gate)).content["hold_id"]) for n in range(4)]
        assert ask(gate, "/gate/hold", chairs.wish(1), bearer=bearer).content["refused"] == "sold_out"
        seats = {hold_id: [where for where, hold in chairs.taken().items() if hold == hold_id] for hold_id in holds}
        now = clock.now()
        with chairs.database.write() as tx:
            inventory.release_many(tx, holds[:1], by=BY, now=now, reason="a test")
            inventory.confirm_many(tx, holds[2:], by=BY, now=now)
            assert inventory.expire_due(tx, now=now + timedelta(hours=1)) == [holds[1]]
            [want] = inventory.holds(tx, holds[2:3])[holds[2]].wants
            back = inventory.Return(hold_id=holds[2], wants=(inventory.Want(account_id=want.account_id, quantity=1, seat_ids=want.seat_ids[:1]),))
            inventory.return_many(tx, [back], by=BY, now=now, reason="a test")
        free = sorted([*seats[holds[0]], *seats[holds[1]], *chairs.where([str(want.seat_ids[0])])])
        grow_old(gate)
        assert shown(gate, chairs) == sorted([*free, "3/5", "3/6", "3/7", "3/8"])
        got = [ask(gate, "/gate/hold", chairs.wish(1), bearer=make_pass(gate)).content["seats"] for _ in range(9)]
        assert ask(gate, "/gate/hold", chairs.wish(1), bearer=bearer).content["refused"] == "sold_out"
    assert chairs.where([seat for each in got for seat in each]) == free


def test_nobody_is_told_that_it_is_sold_out_when_somebody_has_just_given_back(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        bearer = make_pass(gate)
        first = ask(gate, "/gate/hold", chairs.wish(8, may_split=True), bearer=bearer)
        assert ask(gate, "/gate/hold", chairs.wish(8, may_split=True), bearer=make_pass(gate)).status == 200
        ask(gate, "/gate/release", {"hold": first.content["hold_id"]}, bearer=bearer)
        assert ask(gate, "/gate/hold", chairs.wish(8, may_split=True), bearer=make_pass(gate)).status == 200


def test_a_session_whose_plan_shrinks_sells_no_seat_that_is_gone(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        assert len(shown(gate, chairs)) == 20
        gone = {UUID(chairs.seat(where)) for where in ("1/3", "2/1", "2/2")}
        chairs.shrink(gone)
        grow_old(gate)
        answer = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET")
        assert (answer.content["plan"], b64decode(answer.content["free"])) == (2, (2**17 - 1).to_bytes(3, "little"))
        answers = ask_all(gate, [("/gate/hold", chairs.wish(1), make_pass(gate)) for _ in range(20)])
    got = {UUID(seat) for answer in answers if answer.status == 200 for seat in answer.content["seats"]}
    assert len(got) == 13
    assert not got & gone
    assert {answer.content["refused"] for answer in answers if answer.status == 409} == {"sold_out"}


def test_a_plan_that_shrinks_while_the_gate_does_not_know_it_yet_gives_nobody_a_seat_that_is_gone(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        shown(gate, chairs)
        gone = {UUID(chairs.seat(where)) for where in ("1/3", "1/4")}
        chairs.shrink(gone)
        answer = ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
    assert answer.status == 200
    assert not {UUID(seat) for seat in answer.content["seats"]} & gone


def test_a_seat_that_moved_to_another_account_is_sold_from_there(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        ask(gate, "/gate/hold", chairs.wish(1), bearer=make_pass(gate))
        with chairs.database.write() as tx:
            states = {str(state.seat_id): state for state in inventory.seats_of_seating(tx, chairs.hall.seating_id)}
            source, target = states[chairs.seat("1/1")], states[chairs.seat("3/5")]
            move = inventory.Move(from_account_id=source.account_id, to_account_id=target.account_id, quantity=1, seat_ids=(source.seat_id,))
            inventory.move_many(tx, [move], by=BY, now=clock.now(), reason="a test")
        grow_old(gate)
        answer = ask(gate, "/gate/hold", chairs.wish(1, item=str(chairs.accessible)), bearer=make_pass(gate))
    assert chairs.where(answer.content["seats"]) == ["1/1"]


# -- what is shown -----------------------------------------------------------------------------------------------------------------------


def test_everybody_sees_which_seats_are_free_from_memory(chairs: Chairs) -> None:
    with open_gate(chairs.database.url) as gate:
        first = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET")
        same = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET", headers={"if-none-match": first.headers["etag"]})
        assert len(shown(gate, chairs)) == 20
        ask(gate, "/gate/hold", chairs.wish(2), bearer=make_pass(gate))
        grow_old(gate)
        other = ask(gate, f"/gate/seats/{chairs.session_id}", method="GET", headers={"if-none-match": first.headers["etag"]})
        nowhere = [ask(gate, f"/gate/seats/{id_}", method="GET").status for id_ in (new_id(), "nothing")]
    assert (same.status, same.content) == (304, {})
    assert first.headers["cache-control"].startswith("public, max-age=1")
    assert first.content["plan"] == 1
    assert sorted(first.content["offers"], key=lambda offer: offer["left"]) == [
        {"item": str(chairs.accessible), "kind": "ticket", "category": "A", "accessible": True, "open": True, "left": 4},
        {"item": str(chairs.offer), "kind": "ticket", "category": "A", "accessible": False, "open": True, "left": 16},
    ]
    assert other.status == 200
    assert sum(offer["left"] for offer in other.content["offers"]) == 18
    assert nowhere == [404, 404]


def test_a_page_is_proposed_the_best_seats_and_they_are_forgotten_when_nobody_holds_them(chairs: Chairs, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_gate(chairs.database.url) as gate:
        first, second = (best_seats(chairs.session_id, chairs.offer, 2) for _ in range(2))
        assert chairs.where([str(seat_id) for seat_id in first]) == ["1/3", "1/4"]
        assert not set(first) & set(second)
        assert ask(gate, "/gate/hold", chairs.wish(2, seats=[str(seat_id) for seat_id in second]), bearer=make_pass(gate)).status == 200
        [memory] = [session.memory for session in gate.desk.seats._sessions.values() if session.memory is not None]
        for seat in memory._proposed:
            seat.until = 0.0
        assert best_seats(chairs.session_id, chairs.offer, 2) == first
        assert best_seats(new_id(), chairs.offer, 2) == ()
        assert best_seats(chairs.session_id, new_id(), 2) == ()
        assert best_seats(chairs.session_id, chairs.offer, 51) == ()
        assert best_seats(chairs.session_id, chairs.accessible, 2) == ()
        assert chairs.where([str(seat_id) for seat_id in best_seats(chairs.session_id, chairs.accessible, 2, accessible=1)]) == ["3/5", "3/6"]
