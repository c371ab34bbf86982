"""What a holder and a steward see."""

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from PIL import ImageOps
from pypdf import PdfReader

from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session, wall
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member
from grandstand.people.testing import make_person
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.services import limits
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office
from grandstand.ticketing.tests.conftest import SetClock

BY = Actor.system("test")


def signed_in(client: Client, person_id: UUID) -> Client:
    client.force_login(get_user_model().objects.get(id=person_id))
    return client


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


@pytest.fixture
def office(sqlite: Database, set_clock: SetClock) -> BoxOffice:
    return make_box_office()


def test_my_tickets_are_listed_by_session_with_those_that_are_over_last(office: BoxOffice, client: Client, set_clock: SetClock) -> None:
    person = make_person()
    later = make_box_office(
        session=make_session(code="SWM02", title="Finals", starts_local=wall("2031-07-09T19:00"), ends_local=wall("2031-07-10T01:00"))
    )
    office.issue(office.line(quantity=2, person_id=person.id))
    later.issue(later.line(person_id=person.id))
    page = text_of(signed_in(client, person.id), "/tickets")
    assert page.index("Women&#x27;s 100 m freestyle, heats") < page.index("Finals")
    assert "Ticket 2 of 2" in page
    assert "Over" not in page
    assert office.session.ends_at is not None
    set_clock(office.session.ends_at)
    page = text_of(client, "/tickets")
    assert page.index("Finals") < page.index(">Over<") < page.index("Women&#x27;s 100 m freestyle, heats")


def test_a_ticket_shows_its_code_and_the_way_to_the_next_one(office: BoxOffice, client: Client) -> None:
    person = make_person()
    first, second = office.issue(office.line(quantity=2, person_id=person.id))
    page = text_of(signed_in(client, person.id), f"/tickets/{first}")
    assert 'class="qr keep"' in page
    assert f'href="/tickets/{second}"' in page
    assert "Show this code at the gate" in page


def test_a_ticket_of_somebody_else_does_not_exist_and_a_visitor_signs_in_first(office: BoxOffice, client: Client) -> None:
    (ticket_id,) = office.issue(office.line(person_id=make_person().id))
    for path in (f"/tickets/{ticket_id}", f"/tickets/{ticket_id}/ticket.pdf", f"/tickets/{ticket_id}/ticket.ics"):
        assert client.get(path).headers["Location"].startswith("/accounts/login")
    signed_in(client, make_person().id)
    for path in (f"/tickets/{ticket_id}", f"/tickets/{ticket_id}/ticket.pdf", f"/tickets/{ticket_id}/ticket.ics", f"/tickets/orders/{new_id()}"):
        assert "There is no such ticket" in text_of(client, path, 404)
    assert client.post(f"/tickets/{ticket_id}/activate").status_code == 404


def test_a_void_ticket_shows_no_code_and_the_reason(office: BoxOffice, client: Client) -> None:
    person = make_person()
    (ticket_id,) = office.issue(office.line(person_id=person.id))
    ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY, reason="Sold on above its price", now=NOW)
    page = text_of(signed_in(client, person.id), f"/tickets/{ticket_id}")
    assert 'class="qr keep"' not in page
    assert "Sold on above its price" in page


def test_a_ticket_is_activated_by_its_holder_with_one_button(sqlite: Database, set_clock: SetClock, client: Client) -> None:
    office, person = make_box_office(needs_activation=True), make_person()
    (ticket_id,) = office.issue(office.line(person_id=person.id))
    assert "Activate this ticket" in text_of(signed_in(client, person.id), f"/tickets/{ticket_id}")
    assert client.post(f"/tickets/{ticket_id}/activate").headers["Location"] == f"/tickets/{ticket_id}"
    page = text_of(client, f"/tickets/{ticket_id}")
    assert "Activate this ticket" not in page
    assert 'class="qr keep"' in page


