"""Signing up and in, as a browser without JavaScript does it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from grandstand.people import api as people
from grandstand.people.models import Person
from grandstand.people.testing import PASSWORD, caught_mail, make_person
from grandstand.people.values import AccountMail
from grandstand.people.web import adapter

pytestmark = pytest.mark.django_db
NEW = {"email": "Ada@Example.org", "name": "Ada Fan", "password1": PASSWORD}


@pytest.fixture
def mail() -> Iterator[list[AccountMail]]:
    with caught_mail() as caught:
        yield caught


def sign_up(client: Client, language: str = "", **more: str) -> Any:
    return client.post(f"{language}/accounts/signup/", NEW | more)


def test_a_person_signs_up_writes_the_code_from_the_mail_and_is_signed_in(client: Client, mail: list[AccountMail]) -> None:
    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    (sent,) = mail
    assert (sent.to_email, sent.template, sent.is_secret) == ("ada@example.org", "people/notices/confirm_email", True)

    answer = client.post(reverse("account_email_verification_sent"), {"code": sent.context["code"]})

    assert answer["Location"] == "/"
    person = people.find_person_by_email("ADA@example.org")
    assert person is not None
    assert client.session["_auth_user_id"] == str(person.id)
    assert (person.email, person.name, person.language) == ("ada@example.org", "Ada Fan", "en")


def test_a_wrong_code_opens_nothing(client: Client, mail: list[AccountMail]) -> None:
    sign_up(client)
    answer = client.post(reverse("account_email_verification_sent"), {"code": "000-000"})
    assert answer.status_code == 200
    assert answer.context["verify_form"].errors
    assert "_auth_user_id" not in client.session


def test_who_signs_up_on_a_french_page_gets_french_mail_and_pages(client: Client, mail: list[AccountMail]) -> None:
    sign_up(client, "/fr", next="/fr/account/profile")
    assert mail[0].language == "fr"
    answer = client.post("/fr/accounts/confirm-email/", {"code": mail[0].context["code"]})
    assert answer["Location"] == "/fr/account/profile"
    assert answer.cookies["django_language"].value == "fr"


def test_signing_in_on_an_english_page_leads_on_in_ones_own_language(client: Client) -> None:
    make_person(email="ada@example.org", password=PASSWORD, language="zh-hans")
    answer = client.post("/accounts/login/?next=/account/profile", {"login": "ada@example.org", "password": PASSWORD, "next": "/account/profile"})
    assert answer["Location"] == "/zh-hans/account/profile"


def test_signing_up_with_a_known_address_tells_only_its_owner(client: Client, mail: list[AccountMail]) -> None:
    make_person(email="ada@example.org")
    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert [each.template for each in mail] == ["people/notices/account_exists"]
    assert Person.objects.count() == 1


def test_asking_for_a_password_of_no_account_answers_as_for_a_known_one(client: Client, mail: list[AccountMail]) -> None:
    make_person(email="ada@example.org", password=PASSWORD)
    answers = [client.post(reverse("account_reset_password"), {"email": email}) for email in ("ada@example.org", "nobody@example.org")]
    assert [answer["Location"] for answer in answers] == [reverse("account_reset_password_done")] * 2
    assert [each.template for each in mail] == ["people/notices/reset_password", "people/notices/no_account"]


def test_the_link_for_a_new_password_is_in_the_language_of_its_reader(client: Client, mail: list[AccountMail]) -> None:
    make_person(email="ada@example.org", password=PASSWORD, language="zh-hans")
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    assert str(mail[0].context["url"]).startswith("http://testserver/zh-hans/accounts/password/reset/key/")


def test_a_forgotten_password_is_chosen_anew_by_the_link_once(client: Client, mail: list[AccountMail]) -> None:
    make_person(email="ada@example.org", password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    link = str(mail[0].context["url"])
    form_url = client.get(link)["Location"]
    done = client.post(form_url, {"password1": "another-long-password", "password2": "another-long-password"})
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert [each.context.get("change") for each in mail[1:]] == ["password_changed"]

    assert Client().post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD}).status_code == 200
    assert Client().post(reverse("account_login"), {"login": "ada@example.org", "password": "another-long-password"}).status_code == 302
    assert Client().get(link).context["token_fail"]


def test_a_code_from_the_app_is_asked_for_after_the_password(
    client: Client, mail: list[AccountMail], django_capture_on_commit_callbacks: Any
) -> None:
    person = make_person(email="ada@example.org", password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    assert [each.context["change"] for each in mail] == ["app_added"]

    elsewhere = Client()
    assert elsewhere.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in elsewhere.session
    assert elsewhere.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert elsewhere.post(reverse("mfa_authenticate"), {"code": codes[0]})["Location"] == "/"
    assert elsewhere.session["_auth_user_id"] == str(person.id)


def test_changing_the_address_takes_effect_when_the_new_one_is_confirmed(client: Client, mail: list[AccountMail]) -> None:
    person = make_person(email="ada@example.org", password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": "1"})
    assert people.person(person.id).email == "ada@example.org"
    client.post(reverse("account_email_verification_sent"), {"code": mail[0].context["code"]})
    assert people.person(person.id).email == "new@example.org"
    told = next(each for each in mail if each.context.get("change") == "email_changed")
    assert (told.to_email, told.context["to_email"]) == ("ada@example.org", "new@example.org")


def test_other_sessions_are_listed_and_can_be_ended(client: Client) -> None:
    person = make_person(email="ada@example.org", password=PASSWORD)
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert len(client.get(reverse("usersessions_list")).context["sessions"]) == 2
    client.post(reverse("usersessions_list"))
    assert elsewhere.get("/account/profile").status_code == 302
    assert client.get("/account/profile").status_code == 200


def test_every_mail_that_allauth_can_send_has_words_of_ours() -> None:
    templates = Path(allauth.__file__).parent / "templates"
    sent = {
        f"{room}/email/{path.name.removesuffix('_subject.txt')}"
        for room in ("account", "mfa")
        for path in (templates / room / "email").glob("*_subject.txt")
    }
    by_code_only = {"account/email/login_code", "account/email/password_reset_code"}
    assert sent - by_code_only == {*adapter.SECRET, *adapter.STRANGERS, *adapter.CHANGES}


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))
