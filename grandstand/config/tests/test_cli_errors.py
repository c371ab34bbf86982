"""What cannot work is told in words, and as one JSON object when that was asked for; a try changes nothing."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grandstand.config.tests.test_cli import answer, home, run

__all__ = ["home"]


def file(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content)
    return str(path)


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    done = run(Path(file(tmp_path, "home", "")), "doctor", "--json")
    assert done.returncode == 1
    assert str(tmp_path / "home") in answer(done)["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "oracle://somewhere/else"])
def test_a_database_that_is_none_is_told_with_what_to_write(home: Path, url: str) -> None:
    done = run(home, "doctor", "--json", DATABASE_URL=url)
    assert done.returncode == 1
    assert "postgresql://user:password@host:port/name" in answer(done)["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "oracle://somewhere/else", "", "postgresql://[half", "postgresql://host:door/name"])
def test_a_place_to_move_to_that_is_none_is_told_with_what_to_write(home: Path, url: str) -> None:
    done = run(home, "move", "--to", url, "--json")
    assert done.returncode == 1
    assert "postgresql://user:password@host:port/name" in answer(done)["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "The database does not answer"),
        ("sqlite:////no/such/folder/grandstand.sqlite3", "The database does not answer"),
        ("sqlite:///{home}/new.sqlite3", "manage.py migrate"),
    ],
)
def test_a_database_that_cannot_be_backed_up_is_told_and_leaves_no_file(home: Path, tmp_path: Path, url: str, says: str) -> None:
    done = run(home, "backup", str(tmp_path / "b.zip"), "--json", DATABASE_URL=url.format(home=home))
    assert done.returncode == 1
    assert says in answer(done)["error"]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("b.zip*")) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("deep.json", "[" * 100_000, "nested too deeply"),
        ("teams.json", json.dumps([{"name": "Blue"}, {"name": "Red"}]), "no session that can be imported"),
        ("columns.csv", "a,b\n1,2\n", "columns.csv"),
        ("empty.csv", "", "empty.csv"),
    ],
)
def test_a_file_that_is_no_schedule_is_refused_and_makes_nothing(home: Path, tmp_path: Path, name: str, content: str, says: str) -> None:
    done = run(home, "import", "sessions", file(tmp_path, name, content), "--edition", "new", "--json")
    assert done.returncode == 1
    assert says in answer(done)["error"]
    assert rows(home) == 0


def test_a_dry_run_makes_nothing_not_even_an_organisation(home: Path, tmp_path: Path) -> None:
    schedule = {
        "name": "Cup",
        "matches": [{"num": 1, "round": "Final", "date": "2031-07-01", "time": "18:00 UTC+2", "team1": "Blue", "team2": "Red", "ground": "Port"}],
    }
    path = file(tmp_path, "cup.json", json.dumps(schedule))
    dry = run(home, "import", "sessions", path, "--edition", "cup", "--dry-run", "--json")
    assert (dry.returncode, answer(dry)["created"], rows(home)) == (0, 1, 0)
    real = run(home, "import", "sessions", path, "--edition", "cup", "--json")
    assert (real.returncode, answer(real)["created"]) == (0, 1)
    assert rows(home) > 0


def rows(home: Path) -> int:
    """How many organisations, editions, sessions and audit entries there are."""
    with closing(sqlite3.connect(home / "grandstand.sqlite3")) as link:
        tables = ("movement_organisation", "games_edition", "games_session", "store_audit")
        return sum(link.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
