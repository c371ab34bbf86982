"""Stock against a plain model of it, step by step, on both engines."""

import os
from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from grandstand.inventory import api as inventory
from grandstand.inventory.api import (
    Cap,
    Confirmed,
    Held,
    HoldState,
    Move,
    NewAccount,
    NewPool,
    Reason,
    Refused,
    Return,
    StockChange,
    Want,
    Wish,
)
from grandstand.inventory.tests import drawing as draw
from grandstand.inventory.tests.asking import BY, NOW
from grandstand.inventory.tests.drawing import CAPACITIES, MINUTE, NOBODY, OTHER, POOLS, SEATED, SECOND, Ask, Part
from grandstand.inventory.tests.plain import Account, Granted, Plain
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind

type Release = tuple[datetime, UUID, UUID, int | None, int | None]
"""When, from, to, how many, and how many it were."""

GONE = Refused(reason=Reason.GONE)
NOWHERE = UUID(int=404)

SOAK = os.environ.get("GRANDSTAND_SOAK") == "1"
EXAMPLES = {"sqlite": 1_000 if SOAK else 90, "postgresql": 300 if SOAK else 20}
"""PostgreSQL needs four times as long for a step, and what it can do differently is told by few."""

STEPS = settings(
    derandomize=not SOAK,
    stateful_step_count=60 if SOAK else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Stock(RuleBasedStateMachine):
    """What is refused must leave everything as it was: the numbers are compared after every step.

    Each example is one transaction that is undone at its end: sweeps take whatever is due, so nothing may be left of the example before.
    """

    database: Database
    organisation_id: UUID
    stranger_id: UUID

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.database.write()
        self.tx = self.opened.__enter__()
        if self.tx.engine == "postgresql":
            self.tx.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.now, self.wishes, self.answers = NOW, dict[tuple[UUID, str], Wish](), dict[tuple[UUID, str], Refused | Granted]()
        self.releases: dict[UUID, Release] = {}
        self.plain = Plain(capacities=CAPACITIES)
        for name, counts in POOLS.items():
            accounts = tuple(NewAccount(code=f"account {n}", on_hand=count) for n, count in enumerate(counts))
            pool = NewPool(organisation_id=self.organisation_id, name=name, accounts=accounts, capacity=CAPACITIES.get(name))
            [ids] = inventory.open_pools(self.tx, [pool], by=BY, now=NOW, reason="test").values()
            for id_, count in zip(ids, counts, strict=True):
                self.plain.accounts[id_] = Account(organisation_id=self.organisation_id, pool=name, on_hand=count)
            if "night" in name:
                self._open_seating(name, ids, counts)
        self.account_ids = [*self.plain.accounts, NOWHERE]

    def _open_seating(self, name: str, account_ids: Sequence[UUID], counts: Sequence[int]) -> None:
        owners = [id_ for id_, count in zip(account_ids, counts, strict=True) for _ in range(count)]
        seats = [(UUID(int=n), id_) for n, id_ in enumerate(owners, start=1)]
        seating_id = inventory.open_seating(self.tx, organisation_id=self.organisation_id, name=name, seats=seats, now=NOW, by=BY, reason="test")
        self.plain.seats |= {(seating_id, seat_id): id_ for seat_id, id_ in seats}
        for id_ in account_ids:
            self.plain.accounts[id_].seating_id = seating_id

    # -- holds -----------------------------------------------------------------------------------------------------------------------

    @rule(asks=st.lists(draw.ASKS, min_size=1, max_size=5), again=draw.AGAIN)
    def hold(self, asks: list[Ask], again: list[tuple[int, bool]]) -> None:
        """Some ask for something, maybe with a key that was used; some ask again, when the seller's rules have changed."""
        batch = [self._wish(ask) for ask in asks]
        for n, other in again:
            known = [*self.wishes.values(), *batch]
            wants = tuple(_other(want) if other else _turned(want) for want in known[n % len(known)].wants)
            batch.append(replace(known[n % len(known)], wants=wants, limit=1, caps=(), hold_for=99 * MINUTE))
        answers = inventory.hold_many(self.tx, batch, now=self.now)
        for wish, answer in zip(batch, answers, strict=True):
            assert answer == self._expected(wish, answer)

    def _expected(self, wish: Wish, answer: Held | Refused) -> Held | Refused:
        name = (wish.organisation_id, wish.key)
        if name not in self.answers:
            self.wishes[name] = wish
            refusal = self.plain.refusal_of_wish(wish, self.now)
            if refusal is None:
                assert isinstance(answer, Held)
                self.plain.granted.append(Granted(hold_id=answer.hold_id, wish=wish, expires_at=self.now + wish.hold_for))
            self.answers[name] = refusal or self.plain.granted[-1]
        elif _body(wish) != _body(self.wishes[name]):
            return Refused(reason=Reason.KEY_REUSED)
        first = self.answers[name]
        return first if isinstance(first, Refused) else Held(hold_id=first.hold_id, expires_at=first.expires_at)

    def _wish(self, ask: Ask) -> Wish:
        opens_at, closes_at = (None if after is None else self.now + after for after in ask.window)
        return Wish(
            key=f"k{ask.key}",
            organisation_id=self.stranger_id if ask.foreign else self.organisation_id,
            holder=f"person:{ask.person}",
            basket_id=UUID(int=ask.person),
            wants=tuple(self._want(part, ask.first) for part in ask.parts),
            hold_for=ask.minutes * MINUTE,
            caps=tuple(Cap(scope=f"{self.organisation_id}:{scope}", limit=limit, quantity=quantity) for scope, limit, quantity in ask.caps),
            limit=ask.limit,
            window=Span(starts_at=opens_at, ends_at=closes_at),
        )

    def _want(self, part: Part, first: int) -> Want:
        """Of a seated account, neighbouring seats from the `first` on, taken or not; as many as there are."""
        named = self.account_ids[OTHER[part.account] if part.strange else part.account]
        seats = sorted(seat_id for (_, seat_id), account_id in self.plain.seats.items() if account_id == named) or [UUID(int=99)]
        neighbours = (seats[first % len(seats) :] + seats[: first % len(seats)])[: part.quantity]
        seat_ids = tuple(neighbours) if (part.account in SEATED) is not part.wrong else ()
        return Want(account_id=self.account_ids[part.account], quantity=len(seat_ids) or part.quantity, seat_ids=seat_ids)

    @precondition(lambda self: self.plain.granted)
    @rule(picks=draw.PICKS, confirms=st.sampled_from([True, True, False]))
    def confirm_or_release(self, picks: list[int], confirms: bool) -> None:  # noqa: FBT001 hypothesis passes by keyword
        chosen = self._picked(picks, HoldState.HELD)
        if confirms:
            answers = inventory.confirm_many(self.tx, _ids(chosen), by=BY, now=self.now)
            assert answers == [
                Confirmed(hold_id=each.hold_id, repeated=each.state is HoldState.CONFIRMED) if each and each.lives else GONE for each in chosen
            ]
        else:
            freed = inventory.release_many(self.tx, _ids(chosen), by=BY, now=self.now, reason="test")
            assert freed == [each is not None and each.state is HoldState.HELD for each in chosen]
        self._end(chosen, HoldState.CONFIRMED if confirms else HoldState.RELEASED)

    @precondition(lambda self: self.plain.granted)
    @rule(picks=draw.PICKS, longer=st.sampled_from([-SECOND, timedelta(), SECOND, 5 * MINUTE]))
    def extend(self, picks: list[int], longer: timedelta) -> None:
        """Until a little before or after the first of them would expire: some last longer already."""
        chosen = self._picked(picks, HoldState.HELD)
        until = (chosen[0].expires_at if chosen[0] is not None else self.now) + longer
        answers = inventory.extend_many(self.tx, _ids(chosen), until=until, now=self.now)
        for each in chosen:
            if each is not None and each.state is HoldState.HELD:
                each.expires_at = max(each.expires_at, until)
        assert answers == [
            Held(hold_id=each.hold_id, expires_at=each.expires_at) if each and each.state is HoldState.HELD else GONE for each in chosen
        ]

    @precondition(lambda self: self.plain.granted)
    @rule(picks=draw.PICKS, person=st.integers(0, 1))
    def rename(self, picks: list[int], person: int) -> None:
        """Holds become somebody's, with what they count for, even beyond a cap."""
        chosen, holder = self._picked(picks, HoldState.CONFIRMED), f"person:{person}"
        changed = {each.hold_id: each for each in chosen if each is not None and each.wish.holder != holder}
        assert inventory.rename_holders_many(self.tx, _ids(chosen), holder=holder) == len(changed)
        for each in changed.values():
            each.wish = replace(each.wish, holder=holder)

    @precondition(lambda self: self.plain.granted)
    @rule(pick=st.integers(0, 20), before=st.sampled_from([timedelta(), SECOND, 2 * MINUTE]), limit=st.sampled_from([1, 2, 1_000]))
    def expire(self, pick: int, before: timedelta, limit: int) -> None:
        """It becomes the instant at which some hold expires, or a little before it; the oldest that are due are swept."""
        [until] = self._picked([pick], HoldState.HELD)
        self.now = max(self.now, (until.expires_at if until is not None else self.now) - before)
        due = [each for each in self.plain.granted if each.state is HoldState.HELD and each.expires_at <= self.now]
        due = sorted(due, key=lambda each: (each.expires_at, each.hold_id))[:limit]
        assert sorted(inventory.expire_due(self.tx, now=self.now, limit=limit)) == sorted(each.hold_id for each in due)
        self._end(due, HoldState.EXPIRED)

    def _picked(self, picks: list[int], state: HoldState) -> list[Granted | None]:
        """Holds by their number, the last first: mostly of those in `state`, sometimes of all; None for one that never was."""
        granted = self.plain.granted
        mostly = [each for each in granted if each.state is state] or granted
        return [None if pick == NOBODY else (mostly if pick < 24 else granted)[-1 - pick % len(mostly)] for pick in picks]

    def _end(self, chosen: Sequence[Granted | None], state: HoldState) -> None:
        for each in chosen:
            if each is not None and each.state is HoldState.HELD:
                each.state = state

    # -- claimed units -----------------------------------------------------------------------------------------------------------------

    @precondition(lambda self: any(each.state is HoldState.CONFIRMED for each in self.plain.granted))
    @rule(back=draw.BACK, first=draw.FIRST, ships=st.booleans())
    def give_back_or_ship(self, back: list[tuple[int, list[tuple[int, Part]]]], first: int, ships: bool) -> None:  # noqa: FBT001 by keyword
        chosen = self._picked([pick for pick, _ in back], HoldState.CONFIRMED)
        batch = [
            Return(hold_id=id_, wants=self._back(each, parts, first, ships=ships))
            for id_, each, (_, parts) in zip(_ids(chosen), chosen, back, strict=True)
        ]
        expected = [self._returned(each, granted, ships=ships) for each, granted in zip(batch, chosen, strict=True)]
        if ships:
            assert inventory.ship_many(self.tx, batch, by=BY, now=self.now) == expected
        else:
            assert inventory.return_many(self.tx, batch, by=BY, now=self.now, reason="test") == expected

    def _back(self, granted: Granted | None, parts: list[tuple[int, Part]], first: int, *, ships: bool) -> tuple[Want, ...]:
        """Mostly of what was granted, in the order of the wish or not; sometimes of something else."""
        wants = [
            self._want(part, first)
            if part.strange or granted is None
            else _some(granted.wish.wants[n % len(granted.wish.wants)], part.quantity, first)
            for n, part in parts
            if part.account != len(self.plain.accounts)
        ]
        return tuple(replace(want, seat_ids=()) if ships else want for want in wants)

    def _returned(self, each: Return, granted: Granted | None, *, ships: bool) -> Confirmed | Refused:
        refusal = self.plain.refusal_of_return(each, granted)
        if refusal is not None or granted is None:
            return refusal or GONE
        if ships:
            for want in each.wants:
                granted.shipped[want.account_id] += want.quantity
                self.plain.accounts[want.account_id].on_hand -= want.quantity
        else:
            granted.back += each.wants
        return Confirmed(hold_id=each.hold_id)

    # -- free units --------------------------------------------------------------------------------------------------------------------

    @rule(moves=st.lists(st.tuples(draw.PARTS, draw.SELDOM, draw.ACCOUNTS), min_size=1, max_size=3), first=draw.FIRST)
    def move(self, moves: list[tuple[Part, bool, int]], first: int) -> None:
        """Mostly to another account of the pool."""
        wants = [(self._want(part, first), self.account_ids[anywhere if lost else OTHER[part.account]]) for part, lost, anywhere in moves]
        batch = [Move(from_account_id=want.account_id, to_account_id=to, quantity=want.quantity, seat_ids=want.seat_ids) for want, to in wants]
        refusals = []
        for move in batch:
            refusals.append(self.plain.refusal_of_move(move))
            if refusals[-1] is None:
                self.plain.move(move)
        answers = inventory.move_many(self.tx, batch, by=BY, now=self.now, reason="test")
        self._compare(answers, refusals, [move.to_account_id for move in batch])

    @rule(
        changes=st.lists(st.tuples(st.sampled_from([*[0, 1, 2] * 4, *range(7)]), draw.UNITS), min_size=1, max_size=3), sign=st.sampled_from([1, -1])
    )
    def receive_or_remove(self, changes: list[tuple[int, int]], sign: int) -> None:
        batch = [StockChange(account_id=self.account_ids[account], quantity=quantity) for account, quantity in changes]
        refusals = []
        for change in batch:
            refusals.append(self.plain.refusal_of_change(change, sign))
            if refusals[-1] is None:
                self.plain.accounts[change.account_id].on_hand += sign * change.quantity
        work = inventory.receive_many if sign > 0 else inventory.remove_many
        answers = work(self.tx, batch, by=BY, now=self.now, reason="test")
        self._compare(answers, refusals, [change.account_id for change in batch])

    def _compare(self, answers: Sequence[inventory.Availability | Refused], refusals: Sequence[Refused | None], account_ids: Sequence[UUID]) -> None:
        for answer, refusal, id_ in zip(answers, refusals, account_ids, strict=True):
            if isinstance(answer, Refused) or refusal is not None:
                assert answer == refusal
            else:
                assert (answer.account_id, _three(answer)) == (id_, self.plain.numbers(id_))

    @rule(
        accounts=st.sampled_from([*[(0, 1), (1, 0), (3, 4), (4, 3)] * 4, (0, 0), (0, 2), (3, 5), (6, 0)]),
        quantity=st.sampled_from([None, 1, 2, 4]),
        due_in=st.sampled_from([timedelta(), SECOND, MINUTE]),
        passes=st.sampled_from([timedelta(), SECOND, MINUTE]),
    )
    def release_later(self, accounts: tuple[int, int], quantity: int | None, due_in: timedelta, passes: timedelta) -> None:
        """A release is scheduled, time passes, and what is due by then is carried out."""
        due_at, ids = self.now + due_in, (self.account_ids[accounts[0]], self.account_ids[accounts[1]])

        def schedule() -> UUID:
            return inventory.schedule_release(
                self.tx, from_account_id=ids[0], to_account_id=ids[1], quantity=quantity, due_at=due_at, by=BY, now=self.now, reason="test"
            )

        if OTHER[accounts[0]] == accounts[1] and 6 not in accounts:
            self.releases[schedule()] = (due_at, *ids, quantity, None)
        else:
            with pytest.raises(ValueError, match="timed release"):
                schedule()
        self.now += passes
        due = sorted((due_at, id_) for id_, (due_at, *_, moved) in self.releases.items() if moved is None and due_at <= self.now)
        for _, id_ in due:
            self.releases[id_] = self._released(*self.releases[id_])
        assert inventory.run_due_releases(self.tx, now=self.now) == len(due)

    def _released(self, due_at: datetime, source: UUID, target: UUID, quantity: int | None, _: int | None) -> Release:
        free = self.plain.free(source)
        moved = free if quantity is None else min(free, quantity)
        if moved:
            seat_ids = tuple(self.plain.free_seats(source)[:moved])
            self.plain.move(Move(from_account_id=source, to_account_id=target, quantity=moved, seat_ids=seat_ids))
        return due_at, source, target, quantity, moved

    # -- the same, after every step ----------------------------------------------------------------------------------------------------

    @invariant()
    def stock_says_what_the_model_says(self) -> None:
        plain, owner = self.plain, self.organisation_id
        numbers = inventory.availability_many(self.tx, self.account_ids)
        holds = inventory.holds(self.tx, [each.hold_id for each in plain.granted])
        pools = self.tx.rows("SELECT name, on_hand FROM inventory_pool WHERE organisation_id = %s", (owner,), kinds=[Kind.TEXT, Kind.INT])
        used = self.tx.rows(
            "SELECT scope, holder, used FROM inventory_cap WHERE used <> 0 AND scope LIKE %s",
            (f"{owner}:%",),
            kinds=[Kind.TEXT, Kind.TEXT, Kind.INT],
        )
        taken = self.tx.rows(
            "SELECT seating_id, seat_id, hold_id FROM inventory_seat_taken WHERE organisation_id = %s", (owner,), kinds=[Kind.UUID] * 3
        )
        seats = self.tx.rows("SELECT seating_id, seat_id, account_id FROM inventory_seat WHERE organisation_id = %s", (owner,), kinds=[Kind.UUID] * 3)
        done = self.tx.rows("SELECT id, moved FROM inventory_scheduled_release WHERE organisation_id = %s", (owner,), kinds=[Kind.UUID, Kind.INT])
        assert {id_: _three(found) for id_, found in numbers.items()} == {id_: plain.numbers(id_) for id_ in plain.accounts}
        assert dict(pools) == {pool: plain.on_hand(pool) for pool in POOLS}
        assert {(scope, holder): count for scope, holder, count in used} == plain.used()
        assert {(seating_id, seat_id): hold_id for seating_id, seat_id, hold_id in taken} == plain.taken()
        assert {(seating_id, seat_id): account_id for seating_id, seat_id, account_id in seats} == plain.seats
        assert dict(done) == {id_: moved for id_, (*_, moved) in self.releases.items()}
        assert {id_: (hold.holder, hold.state, hold.expires_at, hold.wants, hold.caps) for id_, hold in holds.items()} == {
            each.hold_id: (each.wish.holder, each.state, each.expires_at, each.wish.wants, each.wish.caps) for each in plain.granted
        }

    def teardown(self) -> None:
        try:
            assert [finding for finding in inventory.check_stock(self.tx) if not finding.healthy] == []
        finally:
            self.opened.__exit__(_Undone, _Undone(), None)


class _Undone(Exception):
    pass


def _ids(chosen: Sequence[Granted | None]) -> list[UUID]:
    return [new_id() if each is None else each.hold_id for each in chosen]


def _body(wish: Wish) -> tuple[object, ...]:
    """What must be the same for a repetition."""
    return (wish.basket_id, wish.holder, [(want.account_id, want.quantity, set(want.seat_ids)) for want in wish.wants])


def _turned(want: Want) -> Want:
    """The same wanted in other words."""
    return replace(want, seat_ids=want.seat_ids[::-1])


def _other(want: Want) -> Want:
    """Something else: other seats, or more units."""
    seat_ids = tuple(UUID(int=seat_id.int + 1) for seat_id in want.seat_ids)
    return replace(want, quantity=want.quantity + (not seat_ids), seat_ids=seat_ids)


def _some(want: Want, quantity: int, first: int) -> Want:
    """So many units of a want, all different, or all of them."""
    quantity = min(quantity, want.quantity)
    seat_ids = (want.seat_ids * 2)[first % want.quantity :][:quantity]
    return replace(want, quantity=quantity, seat_ids=seat_ids)


def _three(found: inventory.Availability) -> tuple[int, int, int]:
    return found.on_hand, found.held, found.claimed


def test_stock_agrees_with_a_plain_model_after_every_step(database: Database) -> None:
    own = {"database": database, "organisation_id": make_organisation().id, "stranger_id": make_organisation().id}
    machine: Any = type("StockOfThisDatabase", (Stock,), own)
    run_state_machine_as_test(machine, settings=settings(STEPS, max_examples=EXAMPLES[database.engine]))
