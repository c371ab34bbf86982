"""Units, start lists and results."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grandstand.games import api as games
from grandstand.games.drafts import ParticipantDraft, ResultDraft, UnitDraft
from grandstand.games.testing import BY, NOW, audit_entries, facts, make_sessions, session_draft
from grandstand.store.api import Database, WallHit

HEAT = "SWMW100MFR------------HEAT000100--"
SWIMMERS = [
    ParticipantDraft(code=f"SWM{n}", name=f"Swimmer {n}", kind=games.ParticipantKind.PERSON, organisation_code="FRA", country="FR") for n in (1, 2)
]
UNIT = UnitDraft(
    rsc=HEAT,
    name="Heat 1",
    event_name="Women's 100 m freestyle",
    phase_name="Heats",
    session_code="SWM01",
    starts_at=datetime(2031, 7, 1, 17, 10, tzinfo=UTC),
    participant_codes=("SWM2", "SWM1"),
)


def a_session(*units: UnitDraft) -> games.Session:
    return make_sessions([session_draft()], units=units or [UNIT], participants=SWIMMERS)[0]


def results(session: games.Session) -> list[tuple[str, str | None, int | None, str]]:
    (unit,) = games.units_of_session(session_id=session.id)
    return [(c.code, c.status, c.rank, c.mark) for c in unit.competitors]


def enter(session: games.Session, *entered: ResultDraft) -> None:
    (unit,) = games.units_of_session(session_id=session.id)
    games.enter_results(unit_id=unit.id, results=entered, now=NOW, by=BY, reason="timing")


def test_a_start_list_keeps_its_order_and_results_join_it(database: Database) -> None:
    session = a_session()
    assert results(session) == [("SWM2", None, None, ""), ("SWM1", None, None, "")]
    enter(
        session,
        ResultDraft(participant_code="SWM1", rank=1, mark="53.02"),
        ResultDraft(participant_code="SWM2", status=games.ResultStatus.DID_NOT_START),
    )
    assert results(session) == [("SWM2", "dns", None, ""), ("SWM1", "ok", 1, "53.02")]
    assert facts().filter(kind="ResultsEntered").count() == 1
    entry = audit_entries().get(object_type="games.unit", action="changed")
    assert (entry.before, entry.after) == ({"results": []}, {"results": ["SWM1 ok 1 53.02", "SWM2 dns"]})


def test_entering_the_same_results_twice_changes_nothing_and_a_correction_is_announced(database: Database) -> None:
    session = a_session()
    for _ in range(2):
        enter(session, ResultDraft(participant_code="SWM1", rank=1))
    assert facts().filter(kind="ResultsEntered").count() == 1
    enter(session, ResultDraft(participant_code="SWM2", rank=1))
    assert results(session) == [("SWM2", "ok", 1, ""), ("SWM1", None, None, "")]
    assert facts().filter(kind="ResultsEntered").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ResultDraft(participant_code="SWM1"),
        ResultDraft(participant_code="SWM1", rank=1, status=games.ResultStatus.DISQUALIFIED),
        ResultDraft(participant_code="SWM9", rank=1),
    ],
)
def test_a_result_is_of_a_starter_and_is_a_rank_or_mark_or_says_why_not(database: Database, wrong: ResultDraft) -> None:
    session = a_session()
    with pytest.raises(games.ScheduleWrong) as refused:
        enter(session, wrong)
    assert refused.value.detail == {"field": "results"}
    assert results(session) == [("SWM2", None, None, ""), ("SWM1", None, None, "")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rsc": "SWMW100MFR------------HEAT--------"}, "rsc"),
        ({"rsc": "XYZW100MFR------------HEAT000100--"}, "discipline_code"),
        ({"session_code": "SWM99"}, "session_code"),
        ({"participant_codes": ("NOBODY",)}, "participant_codes"),
        ({"ends_at": datetime(2031, 7, 1, 17, tzinfo=UTC)}, "ends_at"),
    ],
)
def test_a_unit_that_cannot_be_refuses_the_whole_schedule(sqlite: Database, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(games.ScheduleWrong) as refused:
        a_session(replace(UNIT, **wrong))  # type: ignore[arg-type]
    assert refused.value.detail == {"field": field}
    assert not facts().filter(kind="SessionScheduled").exists()


def test_the_database_holds_units_in_their_phase_and_results_to_starters(database: Database) -> None:
    session = a_session()
    enter(session, ResultDraft(participant_code="SWM1", rank=1))
    for sql, rule in {
        "UPDATE games_unit SET rsc = 'SWMW200MFR------------HEAT000100--'": "games_unit_rsc_begins_with_its_parents",
        "UPDATE games_phase SET rsc = 'SWMW100MFR------------SEMI'": "games_phase_rsc_never_changes",
        "UPDATE games_unit SET ends_at = starts_at": "games_unit_ends_after_it_starts",
        "UPDATE games_result SET rank = NULL": "games_result_has_rank_or_mark_or_says_why_not",
        "UPDATE games_unit_participant SET place_in_list = 0": "games_place_in_list_from_one",
    }.items():
        with pytest.raises(WallHit) as hit, database.write() as tx:
            tx.execute(sql)
        assert rule in str(hit.value)
    with pytest.raises(WallHit), database.write() as tx:
        tx.execute("UPDATE games_result SET participant_id = (SELECT participant_id FROM games_unit_participant WHERE place_in_list = 3)")


def units_file(folder: Path, *rows: str) -> Path:
    path = folder / "units.csv"
    path.write_text("rsc,name,event,phase,session,start,end\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_file_of_units_makes_their_events_and_phases_once(database: Database, tmp_path: Path) -> None:
    (session,) = make_sessions([session_draft()])
    source = units_file(
        tmp_path,
        f"{HEAT},Heat 1,100 m freestyle,Heats,SWM01,2031-07-01T19:10,2031-07-01T19:15",
        f"{HEAT.replace('000100', '000200')},Heat 2,100 m freestyle,Heats,SWM01,2031-07-01T17:20Z,",
        f"{HEAT.replace('000100', '000300')},Heat 3,100 m freestyle,Heats,,2031-07-01,",
        f"{HEAT.replace('000100', '000400')},Heat 4,100 m freestyle,Heats,SWM77,2031-07-01T19:30,2031-07-01T19:20",
        "SWMW100MFR,Heat 5,,,SWM01,,",
        "JUDW57KG--------------R16-000100--,Bout,-57 kg,Round of 16,SWM01,,",
        f"{HEAT},Heat 1,100 m freestyle,Heats,SWM01,2031-07-01T19:10,2031-07-01T19:15",
        "XYZW57KG--------------R16-000100--,Bout,,,SWM01,,",
    )

    def imported() -> games.Report:
        return games.import_units(source=source, edition_code=session.edition_code, dry_run=False, now=NOW, by=BY)

    report = imported()
    assert (report.rows, report.created, report.changed, report.unchanged, report.not_imported) == (8, 5, 0, 0, 3)
    assert sorted((p.line, p.kind) for p in report.problems) == [
        *((4, "instant_wrong"), (4, "session_missing")),
        *((5, "session_unknown"), (5, "unit_ends_early")),
        (6, "rsc_wrong"),
        (7, "unit_discipline_differs"),
        (8, "row_repeated"),
        (9, "rsc_wrong"),
    ]
    units = games.units_of_session(session_id=session.id)
    assert [(u.name, u.event_name, u.phase_name, u.starts_at) for u in units[:2]] == [
        ("Heat 1", "100 m freestyle", "Heats", datetime(2031, 7, 1, 17, 10, tzinfo=UTC)),
        ("Heat 2", "100 m freestyle", "Heats", datetime(2031, 7, 1, 17, 20, tzinfo=UTC)),
    ]
    audit = audit_entries().count()
    again = imported()
    assert (again.created, again.changed, again.unchanged, again.not_imported) == (0, 0, 5, 3)
    assert audit_entries().count() == audit


def test_a_file_of_units_leaves_start_lists_and_results_alone(database: Database, tmp_path: Path) -> None:
    session = a_session()
    enter(session, ResultDraft(participant_code="SWM1", rank=1))
    source = units_file(tmp_path, f"{HEAT},Heat one,,,SWM01,2031-07-01T19:10,")
    report = games.import_units(source=source, edition_code=session.edition_code, dry_run=False, now=NOW, by=BY)
    assert [(d.field, d.before, d.after) for d in report.differences] == [("unit name", "Heat 1", "Heat one")]
    assert results(session) == [("SWM2", None, None, ""), ("SWM1", "ok", 1, "")]


def test_units_need_an_edition_and_a_column_of_codes(sqlite: Database, tmp_path: Path) -> None:
    (session,) = make_sessions([session_draft()])
    with pytest.raises(games.NoSuchEdition):
        games.import_units(source=units_file(tmp_path, "x"), edition_code="nothing", dry_run=True, now=NOW, by=BY)
    path = tmp_path / "units.json"
    path.write_text('[{"name": "Heat 1"}, 7]', encoding="utf-8")
    with pytest.raises(games.FileWrong, match="no column of RSCs"):
        games.import_units(source=path, edition_code=session.edition_code, dry_run=True, now=NOW, by=BY)
