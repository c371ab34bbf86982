"""The choice of market."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.movement.choice import COOKIE, request_market, request_markets
from grandstand.movement.queries import pick_market
from grandstand.people import api as people
from grandstand.ui.audience import public
from grandstand.ui.paths import way_back

A_YEAR_S = 365 * 24 * 3600


@public
@require_http_methods(["GET", "POST"])
def market(request: HttpRequest) -> HttpResponse:
    """Choose the market in which prices are shown, and go back to where one came from. It is remembered here, and with the account."""
    back = way_back(request, otherwise="/")
    if request.method == "GET":
        named = [(each, each.name_in(get_language() or "")) for each in request_markets(request)]
        context = {"markets": named, "chosen": request_market(request), "next": back}
        return render(request, "movement/market.html", context)
    chosen = pick_market(request_markets(request), [request.POST.get("market", "")])
    if request.user.is_authenticated:
        people.set_language_and_market(
            person_id=request.user.pk, language=request.user.language, market_code=chosen.code, now=now(), by=Actor.person(request.user.pk)
        )
    response = HttpResponseRedirect(back)
    response.set_cookie(COOKIE, chosen.code, max_age=A_YEAR_S, secure=bool(settings.SESSION_COOKIE_SECURE), httponly=True, samesite="Lax")
    return response
