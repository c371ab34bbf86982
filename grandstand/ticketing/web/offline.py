"""What the scan page takes along for a gate without a network, and brings back."""

from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.movement.api import steward
from grandstand.store.api import Tx, write_retrying
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.services.limits import check_sync_rate
from grandstand.ticketing.values import OfflineScan
from grandstand.ticketing.web.scanning import within
from grandstand.ticketing.web.visitor import person_id

MOST_SCANS = 5_000
"""A gate in a dead spot for two hours, at one person in two seconds, has 3,600."""


@steward
@require_safe
@never_cache
def bundle(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The signed bundle of a session."""
    place = ticketing.scan_place(session_id=session_id, organisation_ids=within(request), language=_language())
    now = clock.now()

    def taken(tx: Tx) -> dict[str, object]:
        check_sync_rate(tx, key=f"person:{request.user.pk}", now=now)
        return ticketing.scanner_bundle(tx, session_id=place.session_id, device_id=None, language=_language(), now=now)

    return JsonResponse(write_retrying(taken))


@steward
@require_POST
@never_cache
def sync(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Keep what was decided without a network; the answer counts it and names the conflicts."""
    place = ticketing.scan_place(session_id=session_id, organisation_ids=within(request), language=_language())
    try:
        scans = msgspec.json.decode(request.body, type=list[OfflineScan])
    except msgspec.DecodeError as error:
        return JsonResponse({"code": "invalid", "message": str(error)}, status=422)
    if len(scans) > MOST_SCANS:
        return JsonResponse({"code": "too_many", "message": f"Send at most {MOST_SCANS} scans at once."}, status=413)
    by, now = Actor.person(person_id(request)), clock.now()
    write_retrying(lambda tx: check_sync_rate(tx, key=f"person:{request.user.pk}", now=now))  # by itself: it counts when the upload is refused too
    synced = write_retrying(lambda tx: ticketing.upload_scans(tx, session_id=place.session_id, device_id=None, scans=scans, by=by, now=now))
    return JsonResponse(msgspec.to_builtins(synced))


def _language() -> str:
    return get_language() or "en"
