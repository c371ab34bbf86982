"""Every page of an account: ours, in each language; and what the profile changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from pytest_django.fixtures import Settings

from grandstand.people import api as people
from grandstand.people.ports import ports
from grandstand.people.testing import BY, NOW, PASSWORD, caught_mail, make_person, sign_in

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _ in configured.LANGUAGES]
FOR_VISITORS = [
    "account_login",
    "account_signup",
    "account_signup_by_passkey",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "people:erased",
]
FOR_MEMBERS = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "usersessions_list",
    "people:profile",
    "people:data",
    "people:erase",
]


@pytest.fixture
def markets() -> Iterator[None]:
    before, ports.market_choices = ports.market_choices, lambda: [("fr", "France"), ("us", "United States")]
    yield
    ports.market_choices = before


def templates(answer: Any) -> set[str]:
    return {template.name for template in answer.templates if template.name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_for_visitors_is_ours(client: Client, language: str) -> None:
    with override(language):
        for name in FOR_VISITORS:
            answer = client.get(reverse(name))
            assert (name, answer.status_code) == (name, 200)
            assert "ui/narrow.html" in templates(answer)
            assert "allauth/layouts/base.html" not in templates(answer), f"{name} shows a page of allauth's own"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_for_those_signed_in_is_ours(client: Client, language: str) -> None:
    person = make_person(password=PASSWORD)
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    with override(language):
        for name in FOR_MEMBERS:
            answer = client.get(reverse(name))
            assert (name, answer.status_code) == (name, 200)
            assert "ui/narrow.html" in templates(answer)
            assert "allauth/layouts/base.html" not in templates(answer), f"{name} shows a page of allauth's own"


def test_no_page_names_a_field_by_writing_into_it(client: Client) -> None:
    for name in FOR_VISITORS:
        assert "placeholder=" not in client.get(reverse(name)).content.decode()


def test_a_new_code_is_said_to_be_sent_and_the_first_one_is_not_said_twice(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False  # one code in ten seconds
    with caught_mail() as mail:
        client.post(reverse("account_signup"), {"email": "ada@example.org", "password1": PASSWORD})
        page = client.get(reverse("account_email_verification_sent"))
        assert list(page.context["messages"]) == []
        page = client.post(reverse("account_email_verification_sent"), {"action": "resend"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == ["We have sent a new code to ada@example.org."]
    assert [each.template for each in mail] == ["people/notices/confirm_email"] * 2
    assert mail[0].context["code"] != mail[1].context["code"]


def test_the_profile_changes_name_language_and_market(client: Client, markets: None) -> None:
    ada = make_person(name="Ada")
    sign_in(client, ada)
    answer = client.post(reverse("people:profile"), {"name": "Ada Fan", "language": "fr", "market_code": "us"})
    assert (answer["Location"], answer.cookies["django_language"].value) == ("/fr/account/profile", "fr")
    changed = people.person(ada.id)
    assert (changed.name, changed.language, changed.market_code) == ("Ada Fan", "fr", "us")
    with override("fr"):
        assert gettext("Your details are saved.") in client.get(answer["Location"]).content.decode()


def test_a_market_or_language_that_there_is_not_is_refused(client: Client, markets: None) -> None:
    ada = make_person()
    sign_in(client, ada)
    answer = client.post(reverse("people:profile"), {"name": "", "language": "tlh", "market_code": "mars"})
    assert set(answer.context["form"].errors) == {"language", "market_code"}
    assert people.person(ada.id) == ada
    with pytest.raises(people.LanguageUnknown):
        people.set_language_and_market(person_id=ada.id, language="tlh", market_code="", now=NOW, by=BY)
    with pytest.raises(people.MarketUnknown):
        people.set_language_and_market(person_id=ada.id, language="fr", market_code="mars", now=NOW, by=BY)


def test_a_language_chosen_in_the_frame_stays_with_the_account(client: Client, markets: None) -> None:
    ada = make_person(market_code="us")
    sign_in(client, ada)
    client.post(reverse("ui:language"), {"language": "zh-hans", "next": "/account/profile"})
    assert (people.person(ada.id).language, people.person(ada.id).market_code) == ("zh-hans", "us")


def test_a_visitor_who_chooses_a_language_changes_nobody(client: Client) -> None:
    ada = make_person()
    client.post(reverse("ui:language"), {"language": "fr"})
    assert people.person(ada.id) == ada


@pytest.mark.parametrize("name", ["people:profile", "people:data", "people:export", "people:erase"])
def test_ones_own_pages_are_for_those_signed_in(client: Client, name: str) -> None:
    assert client.get(reverse(name))["Location"] == f"/accounts/login/?next={reverse(name)}"
