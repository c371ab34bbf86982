"""What is an organisation's is seen and changed by nobody else: every route, every role, one by one."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import ForeignKey, QuerySet
from django.test import Client, RequestFactory

from grandstand.commerce.api import ItemRef
from grandstand.config.audiences import Route, routes
from grandstand.gate import api as gate
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.console import OrganisationAdmin
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.api import PersonSummary
from grandstand.people.testing import account_of, make_person, sign_in
from grandstand.store.api import read
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import testing as tickets
from grandstand.ui.audience import Audience
from tests.architecture.tenancy import FILLERS, GUESSES, NoFiller, Walk, asks, registered, walk
from tests.architecture.tenant import BY, NOW, Tenant, make_tenant

PLATFORMS_OWN = {"movement.Market", "commerce.TaxRate", "commerce.Payback"}
"""What the console shows to the platform's staff alone, because it is no one organisation's."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(db: None, tmp_path: Path) -> Tenant:
    return make_tenant(tmp_path)


def _browser(person: PersonSummary | None) -> Client:
    """Signed in just now, so that nothing is hidden behind being asked for a password again."""
    client = Client(raise_request_exception=False)
    if person is not None:
        sign_in(client, person)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session.save()
    return client


def _walk_as(person: PersonSummary | None, tenant: Tenant, client: Client | None = None, *, within: str = "/", only: str = "") -> Walk:
    email = person.email if person else "nobody@example.org"
    requests = [ask for ask in asks(tenant, email=email) if ask.url.startswith(within) and only in ("", ask.method)]
    return walk(client or _browser(person), tenant, requests, own=frozenset([person.id.hex] if person else []))


def _stranger(*roles: Role) -> PersonSummary:
    return make_member(make_organisation(name="Elsewhere").id, *roles)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_elsewhere_shows_and_changes_nothing_of_an_organisation(role: Role, tenant: Tenant) -> None:
    done = _walk_as(_stranger(role), tenant)
    assert done.findings == []
    assert done.asked > len(routes())


def test_a_fan_sees_and_changes_nothing_of_an_organisation_or_of_its_buyer(tenant: Tenant) -> None:
    assert _walk_as(make_person(), tenant).findings == []


def test_a_visitor_sees_and_changes_nothing_of_an_organisation_or_of_its_buyer(tenant: Tenant) -> None:
    assert _walk_as(None, tenant).findings == []


def test_a_scanner_of_another_organisation_learns_and_admits_nothing(tenant: Tenant) -> None:
    other = make_organisation()
    steward = make_member(other.id, Role.STEWARD)
    device = ticketing.add_device(organisation_id=other.id, steward_id=steward.id, name="Scanner", now=NOW, by=BY, reason="for a test")
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {device.token}"})
    done = _walk_as(steward, tenant, client, within="/api/")
    assert done.findings == []
    assert done.statuses["GET /api/v1/scan/sessions"] == 200
    assert done.statuses[f"POST /api/v1/scan/sessions/{tenant.session_id}/scans"] == 404


def test_a_steward_of_another_organisation_counts_nobody_at_its_gates(tenant: Tenant) -> None:
    mine = tickets.make_box_office()
    steward = make_member(mine.organisation_id, Role.STEWARD)
    device = ticketing.add_device(organisation_id=mine.organisation_id, steward_id=steward.id, name="Scanner", now=NOW, by=BY, reason="for a test")
    scanner = Client(headers={"Authorization": f"Bearer {device.token}"})
    (code,) = tickets.codes_of(mine.issue()).values()
    scan = {"scan_id": str(new_id()), "code": code, "gate_id": str(tenant.gate_id), "at": "2031-07-01T18:00:00Z", "reason": None}
    for client, url in ((_browser(steward), f"/scan/{mine.session.id}/sync"), (scanner, f"/api/v1/scan/sessions/{mine.session.id}/sync")):
        assert client.post(url, [scan], content_type="application/json").status_code == 404
    assert ticketing.live_count(session_id=mine.session.id, language="en").by_gate == ()


def test_its_own_people_see_it_on_every_list_of_the_console_and_at_the_gate(tenant: Tenant) -> None:
    shown = _walk_as(tenant.insider, tenant, only="GET").shown
    lists = [f"GET /console/{model._meta.app_label}/{model._meta.model_name}/" for model, admin in registered() if admin.organisation_path]
    wanted = [*lists, "GET /scan?all=1", f"GET /scan/{tenant.session_id}"]
    assert [each for each in wanted if each not in shown] == []


def test_the_buyer_sees_the_order_its_tickets_and_notices(tenant: Tenant) -> None:
    done = _walk_as(tenant.buyer, tenant)
    wanted = [f"orders/{tenant.order_id}", f"tickets/{tenant.ticket_ids[0]}", f"account/notices/{tenant.notice_id}", "account"]
    assert [each for each in wanted if f"GET /{each}" not in done.shown] == []
    assert done.statuses[f"GET /papers/{tenant.document_id}.pdf"] == 200
    assert any("changes commerce_basket_line" in each for each in done.findings)


