"""The page on which seats are chosen, whichever way it was come to: opened, another section asked for, or something refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.kit import clock
from grandstand.kit.codecs import Json
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money, exponent
from grandstand.movement import api as movement
from grandstand.sites import visiting
from grandstand.sites.basket import MOST
from grandstand.sites.offers import Offer
from grandstand.sites.refusals import said
from grandstand.sites.seating.house import (
    Category,
    House,
    Seat,
    SeatIs,
    find_seating,
    house_of,
    indexed,
    numbers_of_section,
    rows,
    seats_now,
    sections,
)
from grandstand.sites.seating.words import words_of_map
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ui.values import Link

FREE_SEATS = "/gate/seats/"
"""Where the gate says which seats of a session are free."""

MODULES = [f"sites/seats/{name}.js" for name in ("camera", "drawing", "hands", "house", "keys", "list", "look", "news", "plan", "scene")]
"""What the map's script imports, fetched at once and not one after the other."""

MOST_SENT = 200
"""Seats that a form names at most; further ones are left out. Far more than anybody may hold, and few enough to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody in a session's house: what they look at, in which market and language, when."""

    session: games.Session
    house: House
    market: movement.Market
    language: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody has chosen and typed so far. `chosen` are numbers of seats, `unknown` how many were named that the plan has not (any more)."""

    key: str
    category: str
    quantity: str
    accessible: str
    may_split: bool
    section: int | None
    chosen: tuple[int, ...]
    unknown: int


def find_visit(request: HttpRequest, session_id: UUID) -> Visit | None:
    """None for a session that is not sold by seats, or not at all. Raises NoSuchSession."""
    language, now, market = visiting.language(), clock.now(), visiting.market(request)
    session = games.session(session_id=session_id, language=language)
    if market is None or session.status is games.Status.CANCELLED:
        return None
    with store.read() as tx:
        seating = find_seating(tx, session_id)
    if seating is None:
        return None
    on_sale = ticketing.offers_for_session(session_id=session_id, market=market, language=language, now=now)
    house = house_of(session, seating, on_sale, language=language)
    return Visit(session=session, house=house, market=market, language=language, now=now)


def read_asked(data: QueryDict, visit: Visit) -> Asked:
    """What a form or an address says. Seats chosen in an earlier version of the plan are found again in the present one."""
    numbers = [int(text) for text in data.getlist("seat")[:MOST_SENT] if text.isascii() and text.isdecimal() and len(text) < 7]
    with store.read() as tx:
        found = _in_present_plan(tx, visit.house, data.get("plan", ""), dict.fromkeys(numbers))
    wished = data.get("section") or data.get("in_section") or ""
    return Asked(
        key=data.get("key", "")[:60] or str(new_id()),
        category=data.get("category", ""),
        quantity=data.get("quantity", "2"),
        accessible=data.get("accessible", "0"),
        may_split="may_split" in data,
        section=int(wished) if wished.isascii() and wished.isdecimal() and len(wished) < 6 else None,
        chosen=tuple(found),
        unknown=len(dict.fromkeys(numbers)) - len(found),
    )


def page(request: HttpRequest, visit: Visit, asked: Asked, refused: Refusal | None = None) -> HttpResponse:
    """The page, with everything as it was chosen and typed, and what is in the way. Six statements at most, whatever is chosen."""
    house = visit.house
    in_section = numbers_of_section(house, asked.section) if asked.section is not None else ()
    # Whose a lost seat is matters to who was refused.
    owner = commerce.find_owner(request, now=visit.now) if refused is not None and asked.chosen else None
    with store.read() as tx:
        seats = seats_now(tx, house, [*asked.chosen, *in_section], holder=owner.holder if owner is not None else "")
    wanted, listed = seats[: len(asked.chosen)], seats[len(asked.chosen) :]
    chosen = [seat for seat in wanted if seat.state is SeatIs.FREE]
    lost = [seat for seat in wanted if seat.state is not SeatIs.FREE]
    zero = Money.zero(visit.market.currency)
    context = {
        "session": visit.session,
        "venue": visit.session.venue_name or visit.session.zone,
        "crumbs": _crumbs(visit.session),
        "market": visit.market,
        "categories": house.categories,
        "open": [category for category in house.categories if category.is_open],
        "has_accessible": any(category.accessible is not None and category.accessible.most for category in house.categories),
        "asked": asked,
        "quantity": _number(asked.quantity),
        # Where nothing else can be had, the form begins with one.
        "accessible": _number(asked.accessible) or int(all(category.is_accessible_only for category in house.categories if category.is_open)),
        "refused": said(refused) if refused is not None else None,
        "chosen": chosen,
        "chosen_numbers": {seat.number for seat in chosen},
        "listed": set(in_section),
        "lost": [(seat.words, _why(seat.state)) for seat in lost],
        "total": sum((seat.price for seat in chosen if seat.price is not None), start=zero),
        "most": _most(house),
        "sections": sections(house, current=asked.section),
        "rows": rows(house, listed),
        "section_name": house.indexed.plan.sections[asked.section].name if in_section and asked.section is not None else "",
        "plan_id": house.indexed.plan_id,
        "map": _map(visit, asked, chosen, lost),
        "modules": MODULES,
        "key": new_id(),
    }
    return render(request, "sites/seats.html", context, status=refused.status if refused is not None else 200)


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


def _in_present_plan(tx: store.Tx, house: House, plan_id: str, numbers: Mapping[int, None]) -> list[int]:
    """These numbers of seats of a plan by which the session was seated in its present one; a seat that it has not is left out."""
    then = present = house.indexed
    named = _find_id(plan_id)
    # Another session's plan is not read for whoever names it.
    if numbers and named is not None and named != present.plan_id and ticketing.has_seated(tx, session_id=house.session_id, plan_id=named):
        then = indexed(tx, named)
    ids = [then.places[number].seat.id for number in numbers if number < len(then.places)]
    return [present.numbers[id_] for id_ in ids if id_ in present.numbers]


def _find_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _crumbs(session: games.Session) -> list[Link]:
    return [
        Link(label=gettext("Schedule"), url=reverse("sites:schedule")),
        Link(label=session.title, url=reverse("sites:session", args=[session.id])),
        Link(label=gettext("Seats"), url=""),
    ]


def _number(text: str) -> int:
    """A number as a field shows it; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _why(state: SeatIs) -> str:
    return {
        SeatIs.FREE: "",
        SeatIs.TAKEN: pgettext("seat", "taken"),
        SeatIs.YOURS: gettext("in your basket or yours already"),
        SeatIs.NOT_SOLD: gettext("not for sale"),
    }[state]


