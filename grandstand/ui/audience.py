"""For whom a route is. Every route declares it; a test fails for one that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required

type View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """`kind` is public, signed_in, member (with one of `roles`), steward or staff."""

    kind: str
    roles: tuple[str, ...] = ()


def declare(audience: Audience) -> Callable[[View], View]:
    """Say for whom a view is. Enforcing it is the decorator's that calls this."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(view: View) -> Audience | None:
    """What a view declared, looking through class-based views; None when it declared nothing."""
    found = getattr(view, "audience", None) or getattr(getattr(view, "view_class", None), "audience", None)
    return found if isinstance(found, Audience) else None


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return declare(Audience("public"))(view)


def signed_in(view: View) -> View:
    """Anybody with an account; others are sent to sign in and come back."""
    return declare(Audience("signed_in"))(login_required(view))
