"""Who may open a page of an organisation's."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from grandstand.movement import access, rules
from grandstand.movement.api import Reach, Role, member, reach, steward
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.api import PersonSummary
from grandstand.people.testing import account_of, make_person
from grandstand.ui.audience import Audience, audience_of

ROLES = st.frozensets(st.sampled_from(Role))


@member(Role.BOX_OFFICE, Role.SHOP)
def counter(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@steward
def gate(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@member()
def backstage(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def asked_by(person: PersonSummary | None) -> HttpRequest:
    request = RequestFactory().get("/counter")
    request.user = account_of(person) if person else AnonymousUser()
    return request


def test_a_view_declares_its_audience() -> None:
    assert audience_of(counter) == Audience("member", ("box_office", "shop"))
    assert audience_of(gate) == Audience("steward", ("steward",))
    assert audience_of(backstage) == Audience("member", ())


def test_a_visitor_is_sent_to_sign_in_and_comes_back(db: None) -> None:
    answer = counter(asked_by(None))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/counter")


@pytest.mark.parametrize(
    ("view", "role", "opens"),
    [
        (counter, Role.BOX_OFFICE, True),
        (counter, Role.SHOP, True),
        (counter, Role.OWNER, True),
        (counter, Role.STEWARD, False),
        (gate, Role.STEWARD, True),
        (gate, Role.OWNER, True),
        (gate, Role.ORGANISER, False),
        (backstage, Role.FINANCE, True),
        (backstage, None, False),
    ],
)
def test_a_page_opens_for_its_roles_and_for_nobody_else(view: Any, role: Role | None, opens: bool, db: None) -> None:  # noqa: FBT001 a parameter of the test
    person = make_member(make_organisation().id, *[role] if role else [])
    if opens:
        assert view(asked_by(person)).content == b"open"
    else:
        with pytest.raises(PermissionDenied):
            view(asked_by(person))


def test_the_platforms_staff_opens_everything(db: None) -> None:
    staff = make_person(staff=True)
    assert gate(asked_by(staff)).content == b"open"
    assert reach(asked_by(staff)).allows(None)


def test_reach_names_the_organisations_of_a_role_and_those_below(db: None) -> None:
    top = make_organisation()
    below, other = make_organisation(parent_id=top.id), make_organisation()
    request = asked_by(make_member(top.id, Role.SHOP))
    assert reach(request).organisations([Role.SHOP]) == {top.id, below.id}
    assert reach(request).organisations([Role.FINANCE]) == frozenset()
    assert reach(request).allows(below.id, [Role.SHOP])
    assert not reach(request).allows(other.id, [Role.SHOP])
    assert not reach(request).allows(None, [Role.SHOP])


def test_reach_is_asked_once_a_request(django_assert_num_queries: Any, db: None) -> None:
    request = asked_by(make_member(make_organisation().id, Role.SHOP))
    with django_assert_num_queries(1):
        access.reach(request)
        access.reach(request)


def test_an_account_that_is_closed_reaches_nothing(db: None) -> None:
    request = asked_by(make_member(make_organisation().id, Role.OWNER))
    request.user.is_active = False
    assert reach(request) == Reach(person_id=None, everywhere=False, roles={})


@given(have=ROLES, wanted=ROLES)
def test_more_roles_never_shut_a_door(have: frozenset[Role], wanted: frozenset[Role]) -> None:
    for more in Role:
        assert rules.suffices(have | {more}, wanted) >= rules.suffices(have, wanted)
    assert rules.suffices({Role.OWNER}, wanted)
    assert rules.suffices(have, wanted) == (bool(have) if not wanted else Role.OWNER in have or bool(have & wanted))
