"""A disk that can be filled: a small file system in memory."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own at `path`."""

    path: Path

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self) -> None:
        """Leave no room for a byte."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(CHUNK_BYTES))
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1))

    def make_room(self) -> None:
        """As it was."""
        self._ballast.unlink()


@cache
def why_not() -> str:
    """Why no file system can be mounted here; empty when one can."""
    if os.geteuid() != 0:
        return "only root may mount a small disk"
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    return f"no disk can be mounted: {tried.stderr.strip()}" if tried.returncode else ""


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[Disk]:
    """A disk of this size, where every user may write."""
    path = Path(tempfile.mkdtemp(prefix="grandstand-disk-"))
    path.chmod(0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", path], check=True)
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)
        path.rmdir()
