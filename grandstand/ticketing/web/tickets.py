"""A person's tickets: the list, one with its code, paper and calendar."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.store.api import read
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.services.files import calendar, paper
from grandstand.ticketing.values import NoSuchTicket, TicketState, TicketView
from grandstand.ticketing.web.shown import shown
from grandstand.ticketing.web.visitor import person_id
from grandstand.ticketing.words import of_event
from grandstand.ui.audience import public, signed_in
from grandstand.ui.qr import qr_svg


@signed_in
@require_safe
@never_cache
def my_tickets(request: HttpRequest) -> HttpResponse:
    """Every ticket of mine: those to come, then those of sessions that are over. At most ten statements."""
    now = clock.now()
    mine = ticketing.my_tickets(person_id=person_id(request), language=_language())
    over = [ticket for ticket in mine if ticket.ends_at is not None and ticket.ends_at <= now]
    coming = [ticket for ticket in mine if ticket not in over]
    return render(request, "ticketing/my_tickets.html", {"coming": _by_session(coming), "over": _by_session(list(reversed(over)))})


@signed_in
@require_safe
@never_cache
def ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """One ticket of mine with its code."""
    beside = ticketing.tickets_beside(ticket_id=ticket_id, holder_id=person_id(request), language=_language())
    place = next(n for n, each in enumerate(beside) if each.id == ticket_id)
    view = beside[place]
    code = ticketing.codes(tickets=[view], now=clock.now()).get(view.id)
    context = {
        "ticket": shown(view, qr=qr_svg(code) if code else ""),
        "code": code,
        "previous": beside[place - 1] if place else None,
        "next": beside[place + 1] if place + 1 < len(beside) else None,
        "history": [(of_event(event.kind), event) for event in ticketing.history(ticket_id=view.id, language=_language())],
    }
    return render(request, "ticketing/ticket.html", context)


@signed_in
@require_POST
def activate(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """Make a ticket of mine ready for the gate."""
    ticketing.activate_ticket(ticket_id=ticket_id, holder_id=person_id(request), now=clock.now())
    return redirect("ticketing:ticket", ticket_id)


@signed_in
@require_safe
@never_cache
def ticket_pdf(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """One ticket of mine on paper."""
    view = ticketing.ticket(ticket_id=ticket_id, holder_id=person_id(request), language=_language())
    return _pdf([view], gettext("ticket"))


@signed_in
@require_safe
@never_cache
def ticket_calendar(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """The session of one ticket of mine, for a calendar."""
    view = ticketing.ticket(ticket_id=ticket_id, holder_id=person_id(request), language=_language())
    return _calendar([view], reverse("ticketing:ticket", args=[view.id]), gettext("ticket"))


@public
@require_safe
@never_cache
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """All tickets of an order with their codes, one below the other: for its buyer, or whoever has the mail about it."""
    views = _of_order(request, order_id)
    codes = ticketing.codes(tickets=views, now=clock.now())
    context = {
        "tickets": [shown(view, qr=qr_svg(codes[view.id]) if view.id in codes else "") for view in views],
        "sessions": _by_session(views),
        "order_id": order_id,
        "key": request.GET.get("key", ""),
    }
    return render(request, "ticketing/order.html", context)


@public
@require_safe
@never_cache
def order_pdf(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The same on paper, a page each."""
    return _pdf(_of_order(request, order_id), gettext("tickets"))


@public
@require_safe
@never_cache
def order_calendar(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The sessions of an order, for a calendar."""
    return _calendar(_of_order(request, order_id), reverse("ticketing:order", args=[order_id]), gettext("tickets"))


def _language() -> str:
    return get_language() or "en"


def _of_order(request: HttpRequest, order_id: UUID) -> list[TicketView]:
    """Tickets of an order that this request may see: their holder's, or of whoever has the key of the mail, as with paper.

    Raises NoSuchTicket, for somebody else's too.
    """
    views = ticketing.tickets_of_order(order_id=order_id, holder_id=_holder(request, order_id), language=_language())
    if not views:
        raise NoSuchTicket("There are no such tickets among yours.", order_id=str(order_id))
    return views


def _holder(request: HttpRequest, order_id: UUID) -> UUID | None:
    """Whose tickets of this order the request may see; None for those that have no holder, because a guest bought them."""
    if commerce.opens(order_id, request.GET.get("key", "")):
        with read() as tx:
            contact = commerce.contacts_many(tx, [order_id]).get(order_id)
        return contact.person_id if contact is not None else None
    owner = commerce.find_owner(request, now=clock.now())
    if owner is not None and owner.person_id is not None:
        return owner.person_id
    try:
        commerce.order(order_id, owner=owner or commerce.Owner(visitor="nobody"))
    except commerce.NoSuchOrder:
        raise NoSuchTicket("There are no such tickets among yours.", order_id=str(order_id)) from None
    return None


def _by_session(tickets: Sequence[TicketView]) -> list[dict[str, Any]]:
    """One entry per session, with its tickets."""
    sessions: dict[UUID, dict[str, Any]] = {}
    for view in tickets:
        entry = sessions.setdefault(view.session_id, {"session": view, "tickets": []})
        entry["tickets"].append(shown(view))
    return list(sessions.values())


def _pdf(tickets: Sequence[TicketView], name: str) -> HttpResponse:
    content = paper(tickets=tickets, language=_language(), now=clock.now())
    return _file(content, "application/pdf", f"{name}-{tickets[0].session_code}.pdf")


def _calendar(tickets: Sequence[TicketView], path: str, name: str) -> HttpResponse:
    coming = [each for each in tickets if each.starts_at is not None and each.state is not TicketState.VOID]
    if not coming:
        raise NoSuchTicket("There is nothing to put into a calendar: the times are not known yet.")
    content = calendar(tickets=coming, path=path, language=_language(), now=clock.now())
    return _file(content, "text/calendar; charset=utf-8", f"{name}-{coming[0].session_code}.ics")


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
