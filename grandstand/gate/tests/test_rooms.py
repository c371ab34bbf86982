"""Places, the closing of the list, its seed and order, and the door, on both engines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from grandstand.commerce.api import ItemRef, Owner
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.asking import find_room_before
from grandstand.gate.rooms.joining import adopt_places, forget_places, join_many, leave_many
from grandstand.gate.rooms.opening import ALL_BELOW, Entering, beat, enter_many, open_more
from grandstand.gate.rooms.seeding import close_early, early_places, fallback_at, fallback_seed, seed_by_beacon, seed_by_fallback
from grandstand.gate.rooms.steering import change_room, end_room, steer
from grandstand.gate.rooms.ticking import move_doors
from grandstand.gate.rooms.values import (
    AccountNeeded,
    Guarded,
    Joining,
    NoPlace,
    NotYourTurn,
    Place,
    ProofNeeded,
    Room,
    RoomClosed,
    RoomDraft,
    RoomWrong,
    TooManyPlaces,
)
from grandstand.gate.rules import early_order, list_digest, round_opens_at
from grandstand.gate.testing import RecordedBeacon, begin_sale, make_room
from grandstand.gate.values import Round
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Tx, WallHit, write
from grandstand.store.models import AuditEntry
from grandstand.ticketing.testing import make_box_office

BY = Actor.system("test")
START = clock.now() + timedelta(minutes=10)
EARLY, LATE = START - timedelta(minutes=5), START + timedelta(minutes=1)


@pytest.fixture
def room(database: Database) -> Room:
    return make_room(organisation_id=make_organisation().id, now=START - timedelta(minutes=10))


def join(database: Database, room: Room, *owners: Owner, at: object = EARLY, proof: str = "") -> list[Place | Refusal]:
    with database.write() as tx:
        return join_many(tx, [Joining(room_id=room.id, owner=owner, proof=proof) for owner in owners], now=at)  # type: ignore[arg-type]


def places(database: Database, room: Room, count: int, *, at: object = EARLY) -> list[Place]:
    return [place for place in join(database, room, *[Owner(visitor=new_id().hex) for _ in range(count)], at=at) if isinstance(place, Place)]


def now_of(database: Database, room: Room) -> Room:
    with database.write() as tx:
        return rows.room_of(tx, room.code)


def test_who_comes_before_the_sale_has_no_number_and_who_comes_after_has_the_next(database: Database, room: Room) -> None:
    early, late = places(database, room, 3), places(database, room, 2, at=LATE)
    later = places(database, room, 1, at=LATE)
    assert [place.number for place in [*early, *late, *later]] == [None, None, None, 0, 1, 2]
    assert (now_of(database, room).early, now_of(database, room).late) == (3, 3)


def test_asking_again_gives_the_same_place_in_one_batch_and_in_the_next(database: Database, room: Room) -> None:
    fan = Owner(visitor="fan")
    first = join(database, room, fan, Owner(visitor="other"), fan)
    again = join(database, room, fan, at=LATE)
    assert first[0] == first[2] == again[0]
    assert now_of(database, room).early == 2


def test_nobody_joins_before_a_room_opens_or_after_it_ended_and_only_people_join_one_for_accounts(database: Database, room: Room) -> None:
    fan = Owner(visitor="fan")
    [planned] = join(database, room, fan, at=room.opens_at - timedelta(seconds=1))
    with database.write() as tx:
        tx.execute("UPDATE gate_room SET for_accounts = %s WHERE id = %s", (True, room.id))
    [visitor, person] = join(database, room, fan, Owner(person_id=new_id()))
    with database.write() as tx:
        end_room(tx, room_id=room.id, by=BY, reason="done", now=LATE)
    [ended] = join(database, room, fan, at=LATE)
    assert isinstance(planned, RoomClosed)
    assert isinstance(visitor, AccountNeeded)
    assert isinstance(person, Place)
    assert isinstance(ended, RoomClosed)


def test_a_solved_puzzle_gives_one_place_and_no_second(database: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, now=START - timedelta(minutes=10), proof_cost=1)
    [none] = join(database, room, Owner(visitor="a"))
    same = join(database, room, Owner(visitor="a"), Owner(visitor="b"), proof="p" * 64)
    [again] = join(database, room, Owner(visitor="c"), proof="p" * 64)
    assert [type(each) for each in (none, *same, again)] == [ProofNeeded, Place, ProofNeeded, ProofNeeded]


def test_the_list_is_closed_once_with_the_digest_of_all_who_came_and_seeded_once(database: Database, room: Room) -> None:
    early = places(database, room, 5)
    with database.write() as tx:
        assert not close_early(tx, room.id, now=EARLY)
        assert close_early(tx, room.id, now=START)
        assert not close_early(tx, room.id, now=LATE)
    closed = now_of(database, room)
    assert (closed.digest, closed.early, closed.beacon_round) == (list_digest(place.id for place in early), 5, room.named_round)
    assert closed.beacon_round is not None
    assert round_opens_at(closed.beacon_round, zone_of=START) >= START + timedelta(seconds=10)
    wrong = Round(number=closed.beacon_round + 1, signature=bytes(48), randomness=bytes(32))
    right = Round(number=closed.beacon_round, signature=bytes(48), randomness=b"\x01" * 32)
    with database.write() as tx:
        assert not seed_by_beacon(tx, room.id, wrong, now=LATE)
        assert seed_by_beacon(tx, room.id, right, now=LATE)
        assert not seed_by_beacon(tx, room.id, right, now=LATE)
    assert now_of(database, room).seed == "01" * 32
    with pytest.raises(WallHit, match="gate_room_what_was_published_stands"), database.write() as tx:
        rows.change(tx, room.id, seed="02" * 32)


def test_a_list_closed_late_is_ordered_by_a_round_that_nobody_knew_when_it_was_closed(database: Database, room: Room) -> None:
    closed_at = START + timedelta(hours=1)
    with database.write() as tx:
        close_early(tx, room.id, now=closed_at)
    closed = now_of(database, room)
    assert closed.beacon_round is not None
    assert timedelta(seconds=10) <= round_opens_at(closed.beacon_round, zone_of=START) - closed_at < timedelta(seconds=13)


def test_a_beacon_that_does_not_come_is_replaced_by_the_digest_and_the_secret_that_was_committed_to(database: Database, room: Room) -> None:
    places(database, room, 3)
    with database.write() as tx:
        close_early(tx, room.id, now=START)
        due = fallback_at(rows.room_of(tx, room.code))
        assert not seed_by_fallback(tx, room.id, now=due - timedelta(seconds=1))
        assert seed_by_fallback(tx, room.id, now=due)
    seeded = now_of(database, room)
    secret = bytes.fromhex(seeded.revealed)

    assert sha256(secret).hexdigest() == room.commitment
    assert seeded.seed == sha256(bytes.fromhex(seeded.digest) + secret).hexdigest() == fallback_seed(bytes.fromhex(seeded.digest), secret).hex()
    assert seeded.seed_from == "fallback"


def test_the_door_lets_in_by_the_order_then_the_late_at_the_set_pace(database: Database, room: Room) -> None:
    early, late = places(database, room, 4), places(database, room, 3, at=LATE)
    opened = begin_sale(database.write_retrying, room.code, now=LATE)
    order = early_order(bytes.fromhex(opened.seed), [place.id for place in early])
    owners = {place.id: place.owner for place in [*early, *late]}

    def inside(tx: Tx) -> list[bool]:
        queue = [*order, *(place.id for place in late)]
        answers = enter_many(tx, [Entering(place_id=id_, owner=owners[id_] or Owner(visitor="?")) for id_ in queue], now=LATE)
        return [isinstance(answer, Place) for answer in answers]

    seen = []
    with database.write() as tx:
        steer(tx, room_id=room.id, rate_per_min=60, by=BY, reason="slowly", now=LATE)
        for second in range(8):
            open_more(tx, room.id, now=LATE + timedelta(seconds=second))
            seen.append(sum(inside(tx)))
            assert inside(tx) == [True] * seen[-1] + [False] * (7 - seen[-1])
    assert seen == [0, 1, 2, 3, 4, 5, 6, 7]
    assert (now_of(database, room).early_below, now_of(database, room).late_in) == (ALL_BELOW, 3)


def test_a_pause_a_labouring_database_and_a_full_house_keep_the_door_shut(database: Database, room: Room) -> None:
    places(database, room, 50)
    begin_sale(database.write_retrying, room.code, now=LATE)
    how = {"room_id": room.id, "by": BY, "reason": "a test"}

    def more(tx: Tx, second: int) -> int:
        return open_more(tx, room.id, now=LATE + timedelta(seconds=second))

    with database.write() as tx:
        steer(tx, rate_per_min=120, paused=True, now=LATE, **how)  # type: ignore[arg-type]
        assert more(tx, 2) == 0
        steer(tx, paused=False, now=LATE + timedelta(seconds=2), **how)  # type: ignore[arg-type]
        assert more(tx, 4) == 4
        beat(tx, process="gate", commit_ms=1_000, now=LATE + timedelta(seconds=5))
        assert more(tx, 5) == 0
        beat(tx, process="gate", commit_ms=550, now=LATE + timedelta(seconds=5))
        assert more(tx, 7) == 2
        beat(tx, process="gate", commit_ms=20, now=LATE + timedelta(seconds=7))
        steer(tx, most_inside=7, now=LATE + timedelta(seconds=7), **how)  # type: ignore[arg-type]
        assert more(tx, 9) == 1  # six were let in and are on their way
        assert more(tx, 11) == 0
        assert more(tx, 60) == 7  # nobody came of those who were let in so long ago


def test_time_inside_runs_once_and_whoever_is_done_takes_a_new_place_behind(database: Database, room: Room) -> None:
    [place] = places(database, room, 1)
    owner = place.owner
    assert owner is not None
    begin_sale(database.write_retrying, room.code, now=LATE)
    entering = [Entering(place_id=place.id, owner=owner)]
    with database.write() as tx:
        assert isinstance(enter_many(tx, entering, now=LATE)[0], NotYourTurn)
        open_more(tx, room.id, now=LATE + timedelta(seconds=1))
        [first] = enter_many(tx, entering, now=LATE + timedelta(seconds=1))
        [again] = enter_many(tx, entering, now=LATE + timedelta(minutes=10))
        assert isinstance(first, Place)
        assert isinstance(again, Place)
        assert first.entered_at == again.entered_at
        [thief] = enter_many(tx, [Entering(place_id=place.id, owner=Owner(visitor="thief"))], now=LATE + timedelta(minutes=10))
        assert isinstance(thief, NoPlace)
        leave_many(tx, [(owner.holder, room.id)], now=LATE + timedelta(minutes=11))
        assert isinstance(enter_many(tx, entering, now=LATE + timedelta(minutes=12))[0], NoPlace)
        [anew] = join_many(tx, [Joining(room_id=room.id, owner=owner)], now=LATE + timedelta(minutes=12))
        assert isinstance(anew, Place)
        assert (anew.number, anew.id != place.id) == (0, True)
        assert early_places(tx, room.id) == [place.id]


def test_a_visitor_who_signs_in_keeps_the_place_and_of_two_the_one_that_was_taken_first(database: Database, room: Room) -> None:
    other = make_room(organisation_id=room.organisation_id, now=START - timedelta(minutes=10))
    person = Owner(person_id=new_id())
    [hers] = join(database, room, person, at=EARLY)
    [visitors_later] = join(database, room, Owner(visitor="v"), at=EARLY + timedelta(minutes=1))
    [visitors_own] = join(database, other, Owner(visitor="v"))
    assert person.person_id is not None
    with database.write() as tx:
        adopt_places(tx, visitor="v", owner=person)
        found = rows.places_of(tx, [(person.holder, room.id), (person.holder, other.id), ("visitor:v", room.id), ("visitor:v", other.id)])
    assert isinstance(hers, Place)
    assert isinstance(visitors_own, Place)
    assert isinstance(visitors_later, Place)
    assert {key: place.id for key, place in found.items()} == {(person.holder, room.id): hers.id, (person.holder, other.id): visitors_own.id}


def test_pages_are_told_of_the_room_before_an_item_until_it_let_them_in(database: Database) -> None:
    office = make_box_office(seats=10, categories=("A",))
    ref = ItemRef(kind="ticket", item_id=office.offers["A"])
    room = make_room(organisation_id=office.organisation_id, items=[ref], now=START - timedelta(minutes=10))
    [place] = places(database, room, 1)
    other = Owner(visitor="other")
    with database.write() as tx:
        planned = find_room_before(tx, [ref], owner=other, now=room.opens_at - timedelta(seconds=1))
    begin_sale(database.write_retrying, room.code, now=LATE)
    with database.write() as tx:
        open_more(tx, room.id, now=LATE + timedelta(seconds=1))
        before = find_room_before(tx, [ref], owner=place.owner, now=LATE)
        assert place.owner is not None
        enter_many(tx, [Entering(place_id=place.id, owner=place.owner)], now=LATE + timedelta(seconds=1))
        inside = find_room_before(tx, [ref], owner=place.owner, now=LATE + timedelta(minutes=1))
        over = find_room_before(tx, [ref], owner=place.owner, now=LATE + timedelta(minutes=16, seconds=1))
        stranger, nobody = (find_room_before(tx, [ref], owner=each, now=LATE) for each in (other, None))
        free = find_room_before(tx, [ItemRef(kind="ticket", item_id=new_id())], owner=other, now=LATE)
    assert [found.id if found else None for found in (before, inside, over, stranger, nobody, free, planned)] == [
        *(room.id, None, room.id, room.id, room.id, None, None)
    ]


def test_the_ticker_does_one_thing_after_the_other_and_waits_for_the_beacon(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make_room(organisation_id=make_organisation().id, starts_in=timedelta(0))
    late = places(database, room, 2, at=clock.now())
    beacon, at = RecordedBeacon(), [clock.now()]
    monkeypatch.setattr(Tx, "now", lambda _tx: at[0])
    move_doors(database.write_retrying, beacon)
    closed = now_of(database, room)
    assert closed.beacon_round is not None
    at[0] = round_opens_at(closed.beacon_round, zone_of=at[0]) + timedelta(seconds=1)
    assert move_doors(database.write_retrying, beacon) == 0
    assert now_of(database, room).seed == ""
    beacon.known.add(closed.beacon_round)
    move_doors(database.write_retrying, beacon)
    move_doors(database.write_retrying, beacon)
    at[0] += timedelta(seconds=1)
    assert move_doors(database.write_retrying, beacon) == len(late)
    actions = [entry.action for entry in AuditEntry.objects.filter(object_type="gate.waitingroom").order_by("id")]
    assert actions == ["create", "close", "seed", "order"]


def test_statements_do_not_grow_with_the_batch(database: Database, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(count: int, at: object) -> int:
        statements = 0
        for name in ("_rows_later", "_count_later", "_run_many"):
            real = getattr(Tx, name)

            def counting(self: Tx, *given: object, real: Callable[..., object] = real) -> object:
                nonlocal statements
                statements += 1
                return real(self, *given)

            monkeypatch.setattr(Tx, name, counting)
        places(database, room, count, at=at)
        monkeypatch.undo()
        return statements

    assert 0 < counted(1, EARLY) == counted(40, EARLY)
    assert counted(1, LATE) == counted(40, LATE) <= 5


def test_an_operators_changes_are_refused_by_name_where_they_would_move_what_was_published(room_of_sqlite: Room) -> None:
    room = room_of_sqlite
    draft = RoomDraft(code=room.code, title="Finals", opens_at=room.opens_at, starts_at=room.starts_at, market_code="fr")
    with write() as tx:
        close_early(tx, room.id, now=START)
    for changed, field in (({"starts_at": LATE}, "starts_at"), ({"code": "other"}, "code"), ({"title": " "}, "title"), ({"stay_s": 5}, "stay_s")):
        wrong = RoomDraft(**{name: getattr(draft, name) for name in RoomDraft.__slots__} | changed)
        with pytest.raises(RoomWrong) as refused, write() as tx:
            change_room(tx, room_id=room.id, draft=wrong, guarded=[], by=BY, reason="a test", now=LATE)
        assert refused.value.detail["field"] == field


@pytest.fixture
def room_of_sqlite(sqlite: Database) -> Room:
    return make_room(organisation_id=make_organisation().id, now=START - timedelta(minutes=10))


@pytest.fixture
def pair(database: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Room, Room]:
    """Two rooms, an hour after their sale began: one that awaits the beacon, and one made after it, behind whose door somebody waits."""
    organisation_id, at = make_organisation().id, [START]
    awaiting, open_ = (make_room(organisation_id=organisation_id, code=code, now=START - timedelta(minutes=10)) for code in ("awaiting", "open"))
    monkeypatch.setattr(Tx, "now", lambda _tx: at[0])
    places(database, open_, 1)
    with database.write() as tx:
        close_early(tx, awaiting.id, now=START)
    begin_sale(database.write_retrying, "open", now=START)
    at[0] += timedelta(hours=1)
    assert awaiting.id < open_.id, "the one that awaits the beacon comes first by its id"
    return awaiting, open_


def test_a_room_that_fails_stops_no_other_rooms_door(database: Database, pair: tuple[Room, Room]) -> None:
    bad, good = pair
    with database.write() as tx:
        tx.execute("UPDATE gate_room SET secret = %s WHERE id = %s", (b"sealed by another installation" + bytes(60), bad.id))
    assert move_doors(database.write_retrying, RecordedBeacon()) == 1
    assert (now_of(database, good).admitted, now_of(database, bad).seed) == (1, "")


def test_a_beacon_that_hangs_keeps_no_other_rooms_door(database: Database, pair: tuple[Room, Room]) -> None:
    _, second = pair
    admitted: list[int] = []

    class Hanging(RecordedBeacon):
        def round(self, number: int) -> Round:
            admitted.append(now_of(database, second).admitted)
            return super().round(number)

    move_doors(database.write_retrying, Hanging())
    assert admitted == [1]


def test_visitors_of_one_address_take_so_many_new_places_an_hour_and_keep_those_they_have(database: Database, room: Room) -> None:
    fans = [Joining(room_id=room.id, owner=Owner(visitor=f"fan-{n}"), sender="192.0.2.1") for n in range(4)]
    other = Joining(room_id=room.id, owner=Owner(visitor="other"), sender="192.0.2.2")
    person = Joining(room_id=room.id, owner=Owner(person_id=new_id()), sender="192.0.2.1")

    def kinds(*joinings: Joining, at: datetime = EARLY) -> list[type]:
        with database.write() as tx:
            return [type(answer) for answer in join_many(tx, joinings, most_per_sender=3, now=at)]

    assert kinds(*fans[:2]) == [Place, Place]
    assert kinds(*fans, other, person) == [Place, Place, Place, TooManyPlaces, Place, Place]
    assert kinds(fans[0], fans[3]) == [Place, TooManyPlaces]
    assert now_of(database, room).early == 5
    assert kinds(fans[3], at=EARLY + timedelta(hours=1)) == [Place]


def test_whose_a_place_was_is_forgotten_when_its_room_ended_long_ago(database: Database, room: Room) -> None:
    going = make_room(organisation_id=room.organisation_id, now=START - timedelta(minutes=10))
    fan = Owner(visitor="fan")
    for each in (room, going):
        join(database, each, fan)
    kept = timedelta(weeks=4)
    with database.write() as tx:
        end_room(tx, room_id=room.id, by=BY, reason="done", now=LATE)
        early = early_places(tx, room.id)
        counts = [forget_places(tx, kept=kept, now=LATE + kept + timedelta(seconds=s)) for s in (0, 1, 2)]
        found = rows.places_of(tx, [(fan.holder, room.id), (fan.holder, going.id)])
        assert (counts, set(found), early_places(tx, room.id)) == ([0, 1, 0], {(fan.holder, going.id)}, early)


def test_a_room_stands_before_what_its_own_organisation_sells_only(database: Database) -> None:
    office, other = make_box_office(seats=10, categories=("A",)), make_organisation()
    ticket, nothing = ItemRef(kind="ticket", item_id=office.offers["A"]), ItemRef(kind="product", item_id=new_id())
    for ref, field in ((ticket, "sessions"), (nothing, "products")):
        with pytest.raises(RoomWrong) as refused:
            make_room(organisation_id=other.id, items=[ref])
        assert refused.value.detail["field"] == field
    room = make_room(organisation_id=other.id)
    draft = RoomDraft(code=room.code, title="Finals", opens_at=room.opens_at, starts_at=room.starts_at, market_code="fr")
    with pytest.raises(RoomWrong), database.write() as tx:
        change_room(tx, room_id=room.id, draft=draft, guarded=[Guarded(ref=ticket)], by=BY, reason="a test", now=LATE)
