"""What we know of somebody who bought without an account, for whoever has the link from their mail."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grandstand.commerce.guests import erase_guest, export_guest
from grandstand.commerce.links import opens
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import NotAGuests
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now as present
from grandstand.store.api import read, write_retrying
from grandstand.ui.audience import public

BY = Actor.system("guest_with_link")
"""Nobody who is signed in: the link is all that we know of them."""


@public
@never_cache
@require_safe
def data(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Everything about a guest's order, as a file to read or take elsewhere."""
    _check(request, order_id)
    try:
        with read() as tx:
            told = export_guest(tx, order_id)
    except NotAGuests:
        raise Http404 from None
    response = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-order.json"'
    return response


@public
@never_cache
@require_http_methods(["GET", "POST"])
def forget(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Forget the guest of an order, once they said that they are sure."""
    _check(request, order_id)
    found = order(order_id)
    if found.owner is not None and found.owner.person_id is not None:
        raise Http404
    if request.method == "POST":
        write_retrying(lambda tx: erase_guest(tx, order_id, now=present(), by=BY))
    is_forgotten = request.method == "POST" or not found.email
    return render(request, "commerce/forget.html", {"order": found, "is_forgotten": is_forgotten, "key": request.GET["key"]})


def _check(request: HttpRequest, order_id: UUID) -> None:
    if not opens(order_id, request.GET.get("key", "")):
        raise Http404
