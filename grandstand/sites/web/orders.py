"""One's orders: what was bought, where it is, what can still be done."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.sites import visiting
from grandstand.sites.orders import order_shown, status_words
from grandstand.sites.web.checkout import begin
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ui.audience import public, signed_in


@public
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """An order, for who placed it or has the mail about it. Others are told that there is none."""
    now, language = clock.now(), visiting.language()
    found = _order(request, order_id)
    holder = found.owner.person_id if found.owner else None
    tickets = ticketing.tickets_of_order(order_id=order_id, holder_id=holder, language=language)
    market = visiting.market(request)
    context = {
        "order": order_shown(found, parcels=shop.parcels_of_order(order_id, language=language), documents=commerce.documents_of(order_id)),
        "key": request.GET.get("key", ""),
        "tickets": tickets,
        "can_pay": found.status is commerce.OrderStatus.AWAITING_PAYMENT and found.pay_by > now,
        "is_owner": found.owner is not None and found.owner == commerce.find_owner(request, now=now),
        "providers": [(provider.code, provider.title(language)) for provider in commerce.providers()],
        "zone": market.time_zone if market else "UTC",
        "now": now,
    }
    return render(request, "sites/order.html", context)


@public
@require_POST
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Go to the bank again with an order that is not paid yet."""
    return begin(request, order_id, commerce.the_owner(request, now=clock.now()))


@public
@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Give an unpaid order up; what was in it is in the basket again."""
    now = clock.now()
    owner = commerce.the_owner(request, now=now)
    store.write_retrying(
        lambda tx: commerce.cancel_order(tx, order_id=order_id, by=owner.actor, now=now, reason="given up by the buyer", owner=owner, to_basket=True)
    )
    return redirect("sites:basket")


@signed_in
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Everything of mine: tickets to come, orders, parcels, details."""
    language, now = visiting.language(), clock.now()
    page = request.GET.get("page", "")
    person_id = cast(UUID, request.user.pk)
    orders = commerce.orders_of(person_id, page=int(page) if page.isdecimal() and len(page) < 7 else 1)
    tickets = ticketing.my_tickets(person_id=person_id, language=language)
    market = movement.request_market(request)
    context = {
        "orders": [(each, *status_words(each.status)) for each in orders.orders],
        "page": orders,
        "coming": [ticket for ticket in tickets if ticket.ends_at is None or ticket.ends_at > now],
        "market": market,
        "title": gettext("My tickets and orders"),
    }
    return render(request, "sites/account.html", context)


def _order(request: HttpRequest, order_id: UUID) -> commerce.Order:
    """The order for its owner, or for whoever has the key from the mail."""
    if commerce.opens(order_id, request.GET.get("key", "")):
        return commerce.order(order_id)
    owner = commerce.find_owner(request, now=clock.now())
    if owner is None:
        raise commerce.NoSuchOrder("There is no such order.")
    return commerce.order(order_id, owner=owner)
