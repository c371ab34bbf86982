"""The door of messaging: queue a notice in the transaction that makes it true; a worker sends it afterwards."""

from grandstand.messaging.attachments import AttachmentProvider, provide_attachments
from grandstand.messaging.checks import check_notices
from grandstand.messaging.personal_data import NoticesOfPerson, export_guests_notices, forget_guests_notices
from grandstand.messaging.queries import notice_of, notices_of, undelivered
from grandstand.messaging.sending import send_due
from grandstand.messaging.services import queue_account_mail, queue_notices, withdraw_notices
from grandstand.messaging.values import Attachment, NoSuchNotice, Notice, NoticeState, SentNotice, Undelivered

__all__ = [
    "Attachment",
    "AttachmentProvider",
    "NoSuchNotice",
    "Notice",
    "NoticeState",
    "NoticesOfPerson",
    "SentNotice",
    "Undelivered",
    "check_notices",
    "export_guests_notices",
    "forget_guests_notices",
    "notice_of",
    "notices_of",
    "provide_attachments",
    "queue_account_mail",
    "queue_notices",
    "send_due",
    "undelivered",
    "withdraw_notices",
]
