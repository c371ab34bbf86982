"""What was sent to me."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grandstand.messaging import queries
from grandstand.messaging.values import NoSuchNotice
from grandstand.ui.audience import signed_in


@signed_in
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The latest notices to the person."""
    return render(request, "messaging/notices.html", {"notices": queries.notices_of(_reader(request))})


@signed_in
@require_safe
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One of them, as it was sent."""
    try:
        found = queries.notice_of(_reader(request), notice_id)
    except NoSuchNotice:
        raise Http404 from None
    return render(request, "messaging/notice.html", {"notice": found})


def _reader(request: HttpRequest) -> UUID:
    return cast(UUID, request.user.pk)
