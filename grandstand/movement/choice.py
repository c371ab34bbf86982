"""Which market a request is in."""

from django.http import HttpRequest

from grandstand.movement.queries import markets, pick_market
from grandstand.movement.values import Market

COOKIE = "market"


def request_markets(request: HttpRequest) -> list[Market]:
    """The markets on offer, the default first. One statement, once a request."""
    kept: list[Market] | None = getattr(request, "movement_markets", None)
    if kept is None:
        kept = markets()
        request.movement_markets = kept  # type: ignore[attr-defined]
    return kept


def request_market(request: HttpRequest) -> Market:
    """The person's market, else the one in their cookie, else the default. Raises NoMarket when there is none at all."""
    wished = [getattr(request.user, "market_code", ""), request.COOKIES.get(COOKIE, "")]
    return pick_market(request_markets(request), wished)
