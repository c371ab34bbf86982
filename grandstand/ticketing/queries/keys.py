"""Keys: those that verify, and the one that signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grandstand.store.api import Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.adapters.sealing import unseal
from grandstand.ticketing.values import KeyUnreadable, NoSuchKey

KEY = table(models.SigningKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key ready to sign."""

    key_id: str
    private: Ed25519PrivateKey


def signers(tx: Tx, organisation_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, Signer]:
    """The key that signs now, of each organisation that has one. One statement. Raises KeyUnreadable."""
    if not organisation_ids:
        return {}
    where, param = tx.among("organisation_id", KEY.kinds["organisation_id"], sorted(set(organisation_ids)))
    rows = tx.select(
        KEY,
        ["organisation_id", "key_id", "private_key_sealed"],
        f"{where} AND revoked_at IS NULL AND signs_from_at <= %s",
        (param, now),
        order_by="signs_from_at, id",
    )
    latest = {organisation_id: (key_id, sealed) for organisation_id, key_id, sealed in rows}
    return {organisation_id: Signer(key_id=key_id, private=unseal(sealed, key_id=key_id)) for organisation_id, (key_id, sealed) in latest.items()}


def signer(tx: Tx, organisation_id: UUID, *, now: datetime) -> Signer:
    """The key that signs now. Raises NoSuchKey, KeyUnreadable."""
    found = signers(tx, [organisation_id], now=now).get(organisation_id)
    if found is None:
        raise NoSuchKey("This organisation has no key to sign tickets with: rotate its key in the console.", organisation_id=str(organisation_id))
    return found


def unreadable_keys(tx: Tx) -> list[str]:
    """Ids of keys that cannot be unsealed with this installation's secret, or do not fit their public half. For doctor."""
    wrong = []
    for key_id, public, sealed in tx.select(KEY, ["key_id", "public_key", "private_key_sealed"], "revoked_at IS NULL", order_by="id"):
        try:
            fits = unseal(sealed, key_id=key_id).public_key().public_bytes_raw() == bytes(public)
        except KeyUnreadable:
            fits = False
        if not fits:
            wrong.append(key_id)
    return wrong
