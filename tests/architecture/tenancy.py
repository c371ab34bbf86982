"""Ask for everything there is with the ids of an organisation that is none of one's business, and look at what comes back and what changed."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, cast
from unittest.mock import patch

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Field, Model
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import get_resolver

from grandstand.config.audiences import Route, routes
from grandstand.kit.ids import new_id
from grandstand.movement.console import console
from tests.architecture.tenant import FRAME, PUBLIC, Tenant

GUESSES = {
    "app_label": "commerce",
    "content_type_id": "1",
    "url": "nowhere",
    "provider": "test",
    "bank_id": "guessed",
    "uidb36": "1",
    "key": "guessed",
}
"""Parameters that lead to nothing of the tenant's: parts of the admin, which bank tells, a payment at a bank whose address is its secret, a link
from a mail. The answer to them is judged by what it shows and changes alone."""

FILLERS: dict[str, Callable[[Tenant], object]] = {
    "session_id": lambda a: a.session_id,
    "plan_id": lambda a: a.plan_id,
    "order_id": lambda a: a.order_id,
    "ticket_id": lambda a: a.ticket_ids[0],
    "document_id": lambda a: a.document_id,
    "payment_id": lambda a: a.payment_id,
    "line_id": lambda a: a.line_id,
    "notice_id": lambda a: a.notice_id,
    "picture_id": lambda a: a.picture_id,
    "slug": lambda a: a.slug,
    "room": lambda a: a.room,
    "code": lambda a: a.edition.code,
    "pk": lambda a: a.passkey_id,
}
"""What stands for a parameter of an address, by the parameter's name. `object_id` of a console page is one of the tenant's rows of its model."""

SIGN_IN = ("/accounts/login/", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/")
DENIED = frozenset({401, 403, 404, 405})
OWN_BOOKKEEPING = frozenset({"django_session", "store_rate", "store_clock", "usersessions_usersession", "django_content_type", "auth_permission"})
"""Tables that every visit may write."""

SEARCHABLE = ("text/", "application/json", "application/javascript", "image/svg+xml")

type Rows = set[tuple[Any, ...]]
"""Rows of the database, each after the name of its table."""

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


class NoFiller(AssertionError):
    """The walk cannot go on: it says what to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to be made. `names_a_row` when its address names something of the tenant's."""

    route: Route
    method: str
    url: str
    body: Any = None
    names_a_row: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the route is for everybody, and so may show what the tenant shows to everybody."""
        return self.route.audience is not None and self.route.audience.kind == "public"


@dataclass(slots=True, kw_only=True)
class Walk:
    """What one visitor was given. `shown` are the addresses on which a marker was found, `findings` what is wrong with the answers."""

    asked: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)


def asks(tenant: Tenant, *, email: str) -> list[Ask]:
    """Every route as it can be asked for, with the tenant's ids filled in. `email` is the asker's, to be made a member of the tenant with.

    Raises NoFiller for a route with a parameter that nothing is known for.
    """
    return [ask for route in routes() for ask in _asks_of(route, tenant, email)]


@contextmanager
def plain_pages_for_what_is_not_there() -> Iterator[None]:
    """Most answers are that there is nothing; drawing that page in full each time is most of the walk's time."""
    with patch.object(get_resolver(), "resolve_error_handler", _plain_page):
        yield


def _plain_page(status: int) -> Callable[..., HttpResponse]:
    def say(*_args: object, **_why: object) -> HttpResponse:
        return HttpResponse(status=status)

    return say


def walk(client: Client, tenant: Tenant, requests: list[Ask], *, own: frozenset[str]) -> Walk:
    """Make the requests, each undone afterwards. `own` are the ids of the asker, whose own rows may change."""
    done = Walk()
    cookies = client.cookies.output(header="", sep=";")
    before = _rows()
    with plain_pages_for_what_is_not_there():
        for ask in requests:
            client.cookies = SimpleCookie(cookies)
            _one(client, tenant, ask, done, before, own)
    return done


