"""Makes the demo through the rooms' doors, step by step. Each step leaves alone what is there, so that a second run changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from grandstand.config.demo import cast, movement, schedule, world
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.store import api as store

BY = Actor.system("demo")
REASON = "part of the demo"

type Show = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What stands after a run. `is_new` says whether this run made the edition."""

    edition_code: str
    sessions: int
    is_new: bool


def build(*, seed: int, now: datetime, show: Show, first_day: date | None = None) -> Made:
    """The fictitious Games. Its first day is the local day of `now` unless given; a Games that is there keeps its days."""
    show("Organisations, markets and people")
    organisations = movement.make_organisations(by=BY, now=now)
    movement.make_markets(by=BY, now=now)
    movement.make_people(organisations, by=BY, now=now)
    show("Schedule")
    return _make_schedule(organisations[cast.ORGANISER], seed=seed, first_day=first_day or now.astimezone(ZoneInfo(world.TIME_ZONE)).date(), now=now)


def _make_schedule(organisation_id: UUID, *, seed: int, first_day: date, now: datetime) -> Made:
    try:
        edition = games.edition(code=world.EDITION_CODE)
    except games.NoSuchEdition:
        with store.write() as tx:
            edition = games.create_edition(
                draft=schedule.edition(first_day=first_day), organisation_id=organisation_id, now=now, by=BY, reason=REASON
            )
            made = games.create_schedule(
                tx, edition_id=edition.id, draft=schedule.schedule(first_day=first_day, seed=seed), now=now, by=BY, reason=REASON
            )
        return Made(edition_code=edition.code, sessions=len(made), is_new=True)
    return Made(edition_code=edition.code, sessions=games.schedule(edition_id=edition.id).total, is_new=False)