@pytest.mark.parametrize(("prefix", "words"), [("", "Show this code at the gate"), ("/fr", "Présentez ce code"), ("/zh-hans", "入场时出示此码")])
def test_a_ticket_on_paper_is_one_page_in_the_readers_language(office: BoxOffice, client: Client, prefix: str, words: str) -> None:
    person = make_person()
    office.issue(line := office.line(quantity=3, person_id=person.id))
    signed_in(client, person.id)
    response = client.get(f"{prefix}/tickets/orders/{line.order_id}/tickets.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(response.content)).pages
    assert len(pages) == 3
    text = pages[0].extract_text()
    assert words.replace(" ", "") in text.replace(" ", "").replace("\n", "")
    # The picture is inked to its edge: the paper is the white around it.
    drawn = pages[0].images[0].image
    assert drawn is not None
    scanned = zxingcpp.read_barcode(ImageOps.expand(drawn, border=100, fill=255))
    assert scanned is not None
    assert f"{scanned.text[:8]} … {scanned.text[-8:]}" in text


def test_the_calendar_file_has_one_event_a_session_in_its_own_zone_also_past_midnight(sqlite: Database, set_clock: SetClock, client: Client) -> None:
    person = make_person()
    session = make_session(starts_local=wall("2031-07-01T22:00"), ends_local=wall("2031-07-02T00:30"), time_zone="Europe/Paris")
    office = make_box_office(session=session)
    (ticket_id, *_) = office.issue(office.line(quantity=2, person_id=person.id))
    response = signed_in(client, person.id).get(f"/tickets/{ticket_id}/ticket.ics")
    calendar = Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    assert (event["DTSTART"].to_ical(), event["DTSTART"].params["TZID"]) == (b"20310701T220000", "Europe/Paris")
    assert event["DTEND"].to_ical() == b"20310702T003000"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    assert event["UID"] == f"{session.id}@grandstand"
    assert "Doors open at 20:00" in str(event["DESCRIPTION"])


def test_a_list_of_tickets_asks_the_database_as_often_for_forty_as_for_one(
    office: BoxOffice, client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for quantity in (1, 40):
        person = make_person()
        office.issue(office.line(quantity=quantity, person_id=person.id))
        signed_in(client, person.id)
        with django_assert_max_num_queries(14) as queries:
            text_of(client, "/tickets")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- the gate ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def steward(office: BoxOffice, client: Client, set_clock: SetClock) -> Client:
    """A steward whose gate has open doors."""
    assert office.session.starts_at is not None
    set_clock(office.session.starts_at - timedelta(hours=1))
    return signed_in(client, make_member(office.organisation_id, Role.STEWARD).id)


def test_only_stewards_scan_and_only_for_their_own_organisation(office: BoxOffice, steward: Client) -> None:
    assert "Women&#x27;s 100 m freestyle" in text_of(steward, "/scan")
    stranger = signed_in(Client(), make_member(make_box_office().organisation_id, Role.STEWARD).id)
    for path in (f"/scan/{office.session.id}", f"/scan/{office.session.id}/count", f"/scan/{office.session.id}/bundle"):
        assert steward.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert signed_in(Client(), make_person().id).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert stranger.post(f"/scan/{office.session.id}", {"code": "x"}).status_code == 404
    assert stranger.post(f"/scan/{office.session.id}/sync", "[]", content_type="application/json").status_code == 404
    assert models.Scan.objects.count() == 0


def test_the_form_admits_and_says_so_and_sending_it_twice_admits_once(office: BoxOffice, steward: Client) -> None:
    (code,) = codes_of(office.issue()).values()
    sent = {"code": f" {code.lower()}\r\n", "scan_id": str(new_id())}
    for _ in range(2):
        page = steward.post(f"/scan/{office.session.id}?gate=2", sent).content.decode()
        assert 'data-answer="yes"' in page
        assert "Come in" in page
    page = steward.post(f"/scan/{office.session.id}?gate=1", {"code": code}).content.decode()
    assert 'data-answer="no"' in page
    assert "Already used" in page
    assert "at Gate 2" in page
    assert models.Admission.objects.get().gate_id == office.gates[2]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_a_form_gone_back_to_lets_nobody_in_and_comes_back_fresh_with_the_code_in_it(
    office: BoxOffice, steward: Client, headers: dict[str, str]
) -> None:
    code, other = codes_of(office.issue(office.line(quantity=2))).values()
    sent = {"code": code, "scan_id": str(new_id())}
    steward.post(f"/scan/{office.session.id}", sent)
    again = steward.post(f"/scan/{office.session.id}", sent | {"code": other}, headers=headers)
    page = again.content.decode()
    assert again.status_code == 409
    assert "Nobody was let in now." in page
    assert f'value="{other}"' in page
    assert sent["scan_id"] not in page
    assert models.Admission.objects.count() == 1
    fresh = re.search(r'name="scan_id" value="([0-9a-f-]{36})"', page)
    assert fresh is not None
    assert "Come in" in steward.post(f"/scan/{office.session.id}", {"code": other, "scan_id": fresh[1]}).content.decode()


def test_the_same_scan_answered_again_says_since_when(office: BoxOffice, steward: Client, set_clock: SetClock) -> None:
    (code,) = codes_of(office.issue()).values()
    sent = {"code": code, "scan_id": str(new_id())}
    assert "nobody else is let in by it" not in steward.post(f"/scan/{office.session.id}", sent).content.decode()
    assert office.session.starts_at is not None
    set_clock(office.session.starts_at)
    assert "answered at 18:00: nobody else is let in by it" in steward.post(f"/scan/{office.session.id}", sent).content.decode()


def test_a_cancelled_session_says_so_in_the_list_and_above_the_scanner(office: BoxOffice, steward: Client) -> None:
    games.cancel_session(session_id=office.session.id, now=NOW, by=BY, reason="storm")
    assert "Annulé" in text_of(steward, "/fr/scan")
    assert "本场次不举行" in text_of(steward, f"/zh-hans/scan/{office.session.id}")


def test_uploads_of_a_page_are_counted_like_those_of_a_scanner(office: BoxOffice, steward: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SYNCS_A_MINUTE", 2)
    sync = f"/scan/{office.session.id}/sync"
    assert [steward.post(sync, "[]", content_type="application/json").status_code for _ in range(3)] == [200, 200, 429]


def test_htmx_gets_only_the_part_that_changes(office: BoxOffice, steward: Client) -> None:
    part = steward.post(f"/scan/{office.session.id}", {"code": "A" * 178}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="gate" id="gate">')
    assert "Not a ticket" in part
    assert "<html" not in part


def test_an_empty_form_is_no_scan(office: BoxOffice, steward: Client) -> None:
    page = steward.post(f"/scan/{office.session.id}", {"code": "  "}).content.decode()
    assert "Scan a code, or type it." in page
    assert models.Scan.objects.count() == 0


def test_a_page_without_network_takes_a_bundle_and_brings_its_scans_back(office: BoxOffice, steward: Client) -> None:
    (code,) = codes_of(office.issue()).values()
    bundle = steward.get(f"/scan/{office.session.id}/bundle").json()
    assert bundle["content"]["session_id"] == str(office.session.id)
    scans = [{"scan_id": str(new_id()), "code": code, "gate_id": str(office.gates[1]), "at": (NOW + timedelta(days=1)).isoformat(), "reason": None}]
    for known in (0, 1):
        synced = steward.post(f"/scan/{office.session.id}/sync", json.dumps(scans), content_type="application/json").json()
        assert (synced["received"], synced["known"], synced["conflicts"]) == (1, known, [])
    assert models.Admission.objects.count() == 1
    broken = steward.post(f"/scan/{office.session.id}/sync", '[{"scan_id": 1}]', content_type="application/json")
    assert broken.status_code == 422


def test_places_near_their_doors_come_first_and_the_rest_can_be_shown(office: BoxOffice, steward: Client) -> None:
    edition = make_edition(organisation_id=office.organisation_id)
    far = make_session(edition=edition, code="FAR01", title="Far away", starts_local=wall("2031-07-20T10:00"), ends_local=wall("2031-07-20T12:00"))
    make_box_office(session=far)
    page = text_of(steward, "/scan")
    assert "Far away" not in page
    assert "Show 1 more session" in page
    assert "Far away" in text_of(steward, "/scan?all=1")


def test_the_list_of_places_costs_the_same_for_one_session_and_for_forty(office: BoxOffice, steward: Client) -> None:
    edition = make_edition(organisation_id=office.organisation_id)
    costs = []
    for rows in (1, 40):
        for n in range(rows - models.SessionSale.objects.count()):
            make_box_office(session=make_session(edition=edition, code=f"MORE{n}"), categories=("A",), gates=())
        with CaptureQueriesContext(connection) as queries:
            page = text_of(steward, "/scan")
        assert page.count('<li class="ticket-line">') == rows
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_gate_names_its_venue_in_the_stewards_language(office: BoxOffice, steward: Client) -> None:
    for path in ("/zh-hans/scan", f"/zh-hans/scan/{office.session.id}"):
        page = text_of(steward, path)
        assert "河畔游泳馆" in page
        assert "River Pool" not in page
