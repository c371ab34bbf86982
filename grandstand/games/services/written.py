"""A move as somebody types it: codes and times, for the command line and forms."""

from dataclasses import replace
from datetime import date, datetime

from grandstand.games import queries
from grandstand.games.adapters import cells
from grandstand.games.refusals import NoSuchVenue, ScheduleWrong
from grandstand.games.services.moves import move_session
from grandstand.games.values import Moved, Place, Session
from grandstand.kit.actors import Actor


def move_session_as_written(
    *,
    edition_code: str,
    session_code: str,
    starts: str = "",
    ends: str = "",
    day: str = "",
    venue: str = "",
    time_zone: str = "",
    with_units: bool = True,
    now: datetime,
    by: Actor,
    reason: str,
) -> Moved:
    """`move_session`, for a session named by codes. What is "" stays as it is.

    Times are 18:30 or 2028-07-19T18:30, in the session's time zone; an end not after the start is on the next day. `day` moves both to another
    day; with only a start given, the end moves with it. `venue` is a code, and brings its time zone unless one is given.
    Raises NoSuchEdition, NoSuchSession, NoSuchVenue, SessionClosed, ScheduleWrong.
    """
    edition = queries.edition(code=edition_code)
    session = queries.session_by_code(edition_id=edition.id, code=session_code)
    place = _at_venue(session, venue) if venue else session.place
    to = _at_times(place, starts=starts, ends=ends, day=day)
    if time_zone:
        to = replace(to, time_zone=time_zone)
    return move_session(session_id=session.id, to=to, now=now, by=by, reason=reason, with_units=with_units)


def _at_venue(session: Session, code: str) -> Place:
    found = next((venue for venue in queries.venues(edition_id=session.edition_id) if venue.code == code.lower()), None)
    if found is None:
        raise NoSuchVenue(f"there is no venue {code} in {session.edition_code}")
    return replace(session.place, venue_id=found.id, zone="", time_zone=found.time_zone)


def _at_times(place: Place, *, starts: str, ends: str, day: str) -> Place:
    on = _day(day) if day else place.day_on
    length = place.ends_local - place.starts_local if place.starts_local and place.ends_local else None
    starts_local = _time(starts, "starts_local", on) if starts else place.starts_local
    if starts_local and day and not starts:
        starts_local = datetime.combine(_day(day), starts_local.time())
    ends_local: datetime | None
    if ends:
        ends_local = _time(ends, "ends_local", starts_local.date() if starts_local else on)
        if starts_local and ends_local <= starts_local and cells.time_of_day(ends).day is None:
            ends_local = _time(ends, "ends_local", date.fromordinal(starts_local.toordinal() + 1))
    else:
        ends_local = starts_local + length if starts_local and length else place.ends_local
    return replace(place, day_on=starts_local.date() if starts_local else on, starts_local=starts_local, ends_local=ends_local)


def _day(text: str) -> date:
    try:
        return cells.day(text, None)
    except ValueError as error:
        raise ScheduleWrong(f"{text!r} is no day: write it as 2028-07-19", field="day_on") from error


def _time(text: str, field: str, on: date | None) -> datetime:
    try:
        at = cells.time_of_day(text)
    except ValueError as error:
        raise ScheduleWrong(f"{text!r} is no time: write it as 18:30 or 2028-07-19T18:30", field=field) from error
    if on is None and at.day is None:
        raise ScheduleWrong("the session has no day yet: write the time with its day, 2028-07-19T18:30", field=field)
    return at.on(on or date.min)
