"""The console shows and changes only what the person's roles reach; every change has its reason."""

import re
from dataclasses import fields
from typing import Any, cast

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.forms import ModelForm
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.movement.admin import MembershipAdmin
from grandstand.movement.api import Organisation, OrganisationDetails, Role
from grandstand.movement.console import Console, OrganisationAdmin
from grandstand.movement.models import Membership
from grandstand.movement.testing import NOW, audit_trail, make_market, make_member, make_organisation
from grandstand.people.api import PersonSummary
from grandstand.people.testing import make_person, sign_in

pytestmark = pytest.mark.django_db
FORM = {
    "name": "New name",
    "slug": "new-name",
    "kind": "federation",
    "country": "CH",
    "currency": "CHF",
    "time_zone": "Europe/Zurich",
    "legal_name": "",
    "address": "",
    "tax_number": "",
}


@pytest.fixture
def ours() -> Organisation:
    return make_organisation(name="Ours", slug="ours")


@pytest.fixture
def theirs() -> Organisation:
    return make_organisation(name="Theirs", slug="theirs")


def at(client: Client, organisation: Organisation, *roles: Role, **person: Any) -> PersonSummary:
    """Somebody with these roles, signed in."""
    member = make_member(organisation.id, *roles, **person)
    sign_in(client, member)
    return member


def url(model: str, page: str, key: object = None) -> str:
    return reverse(f"console:movement_{model}_{page}", args=[] if key is None else [key])


def test_a_visitor_is_sent_to_the_one_place_to_sign_in(client: Client) -> None:
    for path in (reverse("console:index"), url("organisation", "changelist")):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.get(reverse("console:login"))["Location"] == "/accounts/login/?next=/console/"


def test_somebody_without_a_role_is_refused(client: Client) -> None:
    sign_in(client, make_person())
    assert client.get(reverse("console:index")).status_code == 403


def test_the_index_shows_what_a_role_may_see(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.SHOP)
    page = client.get(reverse("console:index")).content.decode()
    assert url("organisation", "changelist") in page
    assert url("membership", "changelist") not in page
    assert url("market", "changelist") not in page


def test_lists_hold_only_what_is_ours(client: Client, ours: Organisation, theirs: Organisation) -> None:
    below = make_organisation(parent_id=ours.id, name="Below ours")
    at(client, ours, Role.OWNER)
    make_member(theirs.id, Role.SHOP, name="A stranger")
    shown = client.get(url("organisation", "changelist")).context["cl"].queryset
    assert {row.id for row in shown} == {ours.id, below.id}
    page = client.get(url("membership", "changelist")).content.decode()
    assert "A stranger" not in page
    assert "Theirs" not in page


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_what_is_theirs_does_not_exist_for_us(client: Client, ours: Organisation, theirs: Organisation, role: Role, page: str) -> None:
    stranger = make_member(theirs.id, Role.SHOP)
    (membership,) = movement.memberships(person_id=stranger.id)
    at(client, ours, role)
    for model, key in [("organisation", theirs.id), ("membership", membership.id)]:
        assert client.get(url(model, page, key)).status_code == 404
        assert client.post(url(model, page, key), FORM | {"reason": "mischief", "post": "yes"}).status_code == 404
    assert movement.organisation(theirs.id) == theirs
    assert movement.memberships(organisation_id=theirs.id) == [membership]


def test_a_role_of_theirs_cannot_be_given_by_us(client: Client, ours: Organisation, theirs: Organisation) -> None:
    owner = at(client, ours, Role.OWNER)
    form = {"email": owner.email, "organisation": theirs.id, "role": "owner", "reason": "mischief"}
    answer = client.post(url("membership", "add"), form)
    assert answer.context["errors"]
    assert "Theirs" not in client.get(url("membership", "add")).content.decode()
    assert movement.memberships(organisation_id=theirs.id) == []


def test_an_owner_gives_and_takes_a_role_with_a_reason(client: Client, ours: Organisation) -> None:
    owner = at(client, ours, Role.OWNER)
    helper = make_person(email="helper@example.org")
    form = {"email": "Helper@example.org", "organisation": ours.id, "role": "shop", "reason": "busy season"}
    assert client.post(url("membership", "add"), form).status_code == 302
    (given,) = movement.memberships(person_id=helper.id)
    assert (given.organisation_id, given.role) == (ours.id, Role.SHOP)

    delete = url("membership", "delete", given.id)
    assert client.post(delete, {"post": "yes", "reason": " "})["Location"] == delete
    assert movement.memberships(person_id=helper.id) == [given]
    client.post(delete, {"post": "yes", "reason": "season is over"})
    assert movement.memberships(person_id=helper.id) == []

    trail = [(entry.action, entry.reason, entry.actor) for entry in audit_trail("movement.membership")][-2:]
    assert trail == [("grant_role", "busy season", f"person:{owner.id}"), ("revoke_role", "season is over", f"person:{owner.id}")]


