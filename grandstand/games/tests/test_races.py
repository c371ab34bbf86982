"""Two at once: an edition's schedule is written by one at a time."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.db import connection

from grandstand.games import api as games
from grandstand.games.testing import BY, NOW, facts, make_edition, make_session, wall
from grandstand.store.api import Database

HEADER = "code,sport,title,venue,date,start,end,tz\n"


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each of the works gave, all started together, each on a connection of its own."""
    barrier, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[number] = work()  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(answers)


def test_one_file_imported_four_times_at_once_is_imported_once(database: Database, tmp_path: Path) -> None:
    edition = make_edition()
    source = tmp_path / "sessions.csv"
    rows = [f"SWM{n:02},Swimming,Heats,Pool,2031-07-01,19:00,21:30,Europe/Paris\n" for n in range(30)]
    source.write_text(HEADER + "".join(rows), encoding="utf-8")

    def work() -> object:
        report = games.import_sessions(source=source, edition_code=edition.code, organisation_id=None, dry_run=False, now=NOW, by=BY)
        return report.created, report.unchanged

    assert sorted(at_once(*[work] * 4), key=str) == [(0, 30), (0, 30), (0, 30), (30, 0)]
    assert facts().filter(kind="SessionScheduled").count() == 30


def test_of_two_moves_at_once_the_second_starts_from_the_first(database: Database) -> None:
    session = make_session()
    starts = ["2031-07-02T19:00", "2031-07-03T19:00"]

    def move(start: str) -> Callable[[], object]:
        to = replace(session.place, starts_local=wall(start), ends_local=wall(start.replace("19", "21")))
        return lambda: games.move_session(session_id=session.id, to=to, now=NOW, by=BY, reason="storm").stakes

    assert at_once(*map(move, starts)) == [0, 0]
    first, second = (fact.payload for fact in facts().filter(kind="SessionMoved").order_by("id"))
    told = {first["starts_before_at"]: first["starts_after_at"], second["starts_before_at"]: second["starts_after_at"]}
    assert session.starts_at is not None
    begin = session.starts_at.isoformat().replace("+00:00", "Z")
    # A chain: from where it was, to one, from there to the other.
    now = games.session(session_id=session.id).starts_at
    assert now is not None
    assert told[told[begin]] == now.isoformat().replace("+00:00", "Z")
