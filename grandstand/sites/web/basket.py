"""The basket: what is set aside, and for how long."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.sites import visiting
from grandstand.sites.basket import shown
from grandstand.sites.refusals import said
from grandstand.sites.web.forms import AddForm, QuantityForm
from grandstand.store import api as store
from grandstand.ui.audience import public


@public
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """Everything that is set aside, by seller, with prices of now."""
    now, language = clock.now(), visiting.language()
    owner = commerce.find_owner(request, now=now)
    found = commerce.find_basket(owner=owner, language=language, now=now) if owner else None
    if found is None or not found.lines:
        return render(request, "sites/basket_empty.html")
    market = movement.request_market(request)
    other_market = market.name_in(language) if market.code != found.market_code else ""
    context = {"basket": shown(found), "market": market, "other_market": other_market, "now": now}
    return render(request, "sites/basket.html", context)


@public
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Set so many of an item aside. From a page with htmx only the news comes back; else the reader goes to the basket."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _answer(request, None, commerce.LineRefused(gettext("Choose how many."), reason="unknown_item"))
    now, asked = clock.now(), form.cleaned_data
    adding = commerce.Adding(
        key=asked["key"] or str(new_id()),
        owner=commerce.the_owner(request, now=now),
        market_code=movement.request_market(request).code,
        ref=commerce.ItemRef(kind=asked["kind"], item_id=asked["item"]),
        quantity=asked["quantity"],
    )
    (answer,) = store.write_retrying(lambda tx: commerce.add_lines_many(tx, [adding], now=now))
    return _answer(request, *((None, answer) if isinstance(answer, Refusal) else (answer, None)))


@public
@require_POST
def change(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Another quantity of a line; none takes it out."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose how many."))
        return redirect("sites:basket")
    quantity, now = form.cleaned_data["quantity"], clock.now()
    if quantity == 0:
        return _taken_out(request, line_id)
    owner = commerce.the_owner(request, now=now)
    wanted = commerce.LineChange(owner=owner, line_id=line_id, quantity=quantity)
    (answer,) = store.write_retrying(lambda tx: commerce.change_lines_many(tx, [wanted], now=now))
    return _back(request, answer)


@public
@require_POST
def retake(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Set a line aside anew whose time ran out."""
    now = clock.now()
    owner = commerce.the_owner(request, now=now)
    (answer,) = store.write_retrying(lambda tx: commerce.retake_lines_many(tx, [(owner, line_id)], now=now))
    return _back(request, answer)


@public
@require_POST
def remove(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Take a line out; its units are free for others at once."""
    return _taken_out(request, line_id)


@public
@require_POST
def reprice(request: HttpRequest) -> HttpResponse:
    """Accept the prices of now, in the market that the reader is in."""
    now = clock.now()
    owner, market = commerce.the_owner(request, now=now), movement.request_market(request)
    store.write_retrying(lambda tx: commerce.move_to_market(tx, owner=owner, market_code=market.code, now=now))
    return redirect("sites:basket")


def _taken_out(request: HttpRequest, line_id: UUID) -> HttpResponse:
    now = clock.now()
    owner = commerce.the_owner(request, now=now)
    store.write_retrying(lambda tx: commerce.remove_lines_many(tx, [(owner, line_id)], now=now))
    return redirect("sites:basket")


def _back(request: HttpRequest, answer: commerce.LineSet | Refusal) -> HttpResponse:
    if isinstance(answer, Refusal):
        words = said(answer)
        messages.error(request, f"{words.title}. {words.body}")
    return redirect("sites:basket")


def _answer(request: HttpRequest, line: commerce.LineSet | None, refusal: Refusal | None) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        context = {"line": line, "refused": said(refusal) if refusal else None}
        return render(request, "sites/added.html", context, status=refusal.status if refusal else 200)
    if refusal is None:
        return redirect("sites:basket")
    words = said(refusal)
    messages.error(request, f"{words.title}. {words.body}")
    return redirect(_where_from(request))


def _where_from(request: HttpRequest) -> str:
    wished = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wished, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wished if safe else reverse("sites:basket")
