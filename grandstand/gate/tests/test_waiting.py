"""Waiting rooms over the gate, as browsers and caches ask it, on both engines."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import altcha
import pytest

from grandstand.commerce.api import ItemRef
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.rooms.rows import room_of
from grandstand.gate.rooms.values import Room
from grandstand.gate.testing import ask, begin_sale, look, make_pass, make_room, open_gate
from grandstand.gate.waiting import told_in_page
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing.testing import BoxOffice, make_box_office

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def office(database: Database) -> BoxOffice:
    make_market(is_default=True)
    return make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1), limit_per_line=4)


@pytest.fixture
def room(office: BoxOffice) -> Room:
    return make_room(organisation_id=office.organisation_id, items=[ItemRef(kind="ticket", item_id=office.offers["A"])])


def let_in(database: Database, room: Room) -> None:
    """As if ten seconds had passed since the sale began."""
    begin_sale(database.write_retrying, room.code, now=clock.now() - timedelta(seconds=10))
    with database.write() as tx:
        open_more(tx, room.id, now=clock.now())


def test_what_is_polled_is_small_public_and_told_once_while_nothing_changes(database: Database, room: Room) -> None:
    path = f"/gate/rooms/{room.code}"
    with open_gate(database.url) as gate:
        first = ask(gate, path, method="GET")
        same = ask(gate, path, method="GET", headers={"if-none-match": first.headers["etag"]})
        ask(gate, f"{path}/join", {}, bearer=make_pass(gate))
        look(gate)
        changed = ask(gate, path, method="GET", headers={"if-none-match": first.headers["etag"]})
        missing = ask(gate, "/gate/rooms/nowhere", method="GET")
    assert (first.status, same.status, changed.status, missing.status) == (200, 304, 200, 404)
    assert first.headers["cache-control"].startswith("public, max-age=1")
    assert (first.content["stage"], first.content["early"], changed.content["early"]) == ("gathering", 0, 1)
    assert [item["left"] for item in first.content["left"]] == [10]
    assert len(json.dumps(first.content)) < 1_500


def test_a_place_survives_another_tab_a_lost_pass_and_a_restart_of_the_gate(database: Database, room: Room) -> None:
    path = f"/gate/rooms/{room.code}"
    with open_gate(database.url) as gate:
        joined = ask(gate, f"{path}/join", {})
        cookie = joined.headers["set-cookie"].partition(";")[0]
        tab = ask(gate, f"{path}/join", {}, headers={"cookie": cookie})
    with open_gate(database.url) as gate:
        after = ask(gate, f"{path}/place", method="GET", headers={"cookie": cookie})
        again = ask(gate, f"{path}/join", urlencode({"token": joined.content["token"]}).encode(), headers=FORM)
        other = ask(gate, f"{path}/join", {})
        forged = ask(gate, f"{path}/place", method="GET", headers={"cookie": cookie[:-6] + "AAAAAA"})
        look(gate)
        count = ask(gate, path, method="GET").content["early"]
    assert joined.content["place"] == tab.content["place"] == after.content["place"]
    assert (again.status, again.headers["location"]) == (303, f"/waiting/{room.code}")
    assert other.content["place"] != joined.content["place"]
    assert (forged.status, forged.content["refused"]) == (404, "no_place")
    assert "HttpOnly; SameSite=Lax" in joined.headers["set-cookie"]
    assert count == 2


def test_a_visitors_place_is_theirs_on_every_device_once_they_have_signed_in(database: Database, room: Room) -> None:
    path, person = f"/gate/rooms/{room.code}", new_id()
    with open_gate(database.url) as gate:
        joined = ask(gate, f"{path}/join", {})
        cookie = {"cookie": joined.headers["set-cookie"].partition(";")[0]}
        signed_in = ask(gate, f"{path}/join", {}, bearer=make_pass(gate, person_id=person), headers=cookie)
        elsewhere = ask(gate, f"{path}/place", method="GET", bearer=make_pass(gate, person_id=person))
        signed_out = ask(gate, f"{path}/enter", {}, headers={"cookie": signed_in.headers["set-cookie"].partition(";")[0]})
    assert joined.content["place"] == signed_in.content["place"] == elsewhere.content["place"]
    assert (signed_out.status, signed_out.content["refused"]) == (404, "no_place")


def test_what_a_room_guards_is_held_with_its_admission_only(database: Database, office: BoxOffice, room: Room) -> None:
    path = f"/gate/rooms/{room.code}"
    wish = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    with open_gate(database.url) as gate:
        before = ask(gate, "/gate/hold", {"key": "a", **wish}, bearer=make_pass(gate))
        joined = ask(gate, f"{path}/join", {})
        cookie = {"cookie": joined.headers["set-cookie"].partition(";")[0]}
        early = ask(gate, f"{path}/enter", {}, headers=cookie)
        let_in(database, room)
        look(gate)
        standing = ask(gate, f"{path}/place", method="GET", headers=cookie)
        entered = ask(gate, f"{path}/enter", {}, headers=cookie)
        held = ask(gate, "/gate/hold", {"key": "a", **wish}, bearer=entered.content["pass"])
        still = ask(gate, "/gate/hold", {"key": "b", **wish}, bearer=make_pass(gate))
    assert (before.status, before.content["refused"], before.content["room"]) == (409, "wait", room.code)
    assert (early.status, early.content["refused"]) == (409, "not_yet")
    assert standing.content["admitted"] is True
    assert (held.status, still.content["refused"]) == (200, "wait")
    assert entered.content["rooms"] == [str(room.id)]


def test_another_sites_form_cannot_take_a_place_from_anybody(database: Database, room: Room) -> None:
    with open_gate(database.url) as gate:
        headers = {"origin": "https://elsewhere.example", "host": "tickets.example"}
        answer = ask(gate, f"/gate/rooms/{room.code}/join", b"", headers={**FORM, **headers})
        own = ask(gate, f"/gate/rooms/{room.code}/join", b"", headers={**FORM, **headers, "origin": "https://tickets.example"})
    assert (answer.status, answer.content["refused"], own.status) == (403, "not_allowed", 303)


def test_a_room_may_ask_for_a_puzzle_whose_solution_counts_once_and_there_only(database: Database, office: BoxOffice) -> None:
    rooms = [make_room(organisation_id=office.organisation_id, proof_cost=10) for _ in range(2)]
    here, there = (f"/gate/rooms/{room.code}" for room in rooms)
    with open_gate(database.url) as gate:
        proof = solved(ask(gate, f"{here}/puzzle", method="GET").content)
        answers = [
            ask(gate, f"{path}/join", {"proof": given})
            for path, given in ((here, ""), (here, "nonsense"), (there, proof), (here, proof), (here, proof))
        ]
    assert [answer.status for answer in answers] == [422, 422, 422, 200, 422]
    assert {answer.content["refused"] for answer in answers if answer.status == 422} == {"proof_needed"}


def test_a_form_that_is_refused_comes_back_to_its_page_and_a_program_hears_why(database: Database, office: BoxOffice) -> None:
    room = make_room(organisation_id=office.organisation_id, proof_cost=10)
    path, page = f"/gate/rooms/{room.code}/join", f"/waiting/{room.code}"
    with open_gate(database.url) as gate:
        from_pages = [
            ask(gate, path, b"proof=", headers={**FORM, "referer": referer}).headers["location"].removesuffix("?refused=proof_needed")
            for referer in (
                f"https://tickets.example/zh-hans{page}?refused=too_fast",
                f"https://x//e.example{page}",
                "https://[x",
                f"https://x/\\e{page}",
            )
        ]
        program = ask(gate, path, {"proof": ""})
        nowhere = ask(gate, "/gate/rooms/no\r\nwhere/join", b"", headers=FORM)
    assert from_pages == [f"/zh-hans{page}", page, page, page]
    assert (program.status, program.content["refused"]) == (422, "proof_needed")
    assert (nowhere.status, nowhere.headers["location"]) == (303, "/waiting/no%0D%0Awhere?refused=not_found")


def test_a_form_that_comes_when_there_are_too_many_goes_back_by_itself_and_costs_no_page(room: Room) -> None:
    told = told_in_page(
        {"method": "POST", "path": f"/gate/rooms/{room.code}/join", "headers": [(b"content-type", FORM["content-type"].encode())]},
        503,
        b'{"refused":"busy"}',
        [(b"retry-after", b"3")],
    )
    assert told is not None
    status, html, headers = told
    assert (status, dict(headers)[b"retry-after"], dict(headers)[b"content-type"]) == (503, b"3", b"text/html; charset=utf-8")
    assert f'<meta http-equiv="refresh" content="3; url=/waiting/{room.code}">' in html.decode()


def solved(puzzle: dict[str, Any]) -> str:
    challenge = altcha.Challenge.from_dict(puzzle)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def test_nothing_below_a_room_is_there_but_what_is_named(database: Database, room: Room) -> None:
    with open_gate(database.url) as gate:
        answers = [
            ask(gate, f"/gate/rooms/{room.code}{path}", method=method)
            for method, path in (("POST", ""), ("GET", "/join"), ("GET", "/enter"), ("GET", "/more"), ("DELETE", "/place"))
        ]
    assert {answer.status for answer in answers} == {404}
    with database.write() as tx:
        assert room_of(tx, room.code).early == 0
