"""Keys that sign tickets: made, rotated, revoked."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store.api import Change, Tx, record, table, write
from grandstand.ticketing import models
from grandstand.ticketing.adapters.sealing import find_sealed_anew, seal
from grandstand.ticketing.codes import key_id, public_bytes
from grandstand.ticketing.values import NoSuchKey

KEY = table(models.SigningKey)

ROTATION_LEAD = timedelta(days=1)
"""A new key signs only after every scanner had a day in which to sync: one that does not know it yet would call its tickets forged."""


def ensure_keys(tx: Tx, organisation_ids: Collection[UUID], *, now: datetime, by: Actor) -> None:
    """Every one of these organisations has a key that signs. One statement when all have, else three."""
    where, param = tx.among("organisation_id", KEY.kinds["organisation_id"], sorted(set(organisation_ids)))
    have = {row[0] for row in tx.select(KEY, ["organisation_id"], f"{where} AND revoked_at IS NULL AND signs_from_at <= %s", (param, now))}
    missing = sorted(set(organisation_ids) - have)
    _make(tx, missing, signs_from_at=now, now=now, by=by, reason="the box office opened without a key to sign with")


def rotate_key(*, organisation_id: UUID, now: datetime, by: Actor, reason: str, lead: timedelta = ROTATION_LEAD) -> str:
    """Make a key that signs this organisation's tickets from `now + lead` on; return its id. Codes of older keys stay good."""
    with write() as tx:
        return _make(tx, [organisation_id], signs_from_at=now + lead, now=now, by=by, reason=reason)[0]


def revoke_key(*, organisation_id: UUID, key: str, now: datetime, by: Actor, reason: str) -> str:
    """A key became known to somebody: its codes are refused as forged from now on. A new key signs at once; return its id.

    Holders get a good code when they open their tickets again; paper printed before must be replaced. Raises NoSuchKey.
    """
    with write() as tx:
        found = tx.select(
            KEY, ["id"], "organisation_id = %s AND key_id = %s AND revoked_at IS NULL", (organisation_id, key), order_by="id", lock=True
        )
        if not found:
            raise NoSuchKey("There is no such key, or it was revoked before.", key_id=key)
        tx.update(KEY, [(found[0][0], now)], key=["id"], set_to=["revoked_at"])
        change = _change(found[0][0], organisation_id, "revoke", by, reason, key)
        record(tx, [change], now=now)
        return _make(tx, [organisation_id], signs_from_at=now, now=now, by=by, reason=reason)[0]


def seal_keys_anew(*, now: datetime, by: Actor) -> int:
    """Every key that an older secret sealed is sealed with the present one, so that the older may go; return how many. Codes stay as they are."""
    with write() as tx:
        rows = tx.select(KEY, ["id", "organisation_id", "key_id", "private_key_sealed"], order_by="id", lock=True)
        anew = [(row, sealed) for row in rows if (sealed := find_sealed_anew(row[3], key_id=row[2])) is not None]
        tx.update(KEY, [(row[0], sealed) for row, sealed in anew], key=["id"], set_to=["private_key_sealed"])
        changes = [_change(row[0], row[1], "seal_anew", by, "the installation has a new secret", row[2]) for row, _ in anew]
        record(tx, changes, now=now)
    return len(anew)


def _make(tx: Tx, organisation_ids: Sequence[UUID], *, signs_from_at: datetime, now: datetime, by: Actor, reason: str) -> list[str]:
    made = [Ed25519PrivateKey.generate() for _ in organisation_ids]
    publics = [public_bytes(key) for key in made]
    names = [key_id(public) for public in publics]
    ids = new_ids(len(made)) if made else []
    tx.insert(
        KEY,
        ["id", "organisation_id", "key_id", "public_key", "private_key_sealed", "made_at", "signs_from_at"],
        [
            (id_, organisation_id, name, public, seal(key, key_id=name), now, signs_from_at)
            for id_, organisation_id, name, public, key in zip(ids, organisation_ids, names, publics, made, strict=True)
        ],
    )
    changes = [_change(id_, org, "make", by, reason, name) for id_, org, name in zip(ids, organisation_ids, names, strict=True)]
    record(tx, changes, now=now)
    return names


def _change(row_id: UUID, organisation_id: UUID, action: str, by: Actor, reason: str, key: str) -> Change:
    return Change(
        by=by,
        action=action,
        object_type="ticketing.signingkey",
        object_id=row_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"key_id": key, "revoked": action == "revoke"},
    )