def _one(client: Client, tenant: Tenant, ask: Ask, done: Walk, before: Rows, own: frozenset[str]) -> None:
    name = f"{ask.method} {ask.url}"
    written = connection.connection.total_changes
    with transaction.atomic():
        answer = _answer(client, ask)
        text = _text(answer)
        changed = _changed(before, _rows(), tenant, own) if connection.connection.total_changes != written else []
        transaction.set_rollback(True)
    done.asked += 1
    done.statuses[name] = answer.status_code
    markers = [marker for marker in _markers(ask, answer, tenant) if marker in text]
    if markers:
        done.shown.add(name)
    done.findings += [f"{name} ({ask.route.name}) {problem}" for problem in _problems(ask, answer, markers, changed)]


def _markers(ask: Ask, answer: Any, tenant: Tenant) -> list[str]:
    """What must not be read in the answer."""
    named = [] if ask.is_public else [PUBLIC.lower()]
    return [*tenant.secrets, *named, *([FRAME.lower()] if ask.url.startswith("/console/") and answer.status_code == 200 else [])]


def _problems(ask: Ask, answer: Any, markers: list[str], changed: list[str]) -> Iterator[str]:
    status = answer.status_code
    if markers:
        yield f"shows {', '.join(markers)}"
    if changed:
        yield f"changes {', '.join(changed)}"
    if status >= 500 and ask.route.name != "ready":  # which says that no worker runs beside the test
        yield f"breaks with {status}"
    if status == 200 and not answer.headers.get("Content-Type", "").startswith(SEARCHABLE):
        yield f"gives out a file ({answer.headers.get('Content-Type')})"
    if ask.names_a_row and not ask.is_public and status not in DENIED and not _to_sign_in(answer) and not _to_the_form(ask, answer):
        yield f"answers {status} instead of 404, for what does not exist for this person"


def _to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and str(answer.headers["Location"]).startswith(SIGN_IN)


def _to_the_form(ask: Ask, answer: Any) -> bool:
    """The admin sends every key on to the form without looking, and the form says that there is none."""
    return answer.status_code == 302 and str(answer.headers["Location"]) == f"{ask.url}change/"


def _answer(client: Client, ask: Ask) -> Any:
    if ask.method == "GET":
        return client.get(ask.url)
    if isinstance(ask.body, str):
        return client.generic(ask.method, ask.url, ask.body, content_type="application/json")
    return client.generic(ask.method, ask.url) if ask.method != "POST" else client.post(ask.url, ask.body or {})


def _text(answer: HttpResponse | StreamingHttpResponse) -> str:
    content = b"".join(cast("Iterator[bytes]", answer.streaming_content)) if isinstance(answer, StreamingHttpResponse) else answer.content
    return (content.decode(errors="replace") + str(dict(answer.headers))).lower()


# -- what changed ----------------------------------------------------------------------------------------------------------------------


def _rows() -> Rows:
    """Every row of every room."""
    found: Rows = set()
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f'SELECT * FROM "{table}"')
            found |= {(table, *row) for row in cursor.fetchall()}
    return found


_METAS = [model._meta for model in apps.get_models(include_auto_created=True)]
_TABLES = [meta.db_table for meta in _METAS if meta.managed and not meta.proxy and meta.db_table not in OWN_BOOKKEEPING]


def _changed(before: Rows, after: Rows, tenant: Tenant, own: frozenset[str]) -> list[str]:
    """Tables in which a row that was there is another now or gone, unless it is the asker's own, or a new one names the tenant."""
    lost = {row[0] for row in before - after if not own & _words(row)}
    new = {row[0] for row in after - before if tenant.ids & _words(row)}
    return sorted(lost | new)


def _words(row: tuple[Any, ...]) -> set[str]:
    return {value for value in row if isinstance(value, str)}


# -- how a route is asked for ----------------------------------------------------------------------------------------------------------


def _asks_of(route: Route, tenant: Tenant, email: str) -> Iterator[Ask]:
    url, names_a_row = _filled(route, tenant)
    methods = [route.method] if route.method else ["GET"] if route.name.endswith("_history") else ["GET", "POST"]
    for method in methods:
        body = _body(route, tenant, email) if method != "GET" else None
        yield Ask(route=route, method=method, url=url, body=body, names_a_row=names_a_row)
    for query in _queries(route, tenant):
        yield Ask(route=route, method="GET", url=f"{url}?{query}", names_a_row=names_a_row)


