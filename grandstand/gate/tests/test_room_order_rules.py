"""The published list is enough to compute the whole order anew, by arithmetic that shares nothing with ours."""

import os
from datetime import timedelta
from hashlib import sha256

import pytest

from grandstand.gate.rooms import rows
from grandstand.gate.rooms.opening import ALL_BELOW, open_more
from grandstand.gate.rooms.published import published
from grandstand.gate.rooms.rows import PLACE, RANK, room_of
from grandstand.gate.rooms.steering import steer
from grandstand.gate.testing import begin_sale, make_room
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

SOAK = os.environ.get("GRANDSTAND_SOAK") == "1"
COUNT = 1_000_000 if SOAK else 20_000

INNER = bytes(byte ^ 0x36 for byte in range(256))
OUTER = bytes(byte ^ 0x5C for byte in range(256))


def drawn_elsewhere(inner: bytes, outer: bytes, place: bytes) -> bytes:
    """HMAC-SHA-256 as RFC 2104 writes it, without the library."""
    return sha256(outer + sha256(inner + place).digest()).digest()


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_a_stranger_computes_digest_order_and_door_from_the_published_list(postgresql: Database) -> None:
    room = make_room(organisation_id=make_organisation().id, rate_per_min=60_000, most_inside=10_000_000)
    at = clock.now()
    for start in range(0, COUNT, 10_000):
        ids = new_ids(min(10_000, COUNT - start))
        columns, same = ["id", "holder"], {"room_id": room.id, "organisation_id": room.organisation_id, "joined_at": at, "proof": ""}
        with postgresql.write() as tx:
            tx.insert(PLACE, columns, [(id_, id_.hex) for id_ in ids], same=same)
    seed = sha256(b"a beacon").digest()
    begin_sale(postgresql.write_retrying, room.code, seed=seed, now=at)
    with postgresql.write() as tx:
        told = published(tx, room_of(tx, room.code))
        ranked = [place.hex for (place,) in tx.select(RANK, ["place_id"], "room_id = %s", (room.id,), order_by="rank")]
    places = sorted(bytes.fromhex(place) for place in told["places"])
    assert len(places) == COUNT
    assert sha256(b"".join(places)).hexdigest() == told["digest"]
    key = bytes.fromhex(told["seed"]).ljust(64, b"\0")
    inner, outer = key.translate(INNER), key.translate(OUTER)
    drawn = sorted((drawn_elsewhere(inner, outer, place), place.hex()) for place in places)
    assert [place for _, place in drawn] == ranked

    with postgresql.write() as tx:
        assert open_more(tx, room.id, now=at + timedelta(seconds=5)) == 5_000
        door = rows.room_of(tx, room.code)
        assert door.early_below == "0" + drawn[5_000][0].hex()
        steer(tx, room_id=room.id, rate_per_min=60 * COUNT, by=Actor.system("test"), reason="all of them", now=at + timedelta(seconds=5))
        open_more(tx, room.id, now=at + timedelta(seconds=7))
        assert rows.room_of(tx, room.code).early_below == ALL_BELOW
