"""The first page: what is on, what comes next, what can be had."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.movement.api import Market
from grandstand.shop import api as shop
from grandstand.sites import cards, visiting
from grandstand.sites.goods import product_card
from grandstand.ui.audience import public

AHEAD = 120
"""Sessions looked at for finals: two busy days of a large Games."""

NEXT = 6
FEATURED = 3
PRODUCTS = 4


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The edition that is on or comes next. At most 12 statements."""
    edition, market, now, language = visiting.edition_shown(request), visiting.market(request), clock.now(), visiting.language()
    if edition is None:
        return render(request, "sites/empty_house.html")
    ahead = games.coming_sessions(edition_id=edition.id, now=now, limit=AHEAD, language=language)
    coming = ahead[:NEXT]
    featured = [session for session in ahead[NEXT:] if session.stage is games.Stage.FINAL][:FEATURED]
    shown = cards.session_cards([*coming, *featured], market=market, now=now, language=language)
    days = cards.by_day(shown[: len(coming)], language=language)
    context = {
        "edition": edition,
        "is_on": edition.starts_on is not None and edition.ends_on is not None and edition.starts_on <= now.date() <= edition.ends_on,
        "days": days,
        "featured": shown[len(coming) :],
        "days_ahead": list(Counter(session.day_on for session in ahead).values()),
        "products": [product_card(tile) for tile in _products(market, language, now)],
        "disciplines": _disciplines(ahead),
    }
    return render(request, "sites/home.html", context)


def _products(market: Market | None, language: str, now: datetime) -> list[shop.ProductTile]:
    return shop.newest_products(market=market, language=language, now=now, limit=PRODUCTS) if market else []


def _disciplines(ahead: Sequence[games.Session]) -> list[tuple[str, str]]:
    """Code and name of the disciplines that are still to come, by name: read from what was asked for anyway."""
    return sorted({session.discipline_code: session.discipline_name for session in ahead}.items(), key=lambda each: each[1].casefold())
