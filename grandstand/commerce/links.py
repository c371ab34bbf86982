"""Links to an order in mail: whoever has the mail may see the order, signed in or not."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.core.signing import BadSignature, Signer


class _Pages:
    """Where an order is shown: a screen of a room above, wired by config. Until then, the front page."""

    def __init__(self) -> None:
        self.order_path: Callable[[UUID], str] = lambda _order_id: "/"


_pages = _Pages()


def use_order_page(path_of: Callable[[UUID], str]) -> None:
    """Show orders at `path_of(order_id)`. Called by config.wiring only."""
    _pages.order_path = path_of


def order_key(order_id: UUID) -> str:
    """What proves that somebody has the mail about an order. Not guessable; ends with the installation's secret key."""
    return _signer().signature(str(order_id))


def opens(order_id: UUID, key: str) -> bool:
    """Whether the key is the order's, made with the installation's secret key or one of its fallbacks."""
    signer = _signer()
    try:
        return signer.unsign(f"{order_id}{signer.sep}{key}") == str(order_id)
    except BadSignature:
        return False


def order_link(order_id: UUID) -> str:
    """The path of an order's page for a mail, with its key."""
    return f"{_pages.order_path(order_id)}?{urlencode({'key': order_key(order_id)})}"


def order_path(order_id: UUID) -> str:
    """The path of an order's page, for its owner."""
    return _pages.order_path(order_id)


def _signer() -> Signer:
    return Signer(salt="grandstand.commerce.order")
