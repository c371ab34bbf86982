"""gate-fakes: Champions League final 2022. 30,000 to 40,000 fakes were claimed, about 2,800 scanned, some of them genuine but not activated.

Here, at a tenth: 280 bad codes among 700 good ones. Every refusal names its reason, a scanner without a network gives the same answer from
nothing but its bundle, and the count of who is in is right at every moment.
"""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grandstand.games.api import edition_by_id
from grandstand.games.testing import make_session, wall
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.people.testing import make_person
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.api import Reason
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office, printed_codes

STEWARD = Actor.person(new_id())

GOOD = 700
FORGED, NOT_ACTIVATED, USED, WRONG_GATE, WRONG_DAY, VOID = 120, 60, 40, 30, 20, 10
"""280 in all: a tenth of the 2,800 that were scanned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A code that somebody shows at a gate, and what is to be said to it. None: come in."""

    code: str
    gate: int
    answer: Reason | None


@pytest.fixture
def final(sqlite: Database) -> BoxOffice:
    """One session with gates 1 to 3, whose category A comes in by gates 1 and 2, and whose category B must be activated."""
    office = make_box_office(seats=1_000, gates=(1, 2, 3))
    for code, gates, needs_activation in (("A", (1, 2), False), ("B", (), True)):
        ticketing.change_offer(
            offer_id=office.offers[code],
            organisation_id=office.organisation_id,
            terms=ticketing.OfferTerms(
                status=ticketing.OfferStatus.ON_SALE,
                cap_per_person=8,
                limit_per_line=6,
                window=Span(),
                gates=frozenset(gates),
                needs_activation=needs_activation,
            ),
            now=NOW,
            by=STEWARD,
            reason="how the stadium lets people in",
        )
    return office


def test_the_crowd_is_told_apart_with_reasons_online_and_offline_and_counted_as_it_comes_in(final: BoxOffice, sqlite: Database) -> None:
    crowd = the_crowd(final)
    kick_off = final.session.starts_at
    assert kick_off is not None
    scanner = scanner_of(final, sqlite, kick_off)

    online: list[ticketing.Verdict] = []
    offline: list[ticketing.Verdict] = []
    for n, shown in enumerate(crowd, start=1):
        online.append(scan(final, sqlite, shown, kick_off + timedelta(seconds=n)))
        gate = next(gate for gate in scanner.bundle.gates if gate.number == shown.gate)
        offline.append(scanner.scan(shown.code, gate=gate, now=kick_off + timedelta(seconds=n)))
        if n % 245 == 0:
            count = ticketing.live_count(session_id=final.session.id, language="en")
            assert (count.inside, count.refused) == (sum(each.admitted for each in online), sum(not each.admitted for each in online))

    expected = [shown.answer for shown in crowd]
    assert [verdict.reason for verdict in online] == expected
    assert [verdict.reason for verdict in offline] == expected
    assert {verdict.as_of for verdict in offline} == {kick_off - timedelta(hours=1)}

    count = ticketing.live_count(session_id=final.session.id, language="en")
    assert count.inside == GOOD + USED
    assert count.refused_by_reason == {
        Reason.FORGED: FORGED,
        Reason.NOT_ACTIVATED: NOT_ACTIVATED,
        Reason.ALREADY_USED: USED,
        Reason.WRONG_GATE: WRONG_GATE,
        Reason.WRONG_SESSION: WRONG_DAY,
        Reason.VOID: VOID,
    }
    assert sum(gate.admitted for gate in count.by_gate) == GOOD + USED


def test_a_genuine_ticket_that_was_not_activated_comes_in_once_its_holder_activates_it(final: BoxOffice, sqlite: Database) -> None:
    holder = make_person().id
    (ticket_id,) = final.issue(final.line(code="B", person_id=holder))
    kick_off = final.session.starts_at
    assert kick_off is not None
    shown = Shown(code=printed_codes([ticket_id])[ticket_id], gate=3, answer=None)
    assert scan(final, sqlite, shown, kick_off).reason is Reason.NOT_ACTIVATED
    ticketing.activate_ticket(ticket_id=ticket_id, holder_id=holder, now=kick_off)
    assert scan(final, sqlite, shown, kick_off + timedelta(minutes=1)).admitted


