"""What crosses this room's door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from grandstand.kit.codecs import Json
from grandstand.kit.errors import NotFound, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSummary:
    """A person as other rooms need them. `language` is a code of settings.LANGUAGES; `market_code` is empty until they chose one.

    Of an erased person `email` and `name` are empty.
    """

    id: UUID
    email: str
    name: str
    language: str
    market_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMail:
    """A mail about somebody's account, to be queued: `template` is `people/notices/<name>`, `context` plain JSON.

    `key` is unique to this mail. `is_secret`: it holds a code or a link that opens the account, so its text must not be kept once it is sent.
    """

    key: str
    to_email: str
    to_person_id: UUID | None
    language: str
    template: str
    context: Mapping[str, Json] = field(default_factory=dict)
    is_secret: bool = False


class NoSuchPerson(NotFound):
    """No person has this id or address."""

    code = "no_such_person"


class EmailTaken(Refusal):
    """Another person signs in with this address."""

    code = "email_taken"


class LanguageUnknown(Refusal):
    """The platform does not speak this language."""

    code = "language_unknown"
    status = 422


class MarketUnknown(Refusal):
    """No market has this code."""

    code = "market_unknown"
    status = 422


class SecondStepUnreadable(Refusal):
    """What is kept of an app or of recovery codes was sealed with a secret that this installation no longer has."""

    code = "second_step_unreadable"
    status = 503
