"""Real schedules made by others, where they lie beside the repository (../shared/data)."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from grandstand.games import api as games
from grandstand.games.testing import BY, NOW, audit_entries, facts
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SUMMER, CUP = DATA / "la28_sessions.csv", DATA / "worldcup2026" / "2026_worldcup.json"


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"the real data is not beside the repository: {path}")


def imported(source: Path, *, first: bool = False) -> games.Report:
    owner = make_organisation().id if first else None
    return games.import_sessions(source=source, edition_code="real", organisation_id=owner, dry_run=False, now=NOW, by=BY)


def every_session() -> list[games.Session]:
    edition_id = games.edition(code="real").id
    pages = games.schedule(edition_id=edition_id, page_size=200).pages
    return [s for page in range(1, pages + 1) for s in games.schedule(edition_id=edition_id, page=page, page_size=200).sessions]


@needs(SUMMER)
def test_none_of_847_real_sessions_is_lost(database: Database) -> None:
    report = imported(SUMMER, first=True)
    assert (report.rows, report.created, report.changed, report.unchanged, report.not_imported) == (847, 847, 0, 0, 0)
    assert Counter(problem.kind for problem in report.problems) == {"times_missing": 50, "venue_missing": 4}
    sessions = every_session()
    edition = games.edition(code="real")
    assert (len(sessions), edition.time_zone, edition.country) == (847, "America/Los_Angeles", "US")
    timed = [s for s in sessions if s.starts_at is not None]
    assert {
        "without times": len(sessions) - len(timed),
        "in another zone": sum(s.time_zone != edition.time_zone for s in timed),
        "past midnight": sum(s.passes_midnight for s in sessions),
        "not ticketed": sum(not s.ticketed for s in sessions),
        "without venue": sum(s.venue_id is None for s in sessions),
        "to be confirmed": sum(s.status == "to_be_confirmed" for s in sessions),
        "at one flat price": sum(p.lowest == p.highest for p in games.imported_prices(edition_id=edition.id)),
        "with prices": len(games.imported_prices(edition_id=edition.id)),
    } == {
        "without times": 50,
        "in another zone": 26,
        "past midnight": 3,
        "not ticketed": 19,
        "without venue": 4,
        "to be confirmed": 54,
        "at one flat price": 37,
        "with prices": 828,
    }
    assert max(s.ends_at - s.starts_at for s in timed if s.starts_at and s.ends_at) < timedelta(hours=12)
    assert facts().filter(kind="SessionScheduled").count() == 847


@needs(SUMMER)
def test_a_second_import_of_847_real_sessions_changes_nothing(database: Database) -> None:
    first = imported(SUMMER, first=True)
    before = audit_entries().count()
    second = imported(SUMMER)
    assert (second.rows, second.created, second.changed, second.unchanged, second.differences) == (847, 0, 0, 847, ())
    assert (second.problems, audit_entries().count()) == (first.problems, before)


@needs(SUMMER)
def test_a_changed_real_file_changes_one_session(sqlite: Database, tmp_path: Path) -> None:
    imported(SUMMER, first=True)
    changed = tmp_path / SUMMER.name
    changed.write_text(SUMMER.read_text(encoding="utf-8").replace("2028-07-21,19:30,23:15", "2028-07-21,19:45,23:15", 1), encoding="utf-8")
    report = imported(changed)
    assert (report.changed, report.unchanged) == (1, 846)
    assert [(d.code, d.field, d.before, d.after) for d in report.differences] == [("ARC03", "starts_local", "2028-07-21T19:30", "2028-07-21T19:45")]


@needs(SUMMER)
@pytest.mark.parametrize(
    ("search", "number"), [("马术", 16), ("natation artistique", 5), ("marathon", 3), ("乒乓球 决赛", 20), ("flag football inglewood", 0)]
)
def test_real_sessions_are_found_in_three_languages(sqlite: Database, search: str, number: int) -> None:
    imported(SUMMER, first=True)
    assert games.schedule(edition_id=games.edition(code="real").id, search=search).total == number


@needs(CUP)
def test_104_real_matches_have_their_stadiums_teams_and_scores(database: Database) -> None:
    report = imported(CUP, first=True)
    assert (report.rows, report.created, report.not_imported, [p.kind for p in report.problems]) == (104, 104, 0, ["ends_assumed"])
    sessions = every_session()
    venues = games.venues(edition_id=sessions[0].edition_id)
    assert (len(venues), sum(v.capacity or 0 for v in venues), sum(v.latitude is not None for v in venues)) == (16, 1_089_000, 16)
    assert Counter(s.time_zone for s in sessions) == {"Etc/GMT+4": 42, "Etc/GMT+5": 22, "Etc/GMT+6": 13, "Etc/GMT+7": 27}
    assert {s.status for s in sessions} == {"scheduled"}
    final = games.session_by_code(edition_id=sessions[0].edition_id, code="M104", language="zh-hans")
    (unit,) = games.units_of_session(session_id=final.id)
    assert (final.title, final.venue_name) == ("西班牙 – 阿根廷", "MetLife Stadium")
    assert [(c.code, c.rank, c.mark) for c in unit.competitors] == [("ESP", 1, "1"), ("ARG", 2, "0")]
    again = imported(CUP)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 104)
