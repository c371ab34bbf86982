"""The way from the basket to the bank: details, review, pay."""

from dataclasses import asdict, replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.sites import visiting
from grandstand.sites.basket import shown
from grandstand.sites.checkout import Said, sent_key, settle
from grandstand.sites.limits import count_order
from grandstand.sites.refusals import said
from grandstand.sites.web.addresses import AddressForm
from grandstand.sites.web.forms import ContactForm
from grandstand.store import api as store
from grandstand.ui.audience import public
from grandstand.ui.values import Step, steps


@public
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """To whom the order goes and, when something is shipped, where. A guest may buy too."""
    found = _basket(request, None)
    if found is None:
        return _without_basket(request)
    kept = Said.kept_in(request.session)
    contact = ContactForm(request.POST if _is_sent(request) else None, initial={**_known(request, kept), **request.POST.dict()})
    address = _address_form(request, found, kept)
    if _is_sent(request):
        valid = [form.is_valid() for form in (contact, address) if form is not None]
        ship_to = address.ship_to(name=contact.cleaned_data.get("name", "")) if address is not None and all(valid) else None
        if all(valid) and (address is None or ship_to is not None):
            _say(request, contact, ship_to, kept)
            return redirect("sites:review")
    context = {"steps": _steps(0), "contact": contact, "address": address, "needs_shipping": found.needs_shipping}
    if address is not None:
        shipping = [part.seller_id for part in found.parts if any(line.needs_shipping for line in part.lines)]
        countries = shop.countries_shipped_to(shipping, currency=found.currency, language=visiting.language())
        context |= {"countries": countries, "country": address.country}
    return render(request, "sites/checkout.html", context)


@public
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """Everything that will be bought and what it costs. Sending the form with a way of shipping shows the new total."""
    kept = Said.kept_in(request.session)
    if kept is None:
        return redirect("sites:checkout")
    if request.method == "POST":
        replace(kept, shipping={**kept.shipping, **_ways(request)}).keep_in(request.session)
        return redirect("sites:review")
    found = _basket(request, kept)
    if found is None:
        return _without_basket(request)
    if found.needs_shipping and kept.ship_to is None:
        return redirect("sites:checkout")
    market = movement.request_market(request)
    context = {
        "steps": _steps(1),
        "basket": shown(found),
        "ready": found.ready,
        "told": found.totals.gross,
        "kept": kept,
        "address": shop.address_lines(kept.ship_to) if kept.ship_to else (),
        "providers": [(provider.code, provider.title(visiting.language())) for provider in commerce.providers()],
        "market": market,
        "now": clock.now(),
    }
    return render(request, "sites/review.html", context)


