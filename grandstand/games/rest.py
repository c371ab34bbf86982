"""The public schedule over REST. Mounted by config under /api/v1/."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language_from_request
from ninja import Field, Query, Router, Schema

from grandstand.games import api as games
from grandstand.ui.audience import public

router = Router(tags=["schedule"])

_SESSION = {
    "id": "0198c0de-7a00-7000-8000-000000000001",
    "edition": "river2031",
    "code": "SWM01",
    "title": "Women's 100 m freestyle, heats",
    "discipline": "SWM",
    "discipline_name": "Swimming",
    "branch": "",
    "stage": "preliminary",
    "venue": "river-pool",
    "venue_name": "River Pool",
    "zone": "Riverside",
    "country": "FR",
    "time_zone": "Europe/Paris",
    "day_on": "2031-07-01",
    "starts_local": "2031-07-01T19:00:00",
    "ends_local": "2031-07-01T21:30:00",
    "starts_at": "2031-07-01T17:00:00Z",
    "ends_at": "2031-07-01T19:30:00Z",
    "status": "scheduled",
    "ticketed": True,
}


def _example(example: Mapping[str, Any]) -> Any:
    return {"json_schema_extra": {"examples": [dict(example)]}}


class EditionOut(Schema):
    """One holding of a Games, cup or league. Both days are inclusive."""

    model_config = _example(
        {
            "code": "river2031",
            "name": "River Games 2031",
            "country": "FR",
            "time_zone": "Europe/Paris",
            "starts_on": "2031-07-01",
            "ends_on": "2031-07-14",
        }
    )
    code: str
    name: str
    country: str
    time_zone: str
    starts_on: date | None
    ends_on: date | None


class DisciplineOut(Schema):
    """A branch of a sport, by its three letters."""

    model_config = _example({"code": "SWM", "name": "Swimming", "sport_code": "aquatics", "sport_name": "Aquatics"})
    code: str
    name: str
    sport_code: str
    sport_name: str


class VenueOut(Schema):
    """Where sessions take place. Latitude and longitude in degrees, capacity in persons."""

    model_config = _example(
        {
            "code": "river-pool",
            "name": "River Pool",
            "zone": "Riverside",
            "country": "FR",
            "region": "FR-IDF",
            "time_zone": "Europe/Paris",
            "latitude": 48.85,
            "longitude": 2.35,
            "capacity": 12000,
        }
    )
    code: str
    name: str
    zone: str
    country: str
    region: str
    time_zone: str
    latitude: float | None
    longitude: float | None
    capacity: int | None


class SessionOut(Schema):
    """The ticketed block at a venue.

    `starts_local` is the wall time in `time_zone`, `starts_at` the same instant in UTC; both are null while nobody knows (`to_be_confirmed`).
    """

    model_config = _example(_SESSION)
    id: UUID
    edition: str
    code: str
    title: str
    discipline: str
    discipline_name: str
    branch: str
    stage: games.Stage
    venue: str
    venue_name: str
    zone: str
    country: str
    time_zone: str
    day_on: date | None
    starts_local: datetime | None
    ends_local: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    status: games.Status
    ticketed: bool


class DayOut(Schema):
    """How many sessions a local day has under the other filters."""

    day_on: date | None
    sessions: int


class PageOut(Schema):
    """One page of sessions, in order of day, start and code. `days` helps to turn to another day."""

    model_config = _example({"items": [_SESSION], "total": 1, "page": 1, "pages": 1, "days": [{"day_on": "2031-07-01", "sessions": 1}]})
    items: list[SessionOut]
    total: int
    page: int
    pages: int
    days: list[DayOut]


class CompetitorOut(Schema):
    """A line of a start list, with what came of it."""

    code: str
    name: str
    kind: games.ParticipantKind
    organisation_code: str
    country: str
    status: games.ResultStatus | None
    rank: int | None
    mark: str


class UnitOut(Schema):
    """One heat or match."""

    rsc: str
    name: str
    event_name: str
    phase_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    competitors: list[CompetitorOut]


class SessionWithUnitsOut(SessionOut):
    """A session with its units."""

    units: list[UnitOut]


class ErrorOut(Schema):
    """Every error has this shape: `code` is for programs, `message` for people."""

    model_config = _example({"code": "no_such_edition", "message": "there is no edition river2030", "detail": {}})
    code: str
    message: str
    detail: dict[str, Any]


class SessionFilters(Schema):
    """All that are given must fit."""

    day: Annotated[date | None, Field(description="Sessions of one local day.")] = None
    discipline: Annotated[str, Field(max_length=3, description="The discipline's three letters.")] = ""
    venue: Annotated[str, Field(max_length=40, description="The venue's code.")] = ""
    search: Annotated[str, Field(max_length=200, description="Words that must all occur, in any language.")] = ""
    ticketed: Annotated[bool | None, Field(description="Only those with, or without, tickets.")] = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 40


_Language = Annotated[str, Query(max_length=20, description="The language of names, such as fr or zh-hans; else the one of Accept-Language.")]


@router.get("/editions", response=list[EditionOut], summary="All editions, the latest first")
@public
def list_editions(request: HttpRequest, language: _Language = "") -> list[games.Edition]:
    """One statement."""
    return games.editions(language=_language(request, language))


@router.get("/editions/{code}", response={200: EditionOut, 404: ErrorOut}, summary="One edition")
@public
def show_edition(request: HttpRequest, code: str, language: _Language = "") -> games.Edition:
    """The code is taken in any case."""
    return games.edition(code=code, language=_language(request, language))


@router.get("/editions/{code}/disciplines", response={200: list[DisciplineOut], 404: ErrorOut}, summary="The disciplines of an edition")
@public
def list_disciplines(request: HttpRequest, code: str, language: _Language = "") -> list[games.Discipline]:
    """By name."""
    return games.disciplines(edition_id=games.edition(code=code).id, language=_language(request, language))


@router.get("/editions/{code}/venues", response={200: list[VenueOut], 404: ErrorOut}, summary="The venues of an edition")
@public
def list_venues(request: HttpRequest, code: str, language: _Language = "") -> list[games.Venue]:
    """By name."""
    return games.venues(edition_id=games.edition(code=code).id, language=_language(request, language))


@router.get("/editions/{code}/sessions", response={200: PageOut, 404: ErrorOut, 422: ErrorOut}, summary="The sessions of an edition")
@public
def list_sessions(request: HttpRequest, code: str, filters: Query[SessionFilters], language: _Language = "") -> dict[str, Any]:
    """A page of the sessions that pass every filter. A page beyond the last is the last."""
    found = games.schedule(edition_id=games.edition(code=code).id, language=_language(request, language), **filters.dict())
    return {"items": [_session(s) for s in found.sessions], "total": found.total, "page": found.page, "pages": found.pages, "days": found.days}


@router.get("/sessions/{session_id}", response={200: SessionWithUnitsOut, 404: ErrorOut}, summary="One session with its units")
@public
def show_session(request: HttpRequest, session_id: UUID, language: _Language = "") -> dict[str, Any]:
    """With start lists and results as far as they are known."""
    told = _language(request, language)
    session = games.session(session_id=session_id, language=told)
    return {**_session(session), "units": games.units_of_session(session_id=session_id, language=told)}


def _language(request: HttpRequest, asked: str) -> str:
    """Asked for, else from Accept-Language: addresses of the REST interface have no language in them."""
    return asked or get_language_from_request(request)


def _session(session: games.Session) -> dict[str, Any]:
    names = {"edition": "edition_code", "discipline": "discipline_code", "venue": "venue_code"}
    return {name: getattr(session, names.get(name, name)) for name in SessionOut.model_fields}
