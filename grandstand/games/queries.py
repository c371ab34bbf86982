"""Reads. Each says what it costs; lists cost the same for one row and for forty."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from grandstand.games import models, rules
from grandstand.games.refusals import NoSuchEdition, NoSuchSession, NoSuchVenue
from grandstand.games.rows import competitor_of, discipline_of, edition_of, session_of, unit_of, venue_of
from grandstand.games.values import (
    Competitor,
    DayCount,
    Discipline,
    Edition,
    ImportedPrice,
    SchedulePage,
    Session,
    SessionBrief,
    Stage,
    Status,
    Unit,
    Venue,
)
from grandstand.kit.money import Money
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx

PAGE_SIZE = 40
"""Sessions on one page of the schedule: a busy day of a large Games has 65."""

MAX_PAGE_SIZE = 200

# -- editions --------------------------------------------------------------------------------------------------------------------------


def editions(*, organisation_id: UUID | None = None, language: str = "en") -> list[Edition]:
    """Every edition, of one organisation when given; the latest first, those without days last. One statement."""
    found = models.Edition.objects.order_by(F("starts_on").desc(nulls_last=True), "code")
    return [edition_of(row, language) for row in (found if organisation_id is None else found.filter(organisation_id=organisation_id))]


def edition(*, code: str, language: str = "en") -> Edition:
    """The edition with this code, in any case of letters. Raises NoSuchEdition. One statement."""
    return _one_edition(models.Edition.objects.filter(code__iexact=code), code, language)


def edition_by_id(*, edition_id: UUID, language: str = "en") -> Edition:
    """The edition. Raises NoSuchEdition. One statement."""
    return _one_edition(models.Edition.objects.filter(id=edition_id), edition_id, language)


def current_edition(*, on: date, organisation_id: UUID | None = None, language: str = "en") -> Edition | None:
    """The edition a visitor means on a day: the one that is on, else the next to come, else the last that was. None without any. One statement."""
    known = editions(organisation_id=organisation_id, language=language)
    dated = [(e.starts_on, e.ends_on, e) for e in known if e.starts_on is not None and e.ends_on is not None]
    running = [e for starts_on, ends_on, e in dated if starts_on <= on <= ends_on]
    coming = [e for starts_on, _, e in reversed(dated) if starts_on > on]
    over = [e for *_, e in dated]
    return next(iter([*running, *coming, *over, *known]), None)


def _one_edition(found: "QuerySet[models.Edition]", named: object, language: str) -> Edition:
    row = found.first()
    if row is None:
        raise NoSuchEdition(f"there is no edition {named}")
    return edition_of(row, language)


# -- disciplines and venues ------------------------------------------------------------------------------------------------------------


def disciplines(*, edition_id: UUID, language: str = "en") -> list[Discipline]:
    """The disciplines of an edition by their name in `language`. One statement."""
    rows = models.Discipline.objects.filter(edition_id=edition_id).select_related("sport")
    return sorted((discipline_of(row, language) for row in rows), key=lambda discipline: rules.folded(discipline.name))


def venues(*, edition_id: UUID, language: str = "en") -> list[Venue]:
    """The venues of an edition by their name in `language`. One statement."""
    rows = models.Venue.objects.filter(edition_id=edition_id)
    return sorted((venue_of(row, language) for row in rows), key=lambda venue: rules.folded(venue.name))


def venue(*, venue_id: UUID, language: str = "en") -> Venue:
    """The venue. Raises NoSuchVenue. One statement."""
    row = models.Venue.objects.filter(id=venue_id).first()
    if row is None:
        raise NoSuchVenue(f"there is no venue {venue_id}")
    return venue_of(row, language)


# -- sessions --------------------------------------------------------------------------------------------------------------------------


def session(*, session_id: UUID, language: str = "en") -> Session:
    """The session. Raises NoSuchSession. One statement."""
    found = sessions_by_ids(ids=[session_id], language=language)
    if session_id not in found:
        raise NoSuchSession(f"there is no session {session_id}")
    return found[session_id]


def session_by_code(*, edition_id: UUID, code: str, language: str = "en") -> Session:
    """The session with this code, in any case of letters. Raises NoSuchSession. One statement."""
    row = _sessions().filter(edition_id=edition_id, code=code.upper()).first()
    if row is None:
        raise NoSuchSession(f"there is no session {code} in this edition")
    return session_of(row, language)


def sessions_by_ids(*, ids: Sequence[UUID], language: str = "en") -> dict[UUID, Session]:
    """The sessions that exist among `ids`, by id. One statement."""
    return {row.id: session_of(row, language) for row in _sessions().filter(id__in=ids)}


def schedule(
    *,
    edition_id: UUID,
    day: date | None = None,
    discipline: str = "",
    venue: str = "",
    search: str = "",
    ticketed: bool | None = None,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    language: str = "en",
) -> SchedulePage:
    """A page of the sessions that pass every filter given, in order of local day, start and code, with a count per day for navigation.

    `discipline` and `venue` are codes; `search` is words that must all occur, in any language, anywhere in a word, accents and case aside.
    `page` below 1 is the first, beyond the last the last; `page_size` is at most 200. Two statements.
    """
    filters = Q(edition_id=edition_id)
    if discipline:
        filters &= Q(discipline__code=discipline.upper())
    if venue:
        filters &= Q(venue__code=venue)
    if ticketed is not None:
        filters &= Q(ticketed=ticketed)
    for word in rules.searched(search):
        filters &= Q(search_text__contains=word)
    counts = models.Session.objects.filter(filters).values_list("day_on").annotate(n=Count("id")).order_by(F("day_on").asc(nulls_last=True))
    days = tuple(DayCount(day_on=day_on, sessions=n) for day_on, n in counts)
    size = max(1, min(page_size, MAX_PAGE_SIZE))
    total = sum(count.sessions for count in days if day is None or count.day_on == day)
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    rows = _sessions().filter(filters if day is None else filters & Q(day_on=day)).order_by(*_IN_TIME)[(at - 1) * size : at * size]
    return SchedulePage(sessions=tuple(session_of(row, language) for row in rows), total=total, page=at, pages=pages, days=days)


def coming_sessions(*, edition_id: UUID, now: datetime, limit: int, stages: Sequence[Stage] = (), language: str = "en") -> list[Session]:
    """The next sessions that are on or still to come, in order of time, `limit` (up to 200) at most; with `stages`, only those.

    Sessions that are cancelled or postponed, or have no times yet, are left out. One statement.
    """
    found = _sessions().filter(edition_id=edition_id, ends_at__gt=now).exclude(status__in=[Status.CANCELLED, Status.POSTPONED])
    if stages:
        found = found.filter(stage__in=stages)
    return [session_of(row, language) for row in found.order_by("starts_at", "code")[: min(limit, MAX_PAGE_SIZE)]]


def _sessions() -> "QuerySet[models.Session]":
    return models.Session.objects.select_related("edition", "discipline", "venue").defer("search_text")


_IN_TIME = (F("day_on").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), "code")

_BRIEF = """
SELECT s.id, s.edition_id, s.organisation_id, s.code, s.title, s.titles, s.venue_id, COALESCE(v.name, ''), v.names,
       COALESCE(v.zone, s.zone), v.zone_names, COALESCE(NULLIF(v.country, ''), e.country), COALESCE(v.region, ''), s.time_zone,
       s.day_on, s.starts_at, s.ends_at, s.status, s.ticketed
