"""Rounds of drand's quicknet: a public random number every three seconds that nobody can know before, signed by all who make it together.

A round is believed when its signature verifies, never because of where it came from. Sources: https://docs.drand.love (scheme
bls-unchained-g1-rfc9380), RFC 9380 for hashing to the curve.
"""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import decompress_G1, decompress_G2
from py_ecc.optimized_bls12_381.optimized_curve import G2, curve_order, is_inf, multiply
from py_ecc.optimized_bls12_381.optimized_pairing import pairing

from grandstand.gate.values import BeaconLate, BeaconWrong, Round

PUBLIC_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
"""Quicknet's, compressed: a point of G2 in 96 bytes."""

DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"

SIGNATURE_BYTES = 48

TIMEOUT_S = 4.0
MOST_BYTES = 4_096
"""Of an answer: a round is a tenth of it."""


@dataclass(frozen=True, slots=True)
class Drand:
    """The beacon behind `url`, the address of a chain: `<url>/public/<round>` answers with the round's signature."""

    url: str

    def round(self, number: int) -> Round:
        """The round, fetched and verified: a request and 0.4 s of reckoning. Raises BeaconLate when it cannot be had, BeaconWrong."""
        return verified(number, self._signature(number))

    def _signature(self, number: int) -> bytes:
        if urlsplit(self.url).scheme != "https":
            raise BeaconLate("The beacon's address must begin with https.")
        asked = Request(f"{self.url.rstrip('/')}/public/{number}", headers={"accept": "application/json"})  # noqa: S310 https, looked at above
        try:
            with urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 the same
                return bytes.fromhex(json.loads(answer.read(MOST_BYTES))["signature"])
        except (URLError, OSError, HTTPException) as error:
            raise BeaconLate(f"The beacon does not answer for round {number}: {error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise BeaconWrong(f"The beacon's answer for round {number} is none.") from error


def verified(number: int, signature: bytes) -> Round:
    """The round of this signature. Raises BeaconWrong when it is not quicknet's signature of this round."""
    if len(signature) != SIGNATURE_BYTES:
        raise BeaconWrong(f"A signature has {SIGNATURE_BYTES} bytes, this one has {len(signature)}.")
    try:
        point = decompress_G1(int.from_bytes(signature))  # type: ignore[arg-type] # its own names for int
    except ValueError as error:
        raise BeaconWrong("The signature is no point of the curve.") from error
    if is_inf(point) or not is_inf(multiply(point, curve_order)):
        raise BeaconWrong("The signature is no point of the group.")
    message = sha256(number.to_bytes(8)).digest()
    if pairing(G2, point) != pairing(_public_key(), hash_to_G1(message, DOMAIN, sha256)):  # type: ignore[arg-type] # sha256 is a hash
        raise BeaconWrong(f"This is not the beacon's signature of round {number}.")
    return Round(number=number, signature=signature, randomness=sha256(signature).digest())


@cache
def _public_key() -> Any:
    content = bytes.fromhex(PUBLIC_KEY)
    return decompress_G2((int.from_bytes(content[:48]), int.from_bytes(content[48:])))  # type: ignore[arg-type] # as above
