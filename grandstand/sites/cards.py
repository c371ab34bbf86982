"""Sessions and products as lists show them: what the components of ui ask for, read from the doors' values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.urls import reverse

from grandstand.games import api as games
from grandstand.kit.money import Money
from grandstand.movement.api import Market
from grandstand.sites import words
from grandstand.ticketing import api as ticketing
from grandstand.ui import formats, pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """A session in a list or on a tile. `kind` is the ground of its cover, `tone` and `word` its state."""

    id: UUID
    url: str
    title: str
    code: str
    sport: str
    sport_name: str
    kind: str
    venue: str
    day_on: date | None
    starts_at: datetime | None
    zone: str
    price: Money | None
    tone: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The sessions of one local day. `zone` is the time zone when all of them share it, else empty: then each names its own."""

    day_on: date | None
    zone: str
    zone_text: str
    cards: tuple[SessionCard, ...]


def session_cards(sessions: Sequence[games.Session], *, market: Market | None, now: datetime, language: str) -> list[SessionCard]:
    """Each session with its price and state in a market. Four statements whatever their number; none without a market."""
    sales = ticketing.sessions_on_sale(session_ids=[session.id for session in sessions], market=market, now=now) if market and sessions else {}
    return [_session_card(session, sales.get(session.id), now=now, language=language) for session in sessions]


def by_day(cards: Iterable[SessionCard], *, language: str) -> list[Day]:
    """Cards that are in order of their days, day by day."""
    return [_day(day_on, tuple(of_day), language) for day_on, of_day in groupby(cards, key=lambda card: card.day_on)]


def _session_card(session: games.Session, sale: ticketing.SessionOnSale | None, *, now: datetime, language: str) -> SessionCard:
    tone, word = words.of_session(session, sale, now=now, language=language)
    can_be_had = sale is not None and sale.state in {ticketing.SaleState.OPEN, ticketing.SaleState.NOT_OPEN} and tone != "refused"
    sport = sport_of(session)
    return SessionCard(
        id=session.id,
        url=reverse("sites:session", args=[session.id]),
        title=session.title,
        code=session.code,
        sport=sport,
        sport_name=session.discipline_name,
        kind=pictures.cover_kind(sport),
        venue=session.venue_name or session.zone,
        day_on=session.day_on,
        starts_at=session.starts_at,
        zone=session.time_zone,
        price=sale.cheapest if sale is not None and can_be_had else None,
        tone=tone,
        word=word,
    )


def sport_of(session: games.Session) -> str:
    """What the mark and the cover of a session are found by: its branch, where that has a mark of its own, else its discipline."""
    return session.branch if session.branch and pictures.sport_key(session.branch) else session.discipline_code


def _day(day_on: date | None, cards: tuple[SessionCard, ...], language: str) -> Day:
    zones = {card.zone for card in cards}
    starts = [card.starts_at for card in cards if card.starts_at is not None]
    zone = zones.pop() if len(zones) == 1 and starts else ""
    text = formats.zone_text(starts[0], zone=zone, language=language) if zone else ""
    return Day(day_on=day_on, zone=zone, zone_text=text, cards=cards)
