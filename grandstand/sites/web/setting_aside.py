"""Setting something aside: behind the waiting room that may be before it, and within what one sender may."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.gate import api as gate
from grandstand.kit import clock
from grandstand.kit.errors import Refusal
from grandstand.sites.limits import TooFast, count_try, count_units
from grandstand.store import api as store


def set_aside(request: HttpRequest, take: Callable[[store.Tx], list[commerce.LineSet | Refusal]], units: int) -> commerce.LineSet | Refusal:
    """What `take` answers, within what one sender may set aside. A repetition sets nothing aside."""
    now = clock.now()

    def work(tx: store.Tx) -> commerce.LineSet | Refusal:
        (answer,) = take(tx)
        if isinstance(answer, commerce.LineSet) and not answer.repeated:
            count_units(tx, request, units, now=now)
        return answer

    try:
        store.write_retrying(lambda tx: count_try(tx, request, now=now))
        return store.write_retrying(work)
    except TooFast as refused:
        return refused


def set_all_aside(request: HttpRequest, addings: Sequence[commerce.Adding], *, now: datetime) -> bool:
    """Set all of it aside or nothing; whether it was set aside now, and not when the same was sent before. Raises what refused it."""

    def work(tx: store.Tx) -> bool:
        answers = commerce.add_lines_many(tx, addings, now=now)
        for answer in answers:
            if isinstance(answer, Refusal):
                raise answer
        fresh = [adding for adding, answer in zip(addings, answers, strict=True) if isinstance(answer, commerce.LineSet) and not answer.repeated]
        if fresh:
            count_units(tx, request, sum(adding.quantity for adding in fresh), now=now)
        return bool(fresh)

    return store.write_retrying(work)


def room_before(owner: commerce.Owner, refs: list[commerce.ItemRef]) -> gate.Room | None:
    """The waiting room that the owner has to pass first."""
    with store.read() as tx:
        return gate.find_room_before(tx, refs, owner=owner, now=clock.now())


def to_wait(request: HttpRequest, room: gate.Room) -> HttpResponse:
    """To the waiting room that is before the item."""
    url = reverse("gate:waiting", args=[room.code])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
