"""A passkey in software, which answers what a browser's would (WebAuthn level 2, attestation "none")."""

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Passkey:
    """One credential of one account at one origin."""

    def __init__(self, *, origin: str = "http://testserver", host: str = "testserver") -> None:
        self._origin, self._host = origin, host
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = os.urandom(16)
        self._user = ""

    def create(self, options: dict[str, Any]) -> str:
        """What the browser posts after making the credential that `options` asks for."""
        asked = options["publicKey"]
        self._user = asked["user"]["id"]
        key = cbor.encode(ES256.from_cryptography_key(self._key.public_key()))  # type: ignore[no-untyped-call]
        data = self._head(PRESENT | VERIFIED | HAS_KEY) + bytes(16) + len(self._id).to_bytes(2) + self._id + key
        answer = {"attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data}))}
        return self._posted("webauthn.create", asked["challenge"], answer)

    def get(self, options: dict[str, Any]) -> str:
        """What the browser posts to sign in."""
        challenge = options["publicKey"]["challenge"]
        data = self._head(PRESENT | VERIFIED)
        signed = data + hashlib.sha256(self._client_data("webauthn.get", challenge)).digest()
        answer = {
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self._key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": self._user,
        }
        return self._posted("webauthn.get", challenge, answer)

    def _head(self, flags: int) -> bytes:
        return hashlib.sha256(self._host.encode()).digest() + bytes([flags]) + bytes(4)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self._origin}).encode()

    def _posted(self, kind: str, challenge: str, answer: dict[str, str]) -> str:
        id_ = websafe_encode(self._id)
        posted = {
            "id": id_,
            "rawId": id_,
            "type": "public-key",
            "response": {"clientDataJSON": websafe_encode(self._client_data(kind, challenge)), **answer},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }
        return json.dumps(posted)
