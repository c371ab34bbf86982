"""The command line as a person or program meets it: in a process of its own."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest

from grandstand.config.cli.serve import address_of, settle
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
    with served(home) as (server, port):
        ready = _when_ready(server, port)
        assert ready["ready"] is True
        taken = run(home, "serve", "--port", str(port))
        assert taken.returncode == 1
        assert "choose another with --port" in taken.stderr


def test_links_begin_with_the_address_served_unless_the_installation_names_another(home: Path) -> None:
    for named, expected in (({}, "http://127.0.0.1:{port}"), ({"GRANDSTAND_URL": "http://tickets.localhost"}, "http://tickets.localhost")):
        with served(home, **named) as (server, port):
            _when_ready(server, port)
            _ask_for_access(f"http://127.0.0.1:{port}/accounts/password/reset/")
            mail = _mail(server, home)
        assert mail.splitlines()[-1] == expected.format(port=port)


def test_a_server_without_worker_leaves_background_work_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    settle(address="http://127.0.0.1:8000", worker=False)
    assert os.environ == {"GRANDSTAND_URL": "http://127.0.0.1:8000", "GRANDSTAND_WORKER_INSIDE": "no"}


@pytest.mark.parametrize(("host", "found"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("localhost", "localhost")])  # noqa: S104
def test_what_listens_everywhere_is_found_on_this_machine(host: str, found: str) -> None:
    assert address_of(host=host, port=8001) == f"http://{found}:8001"


@contextmanager
def served(home: Path, **environment: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The platform, served on a free port until the block ends; it must end well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {name: value for name, value in _environment(home).items() if name != "GRANDSTAND_URL"} | environment
    with (home / "log").open("wb") as log:
        server = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=given, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield server, port
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    assert server.returncode == 0, (home / "log").read_text()


def _ask_for_access(url: str) -> None:
    """As somebody without an account, who is told so by mail."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(url, timeout=20) as page:
        [token, *_] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "email": "nobody@example.org"}).encode()
    browser.open(url, data=form, timeout=20).close()


def _mail(server: "subprocess.Popen[bytes]", home: Path) -> str:
    """The text of the one mail that was sent, which is taken away."""
    for _ in range(300):
        for path in (home / "mail").glob("*.eml"):
            text = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
            assert text is not None
            path.unlink()
            return str(text.get_content())
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    raise AssertionError("no mail was sent")


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 refused, not listened on
def test_a_test_bank_is_not_served_to_others(home: Path, host: str) -> None:
    done = run(home, "serve", "--host", host, "--json")
    assert done.returncode == 1
    assert "GRANDSTAND_LOCAL" in answer(done)["error"]