def _most(house: House) -> int:
    """How many one person may take at once, of any category."""
    return max((offer.most for category in house.categories for offer in (category.public, category.accessible) if offer is not None), default=0)


def _map(visit: Visit, asked: Asked, chosen: list[Seat], lost: list[Seat]) -> dict[str, Json]:
    """What the map's script is told."""
    house, currency = visit.house, visit.market.currency
    return {
        "plan": plan_path(house.indexed.plan_id),
        "planId": str(house.indexed.plan_id),
        "planNumber": house.seating.number,
        "free": f"{FREE_SEATS}{visit.session.id}",
        "categories": [_category(category) for category in house.categories],
        "category": asked.category,
        "currency": currency,
        "digits": exponent(currency),
        "most": min(_most(house), MOST),
        "chosen": [seat.number for seat in chosen],
        "lost": [seat.number for seat in lost],
        "words": words_of_map(),
    }


def _category(category: Category) -> dict[str, Json]:
    def sold(offer: Offer | None) -> Json:
        return None if offer is None else {"price": offer.price.minor, "open": bool(offer.most)}

    about: dict[str, Json] = {"code": category.code, "name": category.name, "colour": category.colour, "shape": category.shape}
    return about | {"public": sold(category.public), "accessible": sold(category.accessible)}


def plan_path(plan_id: UUID) -> str:
    """Where the drawing of a plan is, in any language the same, so that it is fetched once."""
    with translation.override(settings.LANGUAGE_CODE):
        return reverse("sites:seat_plan", args=[plan_id])
