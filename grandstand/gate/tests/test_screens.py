"""The waiting page and the operators' screen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce.api import ItemRef
from grandstand.games.testing import make_session
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.rooms.rows import room_of
from grandstand.gate.rooms.values import Room
from grandstand.gate.testing import ask, begin_sale, make_room, open_gate
from grandstand.kit import clock
from grandstand.movement.api import Role
from grandstand.movement.testing import make_market, make_member, make_organisation
from grandstand.people.testing import make_person, sign_in
from grandstand.store.api import Database, installation_secrets, write
from grandstand.store.models import AuditEntry
from grandstand.ticketing.testing import BoxOffice, make_box_office


@pytest.fixture
def office(sqlite: Database) -> BoxOffice:
    make_market(is_default=True)
    return make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1), limit_per_line=4)


@pytest.fixture
def room(office: BoxOffice) -> Room:
    return make_room(organisation_id=office.organisation_id, items=[ItemRef(kind="ticket", item_id=office.offers["A"])])


def member(room: Room, role: Role = Role.BOX_OFFICE) -> Client:
    client = Client()
    sign_in(client, make_member(room.organisation_id, role))
    return client


def joined(sqlite: Database, room: Room) -> Client:
    client = Client()
    with open_gate(sqlite.url, secrets=installation_secrets()) as gate:
        name, _, token = ask(gate, f"/gate/rooms/{room.code}/join", {}).headers["set-cookie"].partition(";")[0].partition("=")
    client.cookies[name] = token
    return client


def test_a_visitor_waits_comes_in_and_buys_as_whom_they_joined(sqlite: Database, office: BoxOffice, room: Room) -> None:
    page, add = reverse("gate:waiting", args=[room.code]), reverse("sites:add")
    wish = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    fan = joined(sqlite, room)
    assert fan.post(add, wish).headers["Location"] == page
    assert fan.post(add, wish, headers={"HX-Request": "true"}).headers["HX-Redirect"] == page
    assert "You are on the early list" in fan.get(page).content.decode()
    fan.post(reverse("gate:enter", args=[room.code]))
    assert fan.post(add, wish).headers["Location"] == page
    begin_sale(sqlite.write_retrying, room.code, now=clock.now() - timedelta(seconds=10))
    with write() as tx:
        open_more(tx, room.id, now=clock.now())
    assert "Go in now" in fan.get(page).content.decode()
    fan.post(reverse("gate:enter", args=[room.code]))
    inside = fan.get(page).content.decode()
    assert "You have 15 minutes to choose" in inside
    assert fan.post(add, wish).headers["Location"] == reverse("sites:basket")
    assert Client().post(add, wish).headers["Location"] == page


@pytest.mark.parametrize("meanwhile", ["nothing", "another basket"])
def test_who_came_in_and_did_not_hear_of_it_is_in_when_the_page_comes_again(sqlite: Database, office: BoxOffice, room: Room, meanwhile: str) -> None:
    """The answer to coming in was lost; some put something else into a basket before they look again."""
    wish = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 1}
    fan = joined(sqlite, room)
    begin_sale(sqlite.write_retrying, room.code, now=clock.now() - timedelta(seconds=10))
    with write() as tx:
        open_more(tx, room.id, now=clock.now())
    lost = Client()
    lost.cookies.load(fan.cookies)
    lost.post(reverse("gate:enter", args=[room.code]))
    if meanwhile == "another basket":
        other = make_box_office(session=make_session(code="OTHER"), categories=("A",), now=clock.now() - timedelta(days=1))
        fan.post(reverse("sites:add"), {**wish, "item": str(other.offers["A"])})
    assert "You have 15 minutes to choose" in fan.get(reverse("gate:waiting", args=[room.code])).content.decode()
    assert fan.post(reverse("sites:add"), wish).headers["Location"] == reverse("sites:basket")


@pytest.mark.parametrize(
    ("code", "says"),
    [("proof_needed", "The puzzle was not solved"), ("too_fast", "Too many places"), ("pass_wrong", "open for long"), ("", None), ("rubbish", None)],
)
def test_the_page_says_why_a_form_was_given_no_place(room: Room, code: str, says: str | None) -> None:
    page = Client().get(reverse("gate:waiting", args=[room.code]), {"refused": code}).content.decode()
    assert "Take a place" in page
    assert (says in page) if says else ('data-tone="refused"' not in page)


def test_the_order_is_published_when_the_list_is_closed_and_not_before(sqlite: Database, room: Room) -> None:
    told = reverse("gate:order_json", args=[room.code])
    fan = joined(sqlite, room)
    assert fan.get(told).status_code == 404
    closed = begin_sale(sqlite.write_retrying, room.code)
    answer = fan.get(told)
    assert (answer.json()["digest"], answer.json()["seed"], len(answer.json()["places"])) == (closed.digest, closed.seed, 1)
    assert closed.digest in fan.get(reverse("gate:order", args=[room.code])).content.decode()


def test_operators_pause_pace_and_write_with_a_reason_in_the_audit_log(room: Room) -> None:
    client, page = member(room), reverse("console:gate_live", args=[room.id])
    steered = {"rate_per_min": "120", "most_inside": "50", "reason": "too hot", "act": "pause", "message_en": "Water is free", "message_fr": ""}
    assert client.get(page).status_code == 200
    assert client.get(page, headers={"HX-Request": "true"}).status_code == 200
    assert client.post(page, {**steered, "reason": ""}).status_code == 302
    with write() as tx:
        assert not room_of(tx, room.code).is_paused
    client.post(page, steered)
    with write() as tx:
        changed = room_of(tx, room.code)
    assert (changed.is_paused, changed.rate_per_min, changed.most_inside, changed.message) == (True, 120, 50, {"en": "Water is free"})
    entry = AuditEntry.objects.get(object_type="gate.waitingroom", action="steer")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.reason, entry.before["rate_per_min"], entry.after["rate_per_min"]) == ("too hot", 600, 120)
    client.post(page, {**steered, "act": "end"})
    with write() as tx:
        assert room_of(tx, room.code).ended_at is not None


def test_other_roles_and_other_organisations_see_no_room_and_steer_none(room: Room) -> None:
    page = reverse("console:gate_live", args=[room.id])
    stranger = Client()
    sign_in(stranger, make_member(make_organisation().id, Role.OWNER))
    for client in (stranger, member(room, Role.STEWARD)):
        assert client.get(page).status_code == 404
        assert client.post(page, {"rate_per_min": "1", "most_inside": "1", "reason": "x", "act": "pause"}).status_code == 404
    with write() as tx:
        assert not room_of(tx, room.code).is_paused


def test_a_room_is_opened_and_changed_in_the_console(office: BoxOffice, room: Room) -> None:
    client = member(room)
    said = {
        "organisation": str(office.organisation_id),
        "code": "finals",
        "title": "Finals",
        "title_fr": "Finales",
        "title_zh_hans": "决赛",
        "opens_at_0": "2031-07-01",
        "opens_at_1": "09:00",
        "starts_at_0": "2031-07-01",
        "starts_at_1": "10:00",
        "rate_per_min": "300",
        "most_inside": "900",
        "stay_s": "600",
        "fallback_after_s": "120",
        "proof_cost": "0",
        "sessions": str(office.session.id),
        "products": "",
        "reason": "the finals",
    }
    answer = client.post(reverse("console:gate_waitingroom_add"), said)
    assert answer.status_code == 302, answer.content.decode()[:20_000]
    with write() as tx:
        made = room_of(tx, "finals")
    assert (made.titles, made.stay_s, made.organisation_id) == ({"fr": "Finales", "zh-hans": "决赛"}, 600, office.organisation_id)
    change = reverse("console:gate_waitingroom_change", args=[made.id])
    assert str(office.session.id) in client.get(change).content.decode()
    assert client.post(change, {**said, "rate_per_min": "60", "reason": "slower"}).status_code == 302
    with write() as tx:
        assert room_of(tx, "finals").rate_per_min == 60


def test_who_comes_in_keeps_the_basket_they_had(sqlite: Database, room: Room) -> None:
    free = make_box_office(seats=10, categories=("A",), now=clock.now() - timedelta(days=1), limit_per_line=4)
    page, fan = reverse("gate:waiting", args=[room.code]), joined(sqlite, room)
    fan.post(reverse("sites:add"), {"kind": "ticket", "item": str(free.offers["A"]), "quantity": 1})
    begin_sale(sqlite.write_retrying, room.code, now=clock.now() - timedelta(seconds=10))
    with write() as tx:
        open_more(tx, room.id, now=clock.now())
        guarded = rows.guards(tx, [room.id])[room.id]
    fan.post(reverse("gate:enter", args=[room.code]))
    assert "You have 15 minutes to choose" in fan.get(page).content.decode()
    fan.post(reverse("sites:add"), {"kind": "ticket", "item": str(guarded[0].ref.item_id), "quantity": 1})
    shown = fan.get(reverse("sites:basket")).context["basket"]
    assert sum(len(part.lines) for part in shown.parts) == 2
    with open_gate(sqlite.url, secrets=installation_secrets()) as gate:
        cookie = f"gate_place_{room.code}={fan.cookies[f'gate_place_{room.code}'].value}"
        assert ask(gate, f"/gate/rooms/{room.code}/enter", {}, headers={"cookie": cookie}).status == 200


def test_the_page_of_who_signed_in_while_waiting_takes_their_place_along_once_and_then_only_reads(
    sqlite: Database, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, fan = reverse("gate:waiting", args=[room.code]), joined(sqlite, room)
    old = fan.cookies[f"gate_place_{room.code}"].value
    sign_in(fan, make_person())
    assert "You are on the early list" in fan.get(page).content.decode()
    assert fan.cookies[f"gate_place_{room.code}"].value != old
    monkeypatch.setattr("grandstand.gate.web.views.write_retrying", lambda _work: pytest.fail("this page only reads"))
    fan.cookies[f"gate_place_{room.code}"] = old
    assert "You are on the early list" in fan.get(page).content.decode()


def test_a_session_is_guarded_with_its_offers_of_every_market_and_its_drafts_but_not_what_was_withdrawn(office: BoxOffice, room: Room) -> None:
    client = member(room)
    change = reverse("console:gate_waitingroom_change", args=[room.id])
    for status, count in (("draft", 1), ("on_sale", 1), ("withdrawn", 0)):
        with write() as tx:
            tx.execute("UPDATE ticketing_offer SET status = %s WHERE id = %s", (status, office.offers["A"]))
            tx.execute("UPDATE movement_market SET currency = %s", ("USD",))
        answer = client.post(change, _said(office))
        assert answer.status_code == 302, answer.content.decode()[:20_000]
        with write() as tx:
            assert len(rows.guards(tx, [room.id])[room.id]) == count


def _said(office: BoxOffice) -> dict[str, str]:
    return {
        "title": "Finals",
        "title_fr": "",
        "title_zh_hans": "",
        "products": "",
        "reason": "a test",
        "sessions": str(office.session.id),
        "opens_at_0": "2031-07-01",
        "opens_at_1": "09:00",
        "starts_at_0": "2031-07-01",
        "starts_at_1": "10:00",
        "rate_per_min": "300",
        "most_inside": "900",
        "stay_s": "600",
        "fallback_after_s": "120",
        "proof_cost": "0",
    }
