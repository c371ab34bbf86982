"""Notices: queued once, sent at least once, each with its story in its row."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from grandstand.kit.ids import new_id
from grandstand.messaging import api as messaging
from grandstand.messaging import sending
from grandstand.messaging.api import Attachment, Notice, NoticeState
from grandstand.messaging.models import Notice as Row
from grandstand.movement.testing import make_organisation
from grandstand.people import api as people
from grandstand.people.testing import BY, NOW, make_person
from grandstand.store.api import Database, read, write

CONTEXT = {"email": "ada@example.org", "sign_up_url": "https://example.org/up?a=1&b=2"}
PLAIN = Notice(key="hello", template="people/notices/no_account", organisation_id=None, to_email="ada@example.org", context=CONTEXT)
SECRET = replace(PLAIN, template="people/notices/confirm_email", context={"code": "123456"}, is_secret=True)


class Transport(BaseEmailBackend):
    """Fails with what is in `faults`, the first first, then delivers."""

    faults: ClassVar[list[BaseException]] = []
    delivered: ClassVar[list[Any]] = []

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        if self.faults:
            raise self.faults.pop(0)
        self.delivered.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def transport(settings: Settings) -> type[Transport]:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Transport"}}
    Transport.faults, Transport.delivered = [], []
    return Transport


def queue(*notices: Notice) -> int:
    with write() as tx:
        return messaging.queue_notices(tx, notices, now=NOW)


def undelivered() -> list[messaging.Undelivered]:
    with read() as tx:
        return messaging.undelivered(tx)


def test_queueing_meets_no_orm_and_a_known_key_is_queued_once(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    organisation, person = make_organisation(), make_person()
    notices = [
        replace(
            PLAIN, organisation_id=organisation.id, attachments=(Attachment(file_name="é.pdf", media_type="a/b", provider="p", provider_id="1"),)
        ),
        Notice(key="two", template="people/notices/no_account", organisation_id=None, to_person_id=person.id),
    ]
    with django_db_blocker.block(), database.write() as tx:
        assert messaging.queue_notices(tx, notices, now=NOW) == 2
        assert messaging.queue_notices(tx, [replace(PLAIN, to_email="other@example.org"), replace(PLAIN, key="three")], now=NOW) == 1
        assert messaging.queue_notices(tx, [], now=NOW) == 0

    first = Row.objects.get(key="hello")
    assert (first.to_email, first.organisation_id, first.context, first.state) == ("ada@example.org", organisation.id, CONTEXT, "queued")
    assert first.attachments == [{"file_name": "é.pdf", "media_type": "a/b", "provider": "p", "provider_id": "1"}]
    assert Row.objects.count() == 3


def test_a_withdrawn_notice_is_not_sent_and_what_was_sent_or_goes_to_others_stays(database: Database) -> None:
    queue(replace(PLAIN, key="sent"))
    assert messaging.send_due(now=NOW) == 1
    queue(replace(PLAIN, key="theirs"), replace(PLAIN, key="other", to_email="bo@example.org"))
    with database.write() as tx:
        assert messaging.withdraw_notices(tx, to_emails=["ada@example.org", "nobody@example.org"]) == 1
        assert messaging.withdraw_notices(tx, to_emails=[]) == 0
    assert sorted(Row.objects.values_list("key", "state")) == [("other", "queued"), ("sent", "sent")]


def test_a_notice_to_nobody_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Notice(key="k", template="t", organisation_id=None)


def test_a_sent_notice_keeps_what_its_reader_got(database: Database) -> None:
    queue(PLAIN)
    assert messaging.send_due(now=NOW) == 1
    sent: Any = mail.outbox[0]
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "There is no account with this address"
    assert "https://example.org/up?a=1&b=2" in sent.body
    (html,) = sent.alternatives
    assert 'href="https://example.org/up?a=1&amp;b=2"' in html.content
    row = Row.objects.get()
    assert (row.state, row.sent_at, row.subject, row.attempts, row.error) == ("sent", NOW, sent.subject, 1, "")
    assert row.body in sent.body
    assert sent.extra_headers["Message-ID"].startswith(f"<{row.id}@")
    assert messaging.send_due(now=NOW + timedelta(days=9)) == 0


def test_a_person_gets_it_at_their_address_and_in_their_language_of_the_moment_it_is_sent(db: None) -> None:
    person = make_person(email="ada@example.org", language="en")
    queue(replace(PLAIN, to_email="", to_person_id=person.id))
    people.set_language_and_market(person_id=person.id, language="zh-hans", market_code="", now=NOW, by=BY)
    messaging.send_due(now=NOW)
    (sent,) = mail.outbox
    assert (sent.to, sent.extra_headers["Content-Language"]) == (["ada@example.org"], "zh-hans")
    assert [(notice.subject, notice.template) for notice in messaging.notices_of(person.id)] == [(sent.subject, PLAIN.template)]


@pytest.mark.parametrize(("asked", "used"), [("fr", "fr"), ("fr-ca", "fr"), ("zh-cn", "zh-hans"), ("de", "en"), ("", "en")])
def test_the_nearest_language_of_ours_is_used(asked: str, used: str, db: None) -> None:
    queue(replace(PLAIN, language=asked))
    messaging.send_due(now=NOW)
    assert mail.outbox[0].extra_headers["Content-Language"] == used


def test_a_code_is_not_kept_once_it_is_sent(database: Database) -> None:
    queue(SECRET)
    assert Row.objects.get().context == {"code": "123456"}
    messaging.send_due(now=NOW)
    assert "123456" in mail.outbox[0].body
    row = Row.objects.get()
    assert (row.state, row.context, row.body) == ("sent", {}, "")
    assert "123456" not in row.subject


def test_a_failing_transport_is_tried_again_after_doubling_waits(transport: type[Transport], database: Database) -> None:
    queue(PLAIN)
    transport.faults = [OSError("no route to host"), OSError("still none")]
    at = NOW
    for wait_s, fault in [(30, "no route to host"), (60, "still none")]:
        assert messaging.send_due(now=at) == 0
        (failed,) = undelivered()
        assert (failed.state, failed.error) == (NoticeState.QUEUED, f"OSError: {fault}")
        assert failed.due_at == at + timedelta(seconds=wait_s)
        assert messaging.send_due(now=failed.due_at - timedelta(seconds=1)) == 0
        with read() as tx:
            assert [finding.healthy for finding in messaging.check_notices(tx)] == [True]
        at = failed.due_at
    assert messaging.send_due(now=at) == 1
    assert len(transport.delivered) == 1
    assert undelivered() == []


def test_after_the_last_try_it_is_failed_and_no_code_is_left(transport: type[Transport], database: Database) -> None:
    queue(SECRET)
    transport.faults = [OSError("away")] * (sending.MAX_ATTEMPTS + 1)
    at = NOW
    for _ in range(sending.MAX_ATTEMPTS):
        messaging.send_due(now=at)
        at += timedelta(days=1)
    assert messaging.send_due(now=at) == 0
    (failed,) = undelivered()
    assert (failed.state, failed.attempts) == (NoticeState.FAILED, sending.MAX_ATTEMPTS)
    assert Row.objects.get().context == {}
    assert len(transport.faults) == 1
    with read() as tx:
        (finding,) = messaging.check_notices(tx)
    assert (finding.healthy, str(failed.id) in finding.detail) == (False, True)


def test_one_that_cannot_be_written_does_not_hold_up_the_others(db: None) -> None:
    queue(replace(PLAIN, key="broken", template="people/notices/no_such"), PLAIN)
    assert messaging.send_due(now=NOW) == 1
    assert [(each.template, each.error.split(":")[0]) for each in undelivered()] == [("people/notices/no_such", "TemplateDoesNotExist")]


def test_a_sender_that_dies_is_followed_by_another_after_its_lease(transport: type[Transport], database: Database) -> None:
    queue(PLAIN)
    transport.faults = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        messaging.send_due(now=NOW)
    assert messaging.send_due(now=NOW + sending.LEASE - timedelta(seconds=1)) == 0
    assert messaging.send_due(now=NOW + sending.LEASE) == 1


def test_two_workers_do_not_take_the_same_notice(postgresql: Database) -> None:
    queue(PLAIN, replace(PLAIN, key="second"))
    second = Database(postgresql.url)
    with postgresql.write() as one, second.write() as other:
        claimed = [sending._claim_next(tx, NOW) for tx in (one, other, one)]
    second.close()
    assert [None if each is None else each.attempts for each in claimed] == [0, 0, None]
    assert claimed[0] is not None
    assert claimed[1] is not None
    assert claimed[0].id != claimed[1].id


def test_an_attachment_is_made_when_it_is_sent_and_waited_for(db: None) -> None:
    made: dict[str, bytes] = {}
    messaging.provide_attachments("invoice", lambda id_: made[id_])
    invoice = Attachment(file_name="invoice.pdf", media_type="application/pdf", provider="invoice", provider_id="7")
    queue(replace(PLAIN, attachments=(invoice,)))
    assert messaging.send_due(now=NOW) == 0
    assert undelivered()[0].error == "KeyError: '7'"
    made["7"] = b"%PDF"
    assert messaging.send_due(now=NOW + timedelta(hours=1)) == 1
    (attached,) = mail.outbox[0].attachments
    assert tuple(attached) == ("invoice.pdf", b"%PDF", "application/pdf")


def test_an_attachment_that_nobody_provides_says_so(db: None) -> None:
    queue(replace(PLAIN, attachments=(Attachment(file_name="x", media_type="a/b", provider=f"p{new_id()}", provider_id="1"),)))
    messaging.send_due(now=NOW)
    assert "register it in config/wiring.py" in undelivered()[0].error


def test_nothing_is_sent_to_somebody_whose_account_is_erased(db: None) -> None:
    person = make_person()
    queue(replace(PLAIN, to_email="", to_person_id=person.id), replace(PLAIN, key="other"))
    people.erase_person(person_id=person.id, now=NOW, by=BY)
    assert [row.key for row in Row.objects.all()] == ["other"]
    queue(replace(PLAIN, key="late", to_email="", to_person_id=person.id))
    assert messaging.send_due(now=NOW) == 1
    assert [(each.state, each.attempts) for each in undelivered()] == [(NoticeState.FAILED, 1)]


def test_the_export_has_every_notice_as_it_was_sent(db: None) -> None:
    person = make_person(email="ada@example.org")
    queue(PLAIN, replace(SECRET, key="code", to_person_id=person.id), replace(PLAIN, key="other", to_email="bob@example.org"))
    messaging.send_due(now=NOW)
    exported: Any = people.export_person(person.id)["messaging"]
    assert [(each["notice"], each["to"], bool(each["text"])) for each in exported] == [
        ("people/notices/no_account", "ada@example.org", True),
        ("people/notices/confirm_email", "ada@example.org", False),
    ]


def test_mail_in_a_folder_is_a_file_that_any_mail_program_opens(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.MAILERS = {"default": {"BACKEND": "grandstand.messaging.adapters.folder.EmailBackend", "OPTIONS": {"folder": tmp_path / "mail"}}}
    queue(replace(PLAIN, language="zh-hans"))
    assert messaging.send_due(now=NOW) == 1
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    (file,) = (tmp_path / "mail").glob("*.eml")
    opened = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert opened["To"] == "ada@example.org"
    body: Any = opened.get_body(("plain",))
    assert CONTEXT["sign_up_url"] in body.get_content()
