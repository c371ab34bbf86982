"""Stock as one would keep it with a pencil: nothing is counted down, every number is added up anew from what was granted.

What test_machine.py compares with. It shares no line with rules.py on purpose.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from grandstand.inventory.api import HoldState, Move, Reason, Refused, Return, StockChange, Want, Wish

type Seat = tuple[UUID, UUID]
"""Seating and seat."""


@dataclass(slots=True, kw_only=True)
class Account:
    """An account, and the pool it is part of. `seating_id` when its units are seats."""

    organisation_id: UUID
    pool: str
    on_hand: int
    seating_id: UUID | None = None


@dataclass(slots=True, kw_only=True)
class Granted:
    """A wish that got its units, and what became of them."""

    hold_id: UUID
    wish: Wish
    expires_at: datetime
    state: HoldState = HoldState.HELD
    back: list[Want] = field(default_factory=list)
    shipped: Counter[UUID] = field(default_factory=Counter)

    @property
    def lives(self) -> bool:
        return self.state in {HoldState.HELD, HoldState.CONFIRMED}

    def left(self, account_id: UUID) -> int:
        """Units it has now, held or claimed."""
        return _units(self.wish.wants, account_id) - _units(self.back, account_id) - self.shipped[account_id] if self.lives else 0

    def seats(self, account_id: UUID) -> set[UUID]:
        """Seats of the account that it has now."""
        return _seats(self.wish.wants, account_id) - _seats(self.back, account_id) if self.lives else set()

    def counts(self, scope: str) -> int:
        """What it counts under the scope: less, in proportion and rounded up, for units that came back; shipped ones still count."""
        wanted, back = (sum(want.quantity for want in wants) for wants in (self.wish.wants, self.back))
        return sum(cap.quantity - cap.quantity * back // wanted for cap in self.wish.caps if cap.scope == scope) if self.lives else 0


@dataclass(slots=True, kw_only=True)
class Plain:
    """Accounts, seats and what was granted of them. A function named after a refusal says it without changing anything."""

    capacities: dict[str, int]
    accounts: dict[UUID, Account] = field(default_factory=dict)
    seats: dict[Seat, UUID] = field(default_factory=dict)
    granted: list[Granted] = field(default_factory=list)

    # -- what there is ---------------------------------------------------------------------------------------------------------------

    def numbers(self, account_id: UUID) -> tuple[int, int, int]:
        """On hand, held, claimed."""
        held, claimed = (
            sum(each.left(account_id) for each in self.granted if each.state is state) for state in (HoldState.HELD, HoldState.CONFIRMED)
        )
        return self.accounts[account_id].on_hand, held, claimed

    def free(self, account_id: UUID) -> int:
        on_hand, held, claimed = self.numbers(account_id)
        return on_hand - held - claimed

    def room(self, pool: str) -> int | None:
        """How many units more the pool may have on hand."""
        return self.capacities[pool] - self.on_hand(pool) if pool in self.capacities else None

    def on_hand(self, pool: str) -> int:
        return sum(account.on_hand for account in self.accounts.values() if account.pool == pool)

    def taken(self) -> dict[Seat, UUID]:
        """Who has which seat."""
        return {
            (account.seating_id, seat_id): each.hold_id
            for account_id, account in self.accounts.items()
            if account.seating_id is not None
            for each in self.granted
            for seat_id in each.seats(account_id)
        }

    def free_seats(self, account_id: UUID) -> list[UUID]:
        taken = self.taken()
        return sorted(seat[1] for seat, owner in self.seats.items() if owner == account_id and seat not in taken)

    def used(self) -> dict[tuple[str, str], int]:
        """Units used per scope and holder, where there are any."""
        used: Counter[tuple[str, str]] = Counter()
        for each in self.granted:
            for scope in {cap.scope for cap in each.wish.caps}:
                used[scope, each.wish.holder] += each.counts(scope)
        return {name: count for name, count in used.items() if count}

    # -- wishes ----------------------------------------------------------------------------------------------------------------------

    def refusal_of_wish(self, wish: Wish, now: datetime) -> Refused | None:
        if wish.window.starts_at is not None and now < wish.window.starts_at:
            return Refused(reason=Reason.NOT_OPEN)
        if wish.window.ends_at is not None and now >= wish.window.ends_at:
            return Refused(reason=Reason.CLOSED)
        if wish.limit is not None and sum(want.quantity for want in wish.wants) > wish.limit:
            return Refused(reason=Reason.TOO_MANY, left=wish.limit)
        for cap in wish.caps:
            room = cap.limit - self.used().get((cap.scope, wish.holder), 0)
            if sum(each.quantity for each in wish.caps if each.scope == cap.scope) > room:
                return Refused(reason=Reason.CAP, left=max(0, room))
        return next((refusal for n in range(len(wish.wants)) if (refusal := self._refusal_of_want(wish, n))), None)

    def _refusal_of_want(self, wish: Wish, n: int) -> Refused | None:
        want, before = wish.wants[n], wish.wants[:n]
        account = self.accounts.get(want.account_id)
        if account is None or account.organisation_id != wish.organisation_id or (want.seat_ids and account.seating_id is None):
            return Refused(reason=Reason.UNKNOWN, account_id=want.account_id)
        if account.seating_id is not None:
            if not want.seat_ids:
                return Refused(reason=Reason.SEATS_NEEDED, account_id=want.account_id)
            named = {(account.seating_id, seat_id) for seat_id in want.seat_ids}
            if any(self.seats.get(seat) != want.account_id for seat in named):
                return Refused(reason=Reason.UNKNOWN, account_id=want.account_id)
            if named & set(self.taken()) or set(want.seat_ids) & _seats(before, want.account_id):
                return Refused(reason=Reason.SEATS_TAKEN, account_id=want.account_id)
        left = self.free(want.account_id) - _units(before, want.account_id)
        return Refused(reason=Reason.SOLD_OUT, account_id=want.account_id, left=left) if left < want.quantity else None

    # -- units that come back, leave, move, come in or are lost ----------------------------------------------------------------------

    def refusal_of_return(self, each: Return, granted: Granted | None) -> Refused | None:
        if granted is None or granted.state is not HoldState.CONFIRMED:
            return Refused(reason=Reason.GONE)
        trial = replace(granted, back=[*granted.back])
        for want in each.wants:
            left = trial.left(want.account_id)
            if left < want.quantity:
                return Refused(reason=Reason.GONE, account_id=want.account_id, left=left)
            seated = self.accounts[want.account_id].seating_id is not None
            if seated and not want.seat_ids:
                return Refused(reason=Reason.SEATS_NEEDED, account_id=want.account_id)
            if not trial.seats(want.account_id) >= set(want.seat_ids):
                return Refused(reason=Reason.UNKNOWN, account_id=want.account_id)
            trial.back.append(want)
        return None

    def refusal_of_move(self, move: Move) -> Refused | None:
        source, target = (self.accounts.get(id_) for id_ in (move.from_account_id, move.to_account_id))
        if source is None:
            return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id)
        if target is None or target is source or (target.pool, target.seating_id) != (source.pool, source.seating_id):
            return Refused(reason=Reason.UNKNOWN, account_id=move.to_account_id)
        if source.seating_id is not None and not move.seat_ids:
            return Refused(reason=Reason.SEATS_NEEDED, account_id=move.from_account_id)
        for seat_id in move.seat_ids:
            if source.seating_id is not None and (source.seating_id, seat_id) in self.taken():
                return Refused(reason=Reason.SEATS_TAKEN, account_id=move.from_account_id)
            if source.seating_id is None or self.seats.get((source.seating_id, seat_id)) != move.from_account_id:
                return Refused(reason=Reason.UNKNOWN, account_id=move.from_account_id)
        left = self.free(move.from_account_id)
        return Refused(reason=Reason.SOLD_OUT, account_id=move.from_account_id, left=left) if left < move.quantity else None

    def move(self, move: Move) -> None:
        self.accounts[move.from_account_id].on_hand -= move.quantity
        self.accounts[move.to_account_id].on_hand += move.quantity
        seating_id = self.accounts[move.to_account_id].seating_id
        self.seats |= {(seating_id, seat_id): move.to_account_id for seat_id in move.seat_ids if seating_id is not None}

    def refusal_of_change(self, change: StockChange, sign: int) -> Refused | None:
        account = self.accounts.get(change.account_id)
        if account is None:
            return Refused(reason=Reason.UNKNOWN, account_id=change.account_id)
        if account.seating_id is not None:
            return Refused(reason=Reason.SEATS_NEEDED, account_id=change.account_id)
        left, reason = (self.room(account.pool), Reason.CAPACITY) if sign > 0 else (self.free(change.account_id), Reason.SOLD_OUT)
        return Refused(reason=reason, account_id=change.account_id, left=left) if left is not None and left < change.quantity else None


def _units(wants: Iterable[Want], account_id: UUID) -> int:
    return sum(want.quantity for want in wants if want.account_id == account_id)


def _seats(wants: Iterable[Want], account_id: UUID) -> set[UUID]:
    return {seat_id for want in wants if want.account_id == account_id for seat_id in want.seat_ids}
