"""The whole platform as a visitor meets it: `grandstand demo` and `grandstand serve` in a folder of their own, with the worker beside them."""

import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_S = 60
COMES_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Platform:
    """A served demo."""

    address: str
    home: Path

    def mail(self, to: str, *, about: str) -> EmailMessage:
        """The newest mail to an address whose subject matches `about`, waited for. Raises AssertionError when none comes."""
        until = time.monotonic() + COMES_WITHIN_S
        while time.monotonic() < until:
            for path in sorted((self.home / "mail").glob("*.eml"), reverse=True):
                found = message_from_bytes(path.read_bytes(), policy=policy.default)
                if found["To"] and to in found["To"] and re.search(about, str(found["Subject"])):
                    return found
            time.sleep(0.2)
        raise AssertionError(f"no mail about {about} came to {to} within {COMES_WITHIN_S} s")

    def let_newest_hold_expire(self) -> None:
        """As if its time had passed: the worker's sweep takes it next. The wall that keeps what was promised is lowered for it."""
        with closing(sqlite3.connect(self.home / "grandstand.sqlite3", timeout=20)) as link, link:
            link.execute("BEGIN IMMEDIATE")
            wall = "type = 'trigger' AND name LIKE 'inventory_hold_is_never_shortened%'"
            [(name, raised)] = link.execute(f"SELECT name, sql FROM sqlite_master WHERE {wall}")
            link.execute(f"DROP TRIGGER {name}")
            link.execute(
                "UPDATE inventory_hold SET expires_at = '2026-01-01 00:00:00' WHERE id = "
                "(SELECT hold_id FROM commerce_basket_line WHERE hold_id IS NOT NULL ORDER BY id DESC LIMIT 1)"
            )
            link.execute(raised)
        until = time.monotonic() + COMES_WITHIN_S
        while time.monotonic() < until:
            with closing(sqlite3.connect(self.home / "grandstand.sqlite3", timeout=20)) as link:
                if link.execute("SELECT count(*) FROM inventory_hold WHERE state = 'expired'").fetchone()[0]:
                    return
            time.sleep(0.2)
        raise AssertionError("the sweep did not free the expired hold")

    def run(self, code: str) -> str:
        """Run a script over this platform's data; the last line it prints."""
        environment = _environment(self) | {"DJANGO_SETTINGS_MODULE": "grandstand.config.settings"}
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]
        return done.stdout.strip().rpartition("\n")[2]

    def doctor(self) -> str:
        """The last line of `grandstand doctor --json`."""
        asked = subprocess.run(_grandstand("doctor", "--json"), env=_environment(self), capture_output=True, text=True, cwd=ROOT, check=False)
        return asked.stdout.strip().splitlines()[-1]


@contextmanager
def served_demo(folder: Path) -> Iterator[Platform]:
    """Serve a demo in `folder` on a free port until the block ends. Of all test processes, the first one makes it."""
    platform = Platform(f"http://127.0.0.1:{_free_port()}", folder)
    if (shared := os.environ.get("GRANDSTAND_TEST_FOLDER")) is not None:
        shutil.copytree(_made_once(Path(shared) / "demo"), folder, dirs_exist_ok=True)
    else:
        _make_demo(folder)
    with _served(platform, _environment(platform)):
        yield platform


def _made_once(folder: Path) -> Path:
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".making")
            _make_demo(making)
            making.rename(folder)
    return folder


def _make_demo(folder: Path) -> None:
    environment = _environment(Platform("http://127.0.0.1:8000", folder))
    subprocess.run(_grandstand("demo", "--no-serve"), env=environment, cwd=ROOT, check=True, capture_output=True)


@contextmanager
def served_as_it_is(url: str, folder: Path) -> Iterator[Platform]:
    """Serve the migrated database `url`, with nothing in it but what a test has put there, until the block ends."""
    platform = Platform(f"http://127.0.0.1:{_free_port()}", folder)
    with _served(platform, _environment(platform) | {"DATABASE_URL": url}):
        yield platform


@contextmanager
def _served(platform: Platform, environment: dict[str, str]) -> Iterator[None]:
    """`grandstand serve` at the platform's address until the block ends."""
    folder, port = platform.home, platform.address.rsplit(":", 1)[1]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(_grandstand("serve", "--port", port), env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_until_ready(platform, server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _grandstand(*words: str) -> list[str]:
    return [sys.executable, "-c", "from grandstand.config.cli import main; main()", *words]


def _environment(platform: Platform) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "GRANDSTAND_HOME": str(platform.home), "GRANDSTAND_URL": platform.address, "NO_COLOR": "1"}


def _wait_until_ready(platform: Platform, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            with urlopen(f"{platform.address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            if server.poll() is not None:
                break
        time.sleep(0.2)
    raise AssertionError(f"the platform did not start:\n{(platform.home / 'server.log').read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
