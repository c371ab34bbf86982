"""A memory of seats from its beginning: what is made of a plan and of how the database says its seats are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.ticketing import api as ticketing

PARTIES = range(1, 7)
"""Sizes of party that a new memory is prepared for; larger ones are when the first of them asks."""


@dataclass(slots=True, eq=False)
class Seat:
    """A seat: the `n`th of the plan, in an account or, when it is not sold at all, in none. `until` is when its proposal ends."""

    id: UUID
    n: int
    account_id: UUID | None
    is_taken: bool
    until: float | None = None

    @property
    def is_free(self) -> bool:
        """Whether nobody has it and nobody is proposed it."""
        return not self.is_taken and self.until is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """All seats of a session, none of them proposed.

    `ordinary` are the accounts that have seats besides accessible places, `free` counts the seats of each that nobody has, `bits` are those that
    anybody may buy.
    """

    seats: dict[UUID, Seat]
    ordinary: set[UUID | None]
    free: Counter[UUID | None]
    bits: bytearray
    chooser: ticketing.Chooser


def filling(plan: ticketing.Plan, states: Iterable[inventory.SeatState], everybodys: frozenset[UUID]) -> Filling:
    """Made of the plan and its seats' states; about half a second for 60,000. `everybodys` are the accounts from which anybody may buy."""
    known = {state.seat_id: state for state in states}
    accounts = {state.account_id: state.account_id for state in known.values()}  # one object for each, and not one for each seat
    planned = [seat for section in plan.sections for row in section.rows for seat in row.seats]
    seats = {}
    for n, each in enumerate(planned):
        state = known.get(each.id)
        account_id = accounts[state.account_id] if state is not None else None
        seats[each.id] = Seat(each.id, n, account_id, state is None or state.hold_id is not None)
    bits = bytearray(len(planned) // 8 + 1)
    for seat in seats.values():
        if seat.is_free and seat.account_id in everybodys:
            bits[seat.n >> 3] |= 1 << (seat.n & 7)
    group_of = {seat.id: seat.account_id for seat in seats.values() if seat.account_id is not None}
    chooser = ticketing.Chooser(plan, taken=[seat.id for seat in seats.values() if not seat.is_free], group_of=group_of)
    chooser.prepare(PARTIES)
    return Filling(
        seats=seats,
        ordinary={seats[each.id].account_id for each in planned if not each.is_accessible and each.companion_of is None},
        free=Counter(seat.account_id for seat in seats.values() if seat.is_free),
        bits=bits,
        chooser=chooser,
    )
