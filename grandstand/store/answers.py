"""Idempotency: an answer is given once per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grandstand.store import models
from grandstand.store.tables import table
from grandstand.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its idempotency key. `body_digest` is the digest of everything that decides the answer."""

    key: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """The key is new: decide, then `keep_answers` in the same transaction."""


@dataclass(frozen=True, slots=True)
class Known:
    """The key was answered before, with the same body."""

    answer: Any


@dataclass(frozen=True, slots=True)
class Reused:
    """The key was used before with another body: an error of the caller."""


def ask(tx: Tx, *, scope: str, requests: Sequence[Asked], now: datetime) -> dict[str, Fresh | Known | Reused]:
    """Claim the keys, in sorted order, and say of each whether it is new. Two statements.

    A key that another open transaction has just claimed is waited for. Within one call, the first request of a key decides.
    """
    first: dict[str, str] = {}
    for request in requests:
        first.setdefault(request.key, request.body_digest)
    rows = [(scope, key, first[key], now) for key in sorted(first)]
    fresh = {key for (key,) in tx.insert_new(table(models.Answer), ["scope", "key", "body_digest", "at"], rows, key=["key"])}
    verdicts: dict[str, Fresh | Known | Reused] = {key: Fresh() for key in fresh}
    others = [key for key in first if key not in fresh]
    if others:
        for key, body_digest, answer in _stored(tx, scope, others):
            verdicts[key] = Known(answer) if body_digest == first[key] else Reused()
    return verdicts


def keep_answers(tx: Tx, *, scope: str, answers: Mapping[str, Any]) -> None:
    """Store what the keys were answered, plain JSON values. One statement."""
    rows = [(scope, key, answers[key]) for key in sorted(answers)]
    tx.update(table(models.Answer), rows, key=["scope", "key"], set_to=["answer"])


def kept_answers(tx: Tx, *, scope: str, keys: Sequence[str]) -> dict[str, Any]:
    """What these keys were answered, of those that were. One statement, and no key is claimed."""
    return {key: answer for key, _, answer in _stored(tx, scope, keys) if answer is not None}


def _stored(tx: Tx, scope: str, keys: Sequence[str]) -> list[tuple[str, str, Any]]:
    answer = table(models.Answer)
    where, param = tx.among("key", answer.kinds["key"], keys)
    return tx.select(answer, ["key", "body_digest", "answer"], f"scope = %s AND {where}", (scope, param))
