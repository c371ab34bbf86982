"""session-mismatch: a public Paris gymnastics schedule had five units outside the times of their own session.

They are flagged on import; neither the units nor the session, which may be sold, are silently re-timed.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grandstand.games import api as games
from grandstand.games import stakes
from grandstand.games.testing import BY, NOW, FixedStakes, facts, make_edition, make_sessions, session_draft, wall
from grandstand.store.api import Database

SESSIONS = [
    session_draft(
        f"GAR{n:02}",
        discipline_code="GAR",
        title=f"Subdivision {n}",
        starts_local=wall(f"2031-07-0{n}T10:00"),
        ends_local=wall(f"2031-07-0{n}T12:30"),
    )
    for n in (1, 2, 3)
]
INSIDE = [("GAR01", 30, 40), ("GAR02", 30, 40), ("GAR03", 30, 40), ("GAR03", 0, 150)]
OUTSIDE = [("GAR01", -1, 60), ("GAR01", 145, 30), ("GAR02", -30, 30), ("GAR02", 160, 20), ("GAR03", 151, None)]
"""Session, minutes after its start, length in minutes: before it, over its end, after it. The last of those inside fits to the minute."""


def units(folder: Path) -> Path:
    """A file of nine units of three sessions, five of which do not fit."""
    starts = {s.code: s.starts_local for s in SESSIONS}
    items = []
    for number, (code, after, length) in enumerate([*INSIDE, *OUTSIDE], start=1):
        begin = starts[code]
        assert begin is not None
        starts_at = begin + timedelta(minutes=after)
        item = {"rsc": f"GARWAA----------------QUAL{number:06}--", "name": f"Rotation {number}", "session": code, "start": starts_at.isoformat()}
        items.append(item | ({"end": (starts_at + timedelta(minutes=length)).isoformat()} if length is not None else {}))
    path = folder / "units.json"
    path.write_text(json.dumps(items, indent=1), encoding="utf-8")
    return path


def test_five_units_outside_their_session_are_flagged_and_nothing_is_retimed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = make_edition()
    sessions = make_sessions(SESSIONS, edition=edition)
    monkeypatch.setattr(stakes, "_registered", {"test": FixedStakes(dict.fromkeys([s.id for s in sessions], 6000))})
    announced = facts().count()
    report = games.import_units(source=units(tmp_path), edition_code=edition.code, dry_run=False, now=NOW, by=BY)
    assert (report.rows, report.created, report.not_imported) == (9, 9, 0)
    assert [(p.kind, p.code[22:32]) for p in report.problems] == [("unit_outside_session", f"QUAL{n:06}") for n in (5, 6, 7, 8, 9)]
    first = report.problems[0]
    assert first.what == (
        "The unit, 2031-07-01 09:59 – 2031-07-01 10:59, does not fit its session GAR01, 2031-07-01 10:00 – 2031-07-01 12:30. Neither was changed."
    )
    assert first.advice == "Find out which is right: correct the unit in the file, or move the session."
    flagged = games.units_outside_sessions(edition_id=edition.id)
    assert [unit.name for unit in flagged] == [f"Rotation {n}" for n in (5, 6, 7, 8, 9)]
    assert all(unit.outside_session for unit in flagged)
    assert flagged[0].starts_at == datetime(2031, 7, 1, 7, 59, tzinfo=UTC)
    assert games.sessions_by_ids(ids=[s.id for s in sessions]) == {s.id: s for s in sessions}
    assert facts().count() == announced


def test_a_second_import_flags_them_again_and_moving_the_session_clears_it(database: Database, tmp_path: Path) -> None:
    edition = make_edition()
    third = make_sessions(SESSIONS, edition=edition)[2]
    games.import_units(source=units(tmp_path), edition_code=edition.code, dry_run=False, now=NOW, by=BY)
    again = games.import_units(source=units(tmp_path), edition_code=edition.code, dry_run=False, now=NOW, by=BY)
    assert (again.created, again.changed, again.unchanged, len(again.problems)) == (0, 0, 9, 5)
    later = games.Place(
        venue_id=third.venue_id, zone="", time_zone=third.time_zone, day_on=None, starts_local=third.starts_local, ends_local=wall("2031-07-03T13:00")
    )
    moved = games.move_session(session_id=third.id, to=later, now=NOW, by=BY, reason="the last rotation is longer", with_units=False)
    assert moved.units_outside == ()
    assert len(games.units_outside_sessions(edition_id=edition.id)) == 4
