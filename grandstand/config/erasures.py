"""Who asked to be forgotten, in a file of GRANDSTAND_HOME that outlives the database: a restored backup would bring them back.

One JSON line each, with an id that belongs to nobody any more and no other personal data; written before the erasure is committed. An erasure that
fails after that leaves a line too: whoever it is about asked for it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import UUID

import msgspec
import structlog
from django.conf import settings

from grandstand.commerce import api as commerce
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.findings import Finding
from grandstand.people import api as people
from grandstand.store import api as store

NAME = "erasures.jsonl"

BY = Actor.system("forget_again")
REASON = "was forgotten before the backup was restored"

log = structlog.get_logger(__name__)


class Erasure(msgspec.Struct, frozen=True):
    """A person, or the guest of an order, was forgotten."""

    of: Literal["person", "order"]
    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How many were forgotten again, who could not be, with the reason, and how many lines of the file say nothing."""

    forgotten: int
    refused: tuple[tuple[Erasure, str], ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What such a file says, in its order, and how many of its lines say nothing: a crash cut them short before their erasure was committed."""

    erasures: tuple[Erasure, ...]
    unreadable: int


def keep_person(person_id: UUID, at: datetime) -> None:
    """Remember that a person was forgotten. On disk when it returns."""
    _keep([Erasure("person", person_id, at.astimezone(UTC))])


def keep_guest(order_id: UUID, at: datetime) -> None:
    """Remember that the guest of an order was forgotten. On disk when it returns."""
    _keep([Erasure("order", order_id, at.astimezone(UTC))])


def keep_missing_persons() -> None:
    """Remember those persons who were forgotten and are not in the file, as before there was one. On disk when it returns."""
    known = {erasure.id for erasure in kept(home_file()).erasures}
    missing = {id_: at for id_, at in people.erased_people().items() if id_ not in known}
    if missing:
        _keep([Erasure("person", id_, at.astimezone(UTC)) for id_, at in missing.items()])


def kept(path: Path) -> Kept:
    """What the file says; nothing without a file."""
    lines = [line for line in path.read_bytes().split(b"\n") if line] if path.is_file() else []
    found = [erasure for line in lines if (erasure := _read(line))]
    return Kept(erasures=tuple(found), unreadable=len(lines) - len(found))


def home_file() -> Path:
    """Where this installation keeps them."""
    home: Path = settings.GRANDSTAND_HOME
    return home / NAME


def forget_again(path: Path, *, now: datetime) -> Again:
    """Forget those of the file whom the database knows, each in a transaction of its own; doing it again changes nothing."""
    forgotten, refused, file = 0, [], kept(path)
    for erasure in _coming_back(file.erasures):
        try:
            _forget(erasure, now=now)
            forgotten += 1
        except Refusal as why:
            refused.append((erasure, str(why)))
        except Exception as fault:
            # The others still want to be forgotten, and a restore is committed by now.
            log.exception("not_forgotten_again", of=erasure.of, id=str(erasure.id))
            refused.append((erasure, repr(fault)))
    return Again(forgotten=forgotten, refused=tuple(refused), unreadable=file.unreadable)


def check_erasures(_tx: store.Tx) -> list[Finding]:
    """Whether nobody is back who was forgotten."""
    file = kept(home_file())
    back = _coming_back(file.erasures)
    detail = f"{len(back)} are back: run `grandstand forget-again`" if back else "whoever asked to be forgotten is"
    if file.unreadable:
        detail += f"; lines of {NAME} that cannot be read: {file.unreadable}"
    return [Finding(name="config_erasures_stand", healthy=not back, detail=detail)]


def _keep(erasures: Sequence[Erasure]) -> None:
    path = home_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600), "a+b") as file:
        lines = b"".join(msgspec.json.encode(erasure) + b"\n" for erasure in erasures)
        file.write((b"\n" if _is_cut(file) else b"") + lines)
        file.flush()
        os.fsync(file.fileno())


def _is_cut(file: BinaryIO) -> bool:
    """Whether its last line has no end: what comes next must not become a part of it."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


def _read(line: bytes) -> Erasure | None:
    try:
        return msgspec.json.decode(line, type=Erasure)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _coming_back(erasures: Sequence[Erasure]) -> list[Erasure]:
    """Those whom the database knows by more than an id, each once."""
    of: dict[str, set[UUID]] = {"person": set(), "order": set()}
    for erasure in erasures:
        of[erasure.of].add(erasure.id)
    with store.read() as tx:
        guests = {id_ for id_, contact in commerce.contacts_many(tx, sorted(of["order"])).items() if contact.person_id is None}
    persons = {id_ for id_, person in people.people(of["person"]).items() if person.email}
    back = {"person": persons, "order": guests}
    return list({erasure.id: erasure for erasure in erasures if erasure.id in back[erasure.of]}.values())


def _forget(erasure: Erasure, *, now: datetime) -> None:
    if erasure.of == "person":
        people.erase_person(person_id=erasure.id, now=now, by=BY, reason=REASON)
    else:
        store.write_retrying(lambda tx: commerce.erase_guest(tx, erasure.id, now=now, by=BY))
