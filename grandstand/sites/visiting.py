"""What a visitor means: the edition that is on, the market they shop in. Each is looked up once a request."""

from django.http import HttpRequest
from django.utils.translation import get_language

from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.movement import api as movement


def language() -> str:
    """The language of the page, as a code of settings.LANGUAGES."""
    return get_language() or "en"


def edition_shown(request: HttpRequest) -> games.Edition | None:
    """The edition that `?edition=` names, else the one that is on or comes next; None on a platform without any. One statement."""
    kept = getattr(request, "sites_edition", None)
    if kept is None:
        code = request.GET.get("edition", "")
        kept = (games.edition(code=code, language=language()) if code else _current(),)
        request.sites_edition = kept  # type: ignore[attr-defined]
    found: games.Edition | None = kept[0]
    return found


def _current() -> games.Edition | None:
    return games.current_edition(on=clock.now().date(), language=language())


def market(request: HttpRequest) -> movement.Market | None:
    """The market whose prices are shown; None on a platform without any, where nothing can be sold. One statement."""
    try:
        return movement.request_market(request)
    except movement.NoMarket:
        return None
