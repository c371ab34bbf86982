"""The way back from a bank, and papers to take away."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grandstand.commerce.links import opens
from grandstand.commerce.queries.documents import File, document_file, receipt_file
from grandstand.commerce.queries.orders import order
from grandstand.commerce.queries.payments import payment_progress
from grandstand.commerce.refusals import NoSuchDocument, NoSuchOrder, NoSuchPayment
from grandstand.commerce.values import PaymentState
from grandstand.commerce.visitors import find_owner
from grandstand.kit.clock import now as present
from grandstand.movement.api import Role, reach
from grandstand.ui.audience import public

FINANCE = (Role.FINANCE,)
"""Who may read a seller's papers; an owner of the organisation always may."""


@public
@never_cache
@require_safe
def payment(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """What the bank has told so far, asked again every two seconds; then on to the order. Only for whoever placed it."""
    owner = find_owner(request, now=present())  # first: signing in may just have made a visitor's order theirs
    try:
        progress = payment_progress(payment_id)
    except NoSuchPayment:
        raise Http404 from None
    if progress.owner is None or progress.owner != owner:
        raise Http404
    if progress.state is PaymentState.PAID:
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": progress.return_path})
        return redirect(progress.return_path)
    return render(request, "commerce/payment.html", {"progress": progress, "is_open": _is_open(progress.pay_by)})


def _is_open(pay_by: datetime) -> bool:
    return present() < pay_by


@public
@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """An invoice or credit note, for the buyer and for the seller's finance."""
    try:
        found = document_file(document_id)
    except NoSuchDocument:
        raise Http404 from None
    return _handed_out(request, found)


@public
@require_safe
def receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The receipt of an order, for its buyer; for finance when all of it is the seller's own."""
    try:
        found = receipt_file(order_id)
    except (NoSuchOrder, NoSuchDocument):
        raise Http404 from None
    return _handed_out(request, found)


def _handed_out(request: HttpRequest, file: File) -> HttpResponse:
    if not _may_have(request, file):
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="{file.name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(file.content, content_type="application/pdf", headers=headers)


def _may_have(request: HttpRequest, file: File) -> bool:
    """The buyer, whoever has the link from their mail, and the finance of every seller that the paper is about."""
    if opens(file.order_id, request.GET.get("key", "")):
        return True
    owner = find_owner(request, now=present())
    if owner is not None and owner == order(file.order_id).owner:
        return True
    return all(reach(request).allows(organisation_id, FINANCE) for organisation_id in file.organisation_ids)
