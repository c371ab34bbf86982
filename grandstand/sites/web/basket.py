"""The basket: what is set aside, and for how long."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.sites import visiting
from grandstand.sites.basket import most_at_once, shown
from grandstand.sites.refusals import QuantityWrong, said
from grandstand.sites.web.forms import AddForm, QuantityForm
from grandstand.sites.web.setting_aside import room_before, set_aside, to_wait
from grandstand.store import api as store
from grandstand.ui.audience import public
from grandstand.ui.paths import way_back


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
    """Set so many of an item aside. From a page with htmx only the news comes back, and a fresh key; else the reader goes to the basket."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _answer(request, None, _wrong(request, form))
    now, asked = clock.now(), form.cleaned_data
    adding = commerce.Adding(
        key=asked["key"] or str(new_id()),
        owner=commerce.the_owner(request, now=now),
        market_code=movement.request_market(request).code,
        ref=commerce.ItemRef(kind=asked["kind"], item_id=asked["item"]),
        quantity=asked["quantity"],
    )
    if (room := room_before(adding.owner, [adding.ref])) is not None:
        return to_wait(request, room)
    answer = set_aside(request, lambda tx: commerce.add_lines_many(tx, [adding], now=now), adding.quantity)
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
    if (room := room_before(owner, _refs(owner, line_id))) is not None:
        return to_wait(request, room)
    wanted = commerce.LineChange(owner=owner, line_id=line_id, quantity=quantity)
    return _back(request, set_aside(request, lambda tx: commerce.change_lines_many(tx, [wanted], now=now), quantity))


@public
@require_POST
def retake(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Set a line aside anew whose time ran out."""
    now = clock.now()
    owner = commerce.the_owner(request, now=now)
    if (room := room_before(owner, _refs(owner, line_id))) is not None:
        return to_wait(request, room)
    return _back(request, set_aside(request, lambda tx: commerce.retake_lines_many(tx, [(owner, line_id)], now=now), _units(owner, line_id)))


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


def _units(owner: commerce.Owner, line_id: UUID) -> int:
    """How many a line of the owner's is for."""
    found = commerce.find_basket(owner=owner, language=visiting.language(), now=clock.now())
    return sum(line.quantity for line in found.lines if line.line_id == line_id) if found else 0


def _refs(owner: commerce.Owner, line_id: UUID) -> list[commerce.ItemRef]:
    """What a line of the owner's is about; nothing for one that is not theirs."""
    found = commerce.find_basket(owner=owner, language=visiting.language(), now=clock.now())
    return [line.description.ref for line in found.lines if line.line_id == line_id] if found else []


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


def _wrong(request: HttpRequest, form: AddForm) -> Refusal:
    """What a form has wrong: the key, the item, or how many of it."""
    if "key" in form.errors:
        return commerce.KeyReused("This is no form of ours: open the page again.")
    if "kind" in form.errors or "item" in form.errors:
        return commerce.LineRefused("This is not sold here.", reason=commerce.NoQuote.UNKNOWN_ITEM.value)
    ref = commerce.ItemRef(kind=form.cleaned_data["kind"], item_id=form.cleaned_data["item"])
    most = most_at_once(ref, market=movement.request_market(request), now=clock.now())
    if isinstance(most, commerce.NoQuote):
        return commerce.LineRefused("This is not sold here.", reason=most.value)
    return QuantityWrong(f"Choose how many, from 1 to {most}.", most=most)


def _answer(request: HttpRequest, line: commerce.LineSet | None, refusal: Refusal | None) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        context = {"line": line, "refused": said(refusal) if refusal else None, "key": new_id()}
        return render(request, "sites/added.html", context, status=refusal.status if refusal else 200)
    if refusal is None:
        if line is not None and line.repeated:
            messages.info(request, gettext("This was sent twice and added once. To have more, change how many here."))
        return redirect("sites:basket")
    words = said(refusal)
    messages.error(request, f"{words.title}. {words.body}")
    return HttpResponseRedirect(way_back(request, otherwise=reverse("sites:basket")))
