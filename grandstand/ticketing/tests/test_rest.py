"""The gate over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role, revoke_role
from grandstand.movement.testing import make_member
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.bundles import read_bundle
from grandstand.ticketing.services import limits
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office
from grandstand.ticketing.tests.conftest import SetClock

BY = Actor.system("test")


class Scanner:
    """A registered scanner that talks to the interface."""

    def __init__(self, office: BoxOffice) -> None:
        self.office = office
        self.steward = make_member(office.organisation_id, Role.STEWARD)
        made = ticketing.add_device(
            organisation_id=office.organisation_id, steward_id=self.steward.id, name="Scanner 1", now=NOW, by=BY, reason="for a test"
        )
        self.device_id, self.token, self.client = made.device_id, made.token, Client()
        self.root = f"/api/v1/scan/sessions/{office.session.id}"

    def get(self, path: str = "", *, root: str | None = None) -> Any:
        return self.client.get(f"{root or self.root}{path}", headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"{self.root}{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {self.token}", **headers}
        )


@pytest.fixture
def scanner(sqlite: Database, set_clock: SetClock) -> Scanner:
    office = make_box_office()
    assert office.session.starts_at is not None
    set_clock(office.session.starts_at)
    return Scanner(office)


def test_a_scan_is_answered_for_the_program_and_for_the_steward_in_their_language(scanner: Scanner) -> None:
    (code,) = codes_of(scanner.office.issue()).values()
    asked = {"scan_id": str(new_id()), "code": code, "gate_id": str(scanner.office.gates[3])}
    first = scanner.post("/scans", asked).json()
    assert (first["admitted"], first["reason"], first["word"]) == (True, None, "Come in")
    assert scanner.post("/scans", asked).json() == first
    again = scanner.post("/scans", {"code": code}, **{"Accept-Language": "fr"}).json()
    assert (again["admitted"], again["reason"], again["word"], again["used_gate"]) == (False, "already_used", "Déjà utilisé", "Gate 3")
    assert models.Scan.objects.filter(device_id=scanner.device_id).count() == 2


def test_a_scan_under_the_id_of_another_is_an_error_and_lets_nobody_in(scanner: Scanner) -> None:
    code, other = codes_of(scanner.office.issue(scanner.office.line(quantity=2))).values()
    asked = {"scan_id": str(new_id()), "code": code, "gate_id": None}
    assert scanner.post("/scans", asked).json()["admitted"]
    for reused in (asked | {"code": other}, asked | {"code": "FORGED"}, asked | {"gate_id": str(scanner.office.gates[1])}):
        refused = scanner.post("/scans", reused)
        assert (refused.status_code, refused.json()["code"]) == (409, "scan_reused")
    assert models.Admission.objects.count() == 1


def test_a_session_that_was_called_off_says_so_before_anything_is_scanned(scanner: Scanner) -> None:
    (code,) = codes_of(scanner.office.issue()).values()
    assert scanner.get().json()["called_off"] is None
    games.postpone_session(session_id=scanner.office.session.id, now=NOW, by=BY, reason="storm")
    assert scanner.get().json()["called_off"] == "session_postponed"
    said = scanner.post("/scans", {"code": code}, **{"Accept-Language": "zh-hans"}).json()
    assert (said["reason"], said["word"]) == ("session_postponed", "已推迟")


def test_without_a_good_token_nothing_is_told(scanner: Scanner) -> None:
    for token in ("", "wrong"):
        response = scanner.client.get(scanner.root, headers={"Authorization": f"Bearer {token}"})
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    assert scanner.get().status_code == 200
    revoke_role(
        person_id=scanner.steward.id, organisation_id=scanner.office.organisation_id, role=Role.STEWARD, now=NOW, by=BY, reason="left the team"
    )
    assert scanner.get().status_code == 401


def test_a_scanner_reaches_only_its_own_organisation(scanner: Scanner) -> None:
    other = make_box_office()
    assert [each["code"] for each in scanner.get(root="/api/v1/scan/sessions").json()] == ["SWM01"]
    for path in ("", "/bundle", "/count"):
        assert scanner.get(path, root=f"/api/v1/scan/sessions/{other.session.id}").status_code == 404
    assert scanner.get().json()["gates"][0]["name"] == "Gate 1"
    scanner.root = f"/api/v1/scan/sessions/{other.session.id}"
    assert scanner.post("/scans", {"code": "x"}).status_code == 404
    assert scanner.post("/sync", []).status_code == 404
    assert models.Scan.objects.count() == 0


def test_what_was_decided_without_network_comes_back_and_the_bundle_is_signed(scanner: Scanner) -> None:
    (code,) = codes_of(scanner.office.issue()).values()
    document = scanner.get("/bundle").json()
    key = models.SigningKey.objects.get()
    bundle = read_bundle(document, trusted={key.key_id: bytes(key.public_key)})
    assert bundle.session_code == "SWM01"
    assert models.Device.objects.get().synced_at == bundle.synced_at
    scans = [{"scan_id": str(new_id()), "code": code, "at": bundle.synced_at.isoformat(), "reason": None}]
    scans.append(scans[0] | {"scan_id": str(new_id()), "at": (bundle.synced_at + timedelta(seconds=1)).isoformat()})
    synced = scanner.post("/sync", scans).json()
    assert (synced["admitted"], [conflict["reason"] for conflict in synced["conflicts"]]) == (2, ["already_used"])
    assert scanner.get("/count").json() | {"by_gate": []} == {
        "session_id": str(scanner.office.session.id),
        "inside": 1,
        "refused": 0,
        "conflicts": 1,
        "sold": 1,
        "by_gate": [],
        "refused_by_reason": {},
    }


def test_lists_of_the_gate_cost_the_same_for_one_row_and_for_forty(scanner: Scanner) -> None:
    edition = make_edition(organisation_id=scanner.office.organisation_id)
    costs = []
    for new, rows in ((1, 1), (39, 40)):
        for ticket_id in scanner.office.issue(scanner.office.line(quantity=new)):
            ticketing.void_ticket(ticket_id=ticket_id, organisation_id=scanner.office.organisation_id, by=BY, reason="for a test", now=NOW)
        for n in range(rows - models.SessionSale.objects.count()):
            make_box_office(session=make_session(edition=edition, code=f"MORE{n}"), categories=("A",), gates=())
        with CaptureQueriesContext(connection) as places:
            assert len(scanner.get(root="/api/v1/scan/sessions").json()) == rows
        with CaptureQueriesContext(connection) as bundle:
            assert len(scanner.get("/bundle").json()["content"]["void"]) == rows
        costs.append((len(places), len(bundle)))
    assert costs[0] == costs[1]


def test_venue_and_gates_are_told_in_the_language_asked_for(scanner: Scanner) -> None:
    told = scanner.client.get(scanner.root, headers={"Authorization": f"Bearer {scanner.token}", "Accept-Language": "fr"}).json()
    assert (told["venue"], told["gates"][0]["name"]) == ("Piscine de la Rivière", "Porte 1")


def test_guessing_codes_is_slowed_down(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCANS_A_MINUTE", 3)
    answers = [scanner.post("/scans", {"code": "A" * 178}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert models.Scan.objects.count() == 3
