"""The waiting page. It holds no state of its own: a place is found by its signed cookie, or by who is signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.gate.passes import Passes
from grandstand.gate.rooms import rows
from grandstand.gate.rooms.board import PACE_STEPS
from grandstand.gate.rooms.joining import adopt_places
from grandstand.gate.rooms.opening import Entering, enter_many
from grandstand.gate.rooms.published import published
from grandstand.gate.rooms.standing import Standing, standing
from grandstand.gate.rooms.tokens import COOKIE_LASTS_S, Ticket, Tickets, cookie_name
from grandstand.gate.rooms.values import NoSuchRoom, Place, Room
from grandstand.gate.rules import round_opens_at
from grandstand.gate.values import Pass
from grandstand.kit.clock import now as present
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement import api as movement
from grandstand.store.api import Tx, installation_secrets, read, write_retrying
from grandstand.ui.audience import public
from grandstand.ui.formats import number_text
from grandstand.ui.paths import localised

PASS_FOR_JOINING = timedelta(minutes=30)
"""Of a pass that lies in the page: as long as somebody may read it before they join."""

REFRESH_S = 15
"""Without JavaScript the page comes again so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Who looks at the page, and which place is theirs."""

    owner: commerce.Owner | None
    place: Place | None


@public
@never_cache
@require_safe
def waiting(request: HttpRequest, room: str) -> HttpResponse:
    """My place, who is in front, how long it takes, what happens next. At most 12 statements.

    Whoever came in and did not get the answer that made them the visitor who joined becomes it here.
    """
    now = present()
    found = _room(room)
    visit = _settled(request, found, _visit(request, found, now), now)
    with read() as tx:
        steps, behind = rows.steps(tx, found.id, most=PACE_STEPS), rows.guards(tx, [found.id])[found.id]
        language = get_language() or "en"
        words = commerce.describe_all(tx, [(guarded.ref, language) for guarded in behind])
    mine = standing(found, visit.place, steps, now=now) if visit.place is not None else None
    market = movement.request_market(request)
    inside = mine is not None and mine.place.entered_at is not None and not mine.is_over
    asking = bool(found.proof_cost) and (mine is None or mine.is_over)
    context = {
        "room": found,
        "title": found.title_in(language),
        "stage": found.stage(now).value,
        "mine": mine,
        "must_sign_in": found.for_accounts and not request.user.is_authenticated,
        "inside": inside,
        "items": _unique([(each.title, each.subtitle, localised(each.path)) for each in words.values() if each.path]),
        "now": now,
        "market": market,
        "pass": _pass_to_join(visit.owner, market.code, now),
        "message": found.message.get(language) or found.message.get("en", ""),
        "ahead": _ahead(mine, language),
        "wait": _wait(mine),
        "stay_min": found.stay_s // 60,
        "seed_at": round_opens_at(found.beacon_round or found.named_round, zone_of=now),
        "refresh_s": 0 if asking else REFRESH_S,
        "poll": f"/gate/rooms/{found.code}",
        "words": _words(),
        "refused": _refused(request.GET.get("refused", "")),
    }
    return _with_token(render(request, "gate/waiting.html", context), request, found, visit.place)


@public
@require_POST
def enter(request: HttpRequest, room: str) -> HttpResponse:
    """Come in when it is one's turn: from now on the time runs.

    Who has no session yet goes on as the visitor who joined. Who has one keeps it, with all that they chose and ordered, and their place is its.
    """
    now = present()
    found = _room(room)
    visit = _visit(request, found, now)
    place, joined_as = visit.place, visit.place.owner if visit.place else None
    answer = redirect("gate:waiting", room)
    if place is None or joined_as is None:
        return answer
    owner = visit.owner or joined_as
    entered = write_retrying(lambda tx: _enter(tx, place, joined_as, owner))
    if isinstance(entered, Refusal):
        return answer
    if visit.owner is None:
        commerce.go_on_as(request, owner)
    return _with_token(answer, request, found, entered)


def _enter(tx: Tx, place: Place, joined_as: commerce.Owner, owner: commerce.Owner) -> Place | Refusal:
    if joined_as.visitor:
        adopt_places(tx, visitor=joined_as.visitor, owner=owner)
    (answer,) = enter_many(tx, [Entering(place_id=place.id, owner=owner)], now=tx.now())
    return answer


@public
@require_safe
def order(request: HttpRequest, room: str) -> HttpResponse:
    """What was published, and how anybody computes the order from it."""
    found = _room(room)
    mine = _visit(request, found, present()).place
    return render(request, "gate/order.html", {"room": found, "title": found.title_in(get_language() or "en"), "mine": mine})


@public
@require_safe
def order_json(request: HttpRequest, room: str) -> HttpResponse:
    """The early list and all that orders it: ids only. 404 until the list is closed."""
    found = _room(room)
    if found.closed_at is None:
        raise Http404
    with read() as tx:
        content = msgspec.json.encode(published(tx, found))
    headers = {"Cache-Control": "public, max-age=60"}
    return HttpResponse(content, content_type="application/json", headers=headers)


def _room(code: str) -> Room:
    try:
        with read() as tx:
            return rows.room_of(tx, code)
    except NoSuchRoom:
        raise Http404 from None


def _visit(request: HttpRequest, room: Room, now: datetime) -> _Visit:
    owner, ticket = commerce.find_owner(request, now=now), _ticket(request, room)
    visitor = ticket.holder.removeprefix("visitor:") if ticket and ticket.holder.startswith("visitor:") else ""
    if owner is not None and owner.person_id is not None:
        if visitor and _found(f"visitor:{visitor}", room) is not None:
            write_retrying(lambda tx: adopt_places(tx, visitor=visitor, owner=owner))
        return _Visit(owner=owner, place=_found(owner.holder, room))
    mine = _found(owner.holder, room) if owner is not None else None
    return _Visit(owner=owner, place=mine or (_found(f"visitor:{visitor}", room) if visitor else None))


def _settled(request: HttpRequest, room: Room, visit: _Visit, now: datetime) -> _Visit:
    """The same visit; of somebody who came in and did not get the answer that made session and place one's, as that answer would have left it."""
    place = visit.place
    if place is None or place.owner is None or place.entered_at is None or place.is_over(room, now) or place.owner == visit.owner:
        return visit
    if visit.owner is None:
        commerce.go_on_as(request, place.owner)
        return _Visit(owner=place.owner, place=place)
    visitor, owner = place.owner.visitor, visit.owner
    write_retrying(lambda tx: adopt_places(tx, visitor=visitor, owner=owner))
    return _Visit(owner=owner, place=_found(owner.holder, room))


