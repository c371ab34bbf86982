"""A session: what is on, where, and which tickets there are."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.sites import cards, visiting, words
from grandstand.sites.offers import ACCESSIBLE, offers
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ui import pictures
from grandstand.ui.audience import public
from grandstand.ui.values import Link


@public
@require_safe
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The session's page. At most 12 statements."""
    language, now, market = visiting.language(), clock.now(), visiting.market(request)
    shown = games.session(session_id=session_id, language=language)
    units = games.units_of_session(session_id=session_id, language=language)
    on_sale = ticketing.offers_for_session(session_id=session_id, market=market, language=language, now=now) if market else []
    sport = cards.sport_of(shown)
    tone, word = words.of_session(shown, None, now=now, language=language)
    context = {
        "session": shown,
        "sport": sport,
        "kind": pictures.cover_kind(sport),
        "tone": tone,
        "word": word,
        "stage": words.of_stage(shown.stage),
        "venue": shown.venue_name or shown.zone,
        "crumbs": _crumbs(shown),
        "units": units,
        "offers": offers(on_sale, session=shown, language=language) if _takes_place(shown) else [],
        # Seats are chosen where accessible places are left, though all others be gone.
        "accessible": {each.code for each in offers(on_sale, session=shown, language=language, account=ACCESSIBLE) if each.most},
        "seated": _is_seated(session_id) if on_sale else False,
        "market": market,
        "key": new_id(),
    }
    return render(request, "sites/session.html", context)


def _is_seated(session_id: UUID) -> bool:
    """Whether its tickets are for numbered seats, which are chosen on a page of their own. One statement."""
    with store.read() as tx:
        return session_id in ticketing.seatings_many(tx, [session_id])


def _takes_place(session: games.Session) -> bool:
    return session.status is not games.Status.CANCELLED


def _crumbs(session: games.Session) -> list[Link]:
    schedule = reverse("sites:schedule")
    return [
        Link(label=gettext("Schedule"), url=schedule),
        Link(label=session.discipline_name, url=f"{schedule}?discipline={session.discipline_code}"),
        Link(label=session.code, url=""),
    ]
