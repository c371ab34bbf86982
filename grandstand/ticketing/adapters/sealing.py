"""Private keys at rest: sealed with a key made from the installation's secret, so that a copy of the database alone signs nothing."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grandstand.store import api as store
from grandstand.ticketing.values import KeyUnreadable

_PURPOSE = "grandstand.ticketing signing keys 1"


def seal(key: Ed25519PrivateKey, *, key_id: str) -> bytes:
    """The private key, unreadable without the installation's secret and bound to its id."""
    return store.seal(key.private_bytes_raw(), purpose=_PURPOSE, bound_to=key_id)


def unseal(sealed: bytes, *, key_id: str) -> Ed25519PrivateKey:
    """The private key. Older secrets (SECRET_KEY_FALLBACKS) are tried too. Raises KeyUnreadable."""
    return _unsealed(bytes(sealed), key_id, store.installation_secrets())


def find_sealed_anew(sealed: bytes, *, key_id: str) -> bytes | None:
    """The same key under the present secret, when an older one sealed it. None when it is so already, or no secret opens it."""
    found = store.find_unsealed(bytes(sealed), purpose=_PURPOSE, bound_to=key_id)
    return None if found is None or found.current else store.seal(found.content, purpose=_PURPOSE, bound_to=key_id)


@lru_cache(maxsize=64)
def _unsealed(sealed: bytes, key_id: str, secrets: tuple[str, ...]) -> Ed25519PrivateKey:
    """`secrets` is here so that another secret is another answer."""
    found = store.find_unsealed(sealed, purpose=_PURPOSE, bound_to=key_id)
    if found is None:
        raise KeyUnreadable(
            "This ticket cannot be signed: its key was sealed with another secret. Restore the secret or rotate the key.", key_id=key_id
        )
    return Ed25519PrivateKey.from_private_bytes(found.content)
