"""What the waiting room speaks of."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from grandstand.commerce.values import ItemRef, Owner
from grandstand.gate.rules import Door
from grandstand.kit.errors import NotFound, Refusal

DIGITS = 65
"""Hexadecimal digits of `early_below`: one more than a draw has, so that "all of them" can be written too."""


class Stage(StrEnum):
    """How far a waiting room is. Each comes after the one before."""

    PLANNED = "planned"
    GATHERING = "gathering"
    """People come; the early list is open."""
    DRAWING = "drawing"
    """The list is closed and its digest published; the seed is awaited, or its order being written."""
    ADMITTING = "admitting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A waiting room as its row has it. Instants are aware; `seed`, `digest`, `signature` hexadecimal, empty until they are known."""

    id: UUID
    organisation_id: UUID
    code: str
    title: str
    titles: dict[str, str]
    opens_at: datetime
    starts_at: datetime
    market_code: str
    for_accounts: bool
    proof_cost: int
    named_round: int
    beacon_round: int | None
    fallback_after_s: int
    commitment: str
    revealed: str
    early: int
    late: int
    closed_at: datetime | None
    digest: str
    seed: str
    seed_from: str
    signature: str
    ordered_at: datetime | None
    early_in: int
    early_below: str
    late_in: int
    moved_at: datetime | None
    rate_per_min: int
    most_inside: int
    stay_s: int
    is_paused: bool
    message: dict[str, str]
    ended_at: datetime | None

    @property
    def door(self) -> Door:
        """How far it is open."""
        return Door(early=self.early, late=self.late, early_below=int(self.early_below, 16), late_below=self.late_in)

    @property
    def admitted(self) -> int:
        """Places let in so far, early and late."""
        return self.early_in + self.late_in

    @property
    def waiting(self) -> int:
        """Places that are not let in yet."""
        return self.early + self.late - self.admitted

    @property
    def stay(self) -> timedelta:
        """How long somebody has who was let in."""
        return timedelta(seconds=self.stay_s)

    def stage(self, now: datetime) -> Stage:
        """How far it is."""
        if self.ended_at is not None:
            return Stage.ENDED
        if self.ordered_at is not None:
            return Stage.ADMITTING
        if self.closed_at is not None or now >= self.starts_at:
            return Stage.DRAWING
        return Stage.GATHERING if now >= self.opens_at else Stage.PLANNED

    def title_in(self, language: str) -> str:
        """The title in a language, else in its own."""
        return self.titles.get(language) or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somebody's place. `number` is None for an early one."""

    id: UUID
    room_id: UUID
    holder: str
    number: int | None
    joined_at: datetime
    entered_at: datetime | None
    left_at: datetime | None

    @property
    def owner(self) -> Owner | None:
        """Whose it is; None for one that was given up."""
        kind, _, key = self.holder.partition(":")
        match kind:
            case "person":
                return Owner(person_id=UUID(key))
            case "visitor":
                return Owner(visitor=key)
            case _:
                return None

    def until(self, room: Room) -> datetime | None:
        """When the time of somebody who was let in is over; None for who did not come in yet."""
        return None if self.entered_at is None else self.entered_at + room.stay

    def is_over(self, room: Room, now: datetime) -> bool:
        """Whether they have bought, or their time inside has passed: who wants more takes another place."""
        until = self.until(room)
        return self.left_at is not None or (until is not None and until <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Somebody wants a place in a room. `proof` names the solved puzzle, empty where none is asked for; `sender` is the address they come from."""

    room_id: UUID
    owner: Owner
    proof: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDraft:
    """What an operator says of a room."""

    code: str
    title: str
    opens_at: datetime
    starts_at: datetime
    market_code: str
    titles: dict[str, str] = field(default_factory=dict)
    rate_per_min: int = 600
    most_inside: int = 5_000
    stay_s: int = 900
    fallback_after_s: int = 300
    for_accounts: bool = False
    proof_cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """An item behind a room; `session_id` when it came with a whole session."""

    ref: ItemRef
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a door stood at an instant."""

    at: datetime
    waiting: int
    admitted: int
    entered: int
    inside: int
    commit_ms: int


class NoSuchRoom(NotFound):
    """There is no waiting room of this address."""


class RoomWrong(Refusal):
    """Something about the room cannot be so. `detail` has the `field`."""

    code: ClassVar[str] = "room_wrong"
    status: ClassVar[int] = 422


class RoomClosed(Refusal):
    """Nobody can join: it has not opened, or has ended. `detail` has the `stage`."""

    code: ClassVar[str] = "room_closed"


class AccountNeeded(Refusal):
    """The room is for people with an account."""

    code: ClassVar[str] = "sign_in"
    status: ClassVar[int] = 401


class ProofNeeded(Refusal):
    """The room asks for a solved puzzle: this is none, is over, or was used before."""

    code: ClassVar[str] = "proof_needed"
    status: ClassVar[int] = 422


class TooManyPlaces(Refusal):
    """More new places for visitors of one address than the platform gives in an hour."""

    code: ClassVar[str] = "too_fast"
    status: ClassVar[int] = 429


class NotYourTurn(Refusal):
    """The door has not reached this place yet."""

    code: ClassVar[str] = "not_yet"


class NoPlace(Refusal):
    """There is no place of theirs in this room."""

    code: ClassVar[str] = "no_place"
    status: ClassVar[int] = 404