def test_a_role_for_an_unknown_address_says_what_to_do(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.OWNER)
    form = {"email": "nobody@example.org", "organisation": ours.id, "role": "shop", "reason": "r"}
    errors = client.post(url("membership", "add"), form).context["adminform"].form.errors
    assert errors == {"email": ["Nobody signs in with this address. Ask them to create an account first."]}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_an_owner_changes_the_organisation_or_its_members(client: Client, ours: Organisation, role: Role) -> None:
    member = at(client, ours, role)
    assert client.get(url("organisation", "change", ours.id)).status_code == 200
    assert client.post(url("organisation", "change", ours.id), FORM | {"reason": "r"}).status_code == 404
    form = {"email": member.email, "organisation": ours.id, "role": "owner", "reason": "r"}
    assert client.post(url("membership", "add"), form).status_code == 404
    assert movement.organisation(ours.id) == ours
    assert movement.roles_of(member.id) == {ours.id: {role}}


def test_a_change_goes_through_the_service_with_its_reason(client: Client, ours: Organisation) -> None:
    owner = at(client, ours, Role.OWNER)
    page = url("organisation", "change", ours.id)
    assert client.post(page, FORM).context["adminform"].form.errors == {"reason": ["This field is required."]}
    assert client.post(page, FORM | {"reason": "a new start"}).status_code == 302
    assert movement.organisation(ours.id).name == "New name"
    *_, entry = audit_trail("movement.organisation")
    assert (entry.action, entry.reason, entry.actor, entry.organisation_id) == ("change", "a new start", f"person:{owner.id}", ours.id)


def test_what_the_service_refuses_is_an_error_of_its_field(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.OWNER)
    answer = client.post(url("organisation", "change", ours.id), FORM | {"currency": "XYZ", "reason": "r"})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["currency"]
    assert movement.organisation(ours.id) == ours


def test_an_owner_adds_below_and_moves_nothing(client: Client, ours: Organisation, theirs: Organisation) -> None:
    at(client, ours, Role.OWNER)
    answer = client.post(url("organisation", "add"), FORM | {"parent": theirs.id, "reason": "r"})
    assert list(answer.context["adminform"].form.errors) == ["parent"]
    assert client.post(url("organisation", "add"), FORM | {"parent": "", "reason": "r"}).status_code == 404
    assert client.post(url("organisation", "add"), FORM | {"parent": ours.id, "reason": "r"}).status_code == 302
    made = movement.organisation_by_slug("new-name")
    assert made.parent_id == ours.id
    client.post(url("organisation", "change", made.id), FORM | {"parent": "", "reason": "r"})
    assert movement.organisation(made.id).parent_id == ours.id


def test_the_platforms_staff_sees_and_changes_all(client: Client, ours: Organisation, theirs: Organisation) -> None:
    sign_in(client, make_person(staff=True))
    assert {row.id for row in client.get(url("organisation", "changelist")).context["cl"].queryset} == {ours.id, theirs.id}
    details = {f: getattr(theirs, f) for f in FORM}
    client.post(url("organisation", "change", theirs.id), details | {"parent": ours.id, "reason": "one family"})
    assert movement.organisation(theirs.id).parent_id == ours.id
    refused = client.post(url("organisation", "change", ours.id), {f: getattr(ours, f) for f in FORM} | {"parent": theirs.id, "reason": "a knot"})
    assert refused.context["adminform"].form.non_field_errors()


def test_markets_are_the_platforms_staffs(client: Client, ours: Organisation) -> None:
    make_market()
    at(client, ours, *Role)
    for page, key in [("changelist", None), ("add", None), ("change", "fr")]:
        assert client.get(url("market", page, key)).status_code == 404
    sign_in(client, make_person(staff=True))
    form = {"name": "France", "territories": "FR, MC", "languages": "fr, en", "currency": "EUR", "time_zone": "Europe/Paris", "reason": "Monaco too"}
    assert client.post(url("market", "change", "fr"), form).status_code == 302
    assert movement.market("fr").territories == ("FR", "MC")
    assert client.post(url("market", "change", "fr"), form | {"names": '{"zh-hans": "法国"}'}).status_code == 302
    assert movement.market("fr").name_in("zh-hans") == "法国"
    for wrong in ('["France"]', '{"fr": 7}', '{"fr": " "}', "France"):
        assert list(client.post(url("market", "change", "fr"), form | {"names": wrong}).context["adminform"].form.errors) == ["names"], wrong
    new = form | {"code": "us", "territories": "US", "languages": "tlh"}
    assert list(client.post(url("market", "add"), new).context["adminform"].form.errors) == ["languages"]
    assert client.post(url("market", "add"), new | {"languages": "en", "is_default": "on"}).status_code == 302
    assert movement.default_market().code == "us"


