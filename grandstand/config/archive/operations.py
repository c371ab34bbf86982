"""Backup, restore and move, as the command line offers them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from grandstand.config import erasures, worker
from grandstand.config.archive.files import FORMAT, OWN_KEY, BackupWrong, Manifest, Reader, Writer, kept_files, put_in_place
from grandstand.config.archive.loading import Live, load, refuse_rows
from grandstand.config.archive.tables import Kept, Tally, kept
from grandstand.config.secrets import fingerprint, make_home
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.store import api as store

type Show = Callable[[str, int], Callable[[int], None]]
"""Starts a progress bar: what is being done, of how many rows; gives the function that advances it."""


class OtherSecret(Refusal):
    """The installation's secret is not the one under which the backup's keys are sealed."""

    code = "other_secret"


class StillServed(Refusal):
    """A server or worker uses the database that is about to be left."""

    code = "still_served"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was copied. `secret_inside` says whether a backup holds the secret that opens its keys.

    `forgotten`: so many came back with the rows although they had asked to be forgotten, and were forgotten again.
    """

    tables: int
    rows: int
    files: int
    size_bytes: int = 0
    secret_inside: bool = False
    forgotten: int = 0


def backup(path: Path, *, at: datetime, show: Show) -> Done:
    """Write everything to `path`, as it is at one moment; others go on working meanwhile. Raises BackupWrong when `path` exists."""
    home: Path = settings.GRANDSTAND_HOME
    database, tables = store.Database(settings.DATABASE_URL), kept()
    writer = Writer(path)
    try:
        with database.snapshot() as tx:
            advance = show("Writing rows", _count(tx, tables))
            source = Live(tx)
            entries = [writer.table(one, source.batches(one), advance) for one in tables]
        paths = kept_files(home)
        advance = show("Writing files", len(paths))
        files = []
        for one in paths:
            files.append(writer.file(home, one))
            advance(1)
        writer.finish(Manifest(FORMAT, at, database.engine, _migrations(), entries, files, fingerprint(settings.SECRET_KEY)))
    except BaseException:
        writer.give_up()
        raise
    finally:
        database.close()
    own = home / OWN_KEY
    return Done(
        tables=len(entries),
        rows=sum(entry.rows for entry in entries),
        files=len(files),
        size_bytes=path.stat().st_size,
        secret_inside=own.is_file() and own.read_text().strip() == settings.SECRET_KEY,
    )


def restore(path: Path, *, show: Show, other_secret: bool = False) -> Done:
    """Fill the empty database of DATABASE_URL, on either engine, and GRANDSTAND_HOME from a backup, all or nothing.

    Who was forgotten after the backup was made, as the file of erasures in GRANDSTAND_HOME says, is forgotten again; who could not be, the doctor
    names. Raises BackupWrong, OtherSecret (unless `other_secret`), NotEmpty or CopyDiffers; then nothing was changed.
    """
    reader = Reader(path)
    if not other_secret:
        _refuse_other_secret(reader)
    migrate()
    if reader.manifest.migrations != _migrations():
        raise BackupWrong("The backup was made by another version of Grandstand: install that version, restore, then upgrade.")
    home: Path = settings.GRANDSTAND_HOME
    make_home(home)
    tables = kept()
    unpacked = Path(tempfile.mkdtemp(prefix="restoring-", dir=home))
    database = store.Database(settings.DATABASE_URL)
    walls = store.standing_walls()
    connection.close()
    try:
        reader.unpack(unpacked)
        with database.write() as tx:
            written = load(reader, tx, tables=tables, walls=walls, advance=show("Restoring rows", 2 * reader.rows()))
            # The last thing before the commit: files without rows are harmless, rows without files are not.
            put_in_place(unpacked, home)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        database.close()
        reader.close()
    again = erasures.forget_again(erasures.home_file(), now=now())
    return Done(tables=len(tables), rows=_rows(written), files=len(reader.manifest.files), forgotten=again.forgotten)


def move(to: str, *, show: Show) -> Done:
    """Copy everything to the empty database `to`, all or nothing; the present one stays as it is, and nobody can write to it meanwhile.

    Raises Refusal for an address of none of our databases, StillServed, NotEmpty or CopyDiffers; then the target has no rows.
    """
    _refuse_no_address(to)
    if to == settings.DATABASE_URL:
        raise Refusal("That is the database in use: give the address of another, empty one.")
    _refuse_served()
    migrate()
    source, target, tables, walls = store.Database(settings.DATABASE_URL), store.Database(to), kept(), store.standing_walls()
    connection.close()
    migrate_elsewhere(to)
    try:
        # On SQLite a writing transaction keeps others from writing; on PostgreSQL the snapshot and the check above must do.
        with source.write() if source.engine == "sqlite" else source.snapshot() as reading, target.write() as writing:
            refuse_rows(writing, tables)
            advance = show("Moving rows", 2 * _count(reading, tables))
            written = load(Live(reading), writing, tables=tables, walls=walls, advance=advance)
    finally:
        source.close()
        target.close()
    return Done(tables=len(tables), rows=_rows(written), files=0)


def migrate() -> None:
    """Bring the database of DATABASE_URL to this version: tables, walls, cache."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def migrate_elsewhere(url: str) -> None:
    """The same for another database, in a process of its own, because Django's settings are made for one."""
    script = "import django; django.setup(); from grandstand.config.archive.operations import migrate; migrate()"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "grandstand.config.settings"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 our own interpreter and words
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise Refusal(f"The target cannot be prepared: {last[0]}")


def _refuse_other_secret(reader: Reader) -> None:
    """The secret here is the environment's, else the one that the backup brings along, else this machine's own."""
    wanted = reader.manifest.secret
    given = bool(os.environ.get("GRANDSTAND_SECRET_KEY"))
    here = [settings.SECRET_KEY if given else reader.secret_key() or settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    if wanted and wanted not in map(fingerprint, here):
        raise OtherSecret(
            "The backup was made under another secret, which seals its signing keys and second steps: set GRANDSTAND_SECRET_KEY to that secret, "
            "or add it to GRANDSTAND_SECRET_KEY_FALLBACKS, and restore again. If it is lost, restore with --other-secret and read "
            "docs/how-to/backup.md. Nothing was written."
        )


def _refuse_no_address(url: str) -> None:
    try:
        store.engine_of(url)
        urlsplit(url).port  # noqa: B018 it is read only now, and cannot be any text
    except ValueError:
        raise Refusal(f"{url!r} names no database of ours: use postgresql://user:password@host:port/name or sqlite:///file.") from None


def _refuse_served() -> None:
    seen = worker.seen_at()
    if seen is not None and now() - seen < 2 * worker.BEAT:
        raise StillServed("A server or worker is running on the present database: stop it first, then move, then start it with the new DATABASE_URL.")


def _migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _count(tx: store.Tx, tables: list[Kept]) -> int:
    return sum(tx.rows(f"SELECT count(*) FROM {one.table.name}", kinds=[store.Kind.INT])[0][0] for one in tables)


def _rows(written: dict[str, Tally]) -> int:
    return sum(tally.rows for tally in written.values())