def test_the_walk_finds_a_console_that_is_not_held_to_the_organisation(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _let_everybody_in(monkeypatch)
    findings = _walk_as(_stranger(Role.ORGANISER), tenant, within="/console/games/").findings
    assert [each for each in findings if each.startswith("GET /console/games/edition/ ") and "shows" in each] != []
    assert [each for each in findings if each.startswith("GET /console/games/edition/") and "instead of 404" in each] != []


def test_the_walk_finds_a_write_that_does_not_ask_whose_it_is(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _let_everybody_in(monkeypatch)
    findings = _walk_as(_stranger(Role.OWNER), tenant, within="/console/movement/membership/").findings
    assert [each for each in findings if "changes movement_membership" in each] != []


def _let_everybody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_rows(_admin: OrganisationAdmin, queryset: QuerySet[Any], *_reach: object) -> QuerySet[Any]:
        return queryset

    def always(*_asked: object) -> bool:
        return True

    monkeypatch.setattr(OrganisationAdmin, "_within", all_rows)
    monkeypatch.setattr(OrganisationAdmin, "_may", always)


def test_a_parameter_that_nothing_is_known_for_is_named_with_what_to_do(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    route = Route(path="/rooms/<uuid:room_id>", name="rooms:room", method="", audience=Audience("public"))
    monkeypatch.setattr("tests.architecture.tenancy.routes", lambda: [route])
    with pytest.raises(NoFiller, match=r"<room_id>: say in FILLERS of tests/architecture/tenancy.py"):
        asks(tenant, email="a@example.org")
    assert [name for name in [*FILLERS, *GUESSES] if not any(f"{name}>" in each.path for each in routes())] == [], (
        "a filler that no route needs any more"
    )


def test_every_admin_of_the_console_is_held_to_organisations() -> None:
    loose = [model._meta.label for model, admin in registered() if not isinstance(admin, OrganisationAdmin)]
    pathless = {model._meta.label for model, admin in registered() if not getattr(admin, "organisation_path", "")}
    assert loose == [], "give it movement.console.OrganisationAdmin as its base"
    assert pathless == PLATFORMS_OWN, (
        "its rows lead to no organisation: give the admin an organisation_path, or say here that they are the platform's"
    )


@pytest.mark.parametrize("role", list(Role))
def test_rows_and_choices_of_the_console_are_only_of_organisations_in_reach(role: Role, tenant: Tenant) -> None:
    mine = make_organisation()
    member = make_member(mine.id, role)
    request: Any = RequestFactory().get("/")
    request.user = account_of(member)
    for _model, admin in registered():
        rows = admin.get_queryset(request)
        assert set(rows.values_list(admin.organisation_path, flat=True) if admin.organisation_path else rows) <= {mine.id}, admin
        assert _foreign_choices(admin, request, mine.id) == [], admin


def test_a_visitor_has_no_rows_in_the_console(tenant: Tenant) -> None:
    request: Any = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert [admin for _model, admin in registered() if admin.get_queryset(request).exists()] == []


def _foreign_choices(admin: OrganisationAdmin, request: Any, mine: Any) -> list[str]:
    """Foreign keys of the form through which a row of somebody else's can be chosen."""
    if not admin.has_add_permission(request):
        return []
    form = admin.get_form(request)
    fields = [admin.opts.get_field(name) for name in form.base_fields if name in {each.name for each in admin.opts.concrete_fields}]
    relations = [each for each in fields if isinstance(each, ForeignKey) and each.name not in admin.shared_fields]
    return [each.name for each in relations if any(_owner_of(row) != mine for row in form.base_fields[each.name].queryset)]


def _owner_of(row: Any) -> Any:
    return getattr(row, "organisation_id", row.pk)


def test_a_waiting_room_of_another_organisation_closes_nobodys_sale(tenant: Tenant) -> None:
    other = make_organisation()
    said = {
        "organisation": str(other.id),
        "code": "grab",
        "title": "Grab",
        "products": "",
        "sessions": str(tenant.session_id),
        "reason": "mine",
        "opens_at_0": "2020-07-01",
        "opens_at_1": "09:00",
        "starts_at_0": "2039-07-01",
        "starts_at_1": "10:00",
        "rate_per_min": "0",
        "most_inside": "0",
        "stay_s": "600",
        "fallback_after_s": "120",
        "proof_cost": "0",
    }
    answer = _browser(make_member(other.id, Role.BOX_OFFICE)).post("/console/gate/waitingroom/add/", said)
    assert "This organisation sells no tickets for one of these sessions." in answer.content.decode()
    with read() as tx:
        assert gate.find_room_before(tx, [ItemRef(kind="ticket", item_id=tenant.offer_id)], owner=None, now=NOW) is None
