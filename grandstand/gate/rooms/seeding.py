"""How the early list is closed, seeded and put in order: each once, each published before the next can be known."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from grandstand.gate.rooms import rows
from grandstand.gate.rooms.rows import PLACE, RANK, locked
from grandstand.gate.rooms.values import Room
from grandstand.gate.rules import early_order, list_digest, round_at, round_opens_at
from grandstand.gate.values import Round
from grandstand.kit.actors import Actor
from grandstand.store.api import Change, Tx, find_unsealed, record, seal

TICKER = Actor.system("move_doors")

PUBLISHED_BEFORE = timedelta(seconds=10)
"""So long before its round the digest stands, whoever's clock is asked: the beacon's three seconds, and room for clocks that differ."""

IN_ONE_COMMIT = 20_000
"""Ranks written in a transaction: others write in between."""

type InTransaction = Callable[[Callable[[Tx], object]], object]


def new_secret(room_id: UUID) -> tuple[bytes, str]:
    """A secret for the fallback, sealed, and the commitment to it that is published: SHA-256 in hexadecimal."""
    secret = secrets.token_bytes(32)
    return seal(secret, purpose="gate.room", bound_to=str(room_id)), sha256(secret).hexdigest()


def close_early(tx: Tx, room_id: UUID, *, now: datetime) -> bool:
    """Close the early list and publish its digest, once the sale begins. False when there is nothing to do.

    The round that counts is the one named beforehand; when the list was closed too late for it, the first that opens ten seconds after.
    """
    room = locked(tx, room_id)
    if room.closed_at is not None or room.ended_at is not None or now < room.starts_at:
        return False
    places = early_places(tx, room_id)
    round_ = max(room.named_round, round_at(now + PUBLISHED_BEFORE))
    digest = list_digest(places)
    rows.change(tx, room_id, closed_at=now, digest=digest, beacon_round=round_, early=len(places))
    _journal(tx, room, "close", now, {"digest": digest, "early": len(places), "round": round_})
    return True


def seed_by_beacon(tx: Tx, room_id: UUID, round_: Round, *, now: datetime) -> bool:
    """The beacon's randomness orders the list. `round_` was verified. False when a seed stands already, or the round is another."""
    room = locked(tx, room_id)
    if not _awaits_seed(room) or round_.number != room.beacon_round:
        return False
    rows.change(tx, room_id, seed=round_.randomness.hex(), seed_from="beacon", signature=round_.signature.hex())
    _journal(tx, room, "seed", now, {"from": "beacon", "seed": round_.randomness.hex(), "round": round_.number})
    return True


def seed_by_fallback(tx: Tx, room_id: UUID, *, now: datetime) -> bool:
    """The rule for a beacon that does not come: SHA-256 over the digest and the secret that was committed to, which is revealed now.

    False when a seed stands already, or the beacon still has time.
    """
    room = locked(tx, room_id)
    if not _awaits_seed(room) or now < fallback_at(room):
        return False
    [(sealed,)] = tx.select(rows.ROOM, ["secret"], "id = %s", (room_id,))
    opened = find_unsealed(sealed, purpose="gate.room", bound_to=str(room_id))
    if opened is None:
        raise RuntimeError(f"the secret of waiting room {room.code} was sealed by another installation: its order can only come from the beacon")
    seed = fallback_seed(bytes.fromhex(room.digest), opened.content)
    rows.change(tx, room_id, seed=seed.hex(), seed_from="fallback", revealed=opened.content.hex())
    _journal(tx, room, "seed", now, {"from": "fallback", "seed": seed.hex()})
    return True


def fallback_seed(digest: bytes, secret: bytes) -> bytes:
    """32 bytes that anybody computes from what was published."""
    return sha256(digest + secret).digest()


def fallback_at(room: Room) -> datetime:
    """Until when the beacon is waited for. The list must be closed."""
    assert room.beacon_round is not None, "closed rooms have a round"
    return round_opens_at(room.beacon_round, zone_of=room.starts_at) + timedelta(seconds=room.fallback_after_s)


def write_order(transaction: InTransaction, room: Room, *, now: datetime) -> None:
    """Write the order that the seed gives, in transactions of its own, and let the door move. Broken off, it is taken up again.

    Ranks are the same whoever writes them, so that two who do it at once write one order.
    """
    places: list[UUID] = []
    transaction(lambda tx: places.extend(early_places(tx, room.id)))
    for part in _parts(list(enumerate(early_order(bytes.fromhex(room.seed), places)))):
        transaction(lambda tx, part=part: _write_ranks(tx, room, part))  # type: ignore[misc] # bound at once
    transaction(lambda tx: _let_move(tx, room, now))


def early_places(tx: Tx, room_id: UUID) -> list[UUID]:
    """The early list, sorted by id."""
    return [id_ for (id_,) in tx.select(PLACE, ["id"], "room_id = %s AND number IS NULL", (room_id,), order_by="id")]


def _write_ranks(tx: Tx, room: Room, part: Sequence[tuple[int, UUID]]) -> None:
    same = {"room_id": room.id, "organisation_id": room.organisation_id}
    tx.insert(RANK, ["rank", "place_id"], part, same=same, skip_conflicts=True)


def _let_move(tx: Tx, room: Room, now: datetime) -> None:
    if locked(tx, room.id).ordered_at is None:
        rows.change(tx, room.id, ordered_at=now, moved_at=now)
        _journal(tx, room, "order", now, {"early": room.early})


def _awaits_seed(room: Room) -> bool:
    return room.closed_at is not None and not room.seed and room.ended_at is None


def _parts[T](whole: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(whole), IN_ONE_COMMIT):
        yield whole[start : start + IN_ONE_COMMIT]


def _journal(tx: Tx, room: Room, action: str, now: datetime, after: dict[str, object]) -> None:
    change = Change(
        by=TICKER,
        action=action,
        object_type="gate.waitingroom",
        object_id=room.id,
        reason="the time named beforehand",
        organisation_id=room.organisation_id,
        after=after,  # type: ignore[arg-type] # texts and numbers
    )
    record(tx, [change], now=now)
