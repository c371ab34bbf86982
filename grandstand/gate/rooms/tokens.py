"""A place as something to carry: signed, so that it needs no session and is found again after a redirect, in another tab, after a restart."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import msgspec

from grandstand.gate.rooms.values import Place

COOKIE_LASTS_S = 30 * 86_400

SIGNATURE_BYTES = 16
"""As passes: as many guesses as guessing a key."""


def cookie_name(code: str) -> str:
    """The cookie in which a browser keeps its place in a room."""
    return f"gate_place_{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the token says: the place, its room, for whom it was made, and its number when it is a late one."""

    place_id: UUID
    room_id: UUID
    holder: str
    number: int | None


class _Wire(msgspec.Struct, array_like=True, frozen=True):
    place: bytes
    room: bytes
    holder: str
    number: int | None


class Tickets:
    """Makes and reads tokens. The first of `secrets` signs, all of them verify."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [sha256(b"grandstand.gate.place\n" + secret.encode()).digest() for secret in secrets]

    def issue(self, place: Place) -> str:
        """The token: about 160 characters, fit for a cookie."""
        content = msgspec.msgpack.encode(_Wire(place.id.bytes, place.room_id.bytes, place.holder, place.number))
        return urlsafe_b64encode(_signature(self._keys[0], content) + content).decode()

    def find(self, text: str) -> Ticket | None:
        """What the token says; None for one that was not made here."""
        try:
            sealed = urlsafe_b64decode(text.encode())
            content = sealed[SIGNATURE_BYTES:]
            if not any(hmac.compare_digest(sealed[:SIGNATURE_BYTES], _signature(key, content)) for key in self._keys):
                return None
            wire = msgspec.msgpack.decode(content, type=_Wire)
        except (ValueError, msgspec.MsgspecError):
            return None
        return Ticket(place_id=UUID(bytes=wire.place), room_id=UUID(bytes=wire.room), holder=wire.holder, number=wire.number)


def _signature(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")[:SIGNATURE_BYTES]
