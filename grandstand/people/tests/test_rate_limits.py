"""How often one may try is counted for all processes together."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from grandstand.people.testing import PASSWORD, make_person
from grandstand.store.api import Database

GUESS = """
import django
django.setup()
from django.test import Client
for n in range({times}):
    answer = Client().post("/accounts/login/", {{"login": "ada@example.org", "password": f"guess {{n}}"}})
    assert answer.status_code == 200, answer
"""


def guess_elsewhere(database: Database, times: int) -> None:
    """Guess the password wrong in a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "GRANDSTAND_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "grandstand.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", GUESS.format(times=times)], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("elsewhere", "opens"), [(4, True), (5, False)])
def test_guesses_of_two_processes_count_together(client: Client, database: Database, *, elsewhere: int, opens: bool) -> None:
    make_person(email="ada@example.org", password=PASSWORD)
    guess_elsewhere(database, elsewhere)
    answer = client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    assert (answer.status_code == 302) is opens
    if not opens:
        assert "Too many failed login attempts" in answer.content.decode()


def test_who_asks_too_often_is_told_to_wait(client: Client, db: None) -> None:
    answers = [client.post(reverse("account_signup"), {}).status_code for _ in range(20)]
    assert answers == [200] * 20
    refused = client.post(reverse("account_signup"), {})
    assert refused.status_code == 429
    assert "Try again in a few minutes" in refused.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.7").post(reverse("account_signup"), {}).status_code == 200
