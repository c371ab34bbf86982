"""Pictures of products."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.cache import cache_control
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from grandstand.shop.queries.pictures import picture_file
from grandstand.shop.values import NoSuchPicture
from grandstand.ui.audience import public

YEAR_S = 365 * 24 * 3600


@public
@require_safe
@cache_control(public=True, max_age=YEAR_S, immutable=True)
@csp_override({"default-src": [CSP.NONE]})
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """A picture never changes under its address, so it is kept for a year. Opened by itself it may load and run nothing."""
    try:
        found = picture_file(picture_id)
    except NoSuchPicture:
        raise Http404 from None
    return HttpResponse(found.content, content_type=found.media_type)
