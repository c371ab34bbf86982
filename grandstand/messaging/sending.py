"""Hand over what is due, at least once each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from grandstand.messaging import models
from grandstand.messaging.rendering import Letter, Rendered, render
from grandstand.messaging.values import Attachment, NoticeState
from grandstand.people import api as people
from grandstand.store.api import Kind, Tx, queue_order, table, write

FIRST_WAIT = timedelta(seconds=30)

MAX_ATTEMPTS = 10
"""With doubling waits from 30 seconds, the last try comes about four hours after the first: longer than most mail servers are away."""

LEASE = timedelta(minutes=5)
"""How long a notice that is being sent is left alone. A sender that died in between is followed by another after this."""

log = structlog.get_logger(__name__)


def send_due(*, now: datetime, limit: int = 50) -> int:
    """Send up to `limit` notices that are due at `now`; return how many were handed over.

    Several workers may run at once. No transaction is open while a mail is handed over: SQLite's one writer does not wait for a mail server.
    A sender that dies between handing over and writing so sends again: the same Message-ID lets mail programs show it once. One that fails
    keeps its error in the row and is tried again after doubling waits, MAX_ATTEMPTS times, then it is failed and shown by `undelivered`.
    """
    sent = 0
    for _ in range(limit):
        with write() as tx:
            claimed = _claim_next(tx, now)
        if claimed is None:
            break
        sent += _send(claimed, now)
    return sent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    id: UUID
    to_person_id: UUID | None
    to_email: str
    language: str
    template: str
    context: dict[str, Any]
    attachments: list[dict[str, str]]
    is_secret: bool
    attempts: int


class _NobodyToSendTo(Exception):
    """The person has no address any more: they were erased."""


_CLAIMED = {
    "id": Kind.UUID,
    "to_person_id": Kind.UUID,
    "to_email": Kind.TEXT,
    "language": Kind.TEXT,
    "template": Kind.TEXT,
    "context": Kind.JSON,
    "attachments": Kind.JSON,
    "is_secret": Kind.BOOL,
    "attempts": Kind.INT,
}


def _claim_next(tx: Tx, now: datetime) -> _Claimed | None:
    skip = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    sql = f"SELECT {', '.join(_CLAIMED)} FROM messaging_notice WHERE state = 'queued' AND due_at <= %s ORDER BY due_at, id LIMIT 1{skip}"
    with queue_order(tx):
        row = tx.row(sql, (now,), kinds=list(_CLAIMED.values()))
    if row is None:
        return None
    claimed = _Claimed(**dict(zip(_CLAIMED, row, strict=True)))
    tx.update(table(models.Notice), [(claimed.id, now + LEASE, 1)], key=["id"], set_to=["due_at"], add_to=["attempts"])
    return claimed


def _send(claimed: _Claimed, now: datetime) -> bool:
    try:
        rendered = render(_letter(claimed))
        rendered.mail.send(using="default")
    except Exception as error:  # one notice's fault must not stop the others: it is logged, kept in the row, shown by doctor
        log.warning("notice_failed", notice_id=str(claimed.id), template=claimed.template, exc_info=True)
        _write_failure(claimed, error, now)
        return False
    _write_success(claimed, rendered, now)
    return True


def _letter(claimed: _Claimed) -> Letter:
    person = people.people([claimed.to_person_id]).get(claimed.to_person_id) if claimed.to_person_id else None
    to_email = claimed.to_email or (person.email if person else "")
    if not to_email:
        raise _NobodyToSendTo
    return Letter(
        id=claimed.id,
        to_email=to_email,
        to_name=person.name if person else "",
        language=claimed.language or (person.language if person else ""),
        template=claimed.template,
        context=claimed.context,
        attachments=tuple(Attachment(**attachment) for attachment in claimed.attachments),
    )


def _write_success(claimed: _Claimed, rendered: Rendered, now: datetime) -> None:
    context: dict[str, Any] = {} if claimed.is_secret else claimed.context
    text = "" if claimed.is_secret else rendered.text
    row = (claimed.id, NoticeState.SENT.value, now, rendered.subject[:300], text, context, "")
    with write() as tx:
        tx.update(table(models.Notice), [row], key=["id"], set_to=["state", "sent_at", "subject", "body", "context", "error"])


def _write_failure(claimed: _Claimed, error: Exception, now: datetime) -> None:
    gives_up = claimed.attempts + 1 >= MAX_ATTEMPTS or isinstance(error, _NobodyToSendTo)
    state = NoticeState.FAILED if gives_up else NoticeState.QUEUED
    context: dict[str, Any] = {} if claimed.is_secret and gives_up else claimed.context
    due_at = now if gives_up else now + FIRST_WAIT * 2**claimed.attempts
    row = (claimed.id, state.value, due_at, context, f"{type(error).__name__}: {error}"[:2000])
    with write() as tx:
        tx.update(table(models.Notice), [row], key=["id"], set_to=["state", "due_at", "context", "error"])
