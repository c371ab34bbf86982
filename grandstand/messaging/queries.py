"""Reads. Each is one statement."""

from uuid import UUID

from grandstand.messaging import models
from grandstand.messaging.values import NoSuchNotice, NoticeState, SentNotice, Undelivered
from grandstand.store.api import Row, Tx, read, table

_SENT = ["id", "template", "sent_at", "subject", "body"]


def notices_of(person_id: UUID, *, limit: int = 50) -> list[SentNotice]:
    """What was sent to the person, the latest first."""
    with read() as tx:
        rows = tx.select(
            table(models.Notice), _SENT, "to_person_id = %s AND state = 'sent'", (person_id,), order_by=f"sent_at DESC, id DESC LIMIT {int(limit)}"
        )
    return [_sent(row) for row in rows]


def notice_of(person_id: UUID, notice_id: UUID) -> SentNotice:
    """One of them. Raises NoSuchNotice, also when it went to somebody else."""
    with read() as tx:
        rows = tx.select(table(models.Notice), _SENT, "id = %s AND to_person_id = %s AND state = 'sent'", (notice_id, person_id))
    if not rows:
        raise NoSuchNotice("There is no such notice.", notice_id=str(notice_id))
    return _sent(rows[0])


def undelivered(tx: Tx) -> list[Undelivered]:
    """Notices that failed at least once and were not sent since, the longest waiting first."""
    columns = ["id", "template", "state", "attempts", "due_at", "error"]
    rows = tx.select(table(models.Notice), columns, "state <> 'sent' AND error <> ''", order_by="due_at, id")
    return [
        Undelivered(id=id_, template=template, state=NoticeState(state), attempts=attempts, due_at=due_at, error=error)
        for id_, template, state, attempts, due_at, error in rows
    ]


def _sent(row: Row) -> SentNotice:
    return SentNotice(**dict(zip(_SENT, row, strict=True)))
