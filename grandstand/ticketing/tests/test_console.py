"""The box office in the console: shown to members, changed by services with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.games.testing import audit_entries, make_edition, make_session
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.testing import sign_in
from grandstand.store.api import write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.testing import BY, EUROS, BoxOffice, codes_of, make_box_office
from grandstand.ticketing.values import Reserves, SaleState, TicketState

pytestmark = pytest.mark.django_db
MODELS = ["pricecategory", "sessionsale", "offer", "offerprice", "ticket", "gate", "device", "signingkey", "scan"]


@pytest.fixture
def office(client: Client) -> BoxOffice:
    """An open box office; somebody of its staff is signed in."""
    office = make_box_office(now=clock.now() - timedelta(days=1))
    sign_in(client, make_member(office.organisation_id, Role.BOX_OFFICE))
    return office


def url(model: str, page: str, key: object = None) -> str:
    return reverse(f"console:ticketing_{model}_{page}", args=[] if key is None else [key])


def changed(client: Client, model: str, key: object, **form: Any) -> None:
    """Send a form that must be accepted."""
    path = url(model, "add") if key is None else url(model, "change", key)
    response = client.post(path, form)
    assert response.status_code == 302, response.context["adminform"].form.errors


def reasons(object_id: object) -> list[tuple[str, str]]:
    """What this room did to the object, as the audit log has it."""
    rows = audit_entries().filter(object_id=str(object_id), object_type__startswith="ticketing.")
    return list(rows.order_by("at", "id").values_list("action", "reason"))


def issue(office: BoxOffice, quantity: int = 1) -> list[UUID]:
    return office.issue(office.line(quantity=quantity), now=clock.now())


def test_a_list_costs_the_same_for_one_row_and_for_forty(client: Client) -> None:
    organisation = make_organisation()
    sign_in(client, make_member(organisation.id, Role.OWNER))
    costs: list[dict[str, int]] = []
    for new, rows in ((1, 1), (39, 40)):
        for _ in range(new):
            one_of_each(organisation.id)
        costs.append({})
        for model in MODELS:
            client.get(url(model, "changelist"))
            with CaptureQueriesContext(connection) as queries:
                shown = client.get(url(model, "changelist")).context["cl"].result_list
            assert (model, len(shown)) == (model, rows * EACH.get(model, 1))
            costs[-1][model] = len(queries)
    assert costs[0] == costs[1]


EACH = {"offerprice": 2}
"""An offer has its price in two currencies."""


def one_of_each(organisation_id: UUID) -> None:
    """A session of an edition of its own, with a row for every list."""
    now, had_a_key = clock.now(), models.SigningKey.objects.filter(organisation_id=organisation_id).exists()
    edition = make_edition(organisation_id=organisation_id)
    to_everybody = Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)
    opened_at = now - timedelta(days=1)
    office = make_box_office(session=make_session(edition=edition), gates=(1,), categories=("A",), reserves=to_everybody, now=opened_at)
    if had_a_key:
        ticketing.rotate_key(organisation_id=organisation_id, now=now, by=BY, reason="for a test")
    (code,) = codes_of(issue(office), now=now).values()
    steward = make_member(organisation_id, Role.STEWARD)
    scanner = ticketing.add_device(organisation_id=organisation_id, steward_id=steward.id, name="Scanner", now=now, by=BY, reason="for a test")
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=office.gates[1], device_id=scanner.device_id)
    with write() as tx:
        ticketing.scan_many(tx, [attempt], by=BY, now=now)


def test_a_ticket_is_taken_back_and_given_back_with_a_reason(client: Client, office: BoxOffice) -> None:
    (ticket_id,) = issue(office)
    for act, state in (("void", TicketState.VOID), ("reinstate", TicketState.VALID)):
        changed(client, "ticket", ticket_id, act=act, reason=f"because of {act}")
        assert ticketing.tickets_by_ids(ticket_ids=[ticket_id], language="en")[0].state is state
    assert reasons(ticket_id) == [("void", "because of void"), ("reinstate", "because of reinstate")]


def test_what_cannot_be_done_to_a_ticket_comes_back_as_an_error_of_the_form(client: Client, office: BoxOffice) -> None:
    (ticket_id,) = issue(office)
    for form, error in (({"act": "reinstate", "reason": "oops"}, "not void"), ({"act": "void", "reason": ""}, "This field is required")):
        page = client.post(url("ticket", "change", ticket_id), form)
        assert page.status_code == 200
        assert error in page.content.decode()
    assert reasons(ticket_id) == []


def test_tickets_are_found_by_state(client: Client, office: BoxOffice) -> None:
    void, _valid = issue(office, 2)
    changed(client, "ticket", void, act="void", reason="stolen")
    for state, count in (("void", 1), ("valid", 1), ("used", 0)):
        assert client.get(f"{url('ticket', 'changelist')}?state={state}").context["cl"].result_count == count


def test_terms_and_prices_of_an_offer_are_changed_and_a_fan_sees_them(client: Client, office: BoxOffice) -> None:
    offer_id = office.offers["A"]
    terms = {"limit_per_line": 2, "cap_per_person": 2, "gates": "1, 3", "sale_starts_at_0": "", "sale_starts_at_1": ""}
    changed(client, "offer", offer_id, status="paused", reason="a flood", **terms, sale_ends_at_0="", sale_ends_at_1="")
    offer = models.Offer.objects.get(id=offer_id)
    assert (offer.status, offer.limit_per_line, offer.gates, offer.version) == ("paused", 2, [1, 3], 2)
    changed(client, "offerprice", None, offer=offer_id, amount="99.5", currency="EUR", valid_from_at_0="", valid_from_at_1="", reason="early bird")
    shown = client.get(url("offer", "change", offer_id)).content.decode()
    assert "€99.50" in shown
    wrong = client.post(url("offer", "change", offer_id), {"status": "on_sale", "reason": "x", **terms, "cap_per_person": 1})
    assert "no more than a person may have" in wrong.content.decode()


def test_a_price_finer_than_its_currency_is_refused(client: Client, office: BoxOffice) -> None:
    form = {"offer": office.offers["A"], "amount": "99.555", "currency": "EUR", "valid_from_at_0": "", "valid_from_at_1": "", "reason": "x"}
    assert "no such amount" in client.post(url("offerprice", "add"), form).content.decode()


def test_one_session_is_opened_by_hand_from_its_plan_and_reconciled(client: Client, office: BoxOffice) -> None:
    session = make_session(edition=make_edition(organisation_id=office.organisation_id), code="LATE1")
    form = {
        "session": session.id,
        "seats_a": 100,
        "price_a": "80",
        "seats_b": "",
        "price_b": "",
        "seats_c": "",
        "price_c": "",
        "doors_before_min": 90,
    }
    changed(client, "sessionsale", None, **form, reason="announced today")
    books = ticketing.reconciliation(session_id=session.id)
    assert (books.capacity, books.sellable, books.set_aside) == (100, 97, 3)
    page = client.get(url("sessionsale", "change", session.id)).content.decode()
    assert "Reconciled seat plan: <b>100</b>" in page
    again = client.post(url("sessionsale", "add"), {**form, "reason": "again"})
    assert "already exists" in again.content.decode()
    changed(client, "sessionsale", session.id, doors_before_min=60, reason="late crowd")
    assert reasons(session.id) == [("open_box_office", "announced today"), ("set_doors", "late crowd")]


def test_categories_and_gates_are_made_and_renamed(client: Client, office: BoxOffice) -> None:
    session = office.session
    category = {"edition": session.edition_id, "session": "", "code": "D", "name": "Standing", "names": "{}", "colour": "#123456", "position": 4}
    changed(client, "pricecategory", None, **category, reason="new stand")
    made = models.PriceCategory.objects.get(code="D")
    changed(client, "pricecategory", made.id, **category | {"name": "Terrace"}, reason="nicer")
    assert reasons(made.id) == [("add", "new stand"), ("change", "nicer")]
    gate = {"venue": session.venue_id, "number": 9, "code": "N", "name": "North", "names": "{}"}
    changed(client, "gate", None, **gate, reason="built")
    made_gate = models.Gate.objects.get(number=9)
    changed(client, "gate", made_gate.id, code="NN", name="North north", names="{}", reason="sign")
    assert models.Gate.objects.get(number=9).name == "North north"
    assert "already exists" in client.post(url("gate", "add"), {**gate, "reason": "twice"}).content.decode()


def test_a_scanner_is_registered_for_a_steward_only_and_its_token_is_shown_once(client: Client, office: BoxOffice) -> None:
    steward = make_member(office.organisation_id, Role.STEWARD, email="gate@example.org")
    form = {"organisation": office.organisation_id, "name": "Scanner 1", "email": "nobody@example.org", "reason": "gate 1"}
    assert "Nobody with this address is a steward" in client.post(url("device", "add"), form).content.decode()
    page = client.post(url("device", "add"), {**form, "email": steward.email}, follow=True).content.decode()
    assert "shown this once" in page
    device = models.Device.objects.get()
    assert client.post(url("device", "delete", device.id), {"post": "yes", "reason": "lost"}).status_code == 302
    assert models.Device.objects.get().revoked_at is not None


def test_only_an_owner_rotates_and_revokes_keys(client: Client, office: BoxOffice) -> None:
    assert client.get(url("signingkey", "add")).status_code in {403, 404}
    sign_in(client, make_member(office.organisation_id, Role.OWNER))
    changed(client, "signingkey", None, organisation=office.organisation_id, reason="yearly")
    newest = models.SigningKey.objects.order_by("-signs_from_at")[0]
    assert newest.signs_from_at > clock.now() + timedelta(hours=23)
    assert client.post(url("signingkey", "delete", newest.id), {"post": "yes", "reason": "leaked"}).status_code == 302
    assert models.SigningKey.objects.get(id=newest.id).revoked_at is not None


def test_sales_are_plotted_as_they_happen_for_ones_own_organisation_only(client: Client, office: BoxOffice) -> None:
    other = make_box_office(session=make_session(code="ELSE1", title="Elsewhere"), now=clock.now() - timedelta(days=1))
    path = reverse("console:ticketing_sales")
    assert "Nothing has been sold yet" in client.get(path).content.decode()
    issue(office, 7)
    issue(other, 5)
    page = client.get(path).content.decode()
    assert "<strong>7</strong> tickets in the last 24 hours" in page
    assert "Elsewhere" not in page
    part = client.get(f"{path}?brief=1", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="sales"')
    assert 'class="sales__value"' in part
    front = reverse("console:index")
    assert f'hx-get="{path}?brief=1"' in client.get(front).content.decode()
    sign_in(client, make_member(office.organisation_id, Role.STEWARD))
    assert client.get(path).status_code == 404
    assert path not in client.get(front).content.decode()


def test_a_paused_offer_shows_as_paused_to_fans(client: Client, office: BoxOffice) -> None:
    models.Offer.objects.filter(id=office.offers["A"]).update(status="paused")
    (paused, *_) = ticketing.offers_for_session(session_id=office.session.id, market=EUROS, language="en", now=clock.now())
    assert paused.state is SaleState.PAUSED
