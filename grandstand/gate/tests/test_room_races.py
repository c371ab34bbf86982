"""Many at once at one waiting room, on PostgreSQL: numbers without gaps, a complete list, one door."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from grandstand.commerce.api import Owner
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.joining import join_many
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.rooms.rows import PLACE, room_of
from grandstand.gate.rooms.seeding import close_early, early_places, seed_by_beacon, write_order
from grandstand.gate.rooms.values import Joining, Room
from grandstand.gate.rules import early_order, list_digest
from grandstand.gate.testing import RecordedBeacon, begin_sale, make_room
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Tx, WallHit

RACERS = 16
EACH = 25


def race(database: Database, work: Callable[[int], None]) -> None:
    """`work(n)` for each racer at the same moment, each with a connection of its own. Raises what any of them raises."""
    barrier = threading.Barrier(RACERS)

    def run(racer: int) -> None:
        try:
            barrier.wait()
            work(racer)
        finally:
            database.close()

    with ThreadPoolExecutor(RACERS) as pool:
        for done in [pool.submit(run, racer) for racer in range(RACERS)]:
            done.result()


def join_one(database: Database, room: Room) -> None:
    database.write_retrying(lambda tx: join_many(tx, [Joining(room_id=room.id, owner=Owner(visitor=new_id().hex))], now=tx.now()))


def numbers(database: Database, room: Room) -> list[int]:
    with database.write() as tx:
        found = tx.select(PLACE, ["number"], "room_id = %s AND number IS NOT NULL", (room.id,), order_by="number")
    return [number for (number,) in found]


def test_race_of_sixteen_to_join_leaves_no_gap_and_no_number_twice(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(0))

    def work(_: int) -> None:
        for _ in range(EACH):
            join_one(postgresql, room)

    race(postgresql, work)
    assert numbers(postgresql, room) == list(range(RACERS * EACH))
    with postgresql.write() as tx:
        assert room_of(tx, room.code).late == RACERS * EACH


def test_race_is_real_without_the_rooms_lock_numbers_are_given_twice(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(0))
    refused = []

    def careless(tx: Tx) -> None:
        number = room_of(tx, room.code).late
        row = (new_id(), room.organisation_id, room.id, new_id().hex, number, "", clock.now())
        tx.insert(PLACE, ["id", "organisation_id", "room_id", "holder", "number", "proof", "joined_at"], [row])
        rows.change(tx, room.id, late=number + 1)

    def work(_: int) -> None:
        for _ in range(EACH):
            try:
                postgresql.write_retrying(careless)
            except WallHit as hit:
                refused.append(hit.constraint)

    race(postgresql, work)
    assert set(refused) == {"gate_place_number_once"}


def test_race_at_the_closing_instant_everybody_is_in_the_digest_or_has_a_number(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(milliseconds=150))

    def work(racer: int) -> None:
        for _ in range(EACH):
            join_one(postgresql, room)
            if racer % 4 == 0:
                postgresql.write_retrying(lambda tx: close_early(tx, room.id, now=tx.now()))

    race(postgresql, work)
    while not postgresql.write_retrying(lambda tx: close_early(tx, room.id, now=tx.now()) or room_of(tx, room.code).closed_at is not None):
        threading.Event().wait(0.02)
    with postgresql.write() as tx:
        closed, early = room_of(tx, room.code), early_places(tx, room.id)
    assert closed.digest == list_digest(early)
    assert (closed.early, closed.late) == (len(early), RACERS * EACH - len(early))
    assert numbers(postgresql, room) == list(range(closed.late))


def test_race_of_tickers_lets_in_no_more_than_one_would(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(0), rate_per_min=60)
    for _ in range(40):
        join_one(postgresql, room)
    began = clock.now() - timedelta(seconds=4)
    begin_sale(postgresql.write_retrying, room.code, now=began)

    def work(_: int) -> None:
        postgresql.write_retrying(lambda tx: open_more(tx, room.id, now=began + timedelta(seconds=4)))

    race(postgresql, work)
    with postgresql.write() as tx:
        assert room_of(tx, room.code).admitted == 4


def test_race_of_tickers_writes_one_order(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(milliseconds=400))
    for _ in range(60):
        join_one(postgresql, room)
    with postgresql.write() as tx:
        early = early_places(tx, room.id)
    threading.Event().wait(0.5)
    with postgresql.write() as tx:
        close_early(tx, room.id, now=tx.now())
        closed = room_of(tx, room.code)
        assert closed.beacon_round is not None
        seed_by_beacon(tx, room.id, RecordedBeacon(always=True).round(closed.beacon_round), now=tx.now())
        seeded = room_of(tx, room.code)
    race(postgresql, lambda _: write_order(postgresql.write_retrying, seeded, now=clock.now()))
    with postgresql.write() as tx:
        assert room_of(tx, room.code).ordered_at is not None
    with postgresql.write() as tx:
        found = tx.select(rows.RANK, ["place_id"], "room_id = %s", (room.id,), order_by="rank")
    assert [place for (place,) in found] == early_order(bytes.fromhex(seeded.seed), early)
