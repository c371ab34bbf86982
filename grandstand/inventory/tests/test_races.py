"""Sixteen processes at once, on PostgreSQL. The last unit through a basket is raced for in commerce's test_races.py."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Held, HoldState, Move, NewAccount, NewPool, Want, Wish
from grandstand.inventory.testing import make_stock
from grandstand.inventory.tests import racers
from grandstand.inventory.tests.asking import BY, FOR, NOW, wish
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind

RACERS = 16
LAST = 6
SEATS = [UUID(int=n) for n in range(1, LAST + 1)]

type Runner = tuple[Callable[..., None], Sequence[object]]


def _race(database: Database, *runners: Runner) -> list[tuple[str, list[object]]]:
    """Run each in a process of its own, all let go at once, and return their answers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([racers.__name__])
    gate, answers = context.Barrier(len(runners)), context.Queue()
    processes = [context.Process(target=work, args=(database.url, gate, answers, *own)) for work, own in runners]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return found


def _said(found: list[tuple[str, list[object]]], what: str) -> Counter[object]:
    return Counter(answer for kind, told in found if kind == what for answer in told)


def _numbers(database: Database, account_id: UUID) -> tuple[int, int, int]:
    with database.write() as tx:
        stock = inventory.availability_many(tx, [account_id])[account_id]
    return stock.on_hand, stock.held, stock.claimed


def _unhealthy(database: Database) -> list[str]:
    with database.write() as tx:
        return [finding.name for finding in inventory.check_stock(tx) if not finding.healthy]


def _last_units(database: Database) -> list[Wish]:
    """Six units are left; eight want one and eight want two."""
    organisation_id = make_organisation().id
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, LAST)
    return [wish(organisation_id, account_id, 1 + n % 2, holder=f"person:{n}") for n in range(RACERS)]


def _last_seats(database: Database) -> list[Wish]:
    """Six seats are left; six want one each, and ten want two beside each other, in a circle, so that locks cross."""
    organisation_id = make_organisation().id
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, LAST)
        seats = [(seat_id, account_id) for seat_id in SEATS]
        inventory.open_seating(tx, organisation_id=organisation_id, name="Hall", seats=seats, by=BY, now=NOW, reason="test")
    named = [(SEATS[n],) if n < LAST else (SEATS[n % LAST], SEATS[(n + 1) % LAST]) for n in range(RACERS)]
    wants = [Want(account_id=account_id, quantity=len(seat_ids), seat_ids=seat_ids) for seat_ids in named]
    return [wish(organisation_id, account_id, wants=(want,), holder=f"person:{n}") for n, want in enumerate(wants)]


@pytest.mark.parametrize(("last", "reason"), [(_last_units, "sold_out"), (_last_seats, "seats_taken")])
def test_the_last_six_are_taken_by_six_at_most_and_the_rest_hear_why(
    last: Callable[[Database], list[Wish]], reason: str, postgresql: Database
) -> None:
    wishes = last(postgresql)
    found = _race(postgresql, *((racers.hold, [[wish]]) for wish in wishes))
    said = _said(found, "hold")
    assert set(said) == {"held", reason}
    assert 3 <= said["held"] <= LAST
    assert said[reason] == RACERS - said["held"]
    assert _numbers(postgresql, wishes[0].wants[0].account_id) == (LAST, LAST, 0)
    assert _unhealthy(postgresql) == []


@pytest.mark.parametrize(("last", "wanted"), [(_last_units, 24), (_last_seats, 26)])
def test_without_lock_and_wall_the_same_race_oversells(last: Callable[[Database], list[Wish]], wanted: int, postgresql: Database) -> None:
    """The control: the race is real, and looking before taking does not win it."""
    wishes = last(postgresql)
    with postgresql.write() as tx:
        tx.execute("ALTER TABLE inventory_account DROP CONSTRAINT inventory_account_never_oversold")
        tx.execute("ALTER TABLE inventory_seat_taken DROP CONSTRAINT inventory_seat_taken_pkey")
    found = _race(postgresql, *((racers.look_then_hold, [wish]) for wish in wishes))
    assert _said(found, "hold") == {"held": RACERS}
    assert _numbers(postgresql, wishes[0].wants[0].account_id) == (LAST, wanted, 0)
    assert "inventory_no_pool_oversold" in _unhealthy(postgresql)


@pytest.mark.parametrize("last", [_last_units, _last_seats])
def test_without_the_lock_the_wall_alone_stops_the_same_race(last: Callable[[Database], list[Wish]], postgresql: Database) -> None:
    wishes = last(postgresql)
    said = _said(_race(postgresql, *((racers.look_then_hold, [wish]) for wish in wishes)), "hold")
    assert said["held"] + said["wall"] == RACERS
    assert _numbers(postgresql, wishes[0].wants[0].account_id) == (LAST, LAST, 0)


