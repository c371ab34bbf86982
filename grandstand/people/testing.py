"""For tests of this room and those above it: somebody with an account, in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.people import services
from grandstand.people.models import Person
from grandstand.people.ports import ports
from grandstand.people.values import AccountMail, PersonSummary
from grandstand.store.api import Tx

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")
PASSWORD = "a-long-password-for-tests"


def make_person(**details: Any) -> PersonSummary:
    """A person with a verified address; without a password unless `password=PASSWORD`, because hashing one is slow."""
    given: dict[str, Any] = {"email": f"{new_id().hex}@example.org", "name": "Ada Fan", "now": NOW, "by": BY} | details
    return services.create_person(**given)


def account_of(person: PersonSummary) -> Person:
    """The person as `request.user` is, for tests that make their own request."""
    return Person.objects.get(id=person.id)


def sign_in(client: Client, person: PersonSummary) -> None:
    """Have the browser signed in as this person, without asking for a password."""
    client.force_login(account_of(person))


@contextmanager
def caught_mail() -> Iterator[list[AccountMail]]:
    """Mail about accounts that is queued inside the block, in order, instead of being sent."""
    caught: list[AccountMail] = []

    def catch(tx: Tx, mail: AccountMail, now: datetime) -> None:
        caught.append(mail)

    before, ports.queue_mail = ports.queue_mail, catch
    try:
        yield caught
    finally:
        ports.queue_mail = before
