"""Matches as openfootball publishes them: offsets in the time, cities for venues, scores."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grandstand.games import api as games
from grandstand.games.testing import BY, NOW, audit_entries, facts, wall
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

FILES = Path(__file__).parent / "files"


def imported(source: Path, *, first: bool = False) -> games.Report:
    owner = make_organisation().id if first else None
    return games.import_sessions(source=source, edition_code="cup", organisation_id=owner, dry_run=False, now=NOW, by=BY)


def session(code: str) -> games.Session:
    return games.session_by_code(edition_id=games.edition(code="cup").id, code=code)


def competitors(code: str) -> list[tuple[str, int | None, str, str]]:
    (unit,) = games.units_of_session(session_id=session(code).id)
    return [(c.code, c.rank, c.mark, c.country) for c in unit.competitors]


def test_every_match_becomes_a_session_or_is_reported(database: Database) -> None:
    report = imported(FILES / "cup.json", first=True)
    assert (report.rows, report.created, report.not_imported) == (8, 5, 3)
    assert sorted((p.line, p.code, p.kind) for p in report.problems) == [
        (1, "", "ends_assumed"),
        (5, "Lake Arena", "place_wrong"),
        (9, "M010", "times_missing"),
        (10, "M011", "score_wrong"),
        (10, "M011", "stage_unknown"),
        (10, "M011", "zone_wrong"),
        (12, "M009", "code_repeated"),
        (13, "", "code_missing"),
        (14, "", "not_an_object"),
    ]
    assert games.edition(code="cup").name == "River Cup 2031"


def test_a_match_keeps_its_offset_and_finds_its_stadium_by_the_city(database: Database) -> None:
    imported(FILES / "cup.json", first=True)
    first = session("GA-MEX-SCO")
    assert (first.time_zone, first.starts_local, first.starts_at) == ("Etc/GMT+6", wall("2031-06-11T13:00"), datetime(2031, 6, 11, 19, tzinfo=UTC))
    assert (first.ends_at, first.status, first.stage, first.branch) == (datetime(2031, 6, 11, 21, tzinfo=UTC), "scheduled", "preliminary", "Group A")
    venue = games.venue(venue_id=first.venue_id) if first.venue_id else None
    assert venue is not None
    assert (venue.name, venue.zone, venue.country, venue.capacity) == ("North Arena", "North City (East)", "MX", 54000)
    assert (venue.latitude, venue.longitude) == (19.303056, -99.150556)
    assert session("GA-NOWHERE-UNITED-MEX").time_zone == "Asia/Kolkata"
    # A time without an offset is in its stadium's zone; one with an unknown one is not believed.
    assert (session("M009").time_zone, session("M009").ends_local) == ("Etc/GMT+6", wall("2031-06-20T22:00"))
    assert (session("M011").starts_at, session("M011").day_on) == (None, datetime(2031, 6, 10, tzinfo=UTC).date())


def test_scores_become_results_and_teams_participants(database: Database) -> None:
    imported(FILES / "cup.json", first=True)
    assert competitors("GA-MEX-SCO") == [("MEX", 1, "2", "MX"), ("SCO", 2, "0", "GB")]
    assert competitors("GA-NOWHERE-UNITED-MEX") == [("NOWHERE-UNITED", None, "1", ""), ("MEX", None, "1", "MX")]
    assert competitors("M009") == [("MEX", 2, "1 (3)", "MX"), ("SCO", 1, "1 (4)", "GB")]
    assert competitors("M010") == []
    assert session("M010").title == "W9 – 1B"
    (unit,) = games.units_of_session(session_id=session("M009").id, language="fr")
    assert (unit.rsc, unit.name, unit.event_name) == ("FBLMTEAM11------------8FNL000009--", "Mexique – Scotland", "Hommes")


def test_a_second_import_of_matches_changes_nothing(database: Database) -> None:
    imported(FILES / "cup.json", first=True)
    before = audit_entries().count()
    again = imported(FILES / "cup.json")
    assert (again.created, again.changed, again.unchanged, again.differences) == (0, 0, 5, ())
    assert audit_entries().count() == before


def test_a_new_score_changes_its_match_and_is_announced(database: Database, tmp_path: Path) -> None:
    for path in FILES.glob("cup*"):
        shutil.copy(path, tmp_path)
    source = tmp_path / "cup.json"
    imported(source, first=True)
    entered = facts().filter(kind="ResultsEntered").count()
    cup = json.loads(source.read_text(encoding="utf-8"))
    cup["matches"][0]["score"] = {"ft": [2, 3]}
    source.write_text(json.dumps(cup), encoding="utf-8")
    report = imported(source)
    assert (report.created, report.changed, report.unchanged) == (0, 1, 4)
    (difference,) = report.differences
    assert (difference.code, difference.field, difference.before, difference.after) == (
        *("GA-MEX-SCO", "unit results"),
        *("MEX 1 2, SCO 2 0", "MEX 2 2, SCO 1 3"),
    )
    assert competitors("GA-MEX-SCO") == [("MEX", 2, "2", "MX"), ("SCO", 1, "3", "GB")]
    assert facts().filter(kind="ResultsEntered").count() == entered + 1


def test_a_team_under_another_name_is_told_and_changed(database: Database, tmp_path: Path) -> None:
    for path in FILES.glob("cup*"):
        shutil.copy(path, tmp_path)
    imported(tmp_path / "cup.json", first=True)
    for path in (tmp_path / "cup.json", tmp_path / "cup.teams.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"Scotland"', '"Alba"'), encoding="utf-8")
    report = imported(tmp_path / "cup.json")
    assert [(d.code, d.before, d.after) for d in report.differences if d.field.startswith("participant")] == [("SCO", "Scotland", "Alba")]
    assert (report.changed, session("M009").title) == (3, "Mexico – Alba")
    (unit,) = games.units_of_session(session_id=session("M009").id)
    assert [competitor.name for competitor in unit.competitors] == ["Mexico", "Alba"]
    assert audit_entries().get(object_type="games.participant", action="changed").after == {"fields": ["name"]}


def test_without_the_files_beside_it_cities_are_venues_and_names_are_codes(sqlite: Database, tmp_path: Path) -> None:
    shutil.copy(FILES / "cup.json", tmp_path)
    report = imported(tmp_path / "cup.json", first=True)
    assert report.created == 5
    assert sorted(str(p.detail["ground"]) for p in report.problems if p.kind == "stadium_unknown") == ["Lake City", "North City (East)", "South City"]
    assert (session("GA-MEXICO-SCOTLAND").venue_name, competitors("M009")) == (
        "North City (East)",
        [("MEXICO", 2, "1 (3)", ""), ("SCOTLAND", 1, "1 (4)", "")],
    )


def test_a_broken_file_beside_it_is_told_and_left_aside(sqlite: Database, tmp_path: Path) -> None:
    shutil.copy(FILES / "cup.json", tmp_path)
    (tmp_path / "cup.teams.json").write_text("[", encoding="utf-8")
    assert [p.code for p in imported(tmp_path / "cup.json", first=True).problems if p.kind == "file_beside_wrong"] == [""]


@pytest.mark.parametrize("name", ["Women's Cup", "cup"])
def test_a_womens_cup_has_womens_codes(sqlite: Database, tmp_path: Path, name: str) -> None:
    match = {"num": 1, "round": "Final", "date": "2031-06-30", "time": "19:00 UTC+1", "team1": "A Town", "team2": "B Town", "ground": "C Town"}
    (tmp_path / "cup.json").write_text(json.dumps({"name": name, "matches": [match]}), encoding="utf-8")
    imported(tmp_path / "cup.json", first=True)
    (unit,) = games.units_of_session(session_id=session("M001").id)
    assert unit.gender == ("W" if name.startswith("Women") else "M")