def _found(holder: str, room: Room) -> Place | None:
    with read() as tx:
        return rows.places_of(tx, [(holder, room.id)]).get((holder, room.id))


def _ticket(request: HttpRequest, room: Room) -> Ticket | None:
    found = Tickets(installation_secrets()).find(request.COOKIES.get(cookie_name(room.code), ""))
    return found if found is not None and found.room_id == room.id else None


def _with_token(answer: HttpResponse, request: HttpRequest, room: Room, place: Place | None) -> HttpResponse:
    """The answer, with a new token where the browser's still names whose the place was before."""
    before = _ticket(request, room)
    if place is not None and before is not None and before.holder != place.holder:
        answer.set_cookie(
            cookie_name(room.code),
            Tickets(installation_secrets()).issue(place),
            max_age=COOKIE_LASTS_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer


def _pass_to_join(owner: commerce.Owner | None, market_code: str, now: datetime) -> str:
    """For the form that joins: who is known already joins as themselves."""
    if owner is None:
        return ""
    bearer = Pass(owner=owner, market_code=market_code, basket_id=new_id(), valid_until=now + PASS_FOR_JOINING)
    return Passes(installation_secrets()).issue(bearer)


def _unique(items: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """One line per page: the offers of a session share one."""
    return list({path: (title, subtitle, path) for title, subtitle, path in items}.values())


def _ahead(mine: Standing | None, language: str) -> str:
    if mine is None or mine.ahead is None:
        return ""
    least, most = (number_text(value, language=language) for value in (mine.ahead.least, mine.ahead.most))
    return most if least == most else gettext("%(least)s to %(most)s") % {"least": least, "most": most}


def _wait(mine: Standing | None) -> str:
    if mine is None or mine.wait is None:
        return ""
    least, most = (ceil(each / timedelta(minutes=1)) for each in mine.wait)
    if most <= 1:
        return gettext("less than a minute")
    if least == most:
        return ngettext("about %(n)d minute", "about %(n)d minutes", most) % {"n": most}
    return gettext("%(least)d to %(most)d minutes") % {"least": least, "most": most}


def _refused(code: str) -> tuple[str, str]:
    """Title and body of why a form was given no place. Two empty texts where the page says it anyway, and for what is no reason."""
    match code:
        case "proof_needed":
            return gettext("The puzzle was not solved"), gettext("Your device solves it by itself: take a place again, and let the page finish.")
        case "too_fast":
            return gettext("Too many places were taken from your connection"), gettext("Try again in some minutes, or sign in.")
        case "pass_wrong":
            return gettext("This page was open for long"), gettext("You have no place yet: take one now.")
        case "body_wrong":
            return gettext("You have no place yet"), gettext("What came from this page was not complete: take a place again.")
        case _:
            return "", ""


def _words() -> dict[str, str]:
    """What the browser says by itself, with the numbers it reckons."""
    return {
        "between": gettext("%(least)s to %(most)s"),
        "minutes": gettext("%(least)s to %(most)s minutes"),
        "about": gettext("about %(n)s min"),
        "soon": gettext("less than a minute"),
        "unknown": gettext("not known yet"),
        "yourTurn": gettext("It is your turn."),
        "people": gettext("People in front of you: %(n)s"),
        "solving": gettext("One moment: your device solves a small puzzle that keeps machines out."),
        "failed": gettext("That did not reach us, so nothing was changed. Check your connection and try again."),
        "left": gettext("%(n)s left"),
        "none": gettext("none left just now"),
    }
