"""The command line as a person or program meets it: in a process of its own."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest

from grandstand.store import testing as databases

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-c", "from grandstand.config.cli import main; main()"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with a migrated, empty database."""
    (tmp_path / "home").mkdir()
    with databases.database_copy("sqlite", cluster=None, folder=tmp_path) as url:
        Path(url.removeprefix("sqlite:///")).rename(tmp_path / "home" / "grandstand.sqlite3")
    return tmp_path / "home"


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "GRANDSTAND_HOME": str(home), "DATABASE_URL": f"sqlite:///{home}/grandstand.sqlite3", **more}


def run(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command and wait."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, env=_environment(home, **environment), cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The JSON object of the last line."""
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_every_command_explains_itself(home: Path) -> None:
    told = run(home, "--help").stdout
    for name in ("serve", "worker", "demo", "import", "doctor", "bench", "backup", "restore", "move"):
        assert name in told


def test_the_doctor_is_green_on_an_empty_installation_and_says_what_it_looked_at(home: Path) -> None:
    done = run(home, "doctor", "--json")
    found = answer(done)
    assert (done.returncode, found["healthy"]) == (0, True), done.stderr
    assert {"config_migrations", "store_walls", "store_deliveries"} <= {check["name"] for check in found["checks"]}
    assert all(check["detail"] for check in found["checks"])


def test_the_doctor_is_red_when_a_wall_is_gone(home: Path) -> None:
    database = sqlite3.connect(home / "grandstand.sqlite3")
    database.execute("DROP TRIGGER store_audit_is_append_only")
    database.commit()
    database.close()
    done = run(home, "doctor", "--json")
    assert done.returncode == 1
    red = [check for check in answer(done)["checks"] if not check["healthy"]]
    assert [check["name"] for check in red] == ["store_walls"]
    assert "store_audit_is_append_only" in red[0]["detail"]


def test_a_backup_and_its_restore_answer_in_json(home: Path, tmp_path: Path) -> None:
    made = answer(run(home, "backup", str(tmp_path / "b.zip"), "--json"))
    (tmp_path / "other").mkdir()
    done = run(tmp_path / "other", "restore", str(tmp_path / "b.zip"), "--json")
    restored = answer(done)
    assert (restored["rows"], restored["tables"]) == (made["rows"], made["tables"])
    assert restored["doctor"]["healthy"] is True


def test_an_error_says_what_to_do_without_a_traceback(home: Path, tmp_path: Path) -> None:
    done = run(home, "restore", str(tmp_path / "nothing.zip"), "--json")
    assert done.returncode == 1
    assert "nothing.zip" in answer(done)["error"]
    assert "Traceback" not in done.stderr
    unready = run(home, "doctor", GRANDSTAND_LOCAL="perhaps")
    assert unready.returncode == 1
    assert "write yes or no" in unready.stderr
    assert "Traceback" not in unready.stderr


def test_what_sqlite_cannot_do_is_refused_with_the_way_on(home: Path) -> None:
    assert "grandstand move" in run(home, "serve", "--processes", "2").stderr
    assert "grandstand serve" in run(home, "worker").stderr
    assert "Say which benchmark" in run(home, "bench").stderr


def test_the_platform_is_served_with_its_worker_and_stops_when_told(home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home / "log").open("wb")
    server = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=_environment(home), cwd=ROOT, stdout=log, stderr=log)
    try:
        ready = _when_ready(server, port)
        assert ready["ready"] is True
        taken = run(home, "serve", "--port", str(port))
        assert taken.returncode == 1
        assert "choose another with --port" in taken.stderr
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        log.close()
    assert server.returncode == 0, (home / "log").read_text()


def _when_ready(server: subprocess.Popen[bytes], port: int) -> Any:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answered:
                return json.load(answered)
        except OSError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError("the server did not become ready")


def test_moving_to_postgresql_and_working_there(home: Path, cluster: str, tmp_path: Path) -> None:
    with databases.database_copy("postgresql", cluster=cluster, folder=tmp_path) as url:
        moved = run(home, "move", "--to", url, "--json")
        assert moved.returncode == 0, moved.stderr
        assert answer(moved)["doctor"]["healthy"] is True
        _work_and_stop(home, url)


def _work_and_stop(home: Path, url: str) -> None:
    log = (home / "worker.log").open("wb")
    worker = subprocess.Popen([*COMMAND, "worker"], env=_environment(home, DATABASE_URL=url), cwd=ROOT, stdout=log, stderr=log)
    try:
        with psycopg.connect(url, autocommit=True) as asking:
            for _ in range(300):
                if asking.execute("SELECT 1 FROM store_cache WHERE cache_key LIKE %s", ("%worker_seen_at",)).fetchone():
                    break
                try:
                    worker.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                raise AssertionError((home / "worker.log").read_text())
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
        log.close()
    assert worker.returncode == 0, (home / "worker.log").read_text()
