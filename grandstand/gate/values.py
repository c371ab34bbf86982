"""What the gate is asked and what it answers."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from uuid import UUID

import msgspec

from grandstand.commerce.values import ItemRef, Owner
from grandstand.kit.errors import Refusal

LONGEST_KEY = 64
"""Characters of a request's idempotency key."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The database's instant, carried on by this host's monotonic clock. To be made where it is read: a wait before is not to be counted."""

    instant: datetime
    ticks_s: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """What the database's clock says now, never more."""
        return self.instant + timedelta(seconds=time.monotonic() - self.ticks_s)


class Pass(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who somebody at the gate is, in which market they buy, and which basket their holds are for. `valid_until` is aware.

    `rooms` are the waiting rooms that admitted them.
    """

    owner: Owner
    market_code: str
    basket_id: UUID
    valid_until: datetime
    rooms: tuple[UUID, ...] = ()


class HoldAsk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody wants units of an item set aside. The same `key` and body get the same answer again.

    Where the units are seats and `seat_ids` names none, the best are chosen: `accessible` of the party need an accessible place, the others sit
    beside them; with `may_split` a party that finds no place side by side is seated in parts.
    """

    key: str
    bearer: Pass
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()
    accessible: int = 0
    may_split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAsk:
    """What somebody has set aside shall be something else, within the time it had left: `want` as if it were asked for anew."""

    hold_id: UUID
    want: HoldAsk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsk:
    """Somebody gives a hold of theirs back."""

    bearer: Pass
    hold_id: UUID


class Granted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The units are set aside until `expires_at`, at a price per unit that is asked again when they are paid. `seats` names those that are seats."""

    hold_id: UUID
    expires_at: datetime
    unit_price_minor: int
    currency: str
    seats: tuple[UUID, ...] = ()


class Denied(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Nothing was taken. `reason` is inventory's (sold_out, cap, too_many, not_open, closed, ...) or commerce's (unknown_item, withdrawn, ...).

    Where seats are chosen it may be that there are enough, but none for this party: not_together, no_accessible, accessible_needed (there are
    accessible places only), seats_taken (others are choosing them at this moment).
    """

    reason: str
    left: int | None = None


class GivenBack(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether this call freed the units; False when they were paid, given back or swept before."""

    freed: bool


class PassWrong(Refusal):
    """There is no pass, it was not made here, or its time is over."""

    code: ClassVar[str] = "pass_wrong"
    status: ClassVar[int] = 401


class GateBusy(Refusal):
    """More is waiting than can be answered in good time. Nothing was decided; `retry_after_s` says when to ask again, with the same key."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class MustWait(Refusal):
    """What is asked for is behind a waiting room that has not admitted whoever asks. `detail` has the room's code as `room`."""

    code: ClassVar[str] = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A verified round of the beacon. `randomness` is SHA-256 of the signature, 32 bytes."""

    number: int
    signature: bytes
    randomness: bytes


class Beacon(Protocol):
    """Where the public random number comes from."""

    def round(self, number: int) -> Round:
        """The verified round. Raises BeaconLate when it cannot be had now, BeaconWrong when what came is not it."""
        ...


class BeaconLate(Refusal):
    """The round is not to be had now: not yet made, or nobody answers."""

    code: ClassVar[str] = "beacon_late"
    status: ClassVar[int] = 503


class BeaconWrong(Refusal):
    """What came is not the beacon's signature of the round."""

    code: ClassVar[str] = "beacon_wrong"
    status: ClassVar[int] = 502
