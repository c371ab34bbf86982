"""What anybody needs to compute the order of an early list anew: ids, digest, seed and where it came from. No personal data."""

from typing import Any

from grandstand.gate.rooms.rows import PLACE
from grandstand.gate.rooms.seeding import early_places
from grandstand.gate.rooms.values import Room
from grandstand.store.api import Tx

HOW = (
    "digest = SHA-256 over the 16 bytes of every id in `places`, sorted. Seed: of the beacon, SHA-256 of the signature of drand quicknet's round; "
    "of the fallback, SHA-256(digest, secret), where SHA-256(secret) is the commitment that was published before. "
    "Order: ascending HMAC-SHA-256(key = seed, message = the id's 16 bytes). Who came late is behind, by number."
)


def published(tx: Tx, room: Room) -> dict[str, Any]:
    """The list as it was closed. Places that were given up are in it: it never changes. Two statements."""
    late = tx.select(PLACE, ["id"], "room_id = %s AND number IS NOT NULL", (room.id,), order_by="number")
    return {
        "room": room.code,
        "how": HOW,
        "closed_at": room.closed_at,
        "digest": room.digest,
        "round": room.beacon_round,
        "signature": room.signature,
        "commitment": room.commitment,
        "secret": room.revealed,
        "seed": room.seed,
        "seed_from": room.seed_from,
        "places": [place.hex for place in early_places(tx, room.id)],
        "late": [place.hex for (place,) in late],
    }
