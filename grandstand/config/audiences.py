"""For whom every route is: what our own views declare themselves, and a table for the routes of libraries, which cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from grandstand.gate import api as gate
from grandstand.ui.audience import Audience, audience_of

PUBLIC = Audience("public")
SIGNED_IN = Audience("signed_in")

OF_LIBRARIES: dict[str, Audience] = {
    # django-allauth: signing up, in and back in is for everybody, one's own account for who is signed in.
    "account_login": PUBLIC,
    "account_signup": PUBLIC,
    "account_signup_by_passkey": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_signup_webauthn": PUBLIC,
    "account_*": SIGNED_IN,
    "mfa_*": SIGNED_IN,
    "usersessions_*": SIGNED_IN,
    # The description of the REST interface; its operations declare themselves.
    "rest:openapi-json": PUBLIC,
    "rest:api-root": PUBLIC,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One thing that can be asked for. `name` has its namespaces, `method` is set for REST operations, `audience` None when undeclared."""

    path: str
    name: str
    method: str
    audience: Audience | None


def routes() -> list[Route]:
    """Every route, the operations of the REST interface one by one, and what the gate answers before Django."""
    gates = [Route(path=path, name="gate:" + path.removeprefix("/gate/"), method=method, audience=to) for (method, path), to in gate.ROUTES.items()]
    return sorted([*gates, *_walk(get_resolver(), "/", ())], key=lambda route: (route.path, route.method))


def of_library(name: str) -> Audience | None:
    """The line of `OF_LIBRARIES` for a route's name: the exact one, else the longest that ends in `*` and fits."""
    fitting = [key for key in OF_LIBRARIES if key == name or (key.endswith("*") and name.startswith(key[:-1]))]
    return OF_LIBRARIES[max(fitting, key=lambda key: (not key.endswith("*"), len(key)))] if fitting else None


def _walk(resolver: URLResolver, path: str, namespaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, here, (*namespaces, *([entry.namespace] if entry.namespace else [])))
        else:
            yield from _of_pattern(entry, here, namespaces)


def _of_pattern(entry: URLPattern, path: str, namespaces: tuple[str, ...]) -> Iterator[Route]:
    name = ":".join([*namespaces, entry.name or ""])
    if (operations := _operations(entry.callback)) is not None:
        for method, view in operations:
            yield Route(path=path, name=name, method=method, audience=audience_of(view))
    else:
        yield Route(path=path, name=name, method="", audience=_declared(entry.callback) or of_library(name))


def _declared(view: Any) -> Audience | None:
    while isinstance(view, partial):
        view = view.func
    return audience_of(view)


def _operations(view: Any) -> list[tuple[str, Any]] | None:
    """The operations behind a view of django-ninja: it hides them in the closure of a wrapper."""
    held = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    found = [item for item in held if isinstance(item, PathView)]
    if not found:
        return None
    return [(method, operation.view_func) for operation in found[0].operations for method in operation.methods]


def undeclared() -> list[Route]:
    """Routes that say for nobody that they are."""
    return [route for route in routes() if route.audience is None]
