"""Second steps at rest: what an authenticator app and recovery codes are made from, sealed with the installation's secret."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.utils.translation import gettext as _

from grandstand.people.values import SecondStepUnreadable
from grandstand.store import api as store

_PURPOSE = "grandstand.people second steps 1"
_MARK = "sealed-1:"
"""Before every sealed text. A text without it is from before they were sealed: keys of apps are base32, seeds hexadecimal, codes digits,
so none of them has a hyphen or a colon."""


def seal(text: str) -> str:
    """The text, unreadable without the installation's secret."""
    return _MARK + urlsafe_b64encode(store.seal(text.encode(), purpose=_PURPOSE)).decode()


def unseal(kept: str) -> str:
    """What was sealed, also by an older secret (SECRET_KEY_FALLBACKS), or what is still kept in clear. Raises SecondStepUnreadable."""
    if not kept.startswith(_MARK):
        return kept
    found = _found(kept)
    if found is None:
        raise SecondStepUnreadable(
            _("Your authenticator app and recovery codes cannot be checked at the moment. Use a passkey, or write to whoever runs this platform.")
        )
    return found.content.decode()


def find_sealed_anew(kept: str) -> str | None:
    """The same text under the present secret, when it was kept in clear or an older one sealed it. None when there is nothing to do, or no way."""
    if not kept.startswith(_MARK):
        return seal(kept)
    found = _found(kept)
    return None if found is None or found.current else seal(found.content.decode())


def _found(kept: str) -> store.Unsealed | None:
    return store.find_unsealed(urlsafe_b64decode(kept.removeprefix(_MARK)), purpose=_PURPOSE)
