"""Mail about accounts goes the way of every notice, and can be read again in the account."""

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from grandstand.kit.clock import now
from grandstand.kit.ids import new_id
from grandstand.messaging import api as messaging
from grandstand.messaging.api import Notice
from grandstand.people import api as people
from grandstand.people.testing import NOW, PASSWORD, make_person, sign_in
from grandstand.store.api import write
from grandstand.store.testing import statements


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_the_code_to_sign_up_with_comes_into_the_folder(client: Client, settings: Settings, tmp_path: Path, db: None) -> None:
    settings.MAILERS = {"default": {"BACKEND": "grandstand.messaging.adapters.folder.EmailBackend", "OPTIONS": {"folder": tmp_path}}}
    client.post("/fr/accounts/signup/", {"email": "ada@example.org", "password1": PASSWORD})
    assert messaging.send_due(now=now()) == 1
    (file,) = tmp_path.glob("*.eml")
    opened = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert opened["Content-Language"] == "fr"
    body: Any = opened.get_body(("plain",))
    found = re.search(r"\b\d{6}\b", body.get_content())
    assert found is not None
    client.post("/fr/accounts/confirm-email/", {"code": found[0]})
    person = people.find_person_by_email("ada@example.org")
    assert person is not None
    assert client.session["_auth_user_id"] == str(person.id)
    assert person.language == "fr"


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
@pytest.mark.parametrize("change", ["email_changed", "email_removed", "password_changed", "app_added", "passkey_removed"])
def test_a_change_of_the_account_is_told_in_every_language(language: str, change: str, db: None) -> None:
    context = {
        "change": change,
        "at": "2031-07-01 12:00 UTC",
        "browser": "Firefox",
        "address": "192.0.2.1",
        "to_email": "b@x.org",
    }
    notice = Notice(key="k", template="people/notices/account_changed", organisation_id=None, to_email="a@x.org", language=language, context=context)
    with write() as tx:
        messaging.queue_notices(tx, [notice], now=NOW)
    assert messaging.send_due(now=NOW) == 1
    (sent,) = mail.outbox
    prefix = "" if language == "en" else f"/{language}"
    assert f"http://127.0.0.1:8000{prefix}/accounts/password/reset/" in sent.body
    assert "192.0.2.1, Firefox" in sent.body


def test_a_person_reads_what_was_sent_to_them_and_to_nobody_else(client: Client, db: None) -> None:
    ada, bob = make_person(), make_person()
    context = {"email": "x@example.org", "sign_up_url": "https://example.org"}
    notices = [
        Notice(key=f"{n}", template="people/notices/no_account", organisation_id=None, to_person_id=who.id, context=context)
        for n, who in enumerate([ada, bob])
    ]
    with write() as tx:
        messaging.queue_notices(tx, notices, now=NOW)
    messaging.send_due(now=NOW)
    (of_ada,), (of_bob,) = messaging.notices_of(ada.id), messaging.notices_of(bob.id)

    sign_in(client, ada)
    listed = client.get(reverse("messaging:notices")).content.decode()
    assert str(of_ada.id) in listed
    assert str(of_bob.id) not in listed
    assert of_ada.subject in client.get(reverse("messaging:notice", args=[of_ada.id])).content.decode()
    for other in (of_bob.id, new_id()):
        assert client.get(reverse("messaging:notice", args=[other])).status_code == 404


def test_a_list_of_notices_costs_the_same_for_1_and_40(client: Client, db: None) -> None:
    ada = make_person()
    sign_in(client, ada)
    costs = []
    for count in (1, 40):
        notices = [Notice(key=f"{count} {n}", template="people/notices/no_account", organisation_id=None, to_person_id=ada.id) for n in range(count)]
        with write() as tx:
            messaging.queue_notices(tx, notices, now=NOW)
        messaging.send_due(now=NOW)
        with statements() as seen:
            client.get(reverse("messaging:notices"))
        costs.append(len(seen))
    assert costs[0] == costs[1]