@public
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Place the order at the total that was shown, and go on to the bank. Sent again, it leads to the order that it made."""
    kept, found = Said.kept_in(request.session), None
    if kept is not None:
        found = _basket(request, kept)
    if kept is None or found is None:
        return _placed_before(request)
    now = clock.now()
    placing = commerce.Placing(
        key=kept.key,
        owner=commerce.the_owner(request, now=now),
        basket_id=found.basket_id,
        email=kept.email,
        name=kept.name,
        language=visiting.language(),
        told=Money(minor=_whole(request.POST.get("told", "")), currency=found.currency),
        ship_to=kept.ship_to if found.needs_shipping else None,
        shipping=kept.shipping,
    )

    def work(tx: store.Tx) -> commerce.Placed:
        done = commerce.place_order(tx, placing, now=now)
        if not done.repeated:
            count_order(tx, request, email=placing.email, now=now)
        return done

    try:
        placed = store.write_retrying(work)
    except commerce.AlreadyOrdered as known:
        settle(request.session, kept)
        return redirect("sites:order", order_id=known.detail["order_id"])
    except Refusal as refused:
        words = said(refused)
        messages.error(request, f"{words.title}. {words.body}")
        return redirect("sites:review")
    settle(request.session, kept)
    if not placed.total:
        return redirect("sites:order", order_id=placed.order_id)
    return begin(request, placed.order_id, placing.owner)


def begin(request: HttpRequest, order_id: UUID, owner: commerce.Owner) -> HttpResponse:
    """Send the buyer to the bank that they chose, or to their order when it does not answer.

    Not by a redirect: the policy lets forms lead only to this platform, and browsers hold a form's redirects to it. So a page leads there.
    """
    known = [provider.code for provider in commerce.providers()]
    wished = request.POST.get("provider", "")
    path = reverse("sites:order", args=[order_id])
    try:
        begun = commerce.begin_payment(
            order_id=order_id,
            owner=owner,
            provider_code=wished if wished in known else next(iter(known), ""),
            return_path=path,
            platform_url=settings.GRANDSTAND_URL,
            description=gettext("Order"),
            now=clock.now(),
        )
    except Refusal as refused:
        words = said(refused)
        messages.error(request, f"{words.title}. {words.body}")
        return redirect(path)
    return render(request, "sites/to_bank.html", {"url": begun.redirect_url, "steps": _steps(2)})


def _placed_before(request: HttpRequest) -> HttpResponse:
    """Go on with the order that was sent before: to the bank while it waits for its payment, else to its page."""
    owner, order = _sent_order(request)
    if owner is None or order is None:
        return redirect("sites:basket")
    if order.status is commerce.OrderStatus.AWAITING_PAYMENT:
        return begin(request, order.order_id, owner)
    return redirect("sites:order", order_id=order.order_id)


def _without_basket(request: HttpRequest) -> HttpResponse:
    """Where whoever has nothing to check out is led: to the order they have just placed and not paid, else to the basket."""
    _, order = _sent_order(request)
    if order is not None and order.status is commerce.OrderStatus.AWAITING_PAYMENT:
        return redirect("sites:order", order_id=order.order_id)
    return redirect("sites:basket")


def _sent_order(request: HttpRequest) -> tuple[commerce.Owner | None, commerce.Order | None]:
    """The reader, and the order that they sent last."""
    owner = commerce.find_owner(request, now=clock.now())
    key = sent_key(request.session)
    return owner, commerce.order_under(key, owner=owner) if owner is not None and key else None


def _basket(request: HttpRequest, kept: Said | None) -> commerce.Basket | None:
    """The reader's basket with at least one line, priced for what they said so far."""
    now = clock.now()
    owner = commerce.find_owner(request, now=now)
    if owner is None:
        return None
    found = commerce.find_basket(
        owner=owner, language=visiting.language(), now=now, ship_to=kept.ship_to if kept else None, shipping=kept.shipping if kept else None
    )
    return found if found is not None and found.lines else None


def _known(request: HttpRequest, kept: Said | None) -> dict[str, str]:
    if kept is not None:
        return {"name": kept.name, "email": kept.email}
    return {"name": request.user.name, "email": request.user.email} if request.user.is_authenticated else {}


def _address_form(request: HttpRequest, found: commerce.Basket, kept: Said | None) -> AddressForm | None:
    if not found.needs_shipping:
        return None
    known = kept.ship_to if kept is not None else None
    first = movement.request_market(request).territories[0][:2]
    country = request.POST.get("country") or (known.country if known else first)
    try:
        parts = shop.address_fields(country, language=visiting.language(), region=request.POST.get("region", ""))
    except shop.AddressWrong:
        country = first
        parts = shop.address_fields(country, language=visiting.language())
    initial = {**asdict(known), "lines": "\n".join(known.lines)} if known is not None and known.country == country else {}
    data = request.POST if _is_sent(request) else None
    return AddressForm(parts, country=country, data=data, initial={**initial, **request.POST.dict()})


def _is_sent(request: HttpRequest) -> bool:
    """Whether the form was sent to go on, and not only to see the fields of another country, which keep what was typed."""
    return request.method == "POST" and "country_only" not in request.POST


def _say(request: HttpRequest, contact: ContactForm, ship_to: commerce.ShipTo | None, kept: Said | None) -> None:
    given = contact.cleaned_data
    shipping = kept.shipping if kept is not None else {}
    Said(name=given["name"], email=given["email"], key=str(new_id()), ship_to=ship_to, shipping=shipping).keep_in(request.session)


def _ways(request: HttpRequest) -> dict[UUID, str]:
    """The way of shipping that was sent for each seller."""
    sent = [(name.removeprefix("shipping-"), code) for name, code in request.POST.items() if name.startswith("shipping-")]
    return {UUID(seller): str(code) for seller, code in sent if _is_uuid(seller)}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _steps(current: int) -> list[Step]:
    ways = [(gettext("Details"), reverse("sites:checkout")), (gettext("Review"), reverse("sites:review")), (gettext("Pay"), "")]
    return steps(ways, current=current)
