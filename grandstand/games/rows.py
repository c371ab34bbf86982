"""Rows of the schedule as the values that cross the door, their texts in one language."""

from grandstand.games import models, rules
from grandstand.games.values import (
    Competitor,
    Discipline,
    Edition,
    Gender,
    ParticipantKind,
    ResultStatus,
    Session,
    Stage,
    Status,
    Unit,
    Venue,
)


def edition_of(row: models.Edition, language: str) -> Edition:
    return Edition(
        id=row.id,
        organisation_id=row.organisation_id,
        code=row.code,
        name=rules.in_language(row.name, row.names, language),
        names=row.names,
        country=row.country,
        time_zone=row.time_zone,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def discipline_of(row: models.Discipline, language: str) -> Discipline:
    return Discipline(
        id=row.id,
        edition_id=row.edition_id,
        code=row.code,
        name=rules.in_language(row.name, row.names, language),
        names=row.names,
        sport_code=row.sport.code,
        sport_name=rules.in_language(row.sport.name, row.sport.names, language),
        sport_names=row.sport.names,
    )


def venue_of(row: models.Venue, language: str) -> Venue:
    return Venue(
        id=row.id,
        edition_id=row.edition_id,
        code=row.code,
        name=rules.in_language(row.name, row.names, language),
        names=row.names,
        zone=rules.in_language(row.zone, row.zone_names, language),
        zone_names=row.zone_names,
        country=row.country,
        region=row.region,
        time_zone=row.time_zone,
        latitude=_degrees(row.latitude_microdegrees),
        longitude=_degrees(row.longitude_microdegrees),
        capacity=row.capacity,
    )


def session_of(row: models.Session, language: str) -> Session:
    venue = row.venue
    return Session(
        id=row.id,
        edition_id=row.edition_id,
        edition_code=row.edition.code,
        organisation_id=row.organisation_id,
        code=row.code,
        title=rules.in_language(row.title, row.titles, language),
        titles=row.titles,
        discipline_code=row.discipline.code,
        discipline_name=rules.in_language(row.discipline.name, row.discipline.names, language),
        branch=row.branch,
        stage=Stage(row.stage),
        venue_id=row.venue_id,
        venue_code=venue.code if venue else "",
        venue_name=rules.in_language(venue.name, venue.names, language) if venue else "",
        zone=rules.in_language(venue.zone, venue.zone_names, language) if venue else row.zone,
        country=(venue.country if venue else "") or row.edition.country,
        region=venue.region if venue else "",
        time_zone=row.time_zone,
        day_on=row.day_on,
        starts_local=rules.unwritten(row.starts_local),
        ends_local=rules.unwritten(row.ends_local),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=Status(row.status),
        ticketed=row.ticketed,
    )


def competitor_of(line: models.UnitParticipant, result: models.Result | None, language: str) -> Competitor:
    participant = line.participant
    return Competitor(
        participant_id=participant.id,
        code=participant.code,
        name=rules.in_language(participant.name, participant.names, language),
        kind=ParticipantKind(participant.kind),
        organisation_code=participant.organisation_code,
        country=participant.country,
        place_in_list=line.place_in_list,
        status=ResultStatus(result.status) if result else None,
        rank=result.rank if result else None,
        mark=result.mark if result else "",
    )


def unit_of(row: models.Unit, competitors: tuple[Competitor, ...], language: str) -> Unit:
    event, session = row.phase.event, row.session
    return Unit(
        id=row.id,
        edition_id=row.edition_id,
        rsc=row.rsc,
        name=rules.in_language(row.name, row.names, language),
        names=row.names,
        gender=Gender(row.rsc[3]),
        event_name=rules.in_language(event.name, event.names, language),
        phase_name=rules.in_language(row.phase.name, row.phase.names, language),
        session_id=row.session_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        outside_session=session is not None
        and rules.outside(starts_at=row.starts_at, ends_at=row.ends_at, session_starts_at=session.starts_at, session_ends_at=session.ends_at),
        competitors=competitors,
    )


def _degrees(microdegrees: int | None) -> float | None:
    return None if microdegrees is None else microdegrees / 1_000_000
