"""Sessions from tables: nothing is lost, nothing happens twice, nothing moves silently."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from grandstand.games import api as games
from grandstand.games import stakes
from grandstand.games.testing import BY, NOW, FixedStakes, audit_entries, facts, make_edition, make_session, wall
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database
from grandstand.store.testing import statements

ODDITIES = Path(__file__).parent / "files" / "sessions.csv"
HEADER = "code,sport,title,venue,date,start,end,tz,price low usd\n"
ROW = "SWM01,Swimming,Heats,Pool,2031-07-01,19:00,21:30,Europe/Paris,28.00\n"


def imported(
    source: Path, *, organisation_id: UUID | None = None, edition_code: str = "demo", dry_run: bool = False, now: datetime = NOW
) -> games.Report:
    return games.import_sessions(source=source, edition_code=edition_code, organisation_id=organisation_id, dry_run=dry_run, now=now, by=BY)


def file(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "sessions.csv"
    path.write_text(header + "".join(rows), encoding="utf-8")
    return path


def counts(report: games.Report) -> tuple[int, int, int, int, int]:
    return report.rows, report.created, report.changed, report.unchanged, report.not_imported


def session(code: str, edition_code: str = "demo") -> games.Session:
    return games.session_by_code(edition_id=games.edition(code=edition_code).id, code=code)


def rows_in_database() -> dict[str, int]:
    return {"facts": facts().count(), "audit": audit_entries().count()}


# -- the oddities of real files --------------------------------------------------------------------------------------------------------

EXPECTED = [
    (1, "", "unknown_column"),
    (3, "SWM02", "times_missing"),
    (6, "ARC01", "venue_missing"),
    (7, "ARC02", "venue_zone_differs"),
    (8, "SWM01", "code_repeated"),
    (9, "SWM02", "row_repeated"),
    (10, "", "code_missing"),
    (11, "ATH01", "day_wrong"),
    (12, "ATH02", "time_wrong"),
    (13, "ATH03", "zone_wrong"),
    (14, "ATH04", "price_wrong"),
    (14, "ATH04", "stage_unknown"),
    (16, "KAB01", "discipline_unknown"),
    (17, "X1", "discipline_missing"),
    (18, "ROW01", "end_before_start"),
    (19, "BOX01", "price_order"),
    (20, "", "too_many_cells"),
    (21, "JUD01", "time_skipped"),
    (22, "JUD02", "price_without_tickets"),
    (22, "JUD02", "ticketed_wrong"),
    (22, "JUD02", "time_twice"),
    (23, "FEN01", "end_missing"),
    (23, "FEN01", "zone_missing"),
]


def test_every_row_is_imported_or_reported_with_its_line_and_what_to_do(database: Database) -> None:
    report = imported(ODDITIES, organisation_id=make_organisation().id)
    assert counts(report) == (21, 17, 0, 0, 4)
    assert sorted((p.line, p.code, p.kind) for p in report.problems) == EXPECTED
    assert {p.code or p.line for p in report.problems if p.severity == "error"} == {"SWM01", 10, "X1"}
    assert list(report.as_json()) == ["rows", "created", "changed", "unchanged", "problems"]
    assert all(p.what and p.advice and "{" not in p.what + p.advice.replace("{{", "") for p in report.problems)
    told = next(p for p in report.problems if p.kind == "code_repeated")
    assert (told.what, told.advice) == ("Not imported: the code was used in line 2 for something else.", "Give this row a code of its own.")


def test_rows_keep_their_own_zone_their_wall_time_and_the_instant(database: Database) -> None:
    imported(ODDITIES, organisation_id=make_organisation().id)
    chicago, late = session("FBL01"), session("TEN10")
    assert (chicago.starts_local, chicago.time_zone, chicago.starts_at) == (
        wall("2028-07-10T19:30"),
        "America/Chicago",
        datetime(2028, 7, 11, 0, 30, tzinfo=UTC),
    )
    assert (late.ends_local, late.day_on, late.passes_midnight, late.status) == (wall("2028-07-21T00:00"), date(2028, 7, 20), True, "scheduled")
    assert session("JUD02").starts_at == datetime(2028, 11, 5, 8, 30, tzinfo=UTC)
    assert session("ATH04").time_zone == "Etc/GMT+7"
    assert games.edition(code="demo").time_zone == "America/Los_Angeles"


@pytest.mark.parametrize("code", ["SWM02", "ARC01", "ATH01", "ATH02", "ATH03", "ROW01", "JUD01", "FEN01"])
def test_a_row_with_unusable_parts_exists_as_to_be_confirmed(sqlite: Database, code: str) -> None:
    imported(ODDITIES, organisation_id=make_organisation().id)
    assert session(code).status == "to_be_confirmed"


def test_what_a_row_says_is_kept(database: Database) -> None:
    imported(ODDITIES, organisation_id=make_organisation().id)
    archery, marathon, foil = session("ARC01"), session("ATH01"), session("FEN01")
    assert (archery.title, archery.ticketed, archery.stage, archery.zone) == ("Men's Recurve Qual", False, "preliminary", "")
    assert (marathon.discipline_code, marathon.branch, marathon.day_on) == ("ATH", "Marathon", None)
    assert (foil.title, foil.starts_local, foil.ends_local) == ("Foil,\nÉpée", wall("2028-07-22T09:30"), None)
    assert session("KAB01").discipline_code == "KAB"
    prices = {price.session_code: price for price in games.imported_prices(edition_id=marathon.edition_id)}
    assert (prices["FBL01"].lowest.minor, prices["FBL01"].highest.minor, prices["FBL01"].highest.currency) == (2800, 103565, "USD")
    assert prices["ARC02"].lowest == prices["ARC02"].highest
    assert not {"ARC01", "ATH04", "BOX01"} & set(prices)
    assert (prices["JUD02"].ticketed, prices["SWM01"].ticketed) == (False, True)


def test_a_second_import_changes_nothing_at_all(database: Database) -> None:
    first = imported(ODDITIES, organisation_id=make_organisation().id)
    before = rows_in_database()
    second = imported(ODDITIES)
    assert counts(second) == (21, 0, 0, 17, 4)
    assert (second.differences, rows_in_database()) == ((), before)
    # The unknown sport is known now, under the code it was given.
    assert {p.kind for p in first.problems} - {p.kind for p in second.problems} == {"discipline_unknown"}


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    organisation = make_organisation()
    before = rows_in_database()
    tried = imported(ODDITIES, organisation_id=organisation.id, dry_run=True)
    assert (games.editions(), rows_in_database()) == ([], before)
    assert replace(tried, dry_run=False) == imported(ODDITIES, organisation_id=organisation.id)


# -- a changed file --------------------------------------------------------------------------------------------------------------------


def test_a_changed_file_shows_its_differences_first_and_changes_only_those(database: Database, tmp_path: Path) -> None:
    other = ROW.replace("SWM01", "SWM02")
    imported(file(tmp_path, ROW, other), organisation_id=make_organisation().id)
    changed = file(tmp_path, ROW.replace("19:00", "18:00").replace("28.00", "30.00").replace("Heats", "Heats on day 1"), other)
    seen: list[games.Report] = []

    def before_write(report: games.Report) -> None:
        assert session("SWM01").title == "Heats"
        seen.append(report)

    report = games.import_sessions(
        source=changed, edition_code="DEMO", organisation_id=None, dry_run=False, now=NOW, by=BY, before_write=before_write
    )
    assert seen == [report]
    assert counts(report) == (2, 0, 1, 1, 0)
    assert [(d.code, d.field, d.before, d.after) for d in report.differences] == [
        ("SWM01", "title", "Heats", "Heats on day 1"),
        ("SWM01", "starts_local", "2031-07-01T19:00", "2031-07-01T18:00"),
        ("SWM01", "lowest_minor", "2800", "3000"),
        ("SWM01", "highest_minor", "2800", "3000"),
    ]
    assert session("SWM01").starts_at == datetime(2031, 7, 1, 16, tzinfo=UTC)
    moved = facts().get(kind="SessionMoved")
    assert (moved.payload["starts_before_at"], moved.payload["starts_after_at"]) == ("2031-07-01T17:00:00Z", "2031-07-01T16:00:00Z")
    assert counts(imported(changed)) == (2, 0, 0, 2, 0)


def test_a_failed_write_changes_nothing(database: Database, tmp_path: Path) -> None:
    imported(file(tmp_path, ROW), organisation_id=make_organisation().id)
    before = rows_in_database()
    changed = file(tmp_path, ROW.replace("Heats", "Semifinals"), ROW.replace("SWM01", "SWM02"))

    def stop(report: games.Report) -> None:
        raise RuntimeError("the lights went out")

    with pytest.raises(RuntimeError):
        games.import_sessions(source=changed, edition_code="demo", organisation_id=None, dry_run=False, now=NOW, by=BY, before_write=stop)
    assert (session("SWM01").title, rows_in_database()) == ("Heats", before)


def test_a_session_with_tickets_sold_is_never_retimed_by_a_file(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(file(tmp_path, ROW), organisation_id=make_organisation().id)
    sold = session("SWM01")
    monkeypatch.setattr(stakes, "_registered", {"test": FixedStakes({sold.id: 41})})
    changed = file(tmp_path, ROW.replace("19:00", "18:00").replace("Pool", "Lake").replace("Heats", "Finals"))
    for _ in range(2):
        report = imported(changed)
        (problem,) = report.problems
        assert (problem.kind, problem.severity, problem.line, problem.code) == ("sold_not_moved", "error", 2, "SWM01")
        assert problem.what == (
            "41 tickets are sold or held, so the session was not moved. "
            "The file says: starts_local 2031-07-01T19:00 → 2031-07-01T18:00; venue_code pool → lake."
        )
        assert "Move SWM01 in the console" in problem.advice
    now = session("SWM01")
    assert (now.title, now.place) == ("Finals", sold.place)
    assert not facts().filter(kind="SessionMoved").exists()
    lake = next(v for v in games.venues(edition_id=sold.edition_id) if v.name == "Lake")
    to = replace(sold.place, starts_local=wall("2031-07-01T18:00"), venue_id=lake.id)
    assert games.move_session(session_id=sold.id, to=to, now=NOW, by=BY, reason="the pool leaks").stakes == 41
    assert (counts(imported(changed)), imported(changed).problems) == ((1, 0, 0, 1, 0), ())


def test_the_same_instants_under_another_zones_name_are_no_move(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(file(tmp_path, ROW), organisation_id=make_organisation().id)
    monkeypatch.setattr(stakes, "_registered", {"test": FixedStakes({session("SWM01").id: 41})})
    report = imported(file(tmp_path, ROW.replace("Europe/Paris", "Europe/Brussels")))
    assert ([d.field for d in report.differences], report.problems) == (["time_zone"], ())
    assert not facts().filter(kind="SessionMoved").exists()


def test_a_change_made_by_hand_survives_the_same_file_and_yields_to_a_new_one(database: Database, tmp_path: Path) -> None:
    imported(file(tmp_path, ROW), organisation_id=make_organisation().id)
    mine = session("SWM01")
    games.move_session(session_id=mine.id, to=replace(mine.place, starts_local=wall("2031-07-01T20:00")), now=NOW, by=BY, reason="television")
    again = imported(file(tmp_path, ROW))
    assert (counts(again), [p.kind for p in again.problems]) == ((1, 0, 0, 1, 0), ["changed_here"])
    assert session("SWM01").starts_local == wall("2031-07-01T20:00")
    assert counts(imported(file(tmp_path, ROW.replace("19:00", "18:30")))) == (1, 0, 1, 0, 0)
    assert session("SWM01").starts_local == wall("2031-07-01T18:30")


def test_a_file_does_not_bring_back_a_cancelled_session(database: Database, tmp_path: Path) -> None:
    imported(file(tmp_path, ROW), organisation_id=make_organisation().id)
    games.cancel_session(session_id=session("SWM01").id, now=NOW, by=BY, reason="storm")
    report = imported(file(tmp_path, ROW.replace("19:00", "18:00")))
    assert ([p.kind for p in report.problems], session("SWM01").status, session("SWM01").starts_local) == (
        ["off_here"],
        "cancelled",
        wall("2031-07-01T19:00"),
    )


def test_a_session_that_left_the_file_stays_and_is_told(database: Database, tmp_path: Path) -> None:
    imported(file(tmp_path, ROW, ROW.replace("SWM01", "SWM02")), organisation_id=make_organisation().id)
    report = imported(file(tmp_path, ROW))
    assert [(p.kind, p.code) for p in report.problems] == [("gone_from_file", "SWM02")]
    assert session("SWM02").status == "scheduled"


def test_a_file_with_a_later_time_confirms_a_session(database: Database, tmp_path: Path) -> None:
    imported(file(tmp_path, ROW.replace("19:00,21:30", ",")), organisation_id=make_organisation().id)
    assert session("SWM01").status == "to_be_confirmed"
    assert counts(imported(file(tmp_path, ROW))) == (1, 0, 1, 0, 0)
    assert session("SWM01").status == "scheduled"


def test_an_import_costs_the_same_for_one_row_and_for_forty(sqlite: Database, tmp_path: Path) -> None:
    def costs(rows: int) -> list[int]:
        organisation, counted = make_organisation(), []
        for title in ("Heats", "Heats", "Finals"):
            source = file(tmp_path, *(ROW.replace("SWM01", f"SWM{n:02}").replace("Heats", title) for n in range(rows)))
            with statements() as seen:
                imported(source, organisation_id=organisation.id, edition_code=organisation.slug[:40])
            counted.append(len(seen))
        return counted

    assert costs(1) == costs(40)
    assert max(costs(1)) < 50


# -- whose edition ---------------------------------------------------------------------------------------------------------------------


def test_an_edition_of_another_organisation_is_not_touched(database: Database, tmp_path: Path) -> None:
    edition = make_edition()
    with pytest.raises(games.NotTheirEdition):
        imported(file(tmp_path, ROW), organisation_id=make_organisation().id, edition_code=edition.code)
    with pytest.raises(games.NotTheirEdition):
        imported(file(tmp_path, ROW), edition_code="unknown")
    assert games.schedule(edition_id=edition.id).total == 0


def test_a_file_adds_to_an_edition_that_was_made_by_hand(database: Database, tmp_path: Path) -> None:
    made = make_session()
    row = ROW.replace("SWM01", "SWM02").replace("Pool", "Piscine de la rivière").replace("Europe/Paris", "")
    report = imported(file(tmp_path, row), edition_code=made.edition_code)
    assert (counts(report), [p.kind for p in report.problems]) == ((1, 1, 0, 0, 0), ["zone_missing"])
    added = session("SWM02", made.edition_code)
    assert (added.venue_id, added.time_zone) == (made.venue_id, "Europe/Paris")


# -- shapes of files -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_byte_order_marks_are_understood(sqlite: Database, tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "séances.csv"
    text = "场次,项目,标题,titre fr,场馆,日期,开始,结束,时区\nswm1,游泳,预赛,Séries,水立方,2031年7月1日,19:00,21:30,Asia/Shanghai\n"
    path.write_bytes(text.replace(",", delimiter).encode(encoding))
    assert imported(path, organisation_id=make_organisation().id).problems == ()
    found = session("SWM1")
    assert (found.discipline_code, found.title, found.titles, found.venue_name, found.country) == ("SWM", "预赛", {"fr": "Séries"}, "水立方", "CN")


def test_another_encoding_is_read_and_told(sqlite: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes((HEADER + ROW.replace("Heats", "Séries")).encode("cp1252"))
    assert [p.kind for p in imported(path, organisation_id=make_organisation().id).problems] == ["not_utf8"]
    assert session("SWM01").title == "Séries"


def test_days_with_slashes_are_read_by_the_day_that_decides_and_else_told(sqlite: Database, tmp_path: Path) -> None:
    organisation = make_organisation().id
    decided = [ROW.replace("2031-07-01", "25/07/2031"), ROW.replace("SWM01", "SWM02").replace("2031-07-01", "03/07/2031")]
    assert imported(file(tmp_path, *decided), organisation_id=organisation).problems == ()
    assert session("SWM02").day_on == date(2031, 7, 3)
    undecided = imported(file(tmp_path, ROW.replace("2031-07-01", "03/07/2031")), organisation_id=organisation, edition_code="other")
    assert [p.kind for p in undecided.problems] == ["day_ambiguous"]
    assert session("SWM01", "other").day_on is None


def test_characters_that_no_text_can_have_are_left_out_and_told(sqlite: Database, tmp_path: Path) -> None:
    organisation = make_organisation().id
    report = imported(file(tmp_path, ROW.replace("Heats", "He\x00ats")), organisation_id=organisation)
    assert ([p.kind for p in report.problems], session("SWM01").title) == (["characters_removed"], "Heats")
    path = tmp_path / "cup.json"
    path.write_text('{"name": "Cup", "matches": [{"num": 1, "team1": "A\\u0000", "team2": "B\\ud800", "round": "Final"}]}', encoding="utf-8")
    report = imported(path, organisation_id=organisation, edition_code="cup")
    assert (report.problems[0].kind, session("M001", "cup").title) == ("characters_removed", "A – B")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no rows"),
        (HEADER, "has no rows"),
        ("sport,title\nSwimming,Heats\n", "has no column of session codes"),
        ('code,sport\n"SWM01,Swimming\n', "is no CSV"),
        ("[1, 2", "is no JSON"),
        ('{"rounds": []}', "has no list “matches”"),
        ("PK\x00\x03\xff", "is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(sqlite: Database, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(text.encode("latin-1" if "\xff" in text else "utf-8"))
    with pytest.raises(games.FileWrong, match=says):
        imported(path, organisation_id=make_organisation().id)
    assert games.editions() == []


def test_a_file_that_does_not_exist_is_refused(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(games.FileWrong, match="cannot be read"):
        imported(tmp_path / "nothing.csv", organisation_id=new_id())
