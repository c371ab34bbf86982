"""Passkeys: made, used instead of a password, and used as the second step. The device is `passkey.Passkey`."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.people import api as people
from grandstand.people.testing import PASSWORD, caught_mail, make_person
from grandstand.people.tests.passkey import Passkey

pytestmark = pytest.mark.django_db


def signed_in_with_a_passkey(client: Client, **options: str) -> tuple[people.PersonSummary, Passkey]:
    person = make_person(email="ada@example.org", password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_add_webauthn"))
    assert page.status_code == 200
    passkey = Passkey()
    made = passkey.create(page.context["js_data"]["creation_options"])
    answer = client.post(reverse("mfa_add_webauthn"), {"name": "My telephone", "passwordless": "on", "credential": made} | options)
    assert answer.status_code == 302, answer.context["form"].errors
    return person, passkey


def test_a_passkey_alone_opens_the_account(client: Client) -> None:
    person, passkey = signed_in_with_a_passkey(client)
    elsewhere = Client()
    options = json.loads(elsewhere.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).content)["request_options"]
    answer = elsewhere.post(reverse("mfa_login_webauthn"), {"credential": passkey.get(options)})
    assert answer["Location"] == "/"
    assert elsewhere.session["_auth_user_id"] == str(person.id)


def test_the_passkey_of_somebody_else_opens_nothing(client: Client) -> None:
    signed_in_with_a_passkey(client)
    thief, elsewhere = Passkey(), Client()
    options = json.loads(elsewhere.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).content)["request_options"]
    elsewhere.post(reverse("mfa_login_webauthn"), {"credential": thief.get(options)})
    assert "_auth_user_id" not in elsewhere.session


def test_after_the_password_the_passkey_is_the_second_step(client: Client) -> None:
    person, passkey = signed_in_with_a_passkey(client)
    elsewhere = Client()
    assert elsewhere.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})["Location"] == reverse("mfa_authenticate")
    options = elsewhere.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
    assert elsewhere.post(reverse("mfa_authenticate"), {"credential": passkey.get(options)})["Location"] == "/"
    assert elsewhere.session["_auth_user_id"] == str(person.id)


def test_passkeys_are_listed_renamed_and_removed(client: Client) -> None:
    signed_in_with_a_passkey(client)
    (held,) = client.get(reverse("mfa_list_webauthn")).context["authenticators"]
    client.post(reverse("mfa_edit_webauthn", kwargs={"pk": held.pk}), {"name": "Old telephone"})
    assert "Old telephone" in client.get(reverse("mfa_list_webauthn")).content.decode()
    client.post(reverse("mfa_remove_webauthn", kwargs={"pk": held.pk}))
    assert not client.get(reverse("mfa_list_webauthn")).context["authenticators"]


def test_an_account_can_be_made_with_a_passkey_and_without_a_password(client: Client) -> None:
    with caught_mail() as mail:
        client.post(reverse("account_signup_by_passkey"), {"email": "ada@example.org", "name": "Ada"})
        answer = client.post(reverse("account_email_verification_sent"), {"code": mail[0].context["code"]})
    assert answer["Location"] == reverse("mfa_signup_webauthn")
    page = client.get(reverse("mfa_signup_webauthn"))
    made = Passkey().create(page.context["js_data"]["creation_options"])
    assert client.post(reverse("mfa_signup_webauthn"), {"name": "My telephone", "credential": made})["Location"] == "/"
    person = people.find_person_by_email("ada@example.org")
    assert person is not None
    assert client.session["_auth_user_id"] == str(person.id)