FROM games_session s JOIN games_edition e ON e.id = s.edition_id LEFT JOIN games_venue v ON v.id = s.venue_id WHERE """
_BRIEF_KINDS = [
    *[Kind.UUID] * 3,
    *[Kind.TEXT] * 2,
    *[Kind.JSON, Kind.UUID],
    *[Kind.TEXT, Kind.JSON] * 2,
    *[Kind.TEXT] * 3,
    Kind.DATE,
    *[Kind.INSTANT] * 2,
    Kind.TEXT,
    Kind.BOOL,
]


def sessions_many(tx: Tx, session_ids: Sequence[UUID], *, language: str = "en") -> dict[UUID, SessionBrief]:
    """What hot paths need of the sessions that exist among `session_ids`, by id. One raw statement; no ids, none."""
    if not session_ids:
        return {}
    where, param = tx.among("s.id", Kind.UUID, session_ids)
    return {row[0]: _brief(row, language) for row in tx.rows(_BRIEF + where, (param,), kinds=_BRIEF_KINDS)}


def _brief(row: tuple[Any, ...], language: str) -> SessionBrief:
    id_, edition_id, organisation_id, code, title, titles, venue_id, venue_name, venue_names, zone, zone_names, *rest = row
    country, region, time_zone, day_on, starts_at, ends_at, status, ticketed = rest
    return SessionBrief(
        id=id_,
        edition_id=edition_id,
        organisation_id=organisation_id,
        code=code,
        title=rules.in_language(title, titles, language),
        titles=titles,
        venue_id=venue_id,
        venue_name=rules.in_language(venue_name, venue_names or {}, language),
        venue_names=venue_names or {},
        zone=rules.in_language(zone, zone_names or {}, language),
        country=country,
        region=region,
        time_zone=time_zone,
        day_on=day_on,
        starts_at=starts_at,
        ends_at=ends_at,
        status=Status(status),
        ticketed=ticketed,
    )


# -- units -----------------------------------------------------------------------------------------------------------------------------


def units_of_session(*, session_id: UUID, language: str = "en") -> list[Unit]:
    """The units of a session with their start lists and results, in order of start and code. Three statements."""
    return _units(models.Unit.objects.filter(session_id=session_id), language)


def units_outside_sessions(*, edition_id: UUID, language: str = "en") -> list[Unit]:
    """Units whose times do not fit those of their session: somebody has to say which is right. Three statements."""
    misfits = (
        Q(starts_at__lt=F("session__starts_at"))
        | Q(starts_at__gt=F("session__ends_at"))
        | Q(ends_at__gt=F("session__ends_at"))
        | Q(ends_at__lt=F("session__starts_at"))
    )
    return _units(models.Unit.objects.filter(misfits, edition_id=edition_id), language)


def _units(found: "QuerySet[models.Unit]", language: str) -> list[Unit]:
    rows = list(found.select_related("session", "phase__event").order_by(F("starts_at").asc(nulls_last=True), "rsc"))
    ids = [row.id for row in rows]
    results = {(r.unit_id, r.participant_id): r for r in models.Result.objects.filter(unit_id__in=ids)}
    competitors: dict[UUID, list[Competitor]] = defaultdict(list)
    for line in models.UnitParticipant.objects.filter(unit_id__in=ids).select_related("participant").order_by("place_in_list"):
        competitors[line.unit_id].append(competitor_of(line, results.get((line.unit_id, line.participant_id)), language))
    return [unit_of(row, tuple(competitors[row.id]), language) for row in rows]


# -- imports ---------------------------------------------------------------------------------------------------------------------------


def imported_prices(*, edition_id: UUID) -> list[ImportedPrice]:
    """The prices that imported files named, in order of the sessions' codes. One statement."""
    rows = models.ImportedSession.objects.filter(edition_id=edition_id).exclude(currency="").select_related("session").order_by("session__code")
    return [
        ImportedPrice(
            session_id=row.session_id,
            session_code=row.session.code,
            ticketed=row.session.ticketed,
            lowest=Money(minor=row.lowest_minor, currency=row.currency),
            highest=Money(minor=row.highest_minor, currency=row.currency),
        )
        for row in rows
        if row.lowest_minor is not None and row.highest_minor is not None
    ]


def sessions_off_their_wall_time(tx: Tx) -> list[tuple[UUID, str]]:
    """Sessions whose stored instants are no longer what their wall times mean, as (id, code): the rules of their zone have changed since.

    The wall time is what was announced; `services.move_session` to the same wall time puts the instants right. One raw statement.
    """
    session_table = store.table(models.Session)
    columns = ["id", "code", "time_zone", "starts_local", "starts_at", "ends_local", "ends_at"]
    return [
        (id_, code)
        for id_, code, time_zone, *ends in tx.select(session_table, columns, "starts_at IS NOT NULL", order_by="code")
        if _differs(ends[0], ends[1], time_zone) or _differs(ends[2], ends[3], time_zone)
    ]


def _differs(local: str, at: datetime | None, time_zone: str) -> bool:
    # Compared by the wall, so that either of the two instants of a repeated hour is right.
    return at is not None and rules.wall_time(at, time_zone) != rules.unwritten(local)
