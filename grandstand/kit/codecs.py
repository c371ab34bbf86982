"""Canonical JSON, so that the same value has the same bytes and the same digest everywhere."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from uuid import UUID

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces. UUIDs as text, instants as ISO 8601 in UTC, enums by value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def _plain(value: object) -> Json:
    match value:
        case UUID():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError("an instant needs a time zone to be written")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form: pass plain values")
