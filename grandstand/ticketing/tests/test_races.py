"""Sixteen scanners at once, on PostgreSQL."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Kind, WallHit
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.services.admission import ADMISSION
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office
from grandstand.ticketing.tests import racers

RACERS = 16


def _race(work: Callable[..., None], database: Database, *arguments: object) -> Counter[str]:
    """Run `work` in sixteen processes, all let go at once, and count their answers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([racers.__name__])
    gate, answers = context.Barrier(RACERS), context.Queue()
    processes = [context.Process(target=work, args=(database.url, gate, answers, *arguments)) for _ in range(RACERS)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * RACERS
    return Counter(found)


def _open_now(database: Database, office: BoxOffice) -> None:
    with database.write() as tx:
        tx.execute("UPDATE games_session SET starts_at = %s, ends_at = %s WHERE id = %s", (NOW, NOW + timedelta(hours=2), office.session.id))


def test_sixteen_scanners_with_one_ticket_admit_one_person(postgresql: Database) -> None:
    office = make_box_office()
    _open_now(postgresql, office)
    (code,) = codes_of(office.issue()).values()
    assert _race(racers.scan, postgresql, office.session.id, code) == {"": 1, "already_used": RACERS - 1}
    count = ticketing.live_count(session_id=office.session.id, language="en")
    assert (count.inside, count.refused) == (1, RACERS - 1)


def test_without_lock_and_wall_the_same_race_admits_sixteen(postgresql: Database) -> None:
    """The control: the race is real, and looking before writing does not win it."""
    office = make_box_office()
    (ticket_id,) = office.issue()
    with postgresql.write() as tx:
        tx.execute("ALTER TABLE ticketing_admission DROP CONSTRAINT ticketing_ticket_admitted_once")
    assert _race(racers.look_then_admit, postgresql, office.session.id, ticket_id) == {"": RACERS}
    with postgresql.write() as tx:
        assert tx.rows("SELECT count(*) FROM ticketing_admission", kinds=[Kind.INT]) == [(RACERS,)]
        assert not next(each for each in ticketing.check_tickets(tx) if each.name == "ticketing_ticket_admitted_once").healthy


def test_the_wall_stands_even_where_nobody_locks(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue()

    def admit() -> None:
        with database.write() as tx:
            row = (new_id(), office.organisation_id, ticket_id, office.session.id, new_id(), NOW, "nobody")
            tx.insert(ADMISSION, ["id", "organisation_id", "ticket_id", "session_id", "scan_id", "at", "actor"], [row])

    admit()
    with pytest.raises(WallHit) as hit:
        admit()
    assert hit.value.constraint in {"ticketing_ticket_admitted_once", "ticketing_admission.ticket_id"}
