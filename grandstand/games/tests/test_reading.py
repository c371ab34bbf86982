"""Whatever stands in a table: every row is read or told, and what is read can be written."""

import csv
import io
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grandstand.games import api as games
from grandstand.games import rules
from grandstand.games.adapters.files import Notes, Text
from grandstand.games.adapters.read import Context, ReadFile
from grandstand.games.adapters.sessions_csv import read_sessions
from grandstand.games.disciplines import discipline_names, known_disciplines
from grandstand.games.problems import KINDS
from grandstand.games.reports import FileWrong, Problem
from grandstand.games.testing import BY, NOW
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

HEADER = [
    *("session_code", "sport", "description", "venue", "zone", "date", "start_local", "end_local", "end_next_day"),
    *("tz", "round", "price_low_usd", "price_high_usd", "ticketed", "titre (fr)", "remarks"),
]
ODD = st.text(max_size=8)
ROW = st.tuples(
    st.sampled_from(["SWM01", "swm02", "ATH03", "X", "", "é1", "FBL01A"]) | ODD,
    st.sampled_from(["Swimming", "游泳", "Athletics (Marathon)", "Boxing - Finals", "", "Kabaddi", "SWM"]) | ODD,
    st.sampled_from(["Heats", "Not Ticketed: Heats", "", "x" * 400]) | ODD,
    st.sampled_from(["Pool", "pool!", "", "TBD", "水立方", "y" * 250]) | ODD,
    st.sampled_from(["North", "", "z" * 120]) | ODD,
    st.sampled_from(["2028-07-19", "03/07/2028", "25/07/2028", "2028-03-12", "2028-11-05", "", "never"]) | ODD,
    st.sampled_from(["09:30", "2:30", "01:30", "18:30", "24:00", "2028-07-19T10:00", "", "TBC", "noon"]) | ODD,
    st.sampled_from(["12:00", "00:00", "2:30", "09:00", "2028-07-25T10:00", ""]) | ODD,
    st.sampled_from(["0", "1", "", "maybe"]),
    st.sampled_from(["America/Los_Angeles", "UTC+5:30", "PDT", ""]) | ODD,
    st.sampled_from(["Prelim", "QF", "Final", "", "Encore"]) | ODD,
    st.sampled_from(["28.00", "0", "", "free", "1,035.65"]) | ODD,
    st.sampled_from(["28.00", "992.24", ""]) | ODD,
    st.sampled_from(["0", "1", "", "perhaps"]),
    st.sampled_from(["Séries", ""]) | ODD,
    ODD,
)


def written(rows: list[tuple[str, ...]]) -> Text:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return Text(name="sessions.csv", text=out.getvalue(), digest="")


def read(text: Text) -> ReadFile | None:
    context = Context(disciplines=known_disciplines(), discipline_names=discipline_names(), venues={}, time_zone="")
    try:
        return read_sessions(text, context, Notes())
    except FileWrong:
        return None


@given(st.lists(ROW, min_size=1, max_size=6))
def test_every_row_is_read_or_told_and_what_is_read_can_be(rows: list[tuple[str, ...]]) -> None:
    found = read(written(rows))
    if found is None:
        return
    lost = {p.line for p in found.notes.found if p.kind in {"code_missing", "code_wrong", "code_repeated", "row_repeated", "discipline_missing"}}
    assert (len(found.sessions) + len(lost), len({s.line for s in found.sessions} & lost)) == (found.rows, 0)
    for session in found.sessions:
        draft = session.draft
        starts_at, ends_at = rules.instants(starts_local=draft.starts_local, ends_local=draft.ends_local, time_zone=draft.time_zone)
        complete = bool(starts_at and ends_at and draft.venue_code)
        told = {p.kind for p in found.notes.found if p.line == session.line and p.severity == "warning"}
        assert complete or told, "what is to be confirmed has a problem that says why"
        assert draft.discipline_code in found.disciplines
        assert not draft.venue_code or draft.venue_code in found.venues
        assert 0 < len(draft.title) <= 300
    assert all(problem.what and problem.advice for problem in found.notes.found)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=12))
def test_whatever_is_imported_is_imported_once(sqlite: Database, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    organisation = make_organisation()
    source = tmp_path / "sessions.csv"
    source.write_text(written(rows).text, encoding="utf-8", newline="")

    def imported() -> games.Report:
        return games.import_sessions(
            source=source, edition_code=organisation.slug[:40], organisation_id=organisation.id, dry_run=False, now=NOW, by=BY
        )

    try:
        first = imported()
    except games.FileWrong:
        return
    assert first.created + first.not_imported == first.rows
    second = imported()
    assert (second.created, second.changed, second.unchanged, second.differences) == (0, 0, first.created, ())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_problem_says_what_to_do(kind: str) -> None:
    says = KINDS[kind]
    assert says.what.rstrip().endswith((".", "{cells}"))
    assert says.advice.rstrip().endswith((".", "}"))


def test_a_problem_is_told_in_plain_values() -> None:
    problem = Problem(kind="day_wrong", line=7, code="SWM01", detail={"value": "never"})
    assert problem.as_json() == {
        "line": 7,
        "code": "SWM01",
        "kind": "day_wrong",
        "severity": "warning",
        "what": "“never” is no day that can be understood. The session is to be confirmed.",
        "advice": "Write it as 2028-07-19 and import the file again.",
    }


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
@pytest.mark.parametrize("problem", [Problem(kind="sold_not_moved", line=2, detail={"stakes": 3, "wanted": "x", "edition": "e", "code": "c"})])
def test_a_problem_is_explained_in_the_readers_language_with_its_detail(language: str, problem: Problem) -> None:
    with override(language):
        what, advice = games.explained(problem)
    assert "3" in what
    assert " c " in advice
    assert language != "en" or (what, advice) == (problem.what, problem.advice)


def test_stages_and_states_have_names() -> None:
    with override("en"):
        assert [games.stage_name(stage) for stage in (games.Stage.QUARTERFINAL, games.Stage.UNKNOWN)] == ["quarterfinal", ""]
        assert games.status_name(games.Status.TO_BE_CONFIRMED) == "to be confirmed"
