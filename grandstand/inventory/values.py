"""What crosses the door of inventory.

What an on-sale makes by the thousand each second are structs of msgspec: making a frozen dataclass takes ten times as long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from grandstand.kit.errors import NotFound
from grandstand.kit.spans import Span

type Answer = Held | Refused

MOST_UNITS = 1_000_000
"""Of one account in one wish: more is a fault of the caller, and keeps sums of a batch far inside the columns' range."""


LONGEST_NAME = 80
"""Characters of a key, a holder or a scope: as wide as their columns, which SQLite would not check."""


class Reason(StrEnum):
    """Why a wish was refused. Stable: it is stored with idempotency keys and shown to people by the rooms above."""

    SOLD_OUT = "sold_out"
    """Not enough free units in one of the accounts."""
    SEATS_TAKEN = "seats_taken"
    """One of the named seats is held or claimed by somebody else."""
    SEATS_NEEDED = "seats_needed"
    """The account's units are seats: the wish must name them."""
    CAP = "cap"
    """The person's holds and claims together would exceed what a person may have."""
    TOO_MANY = "too_many"
    """More units in one wish than its category allows."""
    NOT_OPEN = "not_open"
    """Before the first instant of the sale."""
    CLOSED = "closed"
    """After the sale ended."""
    UNKNOWN = "unknown"
    """An account does not exist or is another organisation's, or a seat is not one of the account's."""
    KEY_REUSED = "key_reused"
    """The idempotency key was used before for another wish: an error of the caller."""
    CAPACITY = "capacity"
    """The pool's capacity has no room for so many units."""
    GONE = "gone"
    """The hold expired and was swept, or was released."""


class Want(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Units wanted from one account. `seat_ids`, when given, name them: as many as `quantity`, all different."""

    account_id: UUID
    quantity: int
    seat_ids: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= MOST_UNITS:
            raise ValueError(f"a want is for 1 to {MOST_UNITS} units, not {self.quantity}")
        _check_seats(self.quantity, self.seat_ids)


def _check_seats(quantity: int, seat_ids: tuple[UUID, ...]) -> None:
    if seat_ids and not len(seat_ids) == len(set(seat_ids)) == quantity:
        raise ValueError(f"{quantity} units need as many different seats, not {seat_ids}")


class Cap(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """At most `limit` units for one holder over everything held or claimed under `scope`; this wish counts `quantity` towards it.

    The limit travels with the wish, so a changed offer needs no change of stored rows. `scope` names what is counted, such as
    `session:<id>`; 1 to 80 characters.
    """

    scope: str
    limit: int
    quantity: int

    def __post_init__(self) -> None:
        _check_name("scope", self.scope)
        if not 1 <= self.quantity <= MOST_UNITS:
            raise ValueError(f"a cap counts 1 to {MOST_UNITS} units, not {self.quantity}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was taken. `account_id` is the want that could not be met, `left` how many units it had, where that is the reason.

    `why` is what whoever chose the seats said when there were none to choose.
    """

    reason: Reason
    account_id: UUID | None = None
    left: int | None = None
    why: str = ""


class Wish(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody wants units set aside: all of them or none.

    `key` is the idempotency key, 1 to 80 characters. `holder` is who the caps count for: `person:<id>` or `visitor:<session>`. `limit` is the
    most units one wish may take. `window` is when the sale is open. `offer_version` is kept with the hold so that commerce can see a price
    that changed meanwhile. `chosen`, when it is not empty, says how the seats were chosen for who asks: then that is what was asked for, and
    the same key with other seats is the same wish. `unseated` is the refusal when none could be chosen for it, kept as the answer for its key.
    """

    key: str
    organisation_id: UUID
    holder: str
    basket_id: UUID
    wants: tuple[Want, ...]
    hold_for: timedelta
    caps: tuple[Cap, ...] = ()
    limit: int | None = None
    window: Span = msgspec.field(default_factory=Span)
    offer_version: int = 0
    chosen: str = ""
    unseated: Refused | None = None

    def __post_init__(self) -> None:
        _check_name("key", self.key)
        _check_name("holder", self.holder)
        if not self.wants:
            raise ValueError("a wish without wants asks for nothing: say for what")
        if self.hold_for <= timedelta():
            raise ValueError(f"a hold lasts longer than {self.hold_for}")


def _check_name(what: str, name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME or "\n" in name:
        raise ValueError(f"a {what} has 1 to {LONGEST_NAME} characters on one line, not {name!r}")


class Held(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The units are set aside until `expires_at`: from then on a sweep may free them; until it does, the holder may still confirm."""

    hold_id: UUID
    expires_at: datetime


class HoldState(StrEnum):
    """The life of a hold. Held becomes confirmed, released or expired, once."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    REFUSED = "refused"
    """Never held: the row keeps the answer for its key."""


class MovementKind(StrEnum):
    """Why an account's quantities changed."""

    OPENED = "opened"
    RECEIVED = "received"
    LOST = "lost"
    SHIPPED = "shipped"
    MOVED = "moved"
    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold as it stands now. `wants` and `caps` are those that it was granted for."""

    hold_id: UUID
    organisation_id: UUID
    holder: str
    basket_id: UUID
    state: HoldState
    expires_at: datetime
    offer_version: int
    wants: tuple[Want, ...]
    caps: tuple[Cap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The hold's units are claimed for good. `repeated` says that they were before this call."""

    hold_id: UUID
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to open in a pool: `public`, `NOC:FRA`, `sponsor`, `hospitality`, `accessible`, `kill`, `contingency` ..."""

    code: str
    on_hand: int
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPool:
    """A pool to open. `capacity` is the wall that all accounts together cannot exceed (the reconciled seat plan); None for goods."""

    organisation_id: UUID
    name: str
    accounts: tuple[NewAccount, ...]
    capacity: int | None = None
    pool_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """One account's numbers. `free` = on hand - held - claimed, never negative. Claimed units stay on hand until shipped or used."""

    account_id: UUID
    pool_id: UUID
    code: str
    on_hand: int
    held: int
    claimed: int

    @property
    def free(self) -> int:
        """Units a wish could take now."""
        return self.on_hand - self.held - self.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Free units, one or more, from one account of a pool to another of the same pool. `seat_ids` as in a want."""

    from_account_id: UUID
    to_account_id: UUID
    quantity: int
    seat_ids: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"a move is of one unit or more, not {self.quantity}")
        _check_seats(self.quantity, self.seat_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """`quantity` units, one or more, that come in or go out: which of them says the function that takes it."""

    account_id: UUID
    quantity: int

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"stock changes by one unit or more, not {self.quantity}: receive_many and remove_many say which way")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Units of a confirmed hold come back to its accounts: a refund, a cancelled ticket. At most what is still claimed by that hold."""

    hold_id: UUID
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRelease:
    """A timed release that is still to come: `quantity` free units (None: all that are free then) go to the other account at `due_at`."""

    release_id: UUID
    from_account_id: UUID
    to_account_id: UUID
    quantity: int | None
    due_at: datetime


class NoSuchRelease(NotFound):
    """There is no timed release with this id that is still to come."""

    code = "no_such_release"
