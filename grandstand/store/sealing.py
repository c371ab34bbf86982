"""Secrets at rest: sealed with a key made from the installation's secret, so that a copy of the database alone tells nobody."""

import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What was sealed. `current` is False when an older secret opened it: seal it anew before that one is taken away."""

    content: bytes
    current: bool


def installation_secrets() -> tuple[str, ...]:
    """The secret that seals, then older ones that still open (SECRET_KEY_FALLBACKS)."""
    return (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))


def seal(content: bytes, *, purpose: str, bound_to: str = "") -> bytes:
    """`content`, unreadable without the installation's secret. Each purpose has a key of its own; `bound_to` is told again to unseal."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY, purpose).encrypt(nonce, content, bound_to.encode())


def find_unsealed(sealed: bytes, *, purpose: str, bound_to: str = "") -> Unsealed | None:
    """What `seal` was given, or None when no secret of this installation opens it."""
    for number, secret in enumerate(installation_secrets()):
        try:
            content = _cipher(secret, purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to have been sealed at all
            continue
        return Unsealed(content, current=number == 0)
    return None


@lru_cache(maxsize=16)
def _cipher(secret: str, purpose: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode()))
