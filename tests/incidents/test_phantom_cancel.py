"""phantom-cancel: Paris 2024. Tickets for a ceremony were shown as cancelled by a bug.

No ticket changes state without somebody who did it, a reason, a notice to its holder, and a way back. A page may be wrong; the rows behind it
say what is true, and the code in the holder's hand goes on admitting.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from grandstand.commerce.api import RevokedLine
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.messaging import api as messaging
from grandstand.people.testing import make_person
from grandstand.store import api as store
from grandstand.store.api import Database, Kind, WallHit
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.api import EventKind, TicketState
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office

CLERK = Actor.person(new_id())


def settle() -> list[str]:
    """Deliver every fact and send every mail; the subjects and bodies of the mails, as one text each."""
    before = len(mail.outbox)
    while store.deliver_due(now=NOW + timedelta(days=40)):
        pass
    messaging.send_due(now=NOW + timedelta(days=40))
    return [f"{each.subject}\n{each.body}" for each in mail.outbox[before:]]


def audit(database: Database, ticket_id: UUID) -> list[tuple[str, str, str]]:
    with database.write() as tx:
        rows = tx.rows("SELECT action, actor, reason FROM store_audit WHERE object_id = %s ORDER BY at, id", (str(ticket_id),), kinds=[Kind.TEXT] * 3)
        return [(action, actor, reason) for action, actor, reason in rows]


def state(ticket_id: UUID, holder_id: UUID) -> TicketState:
    return ticketing.ticket(ticket_id=ticket_id, holder_id=holder_id, language="en").state


def scan(database: Database, office: BoxOffice, code: str) -> ticketing.Verdict:
    assert office.session.starts_at is not None
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=None, device_id=None)
    with database.write() as tx:
        return ticketing.scan_many(tx, [attempt], by=CLERK, now=office.session.starts_at)[0]


def test_a_ceremony_voided_by_mistake_is_told_of_and_given_back_and_its_holders_come_in(database: Database) -> None:
    office, holder = make_box_office(), make_person().id
    ids = office.issue(office.line(quantity=3, person_id=holder))
    codes = codes_of(ids)
    settle()

    for ticket_id in ids:
        ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=CLERK, reason="wrong list uploaded", now=NOW)
    told = settle()
    assert len(told) == 1
    assert "3 tickets" in told[0]
    assert "The reason: wrong list uploaded" in told[0]
    assert {state(ticket_id, holder) for ticket_id in ids} == {TicketState.VOID}
    assert scan(database, office, codes[ids[0]]).reason is ticketing.Reason.VOID

    for ticket_id in ids:
        ticketing.reinstate_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=CLERK, reason="the list was wrong", now=NOW)
    told = settle()
    assert len(told) == 3
    assert all("Your ticket is good again" in each and "The reason: the list was wrong" in each for each in told)
    assert {state(ticket_id, holder) for ticket_id in ids} == {TicketState.VALID}
    assert scan(database, office, codes[ids[0]]).admitted

    events = ticketing.history(ticket_id=ids[0], language="en")
    assert [event.kind for event in events] == [EventKind.ISSUED, EventKind.VOIDED, EventKind.REINSTATED, EventKind.ADMITTED]
    assert audit(database, ids[1]) == [("void", str(CLERK), "wrong list uploaded"), ("reinstate", str(CLERK), "the list was wrong")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_happens(database: Database, reason: str) -> None:
    office, holder = make_box_office(), make_person().id
    (ticket_id,) = office.issue(office.line(person_id=holder))
    settle()
    for change in (ticketing.void_ticket, ticketing.take_back_admission, ticketing.reinstate_ticket):
        with pytest.raises((ValueError, WallHit, ticketing.TicketNotUsed, ticketing.TicketNotVoid)):
            change(ticket_id=ticket_id, organisation_id=office.organisation_id, by=CLERK, reason=reason, now=NOW)
    assert state(ticket_id, holder) is TicketState.VALID
    assert settle() == []


def test_a_change_that_fails_halfway_changes_nothing_and_tells_nobody(database: Database) -> None:
    office, holder = make_box_office(), make_person().id
    line = office.line(quantity=2, person_id=holder)
    first, second = office.issue(line)
    assert scan(database, office, codes_of([first])[first]).admitted
    settle()
    revoked = [RevokedLine(line_id=line.line_id, quantity=2, reason="cancelled by a bug")]
    with pytest.raises(ticketing.TicketUsed), database.write() as tx:
        ticketing.Tickets().revoke_many(tx, revoked, by=CLERK, now=NOW)
    assert (state(first, holder), state(second, holder)) == (TicketState.USED, TicketState.VALID)
    assert settle() == []


def test_a_session_cancelled_by_mistake_leaves_every_ticket_as_it_is_and_comes_back_with_a_notice(database: Database) -> None:
    office, holder = make_box_office(), make_person().id
    (ticket_id,) = office.issue(office.line(person_id=holder))
    code = codes_of([ticket_id])[ticket_id]
    settle()
    games.cancel_session(session_id=office.session.id, now=NOW, by=CLERK, reason="pressed the wrong button")
    assert [each.splitlines()[0] for each in settle()] == ["Cancelled: Women's 100 m freestyle, heats"]
    assert state(ticket_id, holder) is TicketState.VALID
    games.reinstate_session(session_id=office.session.id, now=NOW, by=CLERK, reason="it was the wrong button")
    assert [each.splitlines()[0] for each in settle()] == ["It takes place after all: Women's 100 m freestyle, heats"]
    assert ticketing.refund_cancelled_sessions(now=NOW + timedelta(days=9)) == 0
    assert scan(database, office, code).admitted


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ticketing_voiding SET reason = 'another story'",
        "DELETE FROM ticketing_voiding",
        "DELETE FROM ticketing_reinstatement",
        "UPDATE ticketing_scan SET reason = 'forged'",
        "DELETE FROM store_audit",
    ],
)
def test_what_happened_to_a_ticket_cannot_be_rewritten(database: Database, sql: str, past: Callable[[], None]) -> None:
    past()
    with pytest.raises(WallHit, match="append_only"), database.write() as tx:
        tx.execute(sql)


@pytest.fixture
def past(database: Database) -> Callable[[], None]:
    """A ticket that was voided, given back and used."""

    def make() -> None:
        office = make_box_office()
        (ticket_id,) = office.issue()
        how: dict[str, Any] = {"ticket_id": ticket_id, "organisation_id": office.organisation_id, "by": CLERK, "now": NOW}
        ticketing.void_ticket(**how, reason="one")
        ticketing.reinstate_ticket(**how, reason="two")
        assert scan(database, office, codes_of([ticket_id])[ticket_id]).admitted

    return make
