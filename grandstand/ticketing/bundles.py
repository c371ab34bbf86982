"""What a scanner carries where there is no network: public keys, times, gates, and what was void or used at its last sync.

A bundle is a JSON document signed by the organisation's key, so that it may be carried through any hands: a scanner believes it when the key is
one of those that it was given when it was set up, or that an earlier bundle named. Plain Python: this module and `codes` are all that a scanner
program needs.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from grandstand.kit.codecs import canonical_json
from grandstand.kit.spans import Span
from grandstand.ticketing.codes import Forged, Keyring, key_id, public_bytes, read_code
from grandstand.ticketing.rules import Known, decide
from grandstand.ticketing.values import Reason, Verdict

FORMAT = 1
_HEADING = b"grandstand bundle 1\n"


class BundleWrong(ValueError):
    """The document is no bundle that this scanner may believe. The message says why."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A gate of the session's venue."""

    id: UUID
    number: int
    code: str
    name: str


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """When and at which gate a ticket was used."""

    at: datetime
    gate: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A session as of `synced_at`. `opens_at` and `closes_at` are None while its times are not known. Keys are base64, by key id.

    `called_off` is the reason for which it admits nobody: it was cancelled or postponed.
    """

    format: int
    organisation_id: UUID
    session_id: UUID
    session_code: str
    session_title: str
    venue: str
    time_zone: str
    opens_at: datetime | None
    closes_at: datetime | None
    synced_at: datetime
    gates: tuple[Gate, ...]
    keys: Mapping[str, str]
    void: frozenset[UUID]
    used: Mapping[UUID, Use]
    activated: frozenset[UUID]
    called_off: Reason | None = None

    def keyring(self) -> dict[str, bytes]:
        """The public keys that verify tickets, and the next bundle."""
        return {name: base64.b64decode(public) for name, public in self.keys.items()}


@dataclass(slots=True)
class Scanner:
    """A scanner without network: decides by its bundle, and remembers whom it let in since."""

    bundle: Bundle
    admitted: dict[UUID, Use]

    @classmethod
    def of(cls, bundle: Bundle) -> "Scanner":
        return cls(bundle, {})

    def scan(self, code: str, *, gate: Gate | None, now: datetime) -> Verdict:
        """The answer to a code, as of the last sync (`as_of`) and of what this scanner saw since."""
        verdict = decide_offline(self.bundle, code, gate=gate, now=now, seen=self.admitted)
        if verdict.admitted and verdict.ticket_id is not None:
            self.admitted[verdict.ticket_id] = Use(at=now, gate=gate.name if gate is not None else "")
        return verdict


def decide_offline(bundle: Bundle, code: str, *, gate: Gate | None, now: datetime, seen: Mapping[UUID, Use] | None = None) -> Verdict:
    """The answer to a code without a network: signature, session and gate are certain; times, void, used and called off as of the last sync.

    `seen` are tickets that this scanner let in since.
    """
    try:
        content = read_code(code, keys=bundle.keyring())
    except Forged:
        return Verdict(reason=Reason.FORGED, as_of=bundle.synced_at)
    use = (seen or {}).get(content.ticket_id) or bundle.used.get(content.ticket_id)
    moved = bundle.opens_at is not None and bundle.closes_at is not None and content.session_id == bundle.session_id
    known = Known(
        called_off=bundle.called_off,
        void=content.ticket_id in bundle.void,
        used_at=use.at if use is not None else None,
        used_gate=use.gate if use is not None else "",
        activated=content.ticket_id in bundle.activated,
        window=Span(starts_at=bundle.opens_at, ends_at=bundle.closes_at) if moved else None,
        as_of=bundle.synced_at,
    )
    return decide(content, known, session_id=bundle.session_id, gate=gate.number if gate is not None else None, now=now)


def write_bundle(bundle: Bundle, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The signed document, plain JSON values."""
    content = msgspec.to_builtins(msgspec.structs.replace(bundle, synced_at=bundle.synced_at.astimezone(UTC)), str_keys=True)
    content["void"], content["activated"] = sorted(content["void"]), sorted(content["activated"])
    signature = key.sign(_HEADING + canonical_json(content).encode())
    return {"content": content, "key_id": key_id(public_bytes(key)), "signature": base64.b64encode(signature).decode()}


def read_bundle(document: Mapping[str, Any], *, trusted: Keyring) -> Bundle:
    """The bundle in a document that one of the `trusted` keys has signed. Raises BundleWrong."""
    try:
        content, name, signature = document["content"], document["key_id"], base64.b64decode(document["signature"])
    except (KeyError, TypeError, ValueError):
        raise BundleWrong("not a signed bundle") from None
    if name not in trusted:
        raise BundleWrong(f"signed by key {name}, which this scanner was not given: set it up again")
    try:
        Ed25519PublicKey.from_public_bytes(trusted[name]).verify(signature, _HEADING + canonical_json(content).encode())
    except InvalidSignature:
        raise BundleWrong(f"not signed by key {name}: it was changed on its way") from None
    if content.get("format") != FORMAT:
        raise BundleWrong(f"format {content.get('format')} is not known: update the scanner")
    return msgspec.convert(content, Bundle)
