"""The seats of one session as a process knows them: which are taken, which it has just proposed to somebody, and which are the best of the rest."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from grandstand.gate.seats.filling import Filling, Seat, filling
from grandstand.inventory import api as inventory
from grandstand.ticketing import api as ticketing

CROWDED_S = 5.0
"""So long after somebody of another process was quicker, seats are chosen one process after the other, and not at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who is to be seated: how many, from which account, how many of them in accessible places, and whether in parts if need be."""

    account_id: UUID
    quantity: int
    accessible: int = 0
    may_split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSeats:
    """Why a party got none, and how many seats of its account nobody holds.

    `reason` is sold_out, seats_taken (others are proposed them at this moment), no_accessible, accessible_needed or not_together.
    """

    reason: str
    left: int


class SeatMemory:
    """What is known of a session's seats. Every method may be called by several threads.

    Taken is what the database said last, and what was held here since. A seat that was proposed is nobody else's until it is settled, or until
    its proposal is too old; so the chooser has every seat that is neither taken nor proposed.
    """

    def __init__(
        self,
        seating: ticketing.SeatingRow,
        plan: ticketing.Plan,
        states: Iterable[inventory.SeatState],
        *,
        marks: dict[UUID, int],
        everybodys: frozenset[UUID],
    ) -> None:
        """`marks` say from which movements on `states` may be out of date; `everybodys` are the accounts from which anybody may buy."""
        self.seating, self.marks, self.everybodys = seating, marks, everybodys
        self.looking = threading.Lock()
        """Whoever reads about this session for the memory has it."""
        self._lock = threading.Lock()
        self._crowded_until = 0.0
        self._proposed: set[Seat] = set()
        self._proposed_of: Counter[UUID | None] = Counter()
        self._meanwhile: set[UUID] | None = None
        self.doubted: frozenset[UUID] = frozenset()
        """Seats that the last look saw free and that were held here meanwhile: only the next one can say which came later."""
        self._own: tuple[set[UUID], set[UUID]] = (set(), set())
        self._take_over(filling(plan, states, everybodys))

    @property
    def size(self) -> int:
        """How many seats the plan has."""
        return len(self._seats)

    @property
    def is_crowded(self) -> bool:
        """Whether another process chose the same seats a moment ago."""
        return time.monotonic() < self._crowded_until

    def crowd(self) -> None:
        """Another process was quicker."""
        self._crowded_until = time.monotonic() + CROWDED_S

    # -- choosing ------------------------------------------------------------------------------------------------------------------------

    def choose(self, party: Party, *, until: float, own: Collection[UUID] = ()) -> tuple[UUID, ...]:
        """The best seats for the party, proposed to it until the monotonic instant `until` or until they are settled; none when there are none.

        `own` are seats that the party has and gives back for these.
        """
        with self._lock:
            chooser, seats = self._chooser, self._seats
            mine = [seat_id for seat_id in own if seat_id in seats and seats[seat_id].is_taken and seats[seat_id].until is None]
            chooser.free(mine)
            chosen = chooser.choose(party.quantity, party.account_id, accessible=party.accessible, may_split=party.may_split) or ()
            chooser.take(mine)
            for seat_id in chosen:
                seat = seats[seat_id]
                seat.until = until
                self._proposed.add(seat)
            self._proposed_of[party.account_id] += len(chosen)
        return chosen

    def settle(self, proposed: Sequence[UUID], *, held_by: UUID | None) -> None:
        """The proposal is over: a hold has its seats now, or nobody."""
        with self._lock:
            seats = [self._seats[seat_id] for seat_id in proposed if seat_id in self._seats]
            if held_by is not None:
                self._own[1].add(held_by)
                for seat in seats:
                    self._set_taken(seat)
                if self._meanwhile is not None:
                    self._meanwhile.update(proposed)
            self._withdraw(seats)

    def may_come_back(self, account_id: UUID) -> bool:
        """Whether seats of this account are proposed to others, who may not take them."""
        with self._lock:
            return self._proposed_of[account_id] > 0

    def why_none(self, party: Party, *, own: int = 0) -> NoSeats:
        """Why there are no seats for the party, which has `own` seats of the account itself."""
        with self._lock:
            left = self._free[party.account_id] + own
            if left < party.quantity:
                return NoSeats(reason="sold_out", left=left)
            if left - self._proposed_of[party.account_id] < party.quantity:
                return NoSeats(reason="seats_taken", left=left)
            if party.accessible:
                return NoSeats(reason="no_accessible", left=left)
            if party.account_id not in self._ordinary:
                return NoSeats(reason="accessible_needed", left=left)
            return NoSeats(reason="not_together", left=left)

    # -- what is told ------------------------------------------------------------------------------------------------------------------

    def free_bits(self) -> bytes:
        """Bit n (the lowest of a byte first) of the n-th seat of the plan: whether anybody may buy it."""
        with self._lock:
            return bytes(self._bits)

    def left(self, account_id: UUID) -> int:
        """How many seats of the account nobody has."""
        with self._lock:
            return self._free[account_id]

    # -- learning ------------------------------------------------------------------------------------------------------------------------

    @property
    def own_holds(self) -> Container[UUID]:
        """Holds of this process of which everything is known."""
        return self._own[0] | self._own[1]

    @contextmanager
    def look(self) -> Iterator[None]:
        """While this lasts, what is held here is noted: what is read meanwhile may be older than that."""
        with self._lock:
            self._meanwhile = set()
        began = time.monotonic()
        try:
            yield
        except BaseException:
            with self._lock:
                self._meanwhile = None
            raise
        with self._lock:
            self._meanwhile = None
            self._own = (self._own[1], set())
            self._forget_old(before=began)

    def learn(self, moved: inventory.Moved, states: Mapping[UUID, inventory.SeatState]) -> bool:
        """What changed, and how the seats are that were to be looked at, within `look`. False when some are in other accounts now: `refill`.

        Those that were `doubted` are to be looked at too, as `moved.others`.
        """
        with self._lock:
            assert self._meanwhile is not None, "what is learned is read within `look`"
            seats = self._seats
            if any(seat_id in seats and seats[seat_id].account_id != state.account_id for seat_id, state in states.items()):
                return False
            for seat_id in seats.keys() & moved.held:
                self._set_taken(seats[seat_id])
            doubted = set()
            for seat_id in seats.keys() & moved.others:
                state = states.get(seat_id)
                if state is None or state.hold_id is not None:
                    self._set_taken(seats[seat_id])
                elif seat_id in self._meanwhile:
                    doubted.add(seat_id)
                else:
                    self._set_free(seats[seat_id])
            self.doubted = frozenset(doubted)
            self.marks = moved.marks
            return True

    def refill(
        self,
        seating: ticketing.SeatingRow,
        plan: ticketing.Plan,
        states: Iterable[inventory.SeatState],
        *,
        marks: dict[UUID, int],
        everybodys: frozenset[UUID],
    ) -> None:
        """Begin anew, within `look`: another version of the plan, or seats that went to other accounts. What is proposed stays so.

        Meanwhile others choose from what was known before.
        """
        found = filling(plan, states, everybodys)
        with self._lock:
            held = [seat_id for seat_id in self._meanwhile or () if seat_id in self._seats and self._seats[seat_id].is_taken]
            proposed = self._proposed
            self.seating, self.marks, self.everybodys = seating, marks, everybodys
            self._take_over(found)
            self._hold_again(held)
            self._propose_again(proposed)

    # -- below here, under the lock ------------------------------------------------------------------------------------------------------

    def _take_over(self, found: Filling) -> None:
        self._seats, self._ordinary, self._free = found.seats, found.ordinary, found.free
        self._bits, self._chooser = found.bits, found.chooser

    def _hold_again(self, seat_ids: Iterable[UUID]) -> None:
        """What was held here since the database was asked."""
        doubted = [seat_id for seat_id in seat_ids if seat_id in self._seats and not self._seats[seat_id].is_taken]
        for seat_id in doubted:
            self._set_taken(self._seats[seat_id])
        self.doubted = frozenset(doubted)

    def _propose_again(self, proposed: Iterable[Seat]) -> None:
        """What is proposed stays so."""
        self._proposed, self._proposed_of = set(), Counter()
        for old in proposed:
            if (seat := self._seats.get(old.id)) is not None:
                seat.until = old.until
                self._proposed.add(seat)
                self._proposed_of[seat.account_id] += 1
                self._chooser.take([seat.id])

    def _set_taken(self, seat: Seat) -> None:
        if not seat.is_taken:
            if seat.until is None:
                self._chooser.take([seat.id])
            seat.is_taken = True
            self._free[seat.account_id] -= 1
            self._show(seat)

    def _set_free(self, seat: Seat) -> None:
        if seat.is_taken and seat.account_id is not None:
            seat.is_taken = False
            self._free[seat.account_id] += 1
            self._show(seat)
            if seat.is_free:
                self._chooser.free([seat.id])

    def _show(self, seat: Seat) -> None:
        if seat.is_taken:
            self._bits[seat.n >> 3] &= ~(1 << (seat.n & 7))
        elif seat.account_id in self.everybodys:
            self._bits[seat.n >> 3] |= 1 << (seat.n & 7)

    def _withdraw(self, seats: Iterable[Seat]) -> None:
        """Nobody is proposed these seats any more."""
        for seat in seats:
            if seat.until is not None:
                seat.until = None
                self._proposed.discard(seat)
                self._proposed_of[seat.account_id] -= 1
                if seat.is_free:
                    self._chooser.free([seat.id])

    def _forget_old(self, *, before: float) -> None:
        """Proposals that ended before a look began that has learned of everything that was held by then."""
        self._withdraw([seat for seat in self._proposed if seat.until is not None and seat.until < before])
