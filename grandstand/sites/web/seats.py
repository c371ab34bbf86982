"""Choosing seats: the best ones for a party, or certain ones from the map or the list. All of it is one form, so that nothing typed is lost."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_POST, require_safe

from grandstand.commerce import api as commerce
from grandstand.gate import api as gate
from grandstand.inventory.api import Reason
from grandstand.kit import clock
from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.sites.basket import MOST
from grandstand.sites.limits import count_try
from grandstand.sites.offers import Offer
from grandstand.sites.refusals import NoSeatsChosen, NoSeatsTogether, QuantityWrong, SeatsLost
from grandstand.sites.seating import drawing
from grandstand.sites.seating.house import Seat, SeatIs, seats_now
from grandstand.sites.web.forms import BestSeatsForm
from grandstand.sites.web.seats_page import Asked, Visit, find_visit, page, read_asked
from grandstand.sites.web.setting_aside import room_before, set_all_aside, to_wait
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ui.audience import public

TRIES = 5
"""How often seats are chosen for a party anew when somebody was faster: each time the house has just been looked at."""

KIND = "ticket"


@public
@require_safe
def seats(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The house of a session: its plan, what its seats cost, and ways to choose. At most 12 statements. A session without seats has its own page."""
    visit = find_visit(request, session_id)
    return page(request, visit, read_asked(request.GET, visit)) if visit is not None else redirect("sites:session", session_id)