OF_UNFOLD = (
    *("Filters", "Apply Filters", "Reset filters", "Type to search", "No results found", "This page yielded into no results."),
    *("Select record", "Select action", "Run the selected action", "Search apps and models...", "Toggle sidebar", "Available shortcuts"),
    *("Light", "Dark", "System", "True", "False", "Return to site", "Go back", "Navigate", "Select value"),
)
"""Words that Unfold has in English only, as they stand between two tags or in an attribute."""


@pytest.mark.parametrize("language", ["fr", "zh-hans"])
def test_lists_of_the_console_have_no_english_of_unfolds_left(client: Client, ours: Organisation, language: str) -> None:
    make_market(is_default=True)
    sign_in(client, make_person(staff=True))
    with translation.override(language):
        lists = [url("market", "changelist"), url("organisation", "changelist"), url("market", "changelist") + "?q=nothing-is-called-so"]
        filtered = url("organisation", "changelist") + "?kind__exact=club"
    shown = [client.get(page).content.decode() for page in [*lists, filtered, filtered.replace("club", "federation")]]
    between_tags_or_quotes = re.compile(r">\s*([^<>]+?)\s*<|(?:placeholder|title|aria-label|value)=\"([^\"]+)\"")
    for page in shown:
        texts = {text or attribute for text, attribute in between_tags_or_quotes.findall(page)}
        assert texts.isdisjoint(OF_UNFOLD), texts & set(OF_UNFOLD)
    words = {"fr": ("Filtres", "Rechercher", "Aucun résultat"), "zh-hans": ("筛选", "输入以搜索", "没有结果")}[language]
    assert all(any(word in page for page in shown) for word in words)


def test_the_audit_log_is_read_by_owners_of_their_own_and_changed_by_nobody(client: Client, ours: Organisation, theirs: Organisation) -> None:
    owner = at(client, ours, Role.OWNER, name="Olive Owner")
    details = OrganisationDetails(**{each.name: getattr(ours, each.name) for each in fields(OrganisationDetails)})
    movement.change_organisation(organisation_id=ours.id, details=details, now=NOW, by=Actor.person(owner.id), reason="the only reason")
    log = reverse("console:store_auditentry_changelist")
    listed = client.get(log)
    assert {row.organisation_id for row in listed.context["cl"].result_list} == {ours.id}
    assert "Olive Owner" in listed.content.decode()
    entry = audit_trail("movement.organisation")[-1]
    page = reverse("console:store_auditentry_change", args=[entry.id])
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": "another"}).status_code == 404
    of_theirs = next(entry for entry in audit_trail("movement.organisation") if entry.organisation_id == theirs.id)
    assert client.get(reverse("console:store_auditentry_change", args=[of_theirs.id])).status_code == 404
    assert "the only reason" in client.get(url("organisation", "history", ours.id)).content.decode()


def test_lists_cost_the_same_for_1_and_40(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.OWNER)
    costs = []
    for count in (1, 39):
        for _ in range(count):
            make_member(make_organisation(parent_id=ours.id).id, Role.SHOP)
        for path in (url("organisation", "changelist"), url("membership", "changelist"), reverse("console:store_auditentry_changelist")):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            costs.append((path, len(queries)))
    assert costs[:3] == costs[3:]


def test_pages_of_the_console_keep_the_policy_but_for_what_alpine_needs(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.OWNER)
    policy = client.get(url("organisation", "changelist"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert "style-src 'self' 'unsafe-inline';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in client.get("/account/profile")["Content-Security-Policy"]


def test_a_key_that_is_none_is_not_found(client: Client, ours: Organisation) -> None:
    at(client, ours, Role.OWNER)
    for key in (new_id(), "nonsense"):
        assert client.get(url("organisation", "change", key)).status_code == 404


def test_an_admin_without_a_service_only_shows(client: Client) -> None:
    class ShownOnly(OrganisationAdmin):
        roles_to_change = (Role.OWNER,)

    shown = ShownOnly(Membership, Console(name="test"))
    request: Any = type("Request", (), {"user": None, "movement_reach": movement.Reach(person_id=None, everywhere=True, roles={})})()
    assert shown.has_view_permission(request)
    assert not any([shown.has_add_permission(request), shown.has_change_permission(request), shown.has_delete_permission(request)])


def test_an_admin_that_could_change_without_a_reason_does_not_start() -> None:
    class NoReason(OrganisationAdmin):
        form = cast(Any, ModelForm)

    class InTheList(MembershipAdmin):
        list_editable = ("role",)

    for wrong in (NoReason, InTheList):
        with pytest.raises(ImproperlyConfigured):
            wrong(Membership, Console(name="test"))


def test_a_choice_that_leads_to_no_organisation_must_be_said_to_be_everybodys() -> None:
    class Forgetful(MembershipAdmin):
        shared_fields = cast(Any, ())

    forgetful = Forgetful(Membership, Console(name="test"))
    request: Any = type("Request", (), {"movement_reach": movement.Reach(person_id=None, everywhere=False, roles={})})()
    with pytest.raises(ImproperlyConfigured, match="shared_fields"):
        forgetful.get_field_queryset(None, Membership._meta.get_field("person"), request)
