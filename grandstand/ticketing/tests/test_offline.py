import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, read
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.queries.sales import keyrings
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office, make_holder
from grandstand.ticketing.values import Conflict, NoSuchGate, NotOnSale, OfflineScan, Reason, ScanAttempt

STEWARD = Actor.person(new_id())


def at_doors(office: BoxOffice, minutes: int = 0) -> Any:
    assert office.session.starts_at is not None
    return office.session.starts_at + timedelta(minutes=minutes)


def document(database: Database, office: BoxOffice, *, minutes: int = -60) -> dict[str, Any]:
    with database.write() as tx:
        return ticketing.scanner_bundle(tx, session_id=office.session.id, device_id=None, language="en", now=at_doors(office, minutes))


def trusted(office: BoxOffice) -> dict[str, bytes]:
    with read() as tx:
        return keyrings(tx, [office.organisation_id])[office.organisation_id]


def scanner(database: Database, office: BoxOffice) -> ticketing.Scanner:
    carried = json.loads(json.dumps(document(database, office)))
    return ticketing.Scanner.of(ticketing.read_bundle(carried, trusted=trusted(office)))


def online(database: Database, office: BoxOffice, code: str, *, gate: int = 1, minutes: int = 0) -> ticketing.Verdict:
    attempt = ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=office.gates[gate], device_id=None)
    with database.write() as tx:
        return ticketing.scan_many(tx, [attempt], by=STEWARD, now=at_doors(office, minutes))[0]


def upload(database: Database, office: BoxOffice, *scans: OfflineScan, minutes: int = 30) -> ticketing.Synced:
    with database.write() as tx:
        return ticketing.upload_scans(tx, session_id=office.session.id, device_id=None, scans=scans, by=STEWARD, now=at_doors(office, minutes))


def offline(office: BoxOffice, code: str, *, minutes: int = 0, reason: Reason | None = None, gate: int = 2) -> OfflineScan:
    return OfflineScan(scan_id=new_id(), code=code, gate_id=office.gates[gate], at=at_doors(office, minutes), reason=reason)


def test_a_bundle_decides_as_of_its_sync_and_says_so(database: Database) -> None:
    office = make_box_office()
    good, void, used = office.issue(office.line(quantity=3))
    codes = codes_of([good, void, used])
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=STEWARD, reason="stolen", now=NOW)
    assert online(database, office, codes[used], minutes=-70).admitted
    device = scanner(database, office)
    gate = next(each for each in device.bundle.gates if each.number == 2)
    answers = [device.scan(codes[id_], gate=gate, now=at_doors(office)) for id_ in (good, void, used, good)]
    assert [answer.reason for answer in answers] == [None, Reason.VOID, Reason.ALREADY_USED, Reason.ALREADY_USED]
    assert {answer.as_of for answer in answers} == {at_doors(office, -60)}
    assert [(answer.used_at, answer.used_gate) for answer in answers[2:]] == [(at_doors(office, -70), "Gate 1"), (at_doors(office), "Gate 2")]


