"""How the test bank signs its webhooks, and how we check it: HMAC-SHA-256 over instant and body, with keys that rotate."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from grandstand.commerce.models import TestBankKey
from grandstand.store.api import write

TOLERANCE = timedelta(minutes=5)
"""How far a signature's instant may be from ours. A recorded webhook is worthless after it; what is resent is signed anew."""

OVERLAP = timedelta(hours=24)
"""How long the old key goes on after a rotation: longer than any webhook is under way."""


class SignatureWrong(Exception):
    """The signature is missing, from another key, of another body, or too old."""


def signature(body: bytes, *, now: datetime) -> str:
    """`t=<unix seconds>,v1=<hex>,...`: one v1 per key that is valid at `now`. Makes the first key when there is none."""
    instant = str(int(now.timestamp()))
    keys = _keys(now) or [rotate_key(now=now)]
    return ",".join([f"t={instant}", *(f"v1={_mac(key, instant, body)}" for key in keys)])


def check_signature(header: str, body: bytes, *, now: datetime) -> None:
    """Raise SignatureWrong unless one of the header's signatures is of this body, by a key valid at `now`, within TOLERANCE."""
    parts = [part.partition("=") for part in header.split(",")]
    instants = [value for name, _, value in parts if name.strip() == "t"]
    given = [value for name, _, value in parts if name.strip() == "v1"]
    if len(instants) != 1 or not instants[0].isascii() or not instants[0].isdigit() or len(instants[0]) > 12 or not given:
        raise SignatureWrong("no signature")
    if abs(datetime.fromtimestamp(int(instants[0]), UTC) - now) > TOLERANCE:
        raise SignatureWrong("too old, or from the future")
    wanted = [_mac(key, instants[0], body) for key in _keys(now)]
    # Every pair is compared, so that the time taken says nothing about which one was near.
    if not any([hmac.compare_digest(mac.encode(), signed.encode()) for mac in wanted for signed in given]):  # noqa: C419
        raise SignatureWrong("not signed by the bank")


def rotate_key(*, now: datetime) -> str:
    """Sign with a new key from now on, and for OVERLAP with the old ones too. Returns the new key's secret."""
    with write():
        TestBankKey.objects.filter(retires_at=None).update(retires_at=now + OVERLAP)
        key = TestBankKey.objects.create(secret=secrets.token_hex(32), made_at=now)
    return key.secret


def _keys(now: datetime) -> list[str]:
    valid = TestBankKey.objects.filter(Q(retires_at=None) | Q(retires_at__gt=now)).order_by("-made_at")
    return list(valid.values_list("secret", flat=True))


def _mac(key: str, instant: str, body: bytes) -> str:
    return hmac.new(bytes.fromhex(key), instant.encode() + b"." + body, hashlib.sha256).hexdigest()
