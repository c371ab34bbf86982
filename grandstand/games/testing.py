"""For tests of this room and those above it: editions and sessions in one line."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps

from grandstand.games import disciplines, queries, services
from grandstand.games.drafts import EditionDraft, ParticipantDraft, ScheduleDraft, SessionDraft, UnitDraft, VenueDraft
from grandstand.games.stakes import Stakes
from grandstand.games.values import Edition, Session
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement import testing as movement
from grandstand.store import api as store
from grandstand.store.api import Tx

NOW = datetime(2031, 6, 1, 12, tzinfo=UTC)
BY = Actor.system("test")


def wall(text: str) -> datetime:
    """A wall time, "2031-07-01T19:00"."""
    return datetime.fromisoformat(text)


FIRST_START = wall("2031-07-01T19:00")


def make_edition(*, organisation_id: UUID | None = None, **draft: Any) -> Edition:
    """An empty edition in Paris in July 2031, of a new organisation unless one is given."""
    given = EditionDraft(**{"code": f"test-{new_id().hex[:16]}", "name": "Test Games", "country": "FR", "time_zone": "Europe/Paris"} | draft)
    owner = organisation_id or movement.make_organisation().id
    return services.create_edition(draft=given, organisation_id=owner, now=NOW, by=BY, reason="for a test")


def session_draft(code: str = "SWM01", **draft: Any) -> SessionDraft:
    """A swimming session at 19:00 to 21:30 in the pool, on 1 July 2031."""
    usual: dict[str, Any] = {
        "code": code,
        "discipline_code": "SWM",
        "title": "Women's 100 m freestyle, heats",
        "venue_code": "pool",
        "time_zone": "Europe/Paris",
        "starts_local": FIRST_START,
        "ends_local": FIRST_START + timedelta(hours=2, minutes=30),
    }
    return SessionDraft(**usual | draft)


POOL = VenueDraft(
    code="pool",
    name="River Pool",
    names={"fr": "Piscine de la Rivière", "zh-hans": "河畔游泳馆"},
    zone="Riverside",
    zone_names={"fr": "Bord de rivière", "zh-hans": "河滨区"},
    country="FR",
    region="FR-IDF",
    time_zone="Europe/Paris",
    latitude=48.85,
    longitude=2.35,
    capacity=12_000,
)


def make_sessions(
    drafts: Sequence[SessionDraft],
    *,
    edition: Edition | None = None,
    venues: Sequence[VenueDraft] = (POOL,),
    units: Sequence[UnitDraft] = (),
    participants: Sequence[ParticipantDraft] = (),
) -> list[Session]:
    """These sessions in an edition (a new one unless given), in the order of the drafts, with the disciplines they name."""
    into = edition or make_edition()
    known = disciplines.known_disciplines()
    draft = ScheduleDraft(
        disciplines=tuple(known[code] for code in dict.fromkeys(d.discipline_code for d in drafts)),
        venues=tuple(venues),
        sessions=tuple(drafts),
        participants=tuple(participants),
        units=tuple(units),
    )
    with store.write() as tx:
        ids = services.create_schedule(tx, edition_id=into.id, draft=draft, now=NOW, by=BY, reason="for a test")
    found = queries.sessions_by_ids(ids=list(ids.values()))
    return [found[ids[d.code]] for d in drafts]


def make_session(*, edition: Edition | None = None, code: str = "SWM01", **draft: Any) -> Session:
    """One session: swimming in the pool in Paris, 1 July 2031, 19:00 to 21:30, unless told otherwise."""
    return make_sessions([session_draft(code, **draft)], edition=edition)[0]


def facts() -> Any:
    """What was announced: a manager of store's rows, for counting and looking."""
    return apps.get_model("store", "Fact").objects


def audit_entries() -> Any:
    """Who wrote what and why: a manager of store's rows."""
    return apps.get_model("store", "AuditEntry").objects


class FixedStakes(Stakes):
    """Says what it was told: tickets by session id."""

    def __init__(self, counts: dict[UUID, int]) -> None:
        self.counts = counts

    def stakes_many(self, tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See Stakes."""
        return {session_id: self.counts[session_id] for session_id in session_ids if session_id in self.counts}