def test_a_bundle_knows_the_new_times_of_a_session_whose_codes_are_older(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    with database.write() as tx:
        tx.execute(
            "UPDATE games_session SET starts_at = %s, ends_at = %s WHERE id = %s",
            (at_doors(office) + timedelta(days=1), at_doors(office) + timedelta(days=1, hours=2), office.session.id),
        )
    device = scanner(database, office)
    assert device.scan(code, gate=None, now=at_doors(office)).reason is Reason.NOT_VALID_YET
    assert device.scan(code, gate=None, now=at_doors(office) + timedelta(days=1)).admitted


@pytest.mark.parametrize(
    ("call_off", "reason"), [(games.postpone_session, Reason.SESSION_POSTPONED), (games.cancel_session, Reason.SESSION_CANCELLED)]
)
def test_a_bundle_knows_that_its_session_was_called_off(database: Database, call_off: Callable[..., games.Session], reason: Reason) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    call_off(session_id=office.session.id, now=NOW, by=STEWARD, reason="storm")
    verdict = scanner(database, office).scan(code, gate=None, now=at_doors(office))
    assert (verdict.reason, verdict.as_of) == (reason, at_doors(office, -60))


def test_two_codes_under_one_id_are_both_kept_and_a_second_upload_finds_them(database: Database) -> None:
    office = make_box_office()
    codes = list(codes_of(office.issue(office.line(quantity=3))).values())
    first = offline(office, codes[0])
    scans = [first, replace(first, code=codes[1], at=at_doors(office, 1))]
    synced = upload(database, office, *scans)
    assert (synced.known, synced.admitted, synced.conflicts) == (0, 2, ())
    assert upload(database, office, *reversed(scans)).known == 2
    later = upload(database, office, replace(first, code=codes[2], at=at_doors(office, 2)))
    assert (later.known, later.admitted) == (0, 1)
    assert models.Scan.objects.count() == models.Admission.objects.count() == 3
    with database.write() as tx:
        assert [finding.name for finding in ticketing.check_tickets(tx) if not finding.healthy] == []


def test_a_scan_that_was_answered_before_its_answer_was_lost_is_known(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    attempt = ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=office.gates[2], device_id=None)
    with database.write() as tx:
        ticketing.scan_many(tx, [attempt], by=STEWARD, now=at_doors(office))
    synced = upload(database, office, replace(offline(office, code), scan_id=attempt.scan_id))
    assert (synced.known, synced.conflicts) == (1, ())


def test_whoever_was_let_in_offline_though_the_lost_answer_was_a_no_is_a_conflict(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue()
    (code,) = codes_of([ticket_id]).values()
    ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=STEWARD, reason="stolen", now=NOW)
    attempt = ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=office.gates[2], device_id=None)
    with database.write() as tx:
        assert ticketing.scan_many(tx, [attempt], by=STEWARD, now=at_doors(office))[0].reason is Reason.VOID
    synced = upload(database, office, replace(offline(office, code), scan_id=attempt.scan_id))
    assert [(conflict.scan_id, conflict.reason) for conflict in synced.conflicts] == [(attempt.scan_id, Reason.VOID)]


def test_gates_of_another_organisation_are_not_found(database: Database) -> None:
    ours, theirs = make_box_office(), make_box_office()
    (code,) = codes_of(ours.issue()).values()
    with pytest.raises(NoSuchGate):
        upload(database, ours, replace(offline(ours, code), gate_id=theirs.gates[2]))
    assert models.Scan.objects.count() == 0


def test_a_bundle_that_was_changed_or_signed_by_a_stranger_is_not_believed(database: Database) -> None:
    office, other = make_box_office(), make_box_office()
    true = document(database, office)
    with pytest.raises(ticketing.BundleWrong, match="was not given"):
        ticketing.read_bundle(true, trusted=trusted(other))
    changed = true | {"content": true["content"] | {"void": [], "session_code": "X"}}
    with pytest.raises(ticketing.BundleWrong, match="changed on its way"):
        ticketing.read_bundle(changed, trusted=trusted(office))
    for broken in ({}, {"content": {}, "key_id": "x", "signature": "%"}, {"content": 1, "key_id": 2}):
        with pytest.raises(ticketing.BundleWrong):
            ticketing.read_bundle(broken, trusted=trusted(office))


def test_a_bundle_names_a_key_before_it_signs_so_that_no_true_ticket_is_called_forged(database: Database) -> None:
    office = make_box_office()
    ids = office.issue()
    new = ticketing.rotate_key(organisation_id=office.organisation_id, now=NOW, by=STEWARD, reason="yearly")
    with database.write() as tx:
        bundle = ticketing.read_bundle(
            ticketing.scanner_bundle(tx, session_id=office.session.id, device_id=None, language="en", now=NOW), trusted=trusted(office)
        )
    later = codes_of(ids, now=NOW + timedelta(days=2))[ids[0]]
    assert ticketing.read_code(later, keys=bundle.keyring()).key_id == new


