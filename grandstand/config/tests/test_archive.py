"""Backup, restore and move between every pair of engines: the same rows, the same files, all or nothing."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from pytest_django.fixtures import Settings

from grandstand.config import worker
from grandstand.config.archive import loading, operations, tables
from grandstand.config.archive.files import BackupWrong, Reader
from grandstand.config.archive.loading import NotEmpty
from grandstand.config.archive.operations import OtherSecret, StillServed
from grandstand.config.doctor import look
from grandstand.config.secrets import fingerprint
from grandstand.config.tests.installed import SECRET, installed
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.people.testing import make_person
from grandstand.store import api as store
from grandstand.store import testing as databases

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
type Copy = Callable[[store.Engine], str]


def _show(what: str, total: int) -> Callable[[int], None]:
    return lambda _count: None


def _tallies(url: str) -> dict[str, tuple[int, str]]:
    database, found = store.Database(url), {}
    with database.snapshot() as tx:
        for kept in tables.kept():
            tally = tables.Tally()
            for rows in tx.stream(kept.table, kept.columns):
                tally.add(map(tables.line, rows))
            found[kept.name] = (tally.rows, tally.digest)
    database.close()
    return found


def test_a_backup_is_restored_on_either_engine_row_by_row(home: Path, empty: str, settings: Settings, tmp_path: Path) -> None:
    file, before = tmp_path / "b.zip", _tallies(settings.DATABASE_URL)
    done = operations.backup(file, at=NOW, show=_show)
    assert (done.rows, done.files) == (sum(rows for rows, _ in before.values()), 2)
    assert file.stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    with installed(settings, empty, other):
        restored = operations.restore(file, show=_show)
        assert restored.rows == done.rows
        assert other.stat().st_mode & 0o077 == 0
        assert _tallies(empty) == before
        assert [finding for finding in look() if not finding.healthy] == []
        # Numbers that the database gives go on after the restored ones.
        ContentType.objects.create(app_label="a", model="b")
        with pytest.raises(store.WallHit), store.write() as tx:
            tx.execute("UPDATE store_audit SET reason = 'x'")
    assert (other / "secret_key").read_text() == SECRET
    assert (other / "media" / "covers" / "鸟.svg").read_text() == "<svg/>"
    assert (other / "secret_key").stat().st_mode & 0o077 == 0


def test_moving_copies_every_row_and_leaves_the_source_as_it_was(home: Path, empty: str, settings: Settings) -> None:
    before = _tallies(settings.DATABASE_URL)
    done = operations.move(empty, show=_show)
    assert done.rows == sum(rows for rows, _ in before.values())
    assert _tallies(empty) == _tallies(settings.DATABASE_URL) == before
    target = store.Database(empty)
    with target.write() as tx:
        assert store.missing_walls(tx, store.standing_walls()) == []
    target.close()


def test_a_target_with_rows_is_refused_and_stays_as_it_was(home: Path, empty: str, settings: Settings, tmp_path: Path) -> None:
    target = store.Database(empty)
    with target.write() as tx:
        store.allow(tx, key="x", limit=1, window=NOW - NOW.replace(hour=11), now=NOW)
    target.close()
    before = _tallies(empty)
    with pytest.raises(NotEmpty, match="store_rate"):
        operations.move(empty, show=_show)
    file = tmp_path / "b.zip"
    operations.backup(file, at=NOW, show=_show)
    with installed(settings, empty, tmp_path / "other"), pytest.raises(NotEmpty):
        operations.restore(file, show=_show)
    assert _tallies(empty) == before
    assert not (tmp_path / "other" / "secret_key").exists()


def test_a_copy_that_fails_halfway_leaves_nothing(home: Path, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _tallies(empty)

    def fail(*_: object) -> None:
        raise loading.CopyDiffers("lost a row")

    monkeypatch.setattr(loading, "_compare", fail)
    with pytest.raises(loading.CopyDiffers):
        operations.move(empty, show=_show)
    assert _tallies(empty) == before
    target = store.Database(empty)
    with target.write() as tx:
        assert store.missing_walls(tx, store.standing_walls()) == []
    target.close()


def test_a_row_that_does_not_come_back_is_noticed(home: Path, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = store.Tx.insert

    def lose_one(tx: store.Tx, table: store.Table, columns: list[str], rows: list[store.Row]) -> int:
        return insert(tx, table, columns, rows[1:] if table.name == '"store_audit"' else rows)

    monkeypatch.setattr(store.Tx, "insert", lose_one)
    with pytest.raises(loading.CopyDiffers, match="store_audit"):
        operations.move(empty, show=_show)


def test_a_running_platform_is_not_moved(home: Path, settings: Settings) -> None:
    worker.beat(now())
    with pytest.raises(StillServed, match="stop it first"):
        operations.move("postgresql://nobody@127.0.0.1:1/none", show=_show)
    with pytest.raises(Refusal, match="the database in use"):
        operations.move(settings.DATABASE_URL, show=_show)


def _rewrite(file: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(file) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    members[name] = content
    with zipfile.ZipFile(file, "w") as new:
        for member, value in members.items():
            new.writestr(member, value)


def _read(file: Path, name: str) -> bytes:
    with zipfile.ZipFile(file) as old:
        return old.read(name)


def _no_zip(file: Path) -> None:
    file.write_bytes(b"PK no")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a row is missing": lambda file: _rewrite(file, "tables/store_audit.jsonl", b""),
    "a row is another": lambda file: _rewrite(
        file, "tables/store_audit.jsonl", _read(file, "tables/store_audit.jsonl").replace(b'"create"', b'"delete"')
    ),
    "a file is another": lambda file: _rewrite(file, "home/secret_key", b"another key"),
    "it is of another version": lambda file: _rewrite(
        file, "manifest.json", json.dumps({**json.loads(_read(file, "manifest.json")), "migrations": ["store.0999_later"]}).encode()
    ),
    "it is of another format": lambda file: _rewrite(
        file, "manifest.json", json.dumps({**json.loads(_read(file, "manifest.json")), "format": 99}).encode()
    ),
    "it leaves its folder": lambda file: _rewrite(
        file,
        "manifest.json",
        json.dumps({**json.loads(_read(file, "manifest.json")), "files": [{"path": "media/../../evil", "size_bytes": 0, "sha256": ""}]}).encode(),
    ),
    "it is no zip": _no_zip,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_changes_nothing(
    damage: str, sqlite: store.Database, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings.GRANDSTAND_HOME, settings.DATABASE_URL, settings.SECRET_KEY = tmp_path / "home", sqlite.url, SECRET
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secret_key").write_text(SECRET)
    with store.write() as tx:
        change = store.Change(by=Actor.system("t"), action="create", object_type="x", object_id="1", reason="r", organisation_id=None)
        store.record(tx, [change], now=NOW)
    file = tmp_path / "b.zip"
    operations.backup(file, at=NOW, show=_show)
    DAMAGES[damage](file)
    with databases.database_copy("sqlite", cluster=None, folder=tmp_path) as url:
        before = _tallies(url)
        with installed(settings, url, tmp_path / "other"), pytest.raises(BackupWrong):
            operations.restore(file, show=_show)
        assert _tallies(url) == before
    assert not [path for path in (tmp_path / "other").rglob("*") if path.is_file()]
    assert not (tmp_path / "evil").exists()


@pytest.fixture
def from_the_environment(sqlite: store.Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of an installation whose secret comes from the environment."""
    settings.GRANDSTAND_HOME, settings.DATABASE_URL, settings.SECRET_KEY = tmp_path / "home", sqlite.url, SECRET
    monkeypatch.setenv("GRANDSTAND_SECRET_KEY", SECRET)
    make_person()
    file = tmp_path / "b.zip"
    assert not operations.backup(file, at=NOW, show=_show).secret_inside
    return file


