"""What a process knows of a session's seats, whatever happens in whatever order."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from grandstand.gate.seats import memory as memories
from grandstand.gate.seats.filling import Filling, filling
from grandstand.gate.seats.memory import Party, SeatMemory
from grandstand.gate.tests.halls import rows_of
from grandstand.inventory.api import Moved, SeatState
from grandstand.kit.ids import new_id
from grandstand.ticketing.api import Plan, SeatingRow

PLAN = rows_of(5, 4, 3)
SEATS = [seat.id for section in PLAN.sections for row in section.rows for seat in row.seats]
ACCOUNT, OTHER = new_id(), new_id()

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("choose"), st.integers(1, 4)),
        st.tuples(st.just("hold"), st.integers(0, 9)),
        st.tuples(st.just("refuse"), st.integers(0, 9)),
        st.tuples(st.just("take"), st.sampled_from(SEATS)),
        st.tuples(st.just("give back"), st.sampled_from(SEATS)),
        st.tuples(st.just("begin"), st.none()),
        st.tuples(st.just("read"), st.none()),
        st.tuples(st.just("look"), st.none()),
        st.tuples(st.just("refill"), st.none()),
    ),
    max_size=40,
)


@dataclass
class World:
    """The database as it is, and what was told about it since somebody looked."""

    taken: dict[UUID, UUID] = field(default_factory=dict)
    held: set[UUID] = field(default_factory=set)
    others: set[UUID] = field(default_factory=set)

    def states(self) -> Mapping[UUID, SeatState]:
        return {seat_id: SeatState(seat_id=seat_id, account_id=ACCOUNT, hold_id=self.taken.get(seat_id)) for seat_id in SEATS}

    def moved(self) -> Moved:
        moved = Moved(marks={}, held=self.held - self.others, others=self.others)
        self.held, self.others = set(), set()
        return moved


@dataclass
class Looking:
    """A look that may last while other things happen: it begins, reads, and learns what it read."""

    world: World
    memory: SeatMemory
    look: AbstractContextManager[None] | None = None
    found: tuple[Moved, Mapping[UUID, SeatState]] | None = None

    def go_on(self, what: str) -> None:
        {"begin": self.begin, "read": self.read, "look": self.end, "refill": self.end_anew}[what]()

    def begin(self) -> None:
        if self.look is None:
            self.look = self.memory.look()
            self.look.__enter__()

    def read(self) -> None:
        if self.look is not None and self.found is None:
            moved = self.world.moved()
            moved.others.update(self.memory.doubted)
            self.found = moved, self.world.states()

    def end(self) -> None:
        self.begin()
        self.read()
        assert self.look is not None
        assert self.found is not None
        assert self.memory.learn(*self.found)
        self.look.__exit__(None, None, None)
        self.look = self.found = None

    def end_anew(self) -> None:
        """It finds that it must begin anew, with what it reads then."""
        self.begin()
        self.world.moved()
        self.memory.refill(seating(), PLAN, self.world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
        assert self.look is not None
        self.look.__exit__(None, None, None)
        self.look = self.found = None


def seating() -> SeatingRow:
    return SeatingRow(session_id=new_id(), plan_id=new_id(), seating_id=new_id(), number=1)


def taken(memory: SeatMemory) -> set[UUID]:
    return {seat.id for seat in memory._seats.values() if seat.is_taken}


def free_for_choice(memory: SeatMemory) -> set[UUID]:
    return {seat_id for run in memory._chooser._runs for n, seat_id in enumerate(run.seats) if run.free >> n & 1}


@given(STEPS)
@settings(max_examples=200)
def test_a_seat_can_be_chosen_when_nobody_is_known_to_have_it_and_nobody_is_proposed_it(steps: list[tuple[str, object]]) -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    looking = Looking(world, memory)
    proposals: list[tuple[UUID, ...]] = []
    for what, value in steps:
        match what, value:
            case "choose", int(size):
                seats = memory.choose(Party(account_id=ACCOUNT, quantity=size), until=float("inf"))
                assert len(seats) in {0, size}
                proposals += [seats] if seats else []
            case "hold", int(n) if proposals:
                seats, hold_id = proposals.pop(n % len(proposals)), new_id()
                # Another process may have been quicker.
                is_ours = world.taken.keys().isdisjoint(seats)
                world.taken |= dict.fromkeys(seats, hold_id) if is_ours else {}
                memory.settle(seats, held_by=hold_id if is_ours else None)
            case "refuse", int(n) if proposals:
                memory.settle(proposals.pop(n % len(proposals)), held_by=None)
            case "take", UUID() as seat_id if seat_id not in world.taken:
                world.taken[seat_id] = new_id()
                world.held.add(seat_id)
            case "give back", UUID() as seat_id if seat_id in world.taken:
                del world.taken[seat_id]
                world.others.add(seat_id)
            case _, None:
                looking.go_on(what)
        proposed = {seat_id for seats in proposals for seat_id in seats}
        assert free_for_choice(memory) == set(SEATS) - taken(memory) - proposed
        assert memory.left(ACCOUNT) == len(SEATS) - len(taken(memory))
        shown = int.from_bytes(memory.free_bits(), "little")
        assert {seat_id for n, seat_id in enumerate(SEATS) if shown >> n & 1} == set(SEATS) - taken(memory)
        assert memory.may_come_back(ACCOUNT) == bool(proposed)
    # The last look may have begun before something was held here.
    looking.end()
    looking.end()
    assert taken(memory) == set(world.taken)


def test_what_was_read_before_a_hold_was_written_does_not_free_its_seats() -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    seats = memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf"))
    with memory.look():
        before = world.states()
        memory.settle(seats, held_by=new_id())
        assert memory.learn(Moved(marks={}, held=set(), others=set(seats)), before)
    assert memory.left(ACCOUNT) == len(SEATS) - 2


def test_a_new_beginning_that_was_read_before_a_hold_was_written_does_not_free_its_seats() -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    seats = memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf"))
    with memory.look():
        before = world.states()
        memory.settle(seats, held_by=new_id())
        memory.refill(seating(), PLAN, before.values(), marks={}, everybodys=frozenset({ACCOUNT}))
    assert memory.left(ACCOUNT) == len(SEATS) - 2


def test_a_seat_that_was_given_back_while_its_refusal_was_settled_is_free() -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    seats = memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf"))
    with memory.look():
        assert memory.learn(Moved(marks={}, held=set(seats), others=set()), {})
    assert memory.left(ACCOUNT) == len(SEATS) - 2
    with memory.look():
        memory.settle(seats, held_by=None)
        assert memory.learn(Moved(marks={}, held=set(), others=set(seats)), world.states())
    assert memory.left(ACCOUNT) == len(SEATS)
    assert memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf")) == seats


@pytest.mark.parametrize("is_refilled", [False, True])
def test_seats_held_and_given_back_during_one_look_are_free_after_the_next(*, is_refilled: bool) -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    seats = memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf"))
    with memory.look():
        memory.settle(seats, held_by=new_id())
        if is_refilled:
            memory.refill(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
        else:
            assert memory.learn(Moved(marks={}, held=set(), others=set(seats)), world.states())
    assert memory.doubted == set(seats)
    with memory.look():
        assert memory.learn(Moved(marks={}, held=set(), others=set(memory.doubted)), world.states())
    assert memory.left(ACCOUNT) == len(SEATS)
    assert memory.doubted == set()


def test_others_choose_and_hold_while_a_new_beginning_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    memory = SeatMemory(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    chosen: list[tuple[UUID, ...]] = []

    def made_meanwhile(plan: Plan, states: Iterable[SeatState], everybodys: frozenset[UUID]) -> Filling:
        made = filling(plan, states, everybodys)
        assert not memory._lock.locked()
        chosen.extend(memory.choose(Party(account_id=ACCOUNT, quantity=2), until=float("inf")) for _ in range(2))
        memory.settle(chosen[0], held_by=new_id())
        return made

    monkeypatch.setattr(memories, "filling", made_meanwhile)
    with memory.look():
        memory.refill(seating(), PLAN, world.states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    assert taken(memory) == set(chosen[0])
    assert free_for_choice(memory) == set(SEATS) - {seat_id for seats in chosen for seat_id in seats}
    memory.settle(chosen[1], held_by=None)
    assert free_for_choice(memory) == set(SEATS) - set(chosen[0])


def test_a_look_that_failed_forgets_no_proposal() -> None:
    memory = SeatMemory(seating(), PLAN, World().states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    seats = memory.choose(Party(account_id=ACCOUNT, quantity=2), until=0.0)
    with pytest.raises(ConnectionError), memory.look():
        raise ConnectionError
    assert memory.may_come_back(ACCOUNT)
    with memory.look():
        assert memory.learn(Moved(marks={}, held=set(), others=set()), {})
    assert not memory.may_come_back(ACCOUNT)
    assert memory.choose(Party(account_id=ACCOUNT, quantity=2), until=0.0) == seats


def test_seats_in_another_account_ask_for_a_new_beginning() -> None:
    memory = SeatMemory(seating(), PLAN, World().states().values(), marks={}, everybodys=frozenset({ACCOUNT}))
    with memory.look():
        assert not memory.learn(
            Moved(marks={}, held=set(), others={SEATS[0]}), {SEATS[0]: SeatState(seat_id=SEATS[0], account_id=OTHER, hold_id=None)}
        )