@pytest.mark.parametrize("attempt", range(2))
def test_holds_confirmed_swept_and_asked_for_at_once_end_once(attempt: int, postgresql: Database) -> None:
    organisation_id = make_organisation().id
    with postgresql.write() as tx:
        account_id = make_stock(tx, organisation_id, 12)
        held = inventory.hold_many(tx, [wish(organisation_id, account_id) for _ in range(12)], now=NOW)
    ids = [answer.hold_id for answer in held if isinstance(answer, Held)]
    found = _race(
        postgresql,
        *((racers.confirm, [ids[n:] + ids[:n]]) for n in (0, 3, 6, 9)),
        *((racers.expire, [6]) for _ in range(6)),
        *((racers.hold, [[wish(organisation_id, account_id, holder=f"person:{n}", hold_for=2 * FOR) for _ in range(6)]]) for n in range(6)),
    )
    with postgresql.write() as tx:
        states = {id_: hold.state for id_, hold in inventory.holds(tx, ids).items()}
    confirmed, swept, answers = _said(found, "confirm"), _said(found, "expire"), _said(found, "hold")
    assert set(swept.values()) <= {1}  # no hold was swept twice
    assert {id_ for id_, state in states.items() if state is HoldState.CONFIRMED} == set(confirmed)
    assert {id_ for id_, state in states.items() if state is HoldState.EXPIRED} == set(swept)
    assert set(confirmed) | set(swept) == set(ids)
    assert answers["held"] + answers["sold_out"] == 36
    assert answers["held"] <= len(swept)
    assert _numbers(postgresql, account_id) == (12, answers["held"], len(confirmed))
    assert _unhealthy(postgresql) == []


def test_units_moved_both_ways_while_they_are_asked_for_deadlock_nobody(postgresql: Database) -> None:
    organisation_id = make_organisation().id
    accounts = tuple(NewAccount(code=code, on_hand=LAST) for code in ("public", "sponsor"))
    with postgresql.write() as tx:
        pools = [NewPool(organisation_id=organisation_id, name=name, accounts=accounts, capacity=2 * LAST) for name in ("standing", "seated")]
        standing, seated = inventory.open_pools(tx, pools, by=BY, now=NOW, reason="test").values()
        seats = [UUID(int=n) for n in range(2 * LAST)]
        owners = [(seat_id, seated[n // LAST]) for n, seat_id in enumerate(seats)]
        inventory.open_seating(tx, organisation_id=organisation_id, name="Hall", seats=owners, by=BY, now=NOW, reason="test")

    def moves(one: int) -> list[Move]:
        back = [
            Move(from_account_id=ids[one], to_account_id=ids[1 - one], quantity=1, seat_ids=named) for named, ids in _steps(seats, standing, seated)
        ]
        return back if one else back[::-1]

    def wishes(n: int) -> list[Wish]:
        order = (0, 1) if n % 2 else (1, 0)
        wants = tuple(Want(account_id=standing[one], quantity=1) for one in order)
        return [
            wish(organisation_id, standing[0], wants=(*wants, Want(account_id=seated[one], quantity=1, seat_ids=(seat_id,))), holder=f"person:{n}")
            for one in order
            for seat_id in seats[n::5]
        ]

    found = _race(
        postgresql,
        *((racers.move, [moves(n % 2)]) for n in range(8)),
        *((racers.hold, [wishes(n)]) for n in range(8)),
    )
    assert {kind for kind, _ in found} == {"move", "hold"}
    assert set(_said(found, "hold")) <= {"held", "sold_out", "unknown", "seats_taken"}
    assert set(_said(found, "move")) <= {"moved", "sold_out", "unknown", "seats_taken"}
    for pool in (standing, seated):
        assert sum(_numbers(postgresql, account_id)[0] for account_id in pool) == 2 * LAST
    with postgresql.write() as tx:
        assert tx.rows("SELECT count(*) FROM inventory_seat", kinds=[Kind.INT]) == [(2 * LAST,)]
    assert _unhealthy(postgresql) == []


def _steps(seats: Sequence[UUID], standing: Sequence[UUID], seated: Sequence[UUID]) -> list[tuple[tuple[UUID, ...], Sequence[UUID]]]:
    """A unit without a seat and one with it, in turn."""
    return [step for seat_id in seats for step in [((), standing), ((seat_id,), seated)]]