def test_a_backup_tells_its_secret_apart_from_others_and_does_not_hold_it(from_the_environment: Path) -> None:
    assert json.loads(_read(from_the_environment, "manifest.json"))["secret"] == fingerprint(SECRET)
    with zipfile.ZipFile(from_the_environment) as members:
        assert not any(SECRET.encode() in members.read(name) for name in members.namelist())


def test_under_another_secret_nothing_is_restored_unless_the_old_one_is_lost(
    from_the_environment: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECRET_KEY = "n" * 60
    monkeypatch.setenv("GRANDSTAND_SECRET_KEY", settings.SECRET_KEY)
    with databases.database_copy("sqlite", cluster=None, folder=tmp_path) as url, installed(settings, url, tmp_path / "other"):
        before = _tallies(url)
        with pytest.raises(OtherSecret, match="GRANDSTAND_SECRET_KEY_FALLBACKS"):
            operations.restore(from_the_environment, show=_show)
        assert (_tallies(url), (tmp_path / "other").exists()) == (before, False)
        assert operations.restore(from_the_environment, show=_show, other_secret=True).rows > 0


def test_a_secret_from_before_is_enough_to_restore(from_the_environment: Path, settings: Settings, tmp_path: Path) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [SECRET]
    with databases.database_copy("sqlite", cluster=None, folder=tmp_path) as url, installed(settings, url, tmp_path / "other"):
        assert operations.restore(from_the_environment, show=_show).rows > 0


def test_a_secret_in_the_backup_does_not_stand_in_for_that_of_the_environment(
    home: Path, empty: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the environment's secret is used, whatever the restored file says."""
    assert operations.backup(tmp_path / "b.zip", at=NOW, show=_show).secret_inside
    settings.SECRET_KEY = "n" * 60
    monkeypatch.setenv("GRANDSTAND_SECRET_KEY", settings.SECRET_KEY)
    with installed(settings, empty, tmp_path / "other"), pytest.raises(OtherSecret):
        operations.restore(tmp_path / "b.zip", show=_show)


def test_a_backup_from_before_secrets_had_fingerprints_is_restored(home: Path, empty: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    operations.backup(file, at=NOW, show=_show)
    manifest = json.loads(_read(file, "manifest.json"))
    del manifest["secret"]
    _rewrite(file, "manifest.json", json.dumps(manifest).encode())
    settings.SECRET_KEY = "n" * 60
    with installed(settings, empty, tmp_path / "other"):
        assert operations.restore(file, show=_show).rows > 0


def test_a_backup_is_never_overwritten_and_a_failed_one_leaves_nothing(
    sqlite: store.Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GRANDSTAND_HOME, settings.DATABASE_URL = tmp_path, sqlite.url
    file = tmp_path / "b.zip"
    file.write_text("mine")
    with pytest.raises(BackupWrong, match="exists"):
        operations.backup(file, at=NOW, show=_show)
    assert file.read_text() == "mine"
    monkeypatch.setattr(operations, "kept_files", lambda _: [tmp_path / "gone"])
    with pytest.raises(FileNotFoundError):
        operations.backup(tmp_path / "c.zip", at=NOW, show=_show)
    assert not list(tmp_path.glob("c.zip*"))


def test_a_backup_is_of_one_moment(sqlite: store.Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is written while tables are read is in none of them."""
    settings.GRANDSTAND_HOME, settings.DATABASE_URL = tmp_path, sqlite.url
    file = tmp_path / "b.zip"

    def write_meanwhile(what: str, total: int) -> Callable[[int], None]:
        with store.write() as tx:
            store.allow(tx, key=what, limit=1, window=NOW - NOW.replace(hour=11), now=NOW)
        return lambda _count: None

    operations.backup(file, at=NOW, show=write_meanwhile)
    reader = Reader(file)
    assert {entry.name: entry.rows for entry in reader.manifest.tables}["store_rate"] == 0
    reader.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM store_rate")
        assert cursor.fetchone()[0] == 2
