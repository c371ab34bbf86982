"""What crosses this room's door: notices, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.codecs import Json
from grandstand.kit.errors import NotFound


class NoticeState(StrEnum):
    """Queued until it was handed over (sent) or given up after the last try (failed)."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that is made when the notice is sent: `provider` is a name registered in config.wiring, `provider_id` what it is asked for."""

    file_name: str
    media_type: str
    provider: str
    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to one address, sent once per `key`.

    To a person (their address when it is sent), to an address, or both: then the person may read it in their account and the address gets it.
    `language` empty means the person's, or the platform's first. `template` is `<room>/notices/<name>`; `context` is plain JSON, `person`,
    `platform_url` and `language` are added to it. `organisation_id` is None for the platform's own mail. `is_secret`: it holds a code or a link
    that opens an account, so neither its context nor its text is kept once it is sent or given up.
    """

    key: str
    template: str
    organisation_id: UUID | None
    to_person_id: UUID | None = None
    to_email: str = ""
    language: str = ""
    context: Mapping[str, Json] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    is_secret: bool = False

    def __post_init__(self) -> None:
        if self.to_person_id is None and not self.to_email:
            raise ValueError(f"notice {self.key} has nobody to go to: give to_person_id or to_email")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """A notice as its reader got it. `body` is plain text, empty when it was secret."""

    id: UUID
    template: str
    sent_at: datetime
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A notice that failed at least once and was not sent since. `state` says whether it will be tried again."""

    id: UUID
    template: str
    state: NoticeState
    attempts: int
    due_at: datetime
    error: str


class NoSuchNotice(NotFound):
    """No notice has this id, or not for this person."""

    code = "no_such_notice"
