"""`grandstand import plan`, in a process of its own: kept once, looked at without being kept, refused with where and what."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from grandstand.config.tests.test_cli import ROOT, answer, home, run
from grandstand.ticketing.api import make_bowl, write_plan

__all__ = ["home"]

BOWL = write_plan(make_bowl(plan_id=UUID(int=7), name="Arena", capacity=300))
SESSIONS = ROOT / "grandstand" / "games" / "tests" / "files" / "sessions.csv"


@pytest.fixture
def venue(home: Path) -> str:
    """The code of a venue whose sessions were imported."""
    assert run(home, "import", "sessions", str(SESSIONS), "--edition", "demo", "--json").returncode == 0
    return str(_rows(home, "SELECT code FROM games_venue ORDER BY code")[0][0])


def test_a_plan_is_kept_once_and_a_dry_run_keeps_none(home: Path, venue: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(BOWL)
    dry, first, again = (run(home, "import", "plan", str(file), "--venue", venue, *more, "--json") for more in (["--dry-run"], [], []))
    assert [done.returncode for done in (dry, first, again)] == [0, 0, 0], first.stderr
    assert (sum(answer(dry)["seats"].values()), answer(dry)["plan_id"]) == (300, None)
    assert answer(again) == answer(first)
    assert _rows(home, "SELECT name, version FROM ticketing_seat_plan") == [(answer(first)["name"], 1)]
    assert _rows(home, "SELECT count(*) FROM ticketing_planned_seat") == [(300,)]


def test_a_plan_with_a_problem_is_not_kept_and_every_problem_is_told(home: Path, venue: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(BOWL.replace(b'"seat_number":"1"', b'"seat_number":""', 2))
    done = run(home, "import", "plan", str(file), "--venue", venue, "--json")
    assert done.returncode == 1
    assert [(problem["what"], problem["where"] != "", problem["advice"] != "") for problem in answer(done)["problems"]] == [
        ("The seat has no name or number.", True, True)
    ] * 2
    assert _rows(home, "SELECT count(*) FROM ticketing_seat_plan") == [(0,)]


def test_a_venue_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    done = run(home, "import", "plan", str(tmp_path / "plan.json"), "--venue", "nowhere", "--json")
    assert done.returncode == 1
    assert "There is no venue nowhere" in answer(done)["error"]


def _rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "grandstand.sqlite3")) as link:
        return link.execute(sql).fetchall()