@public
@require_POST
def hold_seats(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Set the chosen seats aside, all of them or none. `section` in the form asks only to see another section of the list."""
    visit = find_visit(request, session_id)
    if visit is None:
        return redirect("sites:session", session_id)
    asked = read_asked(request.POST, visit)
    if "section" in request.POST:
        return page(request, visit, asked)
    try:
        return _hold(request, visit, asked)
    except Refusal as refused:
        return page(request, visit, asked, refused)


@public
@require_POST
def best_seats(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Choose the best seats for a party and set them aside; chosen anew while somebody is faster."""
    visit = find_visit(request, session_id)
    if visit is None:
        return redirect("sites:session", session_id)
    asked = read_asked(request.POST, visit)
    try:
        return _hold_best(request, visit, BestSeatsForm(request.POST))
    except Refusal as refused:
        return page(request, visit, asked, refused)


@public
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
@condition(etag_func=lambda _request, plan_id: f'"{plan_id}-{drawing.FORMAT}"')
def seat_plan(_request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The drawing of a plan (`seating/drawing.py`), to be kept for ever: another version of a plan has another id. One statement at most.

    A plan by which no session is or was seated is not shown.
    """

    def read() -> ticketing.Plan:
        with store.read() as tx:
            return ticketing.seated_plan(tx, plan_id)

    return HttpResponse(drawing.drawing(plan_id, read), content_type="application/json")


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


def _hold(request: HttpRequest, visit: Visit, asked: Asked) -> HttpResponse:
    if asked.unknown:
        raise SeatsLost("Some of these seats are not in the plan any more.")
    if not asked.chosen:
        raise NoSeatsChosen("Choose seats first.")
    if len(asked.chosen) > MOST:
        raise commerce.LineRefused("That is more than can be bought at once.", reason=Reason.TOO_MANY.value)
    owner = commerce.the_owner(request, now=visit.now)
    with store.read() as tx:
        wanted = seats_now(tx, visit.house, asked.chosen, holder=owner.holder)
    # What is theirs already may be this form, sent twice.
    if any(seat.state in {SeatIs.TAKEN, SeatIs.NOT_SOLD} or seat.offer_id is None for seat in wanted):
        raise SeatsLost("Some of these seats cannot be had.")
    by_offer: dict[UUID, list[Seat]] = {}
    for seat in wanted:
        assert seat.offer_id is not None, "just looked at"
        by_offer.setdefault(seat.offer_id, []).append(seat)
    refs = {offer_id: commerce.ItemRef(kind=KIND, item_id=offer_id) for offer_id in by_offer}
    if (room := room_before(owner, list(refs.values()))) is not None:
        return to_wait(request, room)
    store.write_retrying(lambda tx: count_try(tx, request, now=visit.now))
    try:
        set_all_aside(
            request,
            [_adding(visit, owner, refs[offer_id], [seat.seat_id for seat in chosen], asked.key) for offer_id, chosen in sorted(by_offer.items())],
            now=visit.now,
        )
    except commerce.LineRefused as refused:
        raise (SeatsLost("Some of these seats have just been taken.") if _is_taken(refused) else refused) from refused
    return redirect("sites:basket")


def _adding(visit: Visit, owner: commerce.Owner, ref: commerce.ItemRef, seat_ids: Sequence[UUID], key: str) -> commerce.Adding:
    """`key` is the form's: the same seats sent again with it are held once, other seats are another wish."""
    return commerce.Adding(
        key=digest([key, ref.item_id, sorted(seat_ids)]),
        owner=owner,
        market_code=visit.market.code,
        ref=ref,
        quantity=len(seat_ids),
        seat_ids=tuple(seat_ids),
    )


def _hold_best(request: HttpRequest, visit: Visit, form: BestSeatsForm) -> HttpResponse:
    offer, party = _party(visit, form)
    owner, ref = commerce.the_owner(request, now=visit.now), commerce.ItemRef(kind=KIND, item_id=offer.offer_id)
    if (room := room_before(owner, [ref])) is not None:
        return to_wait(request, room)
    store.write_retrying(lambda tx: count_try(tx, request, now=visit.now))
    key = digest([form.cleaned_data["key"], offer.offer_id, *party])
    quantity, accessible, may_split = party
    for attempt in range(1, TRIES + 1):
        chosen = gate.best_seats(visit.session.id, offer.offer_id, quantity, accessible=accessible, may_split=may_split)
        if not chosen:
            store.write_retrying(lambda tx: _assert_added(tx, key))
            return _sent_twice(request)
        adding = commerce.Adding(key=key, owner=owner, market_code=visit.market.code, ref=ref, quantity=len(chosen), seat_ids=chosen)
        try:
            set_all_aside(request, [adding], now=clock.now())
        except commerce.KeyReused:  # the same wish was granted before, with the seats of then
            return _sent_twice(request)
        except commerce.LineRefused as refused:
            if attempt == TRIES or not _is_taken(refused):
                raise
        else:
            break
    return redirect("sites:basket")


def _assert_added(tx: store.Tx, key: str) -> None:
    """The last seats may have gone to this same form, sent a moment before. Raises NoSeatsTogether where they did not."""
    if not commerce.was_added(tx, key=key, now=clock.now()):
        raise NoSeatsTogether("There are no seats like that.")


def _sent_twice(request: HttpRequest) -> HttpResponse:
    messages.info(request, gettext("This was sent twice and added once. To have more, choose again."))
    return redirect("sites:basket")


def _party(visit: Visit, form: BestSeatsForm) -> tuple[Offer, tuple[int, int, bool]]:
    """The offer that a party is for; its size, how many need an accessible place, whether it may sit apart. Raises what is wrong with the form."""
    form.is_valid()
    if "key" in form.errors:
        raise commerce.KeyReused("This is no form of ours: open the page again.")
    category = next((each for each in visit.house.categories if each.code == form.cleaned_data.get("category")), None)
    sold = [offer for offer in (category.public, category.accessible) if offer is not None] if category is not None else []
    if category is None or not sold:
        raise _not_sold()
    quantity, accessible = form.cleaned_data.get("quantity"), form.cleaned_data.get("accessible") or 0
    if quantity is None or "accessible" in form.errors or accessible > quantity:
        most = max(offer.most for offer in sold) or 1
        raise QuantityWrong(f"Choose how many, from 1 to {most}.", most=most)
    offer = category.accessible if accessible else category.public
    if offer is None:
        raise NoSeatsTogether("This category has no accessible places.") if accessible else _not_sold()
    return offer, (quantity, accessible, form.cleaned_data["may_split"])


def _not_sold() -> commerce.LineRefused:
    return commerce.LineRefused("This is not sold here.", reason=commerce.NoQuote.UNKNOWN_ITEM.value)


def _is_taken(refused: commerce.LineRefused) -> bool:
    return refused.detail.get("reason") == Reason.SEATS_TAKEN.value
