"""Private keys at rest: sealed with a key made from the installation's secret, so that a copy of the database alone signs nothing."""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from grandstand.ticketing.values import KeyUnreadable

_PURPOSE = b"grandstand.ticketing signing keys 1"
_NONCE_BYTES = 12


def seal(key: Ed25519PrivateKey, *, key_id: str) -> bytes:
    """The private key, unreadable without the installation's secret and bound to its id."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, key.private_bytes_raw(), key_id.encode())


def unseal(sealed: bytes, *, key_id: str) -> Ed25519PrivateKey:
    """The private key. Older secrets (SECRET_KEY_FALLBACKS) are tried too. Raises KeyUnreadable."""
    return _unsealed(bytes(sealed), key_id, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=64)
def _unsealed(sealed: bytes, key_id: str, secrets: tuple[str, ...]) -> Ed25519PrivateKey:
    for secret in secrets:
        try:
            raw = _cipher(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], key_id.encode())
        except InvalidTag:
            continue
        return Ed25519PrivateKey.from_private_bytes(raw)
    raise KeyUnreadable("This ticket cannot be signed: its key was sealed with another secret. Restore the secret or rotate the key.", key_id=key_id)


@lru_cache(maxsize=4)
def _cipher(secret: str) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode()))
