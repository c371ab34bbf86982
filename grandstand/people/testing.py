"""For tests of this room and those above it: somebody with an account, in one line."""

from datetime import UTC, datetime
from typing import Any

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.people import services
from grandstand.people.values import PersonSummary

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")
PASSWORD = "a-long-password-for-tests"  # noqa: S105 not a secret: every person made here has it


def make_person(**details: Any) -> PersonSummary:
    """A person with a verified address; without a password unless `password=PASSWORD`, because hashing one is slow."""
    given = {"email": f"{new_id().hex}@example.org", "name": "Ada Fan", "now": NOW, "by": BY} | details
    return services.create_person(**given)
