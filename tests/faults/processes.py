"""Processes that are killed and come back: PostgreSQL, the server and the worker, each under a keeper as in production."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from grandstand.store import testing as databases
from grandstand.store.api import installation_secrets

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 30
AGAIN_AFTER_S = 0.1
"""Between an end and the next start, as a service manager waits."""


@dataclass(slots=True)
class Kept:
    """A process that is started again whenever it ends, until the keeper stops. It leads a process group, which dies with it."""

    name: str
    command: Sequence[Any]
    log: Path
    how: dict[str, Any] = field(default_factory=dict)
    ends_by: signal.Signals = signal.SIGTERM
    starts: int = 0
    _process: "subprocess.Popen[bytes] | None" = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def start(self) -> None:
        """Start it, and the thread that starts it again."""
        self._spawn()
        self._keeper = threading.Thread(target=self._keep, name=f"keeper-{self.name}", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End it for good, gently first."""
        assert self._keeper is not None, "only what was started is stopped"
        self._stopping.set()
        until, told = time.monotonic() + ENDS_WITHIN_S, None
        while self._keeper.is_alive():
            process = self._process  # the keeper may just have started another one
            assert process is not None, "only what was started is stopped"
            if time.monotonic() > until:
                self._kill_group(process)
            elif process is not told:
                process.send_signal(self.ends_by)
                told = process
            self._keeper.join(AGAIN_AFTER_S)

    def kill(self) -> None:
        """`kill -9` of the leader."""
        assert self._process is not None, "only what was started is killed"
        with suppress(ProcessLookupError):  # it is down already, and about to come back
            os.kill(self._process.pid, signal.SIGKILL)

    def kill_child(self, chance: random.Random) -> None:
        """`kill -9` of one of its children; of the leader when it has none."""
        assert self._process is not None, "only what was started is killed"
        children = children_of(self._process.pid)
        if not children:
            self.kill()
            return
        with suppress(ProcessLookupError):
            os.kill(chance.choice(children), signal.SIGKILL)

    def wait_for_start(self, number: int) -> None:
        """Until it was started so many times."""
        until = time.monotonic() + STARTS_WITHIN_S
        while self.starts < number:
            assert time.monotonic() < until, f"{self.name} was not started again"
            time.sleep(0.01)

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True, **self.how)
        self.starts += 1

    def _keep(self) -> None:
        while True:
            process = self._process
            assert process is not None, "it was started"
            process.wait()
            self._kill_group(process)
            if self._stopping.wait(AGAIN_AFTER_S):
                return
            self._spawn()

    @staticmethod
    def _kill_group(process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def children_of(parent: int) -> list[int]:
    """The processes that `parent` started, oldest first."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            pid, _, rest = path.read_text().partition(" (")
            if int(rest.rpartition(")")[2].split()[1]) == parent:
                found.append(int(pid))
    return sorted(found)


@contextmanager
def mortal_postgresql(
    *, folder: Path | None = None, settings: Sequence[str] = (), address: str = "127.0.0.1", inside: str = "", trusted: str = ""
) -> Iterator[tuple[Kept, str]]:
    """A cluster that comes back when it is killed, and the URL of a migrated database in it. `folder` as in `postgresql_cluster`.

    It listens on `address`, which may be of the network namespace `inside`, and trusts who comes from the addresses `trusted`.
    """
    binaries = databases._binaries()
    base = Path(tempfile.mkdtemp(prefix="grandstand-mortal-", dir=folder))
    as_user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(base, "postgres")
    data, port = base / "data", free_port()
    try:
        initdb: list[Any] = [binaries / "initdb", "-D", data, "-U", "grandstand", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=base, **as_user)
        if trusted:
            with (data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {trusted} trust\n")
        options = [f"port={port}", f"listen_addresses={address}", f"unix_socket_directories={base}", "max_connections=100", *settings]
        command = [binaries / "postgres", "-D", data, *(part for option in options for part in ("-c", option))]
        if inside:
            command = ["ip", "netns", "exec", inside, "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        server = Kept("postgresql", command, base / "log", {"cwd": base, **({} if inside else as_user)}, signal.SIGINT)
        server.log.touch()
        server.start()
        try:
            cluster = f"postgresql://grandstand@{address}:{port}/postgres"
            wait_for_postgresql(cluster)
            template = databases.postgresql_template(cluster)
            with psycopg.connect(cluster, autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE sale TEMPLATE {template}")
            yield server, databases.at(cluster, "sale")
        finally:
            server.stop()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def wait_for_postgresql(url: str) -> None:
    """Until it answers."""
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN_AFTER_S)
        else:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """`grandstand serve` and `grandstand worker` over one database."""

    port: int
    home: Path
    environment: dict[str, str]
    server: Kept
    worker: Kept

    def start(self) -> None:
        """Start both and wait until the gate answers."""
        self.server.start()
        self.worker.start()
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as asked:
                asked.sendall(b"GET /gate/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n")
                if asked.recv(64).startswith(b"HTTP/1.1 404"):
                    return
            time.sleep(AGAIN_AFTER_S)
        raise AssertionError(f"the server did not start:\n{self.server.log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        """End both."""
        self.server.stop()
        self.worker.stop()

    def doctor(self) -> str:
        """The last line of `grandstand doctor --json`."""
        done = subprocess.run(grandstand("doctor", "--json"), env=self.environment, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.stdout, done.stderr[-2_000:]
        return done.stdout.strip().splitlines()[-1]


def platform(url: str, folder: Path, *, processes: int = 2) -> Platform:
    """Both over the database `url`, with `folder` as their home; not started yet."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "GRANDSTAND_HOME"}}
    environment = {**kept, "DATABASE_URL": url, "GRANDSTAND_HOME": str(folder), "GRANDSTAND_SECRET_KEY": installation_secrets()[0], "NO_COLOR": "1"}
    how = {"cwd": ROOT, "env": environment}
    return Platform(
        port=port,
        home=folder,
        environment=environment,
        server=Kept("server", grandstand("serve", "--no-worker", "--processes", str(processes), "--port", str(port)), folder / "server.log", how),
        worker=Kept("worker", grandstand("worker"), folder / "worker.log", how),
    )


def grandstand(*words: str) -> list[str]:
    """The command line of this checkout."""
    return [sys.executable, "-c", "from grandstand.config.cli import main; main()", *words]


def free_port() -> int:
    """Of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
