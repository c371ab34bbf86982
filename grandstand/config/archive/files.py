"""The backup file: a zip with one JSON line per row, the files people uploaded, the keys, and a manifest that sums up all of it."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from types import GenericAlias
from typing import Any
from uuid import UUID

import msgspec

from grandstand.config.archive.tables import Kept, Tally, line
from grandstand.kit.errors import Refusal
from grandstand.store.api import Kind, Row

FORMAT = 1
MANIFEST = "manifest.json"
OWN_KEY = "secret_key"
KEPT_FILES = ("media", "keys", OWN_KEY)
"""Of GRANDSTAND_HOME. The rest is the database, which is kept table by table, or is made again."""

BLOCK_BYTES = 1 << 20


class BackupWrong(Refusal):
    """The file is not a backup that can be restored here. The message says why and what to do."""

    code = "backup_wrong"


class TableEntry(msgspec.Struct, frozen=True):
    """A table in the manifest. `digest` is the tally of its rows."""

    name: str
    columns: list[str]
    rows: int
    digest: str


class FileEntry(msgspec.Struct, frozen=True):
    """A file of GRANDSTAND_HOME in the manifest."""

    path: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. `migrations` are those that were applied: the same must be here to restore.

    `secret` is the fingerprint of the secret that seals its keys; empty in backups from before it was kept.
    """

    format: int
    made_at: datetime
    engine: str
    migrations: list[str]
    tables: list[TableEntry]
    files: list[FileEntry]
    secret: str = ""


class Writer:
    """Writes a backup beside its final name and moves it there when it is whole. Only its owner can read it: it holds keys."""

    def __init__(self, path: Path) -> None:
        """Raises BackupWrong when `path` exists: a backup is never overwritten."""
        if path.exists():
            raise BackupWrong(f"{path} exists: choose another name. Nothing was written.")
        self._path = path
        self._making = path.with_name(f"{path.name}.making")
        handle = os.open(self._making, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        self._file = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def table(self, kept: Kept, batches: Iterator[list[Row]], advance: Callable[[int], None]) -> TableEntry:
        """Write a table's rows."""
        tally = Tally()
        with self._zip.open(_member(kept.name), "w", force_zip64=True) as member:
            for rows in batches:
                lines = [line(row) for row in rows]
                member.write(b"\n".join(lines) + b"\n")
                tally.add(lines)
                advance(len(rows))
        return TableEntry(kept.name, _plain(kept), tally.rows, tally.digest)

    def file(self, home: Path, path: Path) -> FileEntry:
        """Write a file of GRANDSTAND_HOME."""
        name = path.relative_to(home).as_posix()
        with path.open("rb") as source, self._zip.open(f"home/{name}", "w", force_zip64=True) as member:
            size_bytes, sha256 = _copy(source, member)
        return FileEntry(name, size_bytes, sha256)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and give the backup its name."""
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._making.replace(self._path)

    def give_up(self) -> None:
        """Leave nothing behind."""
        with suppress(ValueError):  # a table or file was being written: the zip cannot be ended well, and need not be
            self._zip.close()
        self._file.close()
        self._making.unlink(missing_ok=True)


class Reader:
    """Reads a backup; a source for `loading.load`."""

    def __init__(self, path: Path) -> None:
        """Raises BackupWrong for a file that is no backup or was made in another format."""
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
            raise BackupWrong(f"{path} is no backup of Grandstand, or is damaged ({error}).") from None
        if self.manifest.format != FORMAT:
            raise BackupWrong(f"{path} has format {self.manifest.format}, this version reads {FORMAT}: use the version that made it.")
        self._entries = {entry.name: entry for entry in self.manifest.tables}

    def rows(self) -> int:
        """How many rows it holds."""
        return sum(entry.rows for entry in self.manifest.tables)

    def secret_key(self) -> str:
        """The installation's own secret, which the backup brings along; empty when it came from the environment. Raises BackupWrong."""
        entry = next((entry for entry in self.manifest.files if entry.path == OWN_KEY), None)
        if entry is None:
            return ""
        content = self._zip.read(f"home/{OWN_KEY}")
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise _damaged(entry)
        return content.decode().strip()

    def batches(self, kept: Kept, *, size: int = 1_000) -> Iterator[list[Row]]:
        """All rows of a table. Raises BackupWrong, after the last one, when they are not what the manifest says."""
        entry, decode, tally, batch = self._entry(kept), _decoder(kept), Tally(), []
        with self._zip.open(_member(kept.name)) as member:
            for raw in member:
                one = raw.rstrip(b"\n")
                if one:
                    tally.add([one])
                    batch.append(decode(one))
                if len(batch) == size:
                    yield batch
                    batch = []
        if batch:
            yield batch
        if (tally.rows, tally.digest) != (entry.rows, entry.digest):
            raise BackupWrong(f"The backup is damaged: the rows of {kept.name} are not those of its manifest. Nothing was changed.")

    def _entry(self, kept: Kept) -> TableEntry:
        entry = self._entries.get(kept.name)
        if entry is None or entry.columns != _plain(kept):
            raise BackupWrong(f"The backup has another table {kept.name}: restore it with the version that made it, then upgrade.")
        return entry

    def unpack(self, into: Path) -> None:
        """Write the files under `into`, each checked. Raises BackupWrong for one that is damaged or would leave the folder."""
        for entry in self.manifest.files:
            if PurePosixPath(entry.path).parts[0] not in KEPT_FILES or ".." in PurePosixPath(entry.path).parts:
                raise BackupWrong(f"The backup names a file outside its folder ({entry.path}): it was not made by Grandstand.")
            target = into / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644 if entry.path.startswith("media/") else 0o600)
            with self._zip.open(f"home/{entry.path}") as member, os.fdopen(handle, "wb") as file:
                if _copy(member, file) != (entry.size_bytes, entry.sha256):
                    raise _damaged(entry)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def kept_files(home: Path) -> list[Path]:
    """The files of GRANDSTAND_HOME that belong into a backup."""
    found = [home / name for name in KEPT_FILES]
    return sorted(path for top in found for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())


def put_in_place(unpacked: Path, home: Path) -> None:
    """Move unpacked files to where they belong; what has the same name is replaced."""
    for path in sorted(unpacked.rglob("*")):
        if path.is_file():
            target = home / path.relative_to(unpacked)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)


def _damaged(entry: FileEntry) -> BackupWrong:
    return BackupWrong(f"The backup is damaged: {entry.path} is not the file of its manifest. Nothing was changed.")


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _plain(kept: Kept) -> list[str]:
    return [column.strip('"') for column in kept.columns]


_PYTHON: dict[Kind, Any] = {
    Kind.UUID: UUID,
    Kind.TEXT: str,
    Kind.INT: int,
    Kind.BOOL: bool,
    Kind.INSTANT: datetime,
    Kind.DATE: date,
    Kind.JSON: Any,
    Kind.BYTES: bytes,
    Kind.ADDRESS: str,
}


def _decoder(kept: Kept) -> Callable[[bytes], Row]:
    fields = tuple(_PYTHON[kind] | None for kind in kept.table.of(kept.columns))
    decoder: msgspec.json.Decoder[Row] = msgspec.json.Decoder(GenericAlias(tuple, fields))
    return decoder.decode


def _copy(source: Any, target: Any) -> tuple[int, str]:
    size_bytes, digest = 0, hashlib.sha256()
    while block := source.read(BLOCK_BYTES):
        target.write(block)
        digest.update(block)
        size_bytes += len(block)
    return size_bytes, digest.hexdigest()