def test_what_was_decided_offline_is_kept_and_becomes_the_admission(database: Database) -> None:
    office = make_box_office()
    ids = office.issue(office.line(quantity=2))
    codes = codes_of(ids)
    scans = [offline(office, codes[ids[0]], minutes=1), offline(office, codes[ids[1]], minutes=2), offline(office, "junk", reason=Reason.FORGED)]
    first = upload(database, office, *scans)
    assert (first.received, first.known, first.admitted, first.refused, first.conflicts) == (3, 0, 2, 1, ())
    again = upload(database, office, *scans)
    assert (again.received, again.known, again.admitted, again.refused) == (3, 3, 0, 0)
    count = ticketing.live_count(session_id=office.session.id, language="en")
    assert (count.inside, count.refused, count.conflicts) == (2, 1, 0)
    assert [admission.at for admission in models.Admission.objects.order_by("at")] == [at_doors(office, 1), at_doors(office, 2)]
    refused = online(database, office, codes[ids[0]], minutes=40)
    assert (refused.reason, refused.used_at, refused.used_gate) == (Reason.ALREADY_USED, at_doors(office, 1), "Gate 2")


def test_conflicts_are_reported_with_their_reason_and_nothing_is_lost(database: Database) -> None:
    office, other = make_box_office(), make_box_office()
    used, void, twice = office.issue(office.line(quantity=3))
    (elsewhere,) = other.issue()
    codes = codes_of([used, void, twice]) | codes_of([elsewhere])
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=STEWARD, reason="stolen", now=NOW)
    assert online(database, office, codes[used], minutes=-5).admitted
    scans = [
        offline(office, codes[used], minutes=1),
        offline(office, codes[void], minutes=2),
        offline(office, codes[twice], minutes=3, gate=1),
        offline(office, codes[twice], minutes=4, gate=3),
        offline(office, codes[elsewhere], minutes=5),
    ]
    synced = upload(database, office, *reversed(scans))
    assert synced.admitted == 5
    assert synced.conflicts == (
        Conflict(
            scan_id=scans[0].scan_id,
            ticket_id=used,
            at=at_doors(office, 1),
            reason=Reason.ALREADY_USED,
            used_at=at_doors(office, -5),
            used_gate="Gate 1",
        ),
        Conflict(scan_id=scans[1].scan_id, ticket_id=void, at=at_doors(office, 2), reason=Reason.VOID),
        Conflict(
            scan_id=scans[3].scan_id,
            ticket_id=twice,
            at=at_doors(office, 4),
            reason=Reason.ALREADY_USED,
            used_at=at_doors(office, 3),
            used_gate="Gate 1",
        ),
        Conflict(scan_id=scans[4].scan_id, ticket_id=None, at=at_doors(office, 5), reason=Reason.FORGED),
    )
    count = ticketing.live_count(session_id=office.session.id, language="en")
    assert (count.inside, count.conflicts, models.Scan.objects.count()) == (3, 4, 6)


def test_a_scanner_whose_clock_runs_ahead_admitted_at_the_latest_when_it_synced(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    upload(database, office, offline(office, code, minutes=600), minutes=30)
    assert models.Admission.objects.get().at == at_doors(office, 30)


def test_syncing_needs_a_session_on_sale_and_gates_that_exist(database: Database) -> None:
    office = make_box_office()
    (code,) = codes_of(office.issue()).values()
    with pytest.raises(NotOnSale), database.write() as tx:
        ticketing.upload_scans(tx, session_id=new_id(), device_id=None, scans=[], by=STEWARD, now=NOW)
    office.gates[9] = new_id()
    with pytest.raises(NoSuchGate):
        upload(database, office, offline(office, code, gate=9))


def test_a_device_remembers_its_last_sync_and_signs_in_until_it_is_revoked(database: Database) -> None:
    office = make_box_office()
    made = ticketing.add_device(
        organisation_id=office.organisation_id, steward_id=make_holder(), name="Scanner 7", now=NOW, by=STEWARD, reason="gate 1"
    )
    with database.write() as tx:
        assert ticketing.find_device(tx, token=made.token) is not None
        ticketing.scanner_bundle(tx, session_id=office.session.id, device_id=made.device_id, language="en", now=at_doors(office))
    with database.write() as tx:
        found = ticketing.find_device(tx, token=made.token)
    assert found is not None
    assert (found.id, found.synced_at, found.name) == (made.device_id, at_doors(office), "Scanner 7")
    ticketing.revoke_device(device_id=made.device_id, organisation_id=office.organisation_id, now=NOW, by=STEWARD, reason="lost")
    with database.write() as tx:
        assert ticketing.find_device(tx, token=made.token) is None
    assert made.token not in str(models.Device.objects.values().get())
