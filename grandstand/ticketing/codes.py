"""The ticket's code: what the QR on a ticket says, and how anybody who has the public keys checks it without a network.

47 bytes, big endian, and their Ed25519 signature:

    bytes  what
        1  format (1) in the high half, flags in the low half: 1 = must be activated
        4  id of the signing key: the first bytes of SHA-256 of the public key
       16  ticket
       16  session
        4  gates: bit n - 1 set admits at gate n; none set, at any
        4  first minute that admits, counted from 1970 in UTC
        2  number of minutes that admit
       64  signature of a fixed heading and the 47 bytes before

Written in base32 (RFC 4648, section 6) without padding: 178 capital letters and digits, which fit a QR of version 7 at level M exactly and pass
unharmed through hand scanners, links and telephone calls.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from grandstand.kit.spans import Span
from grandstand.ticketing.values import CodeContent

type Keyring = Mapping[str, bytes]
"""Public keys, 32 bytes each, by key id."""

FORMAT = 1
LENGTH = 178
HIGHEST_GATE = 32
LONGEST_WINDOW = timedelta(minutes=0xFFFF)

_BODY = struct.Struct(">B4s16s16sIIH")
_SIGNATURE_BYTES = 64
_NEEDS_ACTIVATION = 1
_HEADING = b"grandstand ticket 1\n"  # so that no other thing signed with the same key can pass for a ticket
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Forged(ValueError):
    """Not a code of ours. The message says what does not fit, for the log; a person at the gate is told "forged" only."""


def key_id(public_key: bytes) -> str:
    """The id of a public key: 8 hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()[:8]


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def write_code(
    key: Ed25519PrivateKey, *, ticket_id: UUID, session_id: UUID, gates: Iterable[int], window: Span, needs_activation: bool = False
) -> str:
    """The code of a ticket, 178 characters, the same for the same values and key.

    The window is widened to whole minutes. Raises ValueError for a gate outside 1 to 32, or a window that is open at one side or longer than
    45 days.
    """
    first, minutes = _minutes(window)
    body = _BODY.pack(
        FORMAT << 4 | (_NEEDS_ACTIVATION if needs_activation else 0),
        bytes.fromhex(key_id(public_bytes(key))),
        ticket_id.bytes,
        session_id.bytes,
        _mask(gates),
        first,
        minutes,
    )
    return base64.b32encode(body + key.sign(_HEADING + body)).decode().rstrip("=")


def read_code(code: str, *, keys: Keyring) -> CodeContent:
    """What a code says, once its signature is found true. Raises Forged otherwise: exactly one text per content is accepted."""
    raw = _bytes(code)
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    head, id_, ticket_id, session_id, mask, first, minutes = _BODY.unpack(body)
    if head >> 4 != FORMAT:
        raise Forged(f"format {head >> 4} is not known: update the scanner")
    public = keys.get(id_.hex())
    if public is None:
        raise Forged(f"no key {id_.hex()} is known")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _HEADING + body)
    except InvalidSignature:
        raise Forged(f"not signed by key {id_.hex()}") from None
    starts_at = _EPOCH + first * _MINUTE
    return CodeContent(
        key_id=id_.hex(),
        ticket_id=UUID(bytes=ticket_id),
        session_id=UUID(bytes=session_id),
        gates=frozenset(n + 1 for n in range(HIGHEST_GATE) if mask >> n & 1),
        window=Span(starts_at=starts_at, ends_at=starts_at + minutes * _MINUTE),
        needs_activation=bool(head & _NEEDS_ACTIVATION),
    )


def _minutes(window: Span) -> tuple[int, int]:
    if window.starts_at is None or window.ends_at is None:
        raise ValueError("a ticket admits from one instant until another: give both")
    first = (window.starts_at - _EPOCH) // _MINUTE
    minutes = -((_EPOCH - window.ends_at) // _MINUTE) - first
    if minutes > LONGEST_WINDOW // _MINUTE:
        raise ValueError(f"a ticket admits for at most {LONGEST_WINDOW.days} days")
    return first, minutes


def _mask(gates: Iterable[int]) -> int:
    mask = 0
    for gate in gates:
        if not 1 <= gate <= HIGHEST_GATE:
            raise ValueError(f"gates are numbered 1 to {HIGHEST_GATE}, not {gate}")
        mask |= 1 << gate - 1
    return mask


def _bytes(code: str) -> bytes:
    if len(code) != LENGTH:
        raise Forged(f"{len(code)} characters instead of {LENGTH}")
    try:
        raw = base64.b32decode(code + "=" * (-LENGTH % 8))
    except (binascii.Error, ValueError):
        raise Forged("characters that no code has") from None
    # The last character carries two bits that say nothing; only one way of writing them is ours.
    if base64.b32encode(raw).decode().rstrip("=") != code:
        raise Forged("not written the way we write it")
    return raw
