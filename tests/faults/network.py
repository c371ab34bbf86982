"""A PostgreSQL at the other end of a cable that can be pulled: it lives in a network namespace, behind a pair of virtual cards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from grandstand.store import testing as databases
from tests.faults.processes import mortal_postgresql


@dataclass(frozen=True, slots=True)
class Cable:
    """Between this machine and the namespace."""

    space: str
    here: str
    there: str
    address_here: str
    address_there: str

    def pull(self) -> None:
        """Nothing arrives any more, and nobody is told."""
        _run("ip", "netns", "exec", self.space, "ip", "link", "set", self.there, "down")

    def plug(self) -> None:
        """It is as it was."""
        _run("ip", "netns", "exec", self.space, "ip", "link", "set", self.there, "up")


@cache
def why_not() -> str:
    """Why no network namespace can be made here; empty when one can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "`ip` of iproute2 is missing"
    tried = subprocess.run(["ip", "netns", "add", _name("try")], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespace can be made: {tried.stderr.strip()}"
    _run("ip", "netns", "del", _name("try"))
    return ""


@contextmanager
def postgresql_behind_a_cable() -> Iterator[tuple[Cable, str]]:
    """The cable, and the URL of a migrated database at its other end."""
    number = os.getpid() % 250 + 1
    cable = Cable(_name("db"), f"gs{number}h", f"gs{number}d", f"10.231.{number}.1", f"10.231.{number}.2")
    _run("ip", "netns", "add", cable.space)
    try:
        _run("ip", "link", "add", cable.here, "type", "veth", "peer", "name", cable.there, "netns", cable.space)
        try:
            _run("ip", "addr", "add", f"{cable.address_here}/24", "dev", cable.here)
            _run("ip", "link", "set", cable.here, "up")
            for words in (
                ["addr", "add", f"{cable.address_there}/24", "dev", cable.there],
                ["link", "set", cable.there, "up"],
                ["link", "set", "lo", "up"],
            ):
                _run("ip", "netns", "exec", cable.space, "ip", *words)
            trusted = f"{cable.address_here}/32"
            with mortal_postgresql(folder=databases.memory(), inside=cable.space, address=cable.address_there, trusted=trusted) as (_, url):
                yield cable, url
        finally:
            # The namespace lasts until its last process and socket are gone, and would keep the cable's name for the next one.
            _run("ip", "link", "del", cable.here)
    finally:
        _run("ip", "netns", "del", cable.space)


def _name(what: str) -> str:
    return f"grandstand-{what}-{os.getpid()}"


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
