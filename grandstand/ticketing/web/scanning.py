"""The gate, for stewards: choose a session, scan, read the answer."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role, reach, steward
from grandstand.store.api import write, write_retrying
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.services.limits import check_rate
from grandstand.ticketing.values import GateView, LiveCount, Reason, ScanAttempt, ScanPlace, ScanReused, Verdict
from grandstand.ticketing.web.forms import ScanForm
from grandstand.ticketing.web.visitor import person_id
from grandstand.ticketing.words import of_called_off, of_reason, of_verdict, scan_again, script_words
from grandstand.ui.values import Link

AHEAD = timedelta(hours=36)
"""Sessions further away are found by "all sessions": nobody stands at their gates yet."""


@steward
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The sessions for which this steward may scan, those with open doors first."""
    now = clock.now()
    found = ticketing.scan_places(organisation_ids=within(request), language=_language(), now=now)
    everything = request.GET.get("all") == "1"
    near = [place for place in found if _doors(place) <= now + AHEAD]
    context = {
        "open": [place for place in found if _doors(place) <= now],
        "soon": [place for place in (found if everything else near) if _doors(place) > now],
        "more": 0 if everything else len(found) - len(near),
    }
    return render(request, "ticketing/places.html", context)


@steward
@require_http_methods(["GET", "POST"])
@never_cache
def scan(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Scan for one session, at a gate when one is chosen. Sending the same form twice gives the same answer and admits once.

    A form sent again with another code, as after going back, admits nobody: the page has a fresh one with that code in it, and says so (409).
    """
    place = ticketing.scan_place(session_id=session_id, organisation_ids=within(request), language=_language())
    gate = _gate(place, request.GET.get("gate", ""))
    form = ScanForm(request.POST or None)
    answer, status = None, 200
    if request.method == "POST" and form.is_valid():
        code = ""
        try:
            answer = of_verdict(_scan(request, form, place, gate), zone=place.time_zone, language=_language())
        except ScanReused:
            answer, status, code = scan_again(), ScanReused.status, form.cleaned_data["code"]
        form = ScanForm(initial={"scan_id": new_id(), "code": code})
    elif request.method == "GET":
        form = ScanForm(initial={"scan_id": new_id()})
    context: dict[str, Any] = {
        "place": place,
        "gate": gate,
        "form": form,
        "answer": answer,
        "called_off": of_called_off(place.called_off) if place.called_off is not None else None,
    }
    if request.headers.get("HX-Request") == "true":
        part = render(request, "ticketing/scan_part.html", context, status=status)
        part.headers["HX-Trigger"] = "scanned"
        return part
    context |= {"words": script_words(), "gates": _gates(place, gate), **_count(place)}
    return render(request, "ticketing/scan.html", context, status=status)


@steward
@require_safe
@never_cache
def count(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Who is in, for the page's own refresh."""
    place = ticketing.scan_place(session_id=session_id, organisation_ids=within(request), language=_language())
    return render(request, "ticketing/count.html", {"place": place, **_count(place)})


def within(request: HttpRequest) -> Collection[UUID] | None:
    """The organisations for which the person of this request is a steward; None for all of them."""
    mine = reach(request)
    return None if mine.everywhere else mine.organisations([Role.STEWARD])


def _scan(request: HttpRequest, form: ScanForm, place: ScanPlace, gate: GateView | None) -> Verdict:
    by, now = Actor.person(person_id(request)), clock.now()
    with write() as tx:
        check_rate(tx, key=f"person:{request.user.pk}", now=now)
    attempt = ScanAttempt(
        scan_id=form.cleaned_data["scan_id"] or new_id(),
        code=form.cleaned_data["code"],
        session_id=place.session_id,
        gate_id=gate.id if gate is not None else None,
        device_id=None,
    )
    (verdict,) = write_retrying(lambda tx: ticketing.scan_many(tx, [attempt], by=by, now=now))
    return verdict


def _gates(place: ScanPlace, chosen: GateView | None) -> list[Link]:
    path = reverse("ticketing:scan", args=[place.session_id])
    links = [Link(label=gettext("No gate"), url=path, current=chosen is None)] if place.gates else []
    return links + [Link(label=gate.name, url=f"{path}?gate={gate.number}", current=gate == chosen) for gate in place.gates]


def _count(place: ScanPlace) -> dict[str, Any]:
    live = ticketing.live_count(session_id=place.session_id, language=_language())
    return {"count": live, "reasons": _reasons(live), "share": _share(live)}


def _reasons(live: LiveCount) -> list[tuple[str, int]]:
    return [(of_reason(reason), live.refused_by_reason[reason]) for reason in Reason if live.refused_by_reason.get(reason)]


def _share(live: LiveCount) -> int:
    return round(100 * live.inside / live.sold) if live.sold else 0


def _gate(place: ScanPlace, number: str) -> GateView | None:
    return next((gate for gate in place.gates if str(gate.number) == number), None)


def _doors(place: ScanPlace) -> datetime:
    if place.entry is None or place.entry.starts_at is None:
        raise ValueError("a session without times is not among the places to scan")
    return place.entry.starts_at


def _language() -> str:
    return get_language() or "en"
