"""Passes: signed with a key of the platform, so that the gate knows who is asking without asking the database."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from uuid import UUID

import msgspec

from grandstand.commerce.api import Owner
from grandstand.gate.values import Pass, PassWrong

SIGNATURE_BYTES = 16
"""128 bits of keyed BLAKE2b: forging one needs as many guesses as guessing a key."""

KEPT = 100_000
"""Passes remembered as read: buyers ask more than once, and reading one costs as much as the rest of a request."""


class _Wire(msgspec.Struct, array_like=True, frozen=True):
    person: bytes
    visitor: str
    market: str
    basket: bytes
    until_s: int
    rooms: tuple[bytes, ...] = ()


class Passes:
    """Makes and reads passes. The first of `secrets` signs, all of them verify: put a new one in front to rotate."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [sha256(b"grandstand.gate.pass\n" + secret.encode()).digest() for secret in secrets]
        self._read = lru_cache(maxsize=KEPT)(self._open)

    def issue(self, bearer: Pass) -> str:
        """The pass as text that fits into a header: about 150 characters."""
        owner = bearer.owner
        person = owner.person_id.bytes if owner.person_id else b""
        rooms = tuple(room.bytes for room in bearer.rooms)
        wire = _Wire(person, owner.visitor, bearer.market_code, bearer.basket_id.bytes, int(bearer.valid_until.timestamp()), rooms)
        content = msgspec.msgpack.encode(wire)
        return urlsafe_b64encode(_signature(self._keys[0], content) + content).decode()

    def read(self, text: str, *, now: datetime) -> Pass:
        """The pass, when it was made here and its time is not over. Raises PassWrong."""
        bearer = self._read(text)
        if bearer.valid_until <= now:
            raise PassWrong("Your place has run out: open the page again.")
        return bearer

    def _open(self, text: str) -> Pass:
        try:
            sealed = urlsafe_b64decode(text.encode())
            signature, content = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
            if not any(hmac.compare_digest(signature, _signature(key, content)) for key in self._keys):
                raise PassWrong("This is not a pass of ours: open the page again.")
            wire = msgspec.msgpack.decode(content, type=_Wire)
        except (ValueError, msgspec.MsgspecError) as wrong:
            raise PassWrong("This is not a pass of ours: open the page again.") from wrong
        return Pass(
            owner=Owner(person_id=UUID(bytes=wire.person) if wire.person else None, visitor=wire.visitor),
            market_code=wire.market,
            basket_id=UUID(bytes=wire.basket),
            valid_until=datetime.fromtimestamp(wire.until_s, UTC),
            rooms=tuple(UUID(bytes=room) for room in wire.rooms),
        )


def _signature(key: bytes, content: bytes) -> bytes:
    return blake2b(content, key=key, digest_size=SIGNATURE_BYTES).digest()
