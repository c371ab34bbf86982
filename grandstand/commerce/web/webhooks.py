"""Where providers tell us. Answered only after the commit: whatever is not answered so is told again."""

from datetime import datetime, timedelta
from functools import partial

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grandstand.commerce import payments
from grandstand.commerce.payments import WebhookRefused
from grandstand.commerce.services.asking import receive_facts
from grandstand.kit.clock import now as present
from grandstand.store.api import allow, write, write_retrying
from grandstand.ui.audience import public
from grandstand.ui.sender import sender

LARGEST_BYTES = 64 * 1024
"""Providers' events are a few kilobytes long."""

MOST_A_MINUTE = 6_000
"""From one address. A provider sends from a few, and a hundred payments a second through each of them is more than any on-sale had yet."""

log = structlog.get_logger(__name__)


@csrf_exempt
@public
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """204 once the facts are kept and what they call for is done; 400 unproven, 413 too long, 429 too many. A provider proves itself by signature."""
    if provider not in payments.wired:
        return HttpResponse(status=404)
    now = present()
    if not _allowed(provider, request, now):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    body = request.read(LARGEST_BYTES + 1)  # not by Content-Length, which a body sent in chunks has not
    if len(body) > LARGEST_BYTES:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        facts = payments.provider(provider).read_webhook(headers=headers, body=body, now=now)
    except WebhookRefused as refused:
        log.warning("webhook_refused", provider=provider, reason=str(refused))
        return HttpResponse(status=400)
    orders = write_retrying(partial(receive_facts, facts=facts, now=now))
    log.info("webhook_received", provider=provider, events=[fact.event_id for fact in facts], orders={str(k): v.value for k, v in orders.items()})
    return HttpResponse(status=204)


def _allowed(provider: str, request: HttpRequest, now: datetime) -> bool:
    key = f"webhook:{provider}:{sender(request)}"
    with write() as tx:
        return allow(tx, key=key, limit=MOST_A_MINUTE, window=timedelta(minutes=1), now=now)
