"""The demo's schedule as drafts for games."""

from datetime import date, timedelta

from grandstand.config.demo import world
from grandstand.games import api as games

LAST_DAY = 10


def edition(*, first_day: date) -> games.EditionDraft:
    """The demo's edition, from its first day on."""
    return games.EditionDraft(
        code=world.EDITION_CODE,
        name="Meridian Games",
        names={"fr": "Jeux du Méridien", "zh-hans": "子午线运动会"},
        country=world.COUNTRY,
        time_zone=world.TIME_ZONE,
        starts_on=first_day,
        ends_on=first_day + timedelta(days=LAST_DAY),
    )


def schedule(*, first_day: date, seed: int) -> games.ScheduleDraft:
    """Disciplines, venues, sessions, participants and units of the demo."""
    plans = world.sessions(first_day=first_day, seed=seed)
    athletes = world.participants(seed=seed)
    return games.ScheduleDraft(
        disciplines=tuple(
            games.DisciplineDraft(
                code=code, name=words["en"], names=_others(words), sport_code=code.lower(), sport_name=words["en"], sport_names=_others(words)
            )
            for code, words in world.world().disciplines.items()
        ),
        venues=tuple(_venue(plan) for plan in world.world().venues),
        sessions=tuple(_session(plan) for plan in plans),
        participants=tuple(
            games.ParticipantDraft(code=athlete.code, name=athlete.name, kind=games.ParticipantKind.PERSON, organisation_code=athlete.country)
            for athlete in athletes
        ),
        units=tuple(_unit(unit, plan, athletes) for plan in plans for unit in plan.units),
    )


def _others(words: world.Words) -> world.Words:
    return {language: text for language, text in words.items() if language != "en"}


def _venue(plan: world.VenuePlan) -> games.VenueDraft:
    return games.VenueDraft(
        code=plan.code,
        name=plan.name["en"],
        names=_others(plan.name),
        zone=plan.zone["en"],
        zone_names=_others(plan.zone),
        country=world.COUNTRY,
        time_zone=world.TIME_ZONE,
        latitude=plan.latitude,
        longitude=plan.longitude,
        capacity=plan.capacity,
    )


def _session(plan: world.SessionPlan) -> games.SessionDraft:
    return games.SessionDraft(
        code=plan.code,
        discipline_code=plan.discipline,
        title=plan.title["en"],
        titles=_others(plan.title),
        stage=_STAGES.get(plan.phase["en"], games.Stage.UNKNOWN),
        venue_code=plan.venue or "",
        time_zone=world.TIME_ZONE,
        starts_local=plan.starts_at.replace(tzinfo=None) if plan.starts_at else None,
        ends_local=plan.ends_at.replace(tzinfo=None) if plan.ends_at else None,
    )


_STAGES = {
    "Heats": games.Stage.PRELIMINARY,
    "Semi-finals": games.Stage.SEMIFINAL,
    "Final": games.Stage.FINAL,
    "Ceremonies": games.Stage.CEREMONY,
}
_LANES = 8


def _unit(unit: world.UnitPlan, session: world.SessionPlan, athletes: list[world.ParticipantPlan]) -> games.UnitDraft:
    own = [athlete.code for athlete in athletes if athlete.discipline == session.discipline]
    first = sum(map(ord, unit.rsc)) % len(own)
    return games.UnitDraft(
        rsc=unit.rsc,
        name=unit.title["en"],
        names=_others(unit.title),
        event_name=unit.event["en"],
        event_names=_others(unit.event),
        phase_name=unit.phase["en"],
        phase_names=_others(unit.phase),
        session_code=session.code,
        starts_at=unit.starts_at,
        ends_at=unit.ends_at,
        participant_codes=tuple((own + own)[first : first + min(_LANES, len(own))]),
    )
