from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.services.scanning import ScanRow, write_scans
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office, make_holder
from grandstand.ticketing.tests.conftest import Counted
from grandstand.ticketing.values import NoSuchGate, NotOnSale, Reason, ScanAttempt, ScanReused, TicketNotUsed, TicketUsed, Verdict

STEWARD = Actor.person(new_id())


def doors(office: BoxOffice) -> timedelta:
    assert office.session.starts_at is not None
    return office.session.starts_at - NOW - timedelta(hours=1)


def attempt(office: BoxOffice, code: str, *, gate: int | None = 1, scan_id: UUID | None = None) -> ScanAttempt:
    return ScanAttempt(
        scan_id=scan_id or new_id(),
        code=code,
        session_id=office.session.id,
        gate_id=None if gate is None else office.gates[gate],
        device_id=None,
    )


def scan(database: Database, *attempts: ScanAttempt, later: timedelta) -> list[Verdict]:
    with database.write() as tx:
        return ticketing.scan_many(tx, attempts, by=STEWARD, now=NOW + later)


def test_a_ticket_is_admitted_once_and_the_second_scan_hears_when_and_where(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    first, second = (scan(database, attempt(office, code, gate=gate), later=doors(office))[0] for gate in (1, 2))
    assert first.admitted
    assert (second.reason, second.used_at, second.used_gate) == (Reason.ALREADY_USED, NOW + doors(office), "Gate 1")


def test_two_scans_of_one_ticket_in_one_batch_admit_it_once(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    verdicts = scan(database, attempt(office, code, gate=3), attempt(office, code, gate=2), later=doors(office))
    assert [verdict.reason for verdict in verdicts] == [None, Reason.ALREADY_USED]
    assert verdicts[1].used_gate == "Gate 3"


def test_a_repeated_request_gets_its_answer_again_and_changes_nothing(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    once = attempt(office, code)
    answers = [scan(database, once, later=doors(office))[0] for _ in range(3)]
    assert [answer.reason for answer in answers] == [None, None, None]
    assert models.Scan.objects.count() == models.Admission.objects.count() == 1


def test_a_repeated_request_says_when_it_was_answered_first(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    once = attempt(office, code)
    scan(database, once, later=doors(office))
    (again,) = scan(database, once, later=doors(office) + timedelta(minutes=9))
    assert (again.admitted, again.answered_at) == (True, NOW + doors(office))


def test_the_id_of_a_scan_lets_in_nobody_with_another_code_or_at_another_gate(database: Database) -> None:
    office = make_box_office()
    code, other = codes_of(office.issue(office.line(quantity=2))).values()
    once = attempt(office, code)
    assert scan(database, once, later=doors(office))[0].admitted
    for reused in (replace(once, code=other), replace(once, code="FORGED"), replace(once, gate_id=office.gates[2])):
        with pytest.raises(ScanReused):
            scan(database, reused, later=doors(office))
    assert models.Scan.objects.count() == models.Admission.objects.count() == 1
    assert [scan(database, attempt(office, other), later=doors(office))[0].reason for _ in range(2)] == [None, Reason.ALREADY_USED]


def test_two_codes_under_one_id_in_one_batch_let_in_neither(database: Database) -> None:
    office = make_box_office()
    code, other = codes_of(office.issue(office.line(quantity=2))).values()
    once = attempt(office, code)
    with pytest.raises(ScanReused):
        scan(database, once, replace(once, code=other), later=doors(office))
    assert models.Admission.objects.count() == 0
    assert [verdict.admitted for verdict in scan(database, once, once, later=doors(office))] == [True, True]
    assert models.Scan.objects.count() == models.Admission.objects.count() == 1


def test_a_scan_that_another_wrote_under_its_id_meanwhile_is_refused(database: Database) -> None:
    office = make_box_office()
    once = attempt(office, "ONE")
    scan(database, once, later=doors(office))
    late = ScanRow(attempt=replace(once, code="TWO"), organisation_id=office.organisation_id, verdict=Verdict(reason=None), at=NOW)
    with pytest.raises(ScanReused), database.write() as tx:
        write_scans(tx, [late], by=STEWARD, received_at=NOW)


def test_an_answer_is_given_again_after_its_key_was_revoked(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    once = attempt(office, code)
    scan(database, once, later=doors(office))
    with database.write() as tx:
        tx.execute("UPDATE ticketing_signing_key SET revoked_at = %s", (NOW,))
    assert scan(database, once, later=doors(office))[0].admitted
    assert scan(database, attempt(office, code), later=doors(office))[0].reason is Reason.FORGED


@pytest.mark.parametrize(
    ("call_off", "reason"), [(games.postpone_session, Reason.SESSION_POSTPONED), (games.cancel_session, Reason.SESSION_CANCELLED)]
)
def test_a_session_that_was_called_off_admits_nobody_until_it_is_on_again(
    database: Database, call_off: Callable[..., games.Session], reason: Reason
) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    how: dict[str, Any] = {"session_id": office.session.id, "now": NOW, "by": STEWARD, "reason": "storm"}
    call_off(**how)
    assert scan(database, attempt(office, code), later=doors(office))[0].reason is reason
    place = ticketing.scan_place(session_id=office.session.id, organisation_ids=None, language="en")
    assert place.called_off is reason
    games.reinstate_session(**how)
    assert scan(database, attempt(office, code), later=doors(office))[0].admitted


def test_every_refusal_names_its_reason(database: Database) -> None:
    edition = make_edition()
    office = make_box_office(edition=edition, gates=(1, 2))
    elsewhere = make_box_office(session=make_session(edition=edition, code="SWM02"), gates=())
    ticket, void = office.issue(office.line(quantity=2))
    (other,) = elsewhere.issue()
    code, void_code = codes_of([ticket, void]).values()
    (other_code,) = codes_of([other]).values()
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=STEWARD, reason="stolen", now=NOW)
    ticketing.change_offer(
        offer_id=office.offers["A"],
        organisation_id=office.organisation_id,
        terms=ticketing.OfferTerms(
            status=ticketing.OfferStatus.ON_SALE,
            cap_per_person=8,
            limit_per_line=6,
            window=ticketing.Conditions().window,
            gates=frozenset({1}),
            needs_activation=False,
        ),
        now=NOW,
        by=STEWARD,
        reason="gate 2 is for teams",
    )
    open_ = doors(office)
    asked = [
        (attempt(office, "A" * 178), open_),
        (attempt(office, code[:-1] + ("A" if code[-1] != "A" else "B")), open_),
        (attempt(office, other_code), open_),
        (attempt(office, code, gate=2), open_),
        (attempt(office, code), open_ - timedelta(hours=2)),
        (attempt(office, code), open_ + timedelta(hours=4)),
        (attempt(office, void_code), open_),
        (attempt(office, code), open_),
        (attempt(office, code), open_),
    ]
    reasons = [scan(database, each, later=later)[0].reason for each, later in asked]
    assert reasons == [
        Reason.FORGED,
        Reason.FORGED,
        Reason.WRONG_SESSION,
        Reason.WRONG_GATE,
        Reason.NOT_VALID_YET,
        Reason.TOO_LATE,
        Reason.VOID,
        None,
        Reason.ALREADY_USED,
    ]
    count = ticketing.live_count(session_id=office.session.id, language="fr")
    assert (count.inside, count.refused, count.conflicts, count.sold) == (1, 8, 0, 1)
    assert [(gate.gate, gate.admitted, gate.refused) for gate in count.by_gate] == [("Porte 1", 1, 7), ("Porte 2", 0, 1)]
    assert count.refused_by_reason[Reason.FORGED] == 2


def test_a_ticket_that_must_be_activated_is_refused_until_its_holder_does(database: Database) -> None:
    office = make_box_office(needs_activation=True)
    holder = make_holder()
    (ticket_id,) = office.issue(office.line(person_id=holder))
    view = ticketing.ticket(ticket_id=ticket_id, holder_id=holder, language="en")
    with pytest.raises(ticketing.NoCode):
        ticketing.code(ticket=view, now=NOW)
    ticketing.activate_ticket(ticket_id=ticket_id, holder_id=holder, now=NOW)
    ticketing.activate_ticket(ticket_id=ticket_id, holder_id=holder, now=NOW)
    code = ticketing.code(ticket=ticketing.ticket(ticket_id=ticket_id, holder_id=holder, language="en"), now=NOW)
    database_says = scan(database, attempt(office, code), later=doors(office))[0]
    assert database_says.admitted


def test_a_ticket_that_was_never_activated_is_refused_as_such(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue(office.line(person_id=make_holder()))
    (code,) = codes_of([ticket_id]).values()
    models.Offer.objects.update(needs_activation=True)
    assert scan(database, attempt(office, code), later=doors(office))[0].reason is Reason.NOT_ACTIVATED


def test_a_moved_session_admits_by_its_new_times_with_the_code_of_before(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    with database.write() as tx:
        tx.execute("UPDATE games_session SET starts_at = %s, ends_at = %s WHERE id = %s", (NOW, NOW + timedelta(hours=2), office.session.id))
    assert scan(database, attempt(office, code), later=timedelta(hours=1))[0].admitted


def test_a_ticket_of_another_organisation_is_none_of_ours(database: Database) -> None:
    ours, theirs = make_box_office(), make_box_office()
    (code,) = codes_of(theirs.issue()).values()
    verdict = scan(database, attempt(ours, code), later=doors(ours))[0]
    assert (verdict.reason, verdict.ticket_id) == (Reason.FORGED, None)


def test_scanning_needs_a_session_on_sale_and_a_gate_of_its_venue(database: Database) -> None:
    office, other = make_box_office(), make_box_office()
    with pytest.raises(NotOnSale):
        scan(database, ScanAttempt(scan_id=new_id(), code="", session_id=make_session().id, gate_id=None, device_id=None), later=doors(office))
    wrong = ScanAttempt(scan_id=new_id(), code="", session_id=office.session.id, gate_id=other.gates[1], device_id=None)
    with pytest.raises(NoSuchGate):
        scan(database, wrong, later=doors(office))


def test_an_admission_can_be_taken_back_and_the_ticket_used_again(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue()
    (code,) = codes_of([ticket_id]).values()

    def take_back() -> None:
        ticketing.take_back_admission(
            ticket_id=ticket_id, organisation_id=office.organisation_id, by=STEWARD, reason="the wrong person", now=NOW + doors(office)
        )

    with pytest.raises(TicketNotUsed):
        take_back()
    assert scan(database, attempt(office, code), later=doors(office))[0].admitted
    with pytest.raises(TicketUsed):
        ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=STEWARD, reason="no", now=NOW)
    take_back()
    assert scan(database, attempt(office, code), later=doors(office))[0].admitted
    assert models.Scan.objects.count() == 2


def test_the_journal_of_scans_cannot_be_changed_and_keeps_no_code(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    scan(database, attempt(office, code), later=doors(office))
    assert code not in str(models.Scan.objects.values().get())
    with pytest.raises(Exception, match="ticketing_scan_is_append_only"), write() as tx:
        tx.execute("UPDATE ticketing_scan SET reason = 'forged'")


def test_a_batch_of_forty_scans_needs_as_many_statements_as_one(database: Database, counted: Counted) -> None:
    office = make_box_office()
    codes = list(codes_of(office.issue(office.line(quantity=41))).values())
    one = counted(lambda tx: ticketing.scan_many(tx, [attempt(office, codes[0])], by=STEWARD, now=NOW + doors(office)))
    forty = counted(lambda tx: ticketing.scan_many(tx, [attempt(office, code) for code in codes[1:]], by=STEWARD, now=NOW + doors(office)))
    assert one == forty <= 14