def test_a_request_that_was_answered_lets_in_nobody_with_another_code_by_its_number(final: BoxOffice, sqlite: Database) -> None:
    code, other = codes_of(final.issue(final.line(code="C", quantity=2))).values()
    kick_off = final.session.starts_at
    assert kick_off is not None
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code=code, session_id=final.session.id, gate_id=final.gates[1], device_id=None)
    with sqlite.write() as tx:
        assert ticketing.scan_many(tx, [attempt], by=STEWARD, now=kick_off)[0].admitted
    for copied in (other, forged(final)[0]):
        with pytest.raises(ticketing.ScanReused), sqlite.write() as tx:
            ticketing.scan_many(tx, [replace(attempt, code=copied)], by=STEWARD, now=kick_off)
    assert ticketing.live_count(session_id=final.session.id, language="en").inside == 1


def the_crowd(final: BoxOffice) -> list[Shown]:
    """Everybody who comes, in the order in which they come, each with what is to be said to them."""
    good = codes_of(final.issue(*(final.line(code="C", quantity=7) for _ in range(GOOD // 7))))
    crowd = [Shown(code=code, gate=1 + n % 3, answer=None) for n, code in enumerate(good.values())]
    crowd += [Shown(code=code, gate=1, answer=Reason.FORGED) for code in forged(final)]
    unready = final.issue(final.line(code="B", quantity=NOT_ACTIVATED))
    crowd += [Shown(code=code, gate=2, answer=Reason.NOT_ACTIVATED) for code in printed_codes(unready).values()]
    lost = codes_of(final.issue(final.line(code="A", quantity=WRONG_GATE)))
    crowd += [Shown(code=code, gate=3, answer=Reason.WRONG_GATE) for code in lost.values()]
    crowd += [Shown(code=code, gate=1, answer=Reason.WRONG_SESSION) for code in of_the_next_day(final)]
    stolen = final.issue(final.line(code="C", quantity=VOID))
    crowd += [Shown(code=code, gate=1, answer=Reason.VOID) for code in codes_of(stolen).values()]
    for ticket_id in stolen:
        ticketing.void_ticket(ticket_id=ticket_id, organisation_id=final.organisation_id, by=STEWARD, reason="reported stolen", now=NOW)
    copied = codes_of(final.issue(final.line(code="C", quantity=USED)))
    crowd += [Shown(code=code, gate=gate, answer=None) for code in copied.values() for gate in (1, 2)]
    random.Random(2022).shuffle(crowd)
    # Of an original and its copy, whoever comes first comes in: nobody can tell them apart before.
    came: Counter[str] = Counter()
    return [replace(shown, answer=Reason.ALREADY_USED) if shown.answer is None and seen(came, shown.code) else shown for shown in crowd]


def seen(came: Counter[str], code: str) -> bool:
    came[code] += 1
    return came[code] > 1


def forged(final: BoxOffice) -> list[str]:
    """Made up; signed by a key of one's own; true ones with one character changed."""
    rng, key = random.Random(7), Ed25519PrivateKey.generate()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    made_up = ["".join(rng.choices(letters, k=178)) for _ in range(40)]
    window = Span(starts_at=NOW, ends_at=NOW + timedelta(days=40))
    own_key = [ticketing.write_code(key, ticket_id=new_id(), session_id=final.session.id, gates=(), window=window) for _ in range(40)]
    true = codes_of(final.issue(final.line(code="C", quantity=40))).values()
    changed = [code[:n] + ("A" if code[n] != "A" else "B") + code[n + 1 :] for n, code in enumerate(true, start=60)]
    return [*made_up, *own_key, *changed]


def of_the_next_day(final: BoxOffice) -> list[str]:
    next_day = make_session(
        edition=edition_by_id(edition_id=final.session.edition_id),
        code="SWM02",
        starts_local=wall("2031-07-02T19:00"),
        ends_local=wall("2031-07-02T21:30"),
    )
    office = make_box_office(session=next_day, gates=())
    return list(codes_of(office.issue(office.line(code="C", quantity=WRONG_DAY))).values())


def scanner_of(final: BoxOffice, database: Database, kick_off: datetime) -> ticketing.Scanner:
    """A scanner that was in sync an hour before, and has no network since."""
    with database.write() as tx:
        document = ticketing.scanner_bundle(tx, session_id=final.session.id, device_id=None, language="en", now=kick_off - timedelta(hours=1))
    key = models.SigningKey.objects.get()
    return ticketing.Scanner.of(ticketing.read_bundle(document, trusted={key.key_id: bytes(key.public_key)}))


def scan(final: BoxOffice, database: Database, shown: Shown, now: datetime) -> ticketing.Verdict:
    gate_id = final.gates[shown.gate]
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code=shown.code, session_id=final.session.id, gate_id=gate_id, device_id=None)
    with database.write() as tx:
        return ticketing.scan_many(tx, [attempt], by=STEWARD, now=now)[0]
