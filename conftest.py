"""Databases for tests.

Each test says by its fixtures what it needs:

- `db` (pytest-django): SQLite, rolled back afterwards. For most tests of rules, pages and lists.
- `database`: a fresh copy of a migrated database, on each engine in turn; Django's default connection and raw ones both reach it.
- `postgresql`, `sqlite`: the same, on one engine.
"""

import faulthandler
import os
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest
from hypothesis import settings as hypothesis

_folder = Path(os.environ.get("GRANDSTAND_TEST_FOLDER") or tempfile.mkdtemp(prefix="grandstand-test-"))
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["GRANDSTAND_TEST_FOLDER"] = str(_folder)
os.environ["GRANDSTAND_HOME"] = str(_folder / _worker)
os.environ["DATABASE_URL"] = f"sqlite:///{_folder / _worker}.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "grandstand.config.settings"

import django  # noqa: E402 the environment must be set before anything reads the settings
from django.conf import settings  # noqa: E402

# Here, and not named in pyproject.toml or left in the environment, which xdist's workers inherit: pytest-django would read the settings there
# before the lines above name this worker's own database.
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]
# The real ones are slow on purpose, and a test makes a dozen people.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from django.utils import translation  # noqa: E402

from grandstand.store import testing as databases  # noqa: E402
from grandstand.store.api import Database, Engine  # noqa: E402

_cleanup = ExitStack()

# The same examples every time, so that a red run can be run again; `make soak` looks for new ones, and longer.
hypothesis.register_profile("short", derandomize=True, deadline=None)
hypothesis.register_profile("soak", max_examples=2_000, deadline=None)
hypothesis.load_profile("soak" if os.environ.get("GRANDSTAND_SOAK") == "1" else "short")

GIVES_UP_AFTER_S = 120
"""After a test's own limit, which is raised inside it once: whatever swallows that, or hangs while it is cleaned up, ends here."""

_stderr: TextIO
_end: threading.Timer | None = None
_given_up = threading.Event()


def pytest_configure() -> None:
    """Keep the real standard error: while a test runs, what is written to it is caught, and lost when the process ends."""
    global _stderr  # noqa: PLW0603 pytest calls this once in each process
    _stderr = os.fdopen(os.dup(2), "w")


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> None:
    """End a process that hangs for good, and say where: the test is red, and with `-n` another process goes on with the others."""
    global _end  # noqa: PLW0603 one test at a time
    seconds = settings.timeout + GIVES_UP_AFTER_S
    # A thread that never lets go of the interpreter's lock lets no timer run either: that one is of the system.
    faulthandler.dump_traceback_later(seconds + 60, exit=True, file=_stderr)
    _end = threading.Timer(seconds, _give_up, [item.nodeid])
    _end.daemon = True
    _end.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """The test is over, with all that it cleans up."""
    try:
        return (yield)
    finally:
        _call_off()


def pytest_enter_pdb() -> None:
    """A person looks, and takes their time."""
    _call_off()


def _call_off() -> None:
    if _given_up.is_set():
        threading.Event().wait()  # nothing else may run in what is left of this process
    faulthandler.cancel_dump_traceback_later()
    if _end is not None:
        _end.cancel()


def _give_up(test: str) -> None:
    _given_up.set()
    _stderr.write(f"{test} hangs beyond its time:\n")
    _stderr.flush()
    faulthandler.dump_traceback(file=_stderr, all_threads=True)
    try:
        _cleanup.close()
    finally:
        os._exit(1)


def pytest_unconfigure() -> None:
    _cleanup.close()
    _stderr.close()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page in French leaves its thread in French; the next test begins in English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def cluster() -> str:
    """The URL of a PostgreSQL cluster for this worker, started when first asked for; in memory where there is room."""
    return _cleanup.enter_context(databases.postgresql_cluster(settings=databases.FAST, folder=databases.memory()))


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Rolled-back tests use one copy of the migrated SQLite template, instead of pytest-django's own database."""
    template = databases.sqlite_template()
    Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).write_bytes(template.read_bytes())


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines, one after the other."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def database(engine: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy on each engine."""
    with _fresh(engine, request, tmp_path) as opened:
        yield opened


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy on PostgreSQL."""
    with _fresh("postgresql", request, tmp_path) as opened:
        yield opened


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy on SQLite."""
    with _fresh("sqlite", request, tmp_path) as opened:
        yield opened


@contextmanager
def _fresh(engine: Engine, request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    cluster = request.getfixturevalue("cluster") if engine == "postgresql" else None
    blocker = request.getfixturevalue("django_db_blocker")
    with databases.database_copy(engine, cluster=cluster, folder=folder) as url, blocker.unblock(), databases.as_default(url):
        opened = Database(url)
        yield opened
        opened.close()