def _filled(route: Route, tenant: Tenant) -> tuple[str, bool]:
    """The route's address, and whether it names something of the tenant's."""
    named: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        named.append(name)
        if name == "object_id":
            return str(_console_row(route, tenant).pk)
        if name in GUESSES:
            return GUESSES[name]
        if name not in FILLERS:
            raise NoFiller(
                f"{route.path} ({route.name}) has <{name}>: say in FILLERS of tests/architecture/tenancy.py which of the tenant's ids it is"
            )
        return str(FILLERS[name](tenant))

    url = _PARAMETER.sub(fill, route.path)
    return url, bool(set(named) - set(GUESSES))


def console_model(route: Route) -> type[Model] | None:
    """The model that a console page is about."""
    parts = route.path.split("/")
    if not route.path.startswith("/console/") or len(parts) < 5 or parts[2] not in apps.app_configs:
        return None
    return apps.get_model(parts[2], parts[3])


def _console_row(route: Route, tenant: Tenant) -> Model:
    model = console_model(route)
    if model is None:
        return tenant.row(apps.get_model("games.Edition")) or _missing("games.Edition")
    return tenant.row(model) or _missing(model._meta.label)


def _missing(label: str) -> Model:
    raise NoFiller(f"the tenant has no row of {label}, which the console shows: make one in tests/architecture/tenant.py")


def _queries(route: Route, tenant: Tenant) -> list[str]:
    """Other ways to ask the same page: searching for what is the tenant's, filtering by it, choosing from it."""
    if route.name.endswith("_changelist") and route.name.startswith("console:"):
        return [f"q={PUBLIC[:5]}", f"organisation__id__exact={tenant.organisation.id}"]
    return {
        "console:search": [f"s={PUBLIC[:5]}"],
        "console:autocomplete": [
            "app_label=games&model_name=session&field_name=edition&term=",
            "app_label=movement&model_name=membership&field_name=person",
        ],
        "ticketing:places": ["all=1"],
        "ticketing:scan": ["gate=1"],
    }.get(route.name, [])


def _body(route: Route, tenant: Tenant, email: str) -> Any:
    if (model := console_model(route)) is not None:
        return _console_body(model, tenant, email)
    scan = {"scan_id": str(new_id()), "code": tenant.codes[0], "gate_id": str(tenant.gate_id)}
    at = "2031-07-01T18:00:00Z"
    bodies: dict[str, Any] = {
        "rest:scan": json.dumps(scan),
        "rest:sync": json.dumps([{**scan, "at": at}]),
        "ticketing:sync": json.dumps([{**scan, "at": at}]),
        "ticketing:scan": scan,
        # Whoever buys sets the seller's stock aside, which is no secret and no harm; so the quantity is left out here.
        "sites:add": {"kind": "ticket", "item": str(tenant.offer_id), "key": "k"},
        "sites:change": {"quantity": "3"},
        "sites:pay": {"provider": "test"},
        "commerce:webhook": json.dumps({"payment": str(tenant.payment_id)}),
    }
    return bodies.get(route.name, {"reason": "because", "email": email, "name": "Intruder"})


def _console_body(model: type[Model], tenant: Tenant, email: str) -> dict[str, str]:
    """What somebody would send who tries to add such a row to the tenant's, or to change or delete one."""
    row = tenant.row(model) or _missing(model._meta.label)
    said = {each.name: _said(each, row) for each in row._meta.concrete_fields}
    extra = {
        "post": "yes",
        "reason": "because",
        "email": email,
        "units": "1",
        "key": "k",
        "restock": "on",
        "role": "owner",
        "action": "delete_selected",
    }
    of_tenant = {"organisation": str(tenant.organisation.id), "parent": str(tenant.organisation.id), "_selected_action": str(row.pk)}
    return {**{name: value for name, value in said.items() if value}, **extra, **of_tenant}


def _said(each: Field[Any, Any], row: Model) -> str:
    """A field's value, without anything that would be found again as the tenant's on a page which repeats what was sent."""
    value = each.value_from_object(row)
    if value is None or value == "":
        return ""
    text = json.dumps(value) if isinstance(value, dict | list) else str(value)
    if re.search("quokka|wombat|platypus", text, re.IGNORECASE):
        return "{}" if isinstance(value, dict | list) else "intruder"
    return text


def registered() -> list[tuple[type[Model], Any]]:
    """Every model of the console with its admin."""
    return list(console._registry.items())
