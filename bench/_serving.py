"""The on-sale's server as processes of their own, and the load generator in front of it. Loopback only, bounded in time."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import UUID

BENCH = Path(__file__).parent
SECRET = "the secret of a benchmark, and of nothing else in the world"
START_S, STOP_S = 30, 30
CONNECTIONS = 19_000
"""As many as a process here may keep at once."""
BACKLOG, GATHERING_S = 4096, 8
"""Connections that wait to be taken, and for how long more than these connect: a connection that finds no room tries again after 1, 3 and 7 s."""
LOOK_AT = 0.9
ESTABLISHED, LISTENING = "01", "0A"
"""As /proc/net/tcp writes them."""


class GeneratorMissing(Exception):
    """wrk is not on this machine. The message says what to do."""


@dataclass(slots=True)
class Figures:
    """What the gate says it did, over all its processes."""

    batches: int = 0
    answered: int = 0
    seconds: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    holds: set[UUID] = field(default_factory=set)
    """Acknowledged ones."""
    orders: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Server:
    """A server that is up. `figures` are there once it has stopped."""

    address: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the load generator saw. Times are milliseconds from request to answer, refusals included."""

    connections: int
    connected: int
    """How many of them the server had taken when nine tenths of the time were over."""
    answers_per_s: float
    answers: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    longest_ms: float
    refused: int
    """Answers that were no 2xx."""
    broken: int
    """Connections refused or torn, answers that never came."""
    bytes_each: float = 0.0
    """Of an answer with its headers, where the script tells them."""

    @property
    def granted_per_s(self) -> float:
        """Answers a second that were no refusal."""
        return self.answers_per_s * (1 - self.refused / max(1, self.answers))


@contextmanager
def serving(url: str, folder: Path, *, processes: int = 1) -> Iterator[Server]:
    """The server of `bench/_onsale_server.py` over the database `url`. Stopped at the end, and killed when it does not stop."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    told = folder / f"told-{time.monotonic_ns()}"
    told.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"DATABASE_URL": url, "GRANDSTAND_SECRET_KEY": SECRET, "BENCH_FIGURES": str(told)}
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), "--workers", str(processes)]
    command += ["--no-ws", "--backlog", str(BACKLOG), "--backpressure", str(CONNECTIONS), "--log-level", "warning"]
    command += ["bench._onsale_server:application"]
    process = subprocess.Popen(command, env=environment, cwd=BENCH.parent)
    server = Server(f"http://127.0.0.1:{port}", told, process)
    try:
        _wait_for(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        server.figures = _sum(told)


def drive(server: Server, path: str, wishes: Path, *, connections: int, seconds: float, again_percent: int = 0) -> Load:
    """Let so many buyers ask for what `wishes` says, each again as soon as they are answered. Raises GeneratorMissing.

    More than connect at once have some seconds for it before the first of them asks, and the time counts from then.
    """
    gathering_s = 0 if connections <= BACKLOG else GATHERING_S
    arguments = [str(wishes), path, str(again_percent), f"{time.monotonic_ns():x}-", str(gathering_s)]
    return wrk(server.address, "onsale.lua", arguments, connections=connections, seconds=gathering_s + seconds)


def wrk(address: str, script: str, arguments: Sequence[str], *, connections: int, seconds: float) -> Load:
    """Run wrk with a script of this folder, which ends with a line of JSON. Raises GeneratorMissing."""
    program = shutil.which("wrk")
    if program is None:
        raise GeneratorMissing("wrk is missing, which asks as many requests as this measures: run `scripts/system-packages --bench`")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "20s", "-s", str(BENCH / script), address, "--", *arguments]
    with ThreadPoolExecutor(1) as beside:
        connected = beside.submit(_connected, urlsplit(address).port or 80, after_s=LOOK_AT * seconds)
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    saw = json.loads(done.stdout.strip().splitlines()[-1])
    return Load(
        connections=connections,
        connected=connected.result(),
        answers_per_s=saw["requests"] / saw["duration_us"] * 1e6,
        answers=saw["requests"],
        p50_ms=saw["p50_us"] / 1000,
        p99_ms=saw["p99_us"] / 1000,
        p999_ms=saw["p999_us"] / 1000,
        longest_ms=saw["max_us"] / 1000,
        refused=saw["status"],
        broken=saw["connect"] + saw["read"] + saw["write"] + saw["timeout"],
        bytes_each=saw.get("bytes", 0) / max(1, saw["requests"]),
    )


def _connected(port: int, *, after_s: float) -> int:
    """How many connections the server on `port` has taken, `after_s` from now: those that the system holds, less those that wait to be taken."""
    time.sleep(after_s)
    buyers, waiting = set[str](), 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, buyer, state, queues, *_ = line.split()
        if int(local.rpartition(":")[2], 16) == port:
            if state == ESTABLISHED:
                buyers.add(buyer)
            elif state == LISTENING:
                waiting += int(queues.rpartition(":")[2], 16)
    return len(buyers) - waiting


def _wait_for(server: Server) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            urlopen(f"{server.address}/ready").close()
        except OSError:
            if server.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server did not start: its words are above") from None
            time.sleep(0.05)
        else:
            return


def _sum(folder: Path) -> Figures:
    figures = Figures()
    for path in folder.glob("*.json"):
        one = json.loads(path.read_bytes())
        figures.batches += one["batches"]
        figures.answered += one["answered"]
        figures.seconds += one["seconds"]
        figures.told.update(one["told"])
        figures.holds.update(map(UUID, one["holds"]))
        figures.orders.update(map(UUID, one["orders"]))
    return figures
