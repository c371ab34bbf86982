"""Makes the demo through the rooms' doors, step by step. Each step leaves alone what is there, so that a second run changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from grandstand.config.demo import cast, movement, purchases, sales, schedule, selling, world
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.store import api as store

BY = Actor.system("demo")
REASON = "part of the demo"
DATA_EDITION = "demo"
"""The code of the edition that a file of the user's own sessions goes into."""

OPEN_FOR = timedelta(hours=purchases.HOURS + 1)
"""The demo is as if it had been made so long ago: an hour before the first of its purchases."""

type Show = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What stands after a run. `is_new` says whether this run made the fictitious edition; `imported` is what became of the user's file."""

    edition: str
    sessions: int
    is_new: bool
    imported: dict[str, object] | None = None


def build(*, seed: int, now: datetime, show: Show, first_day: date | None = None, data: Path | None = None) -> Made:
    """The fictitious Games, and beside it the sessions of `data`.

    Its first day is the local day of `now` unless given; a Games that is there keeps its days. Raises what games.import_sessions raises.
    """
    opened_at = now - OPEN_FOR
    show("Organisations, markets and people")
    organisations = movement.make_organisations(by=BY, now=opened_at)
    movement.make_markets(by=BY, now=opened_at)
    movement.make_people(organisations, by=BY, now=opened_at)
    sales.enter_taxes(by=BY, now=opened_at)
    first_day = first_day or now.astimezone(ZoneInfo(world.TIME_ZONE)).date()
    made = _make_games(organisations, seed=seed, first_day=first_day, show=show, opened_at=opened_at, now=now)
    if data is None:
        return made
    show(f"Sessions of {data.name}")
    report = games.import_sessions(
        source=data, edition_code=DATA_EDITION, organisation_id=organisations[cast.ORGANISER], dry_run=False, now=now, by=BY
    )
    show("Box office for them")
    sales.open_imported_box_office(games.edition(code=DATA_EDITION).id, by=BY, now=now)
    return Made(edition=made.edition, sessions=made.sessions, is_new=made.is_new, imported=dict(report.as_json()))


def _make_games(organisations: dict[str, UUID], *, seed: int, first_day: date, show: Show, opened_at: datetime, now: datetime) -> Made:
    """Schedule, box office, shop and their first sales, all or nothing: an interrupted first run leaves none of them, and the next one makes them."""
    try:
        edition = games.edition(code=world.EDITION_CODE)
    except games.NoSuchEdition:
        pass
    else:
        return Made(edition=edition.code, sessions=games.schedule(edition_id=edition.id).total, is_new=False)
    with store.write() as tx:
        show("Schedule")
        edition = games.create_edition(
            draft=schedule.edition(first_day=first_day), organisation_id=organisations[cast.ORGANISER], now=opened_at, by=BY, reason=REASON
        )
        sessions = games.create_schedule(
            tx, edition_id=edition.id, draft=schedule.schedule(first_day=first_day, seed=seed), now=opened_at, by=BY, reason=REASON
        )
        show("Box office")
        plans = world.sessions(first_day=first_day, seed=seed)
        sales.open_box_office(edition.id, plans=plans, by=BY, now=opened_at)
        show("Shop")
        sales.ship_from(organisations[cast.LICENSEE], by=BY, now=opened_at)
        sales.stock_shop(organisations[cast.LICENSEE], by=BY, now=opened_at)
        show("A day of sales")
        selling.sell(purchases.purchases(plans, seed=seed), sessions, now=now)
    return Made(edition=edition.code, sessions=len(sessions), is_new=True)
