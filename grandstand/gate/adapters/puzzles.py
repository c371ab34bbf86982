"""ALTCHA's proof of work: a puzzle that costs a browser a second and a machine that wants a million places a million of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import altcha

ALGORITHM = "PBKDF2/SHA-256"
PREFIX = "00"
"""One try in 256 solves it. The `cost` of a room is the number of rounds in each try."""

VALID_FOR = timedelta(minutes=10)


class Puzzles:
    """Makes puzzles and looks at solutions. Nothing is kept: a puzzle is signed, and who takes a solution keeps its name."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [sha256(b"grandstand.gate.puzzle\n" + secret.encode()).hexdigest() for secret in secrets]

    def make(self, *, room: str, cost: int, now: datetime) -> dict[str, Any]:
        """A puzzle for one room, as JSON for the browser."""
        challenge = altcha.create_challenge(
            ALGORITHM, cost, key_prefix=PREFIX, expires_at=now + VALID_FOR, data={"room": room}, hmac_secret=self._keys[0]
        )
        found: dict[str, Any] = challenge.to_dict()
        return found

    def find_proof(self, solution: str, *, room: str, cost: int) -> str:
        """The name of a right solution, 64 characters, by which it is known when it comes again; empty for a wrong one.

        Wrong is also one whose time is over, that is for another room, or that was cheaper than the room asks for. Costs one try of `cost` rounds.
        """
        try:
            payload = altcha.Payload.from_base64(solution)
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        asked = payload.challenge.parameters
        if asked.data != {"room": room} or asked.cost < cost or asked.key_prefix != PREFIX or asked.algorithm != ALGORITHM:
            return ""
        if not any(altcha.verify_solution(payload, key).verified for key in self._keys):
            return ""
        return sha256(str(payload.challenge.signature).encode()).hexdigest()
