"""The schedule of an edition: by day, discipline, venue, and by words."""

from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.sites import cards, visiting
from grandstand.sites.paging import Pages
from grandstand.ui import formats
from grandstand.ui.audience import public
from grandstand.ui.values import Link


@public
@require_safe
def schedule(request: HttpRequest) -> HttpResponse:
    """A page of the sessions that pass the filters of the query: day, discipline, venue, q, tickets. What is no filter's value is left out."""
    edition, language = visiting.edition_shown(request), visiting.language()
    if edition is None:
        return render(request, "sites/empty_house.html")
    asked = request.GET
    disciplines = games.disciplines(edition_id=edition.id, language=language)
    venues = games.venues(edition_id=edition.id, language=language)
    day = _day(asked.get("day", ""))
    found = games.schedule(
        edition_id=edition.id,
        day=day,
        discipline=asked.get("discipline", ""),
        venue=asked.get("venue", ""),
        search=asked.get("q", ""),
        ticketed=True if asked.get("tickets") else None,
        page=_number(asked.get("page", "")),
        language=language,
    )
    shown = cards.session_cards(found.sessions, market=visiting.market(request), now=clock.now(), language=language)
    context = {
        "edition": edition,
        "asked": asked,
        "disciplines": disciplines,
        "venues": venues,
        "found": found,
        "filtered": any(asked.get(name) for name in ("day", "discipline", "venue", "q", "tickets")),
        "day_links": _day_links(asked, found.days, day, language),
        "days": cards.by_day(shown, language=language),
        "page": Pages(number=found.page, of=found.pages),
    }
    return render(request, "sites/schedule.html", context)


def _day_links(asked: QueryDict, counts: tuple[games.DayCount, ...], chosen: date | None, language: str) -> list[Link]:
    links = [Link(label=gettext("All days"), url=_with(asked, None), current=chosen is None, count=sum(each.sessions for each in counts))]
    for each in counts:
        if each.day_on is not None:
            label = formats.day_text(each.day_on, language=language, year=False)
            links.append(Link(label=label, url=_with(asked, each.day_on), current=each.day_on == chosen, count=each.sessions))
    return links


def _with(asked: QueryDict, day: date | None) -> str:
    """The same question for another day, from its first page."""
    changed = asked.copy()
    changed.pop("page", None)
    changed.pop("day", None)
    if day is not None:
        changed["day"] = day.isoformat()
    return f"?{changed.urlencode()}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 1
