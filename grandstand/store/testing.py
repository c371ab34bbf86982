"""For tests and benchmarks: a PostgreSQL cluster of their own, migrated templates, and a fresh copy of a database in milliseconds."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.db import connection, connections

from grandstand.kit.ids import new_id
from grandstand.store.kinds import Engine

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache" / "test-templates"

FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
"""For tests, which lose nothing when the machine dies. Benchmarks must not use these."""

MEMORY = Path("/dev/shm")  # noqa: S108 Linux's file system in memory; mkdtemp makes a folder of our own in it
MEMORY_BYTES = 1 << 30
"""Free in MEMORY, or it is not used: clusters of two workers take 150 MB each, a race doubles it, and a container has 64 MB."""


class PostgreSQLMissing(Exception):
    """The server's binaries are not on this machine. The message is the one line that installs them."""


def memory() -> Path | None:
    """Where files live in memory, with room for a cluster; None on a machine without. A copy of a database is over a thousand files."""
    return MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES else None


@contextmanager
def postgresql_cluster(*, settings: list[str], folder: Path | None = None) -> Iterator[str]:
    """A new cluster on a free port of 127.0.0.1, gone afterwards. Yields the URL of its `postgres` database.

    Its files are in `folder`, or where temporary files are.

    PostgreSQL refuses to run as root; then it runs as the user `postgres` that Debian's package makes.
    """
    binaries = _binaries()
    base = Path(tempfile.mkdtemp(prefix="grandstand-postgresql-", dir=folder))
    as_user: dict[str, str] = {"user": "postgres"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(base, "postgres")
    data, port = base / "data", _free_port()
    try:
        initdb = [binaries / "initdb", "-D", data, "-U", "grandstand", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=base, **as_user)  # type: ignore[call-overload]
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={base}", "max_connections=200", "shared_buffers=256MB"]
        arguments = [part for option in [*options, *settings] for part in ("-c", option)]
        with (base / "log").open("wb") as log:
            server = subprocess.Popen([binaries / "postgres", "-D", data, *arguments], stdout=log, stderr=log, cwd=base, **as_user)  # type: ignore[call-overload]
        try:
            url = f"postgresql://grandstand@127.0.0.1:{port}/postgres"
            _wait_for(url, server, base / "log")
            yield url
        finally:
            server.send_signal(2)  # SIGINT: fast shutdown
            server.wait(timeout=30)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _binaries() -> Path:
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if (found := shutil.which("initdb")) is not None:
        candidates.append(Path(found).resolve().parent)
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise PostgreSQLMissing("PostgreSQL's server is missing: run `make system`, or as root `apt-get install -y postgresql`")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
            try:
                server.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
    raise RuntimeError(f"PostgreSQL did not answer within 30 s:\n{log.read_text(errors='replace')}")


def sqlite_template() -> Path:
    """A migrated SQLite file, made once per state of the migrations and kept under `.cache`."""
    path = CACHE / f"{_migrations_digest()}.sqlite3"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(f".{os.getpid()}")
        _migrate(f"sqlite:///{making}")
        making.replace(path)
    return path


@cache
def postgresql_template(cluster: str) -> str:
    """The name of a migrated database on the cluster, to be copied. Made by whoever comes first, others wait."""
    name = f"template_{_migrations_digest()[:16]}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(7421)")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            admin.execute(f"CREATE DATABASE making_{name}")
            _fill_postgresql(at(cluster, f"making_{name}"))
            admin.execute(f"ALTER DATABASE making_{name} RENAME TO {name}")
    return name


def _fill_postgresql(url: str) -> None:
    dump = CACHE / f"{_migrations_digest()}.sql"
    if not dump.exists():
        _migrate(url)
        CACHE.mkdir(parents=True, exist_ok=True)
        making = dump.with_suffix(f".{os.getpid()}")
        subprocess.run([_binaries() / "pg_dump", "--no-owner", "-f", making, url], check=True)
        making.replace(dump)
    else:
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, url], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def database_copy(engine: Engine, *, cluster: str | None, folder: Path) -> Iterator[str]:
    """The URL of a fresh, migrated, empty database, dropped afterwards. `cluster` is needed for PostgreSQL, `folder` for SQLite."""
    if engine == "sqlite":
        path = folder / f"{new_id().hex}.sqlite3"
        shutil.copyfile(sqlite_template(), path)
        yield f"sqlite:///{path}"
        return
    if cluster is None:
        raise ValueError("a copy on PostgreSQL needs a cluster")
    template, name = postgresql_template(cluster), f"copy_{new_id().hex}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        # File by file: the other way writes every page to the log first, which a server that may crash needs.
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield at(cluster, name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that Django's default connection runs meanwhile, transaction control left out. Works inside an open `store.write()` too."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001 Django calls it so
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


@contextmanager
def as_default(url: str) -> Iterator[None]:
    """Let Django's default connection, in every thread, reach `url`."""
    before = connections.settings["default"]
    engine = {"ENGINE": "grandstand.store.sqlite"} if url.startswith("sqlite") else {}
    # dj_database_url leaves out what is not in the URL; the rest must not be taken from the other engine.
    connections["default"].close()
    connections.settings["default"] = {**before, "OPTIONS": {}, **dj_database_url.parse(url), **engine, "CONN_MAX_AGE": 0}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        del connections["default"]


def at(cluster: str, database: str) -> str:
    """The URL of another database of the same cluster."""
    return f"{cluster.rsplit('/', 1)[0]}/{database}"


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "grandstand.config.settings"}
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "migrate", "-v", "0"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"migrate failed on {url}:\n{done.stderr}")
    subprocess.run([sys.executable, ROOT / "manage.py", "createcachetable", "-v", "0"], env=environment, cwd=ROOT, check=True)
    if url.startswith("sqlite"):
        with_checkpoint = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')"
        subprocess.run([sys.executable, "-c", with_checkpoint, url.removeprefix("sqlite:///")], check=True)


@cache
def _migrations_digest() -> str:
    digest = hashlib.sha256()
    sources = [*ROOT.glob("grandstand/*/migrations/*.py"), ROOT / "requirements" / "run.txt", Path(__file__).with_name("walls.py")]
    for path in [*sorted(sources), ROOT / "grandstand" / "config" / "settings.py", ROOT / "grandstand" / "store" / "sqlite" / "base.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
