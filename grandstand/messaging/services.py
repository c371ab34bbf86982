"""The one write path of notices: queueing. Sending is in `sending`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import repeat

from grandstand.kit.ids import new_ids
from grandstand.messaging import models
from grandstand.messaging.values import Notice, NoticeState
from grandstand.people.api import AccountMail
from grandstand.store.api import Tx, table

_COLUMNS = [
    "id",
    "key",
    "organisation_id",
    "to_person_id",
    "to_email",
    "language",
    "template",
    "context",
    "attachments",
    "is_secret",
    "state",
    "queued_at",
    "due_at",
    "attempts",
    "error",
    "subject",
    "body",
]


def queue_notices(tx: Tx, notices: Sequence[Notice], *, now: datetime | Sequence[datetime]) -> int:
    """Queue notices to be sent after this transaction commits; return how many were new. One statement.

    `now`, or an instant for each, is since when they wait: what waits longest is sent first.

    A notice whose key is known already is left as it is, so queueing again is harmless.
    """
    if not notices:
        return 0
    rows = [
        (
            id_,
            notice.key,
            notice.organisation_id,
            notice.to_person_id,
            notice.to_email,
            notice.language,
            notice.template,
            dict(notice.context),
            [asdict(attachment) for attachment in notice.attachments],
            notice.is_secret,
            NoticeState.QUEUED.value,
            at,
            at,
            0,
            "",
            "",
            "",
        )
        for id_, notice, at in zip(new_ids(len(notices)), notices, repeat(now, len(notices)) if isinstance(now, datetime) else now, strict=True)
    ]
    return tx.insert(table(models.Notice), _COLUMNS, rows, skip_conflicts=True)


def withdraw_notices(tx: Tx, *, to_emails: Sequence[str]) -> int:
    """Take back what waits for these addresses and was not tried yet, as if it had not been queued; returns how many. One statement."""
    where, param = tx.among("to_email", table(models.Notice).kinds["to_email"], sorted(set(to_emails)))
    return tx.execute(f"DELETE FROM messaging_notice WHERE state = 'queued' AND attempts = 0 AND {where}", (param,))


def queue_account_mail(tx: Tx, mail: AccountMail, now: datetime) -> None:
    """Queue a mail about somebody's account: what people.use_mail asks for."""
    notice = Notice(
        key=mail.key,
        template=mail.template,
        organisation_id=None,
        to_person_id=mail.to_person_id,
        to_email=mail.to_email,
        language=mail.language,
        context=mail.context,
        is_secret=mail.is_secret,
    )
    queue_notices(tx, [notice], now=now)
