"""What becomes of a session that exists: moved, postponed, cancelled, reinstated, described otherwise. Always by somebody, for a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from grandstand.games import queries, rules
from grandstand.games.facts import SessionCancelled, SessionPostponed, SessionReinstated
from grandstand.games.refusals import NoSuchSession, ScheduleWrong, SessionClosed
from grandstand.games.services.parts import Parts, checked_zone, load_parts, lock_edition_by_id
from grandstand.games.services.sessions import Known, Rewrite, known_session, save_sessions
from grandstand.games.services.stamp import Stamp
from grandstand.games.services.units import shift_units
from grandstand.games.stakes import stakes_many
from grandstand.games.values import Moved, Place, Session, Stage, Status
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Tx


def move_session(*, session_id: UUID, to: Place, now: datetime, by: Actor, reason: str, with_units: bool = True, language: str = "en") -> Moved:
    """Let a session take place at another time or venue; announces SessionMoved, by which holders are told.

    The only way to re-time a session with tickets sold. Units of the session move by the same span of time `with_units`, when both its starts
    are known; else they keep their times. A postponed session is on again once its times are known. Moving to where it is changes nothing.
    Raises NoSuchSession, SessionClosed when it is cancelled, ScheduleWrong for times, a zone or a venue that cannot be.
    """
    with store.write() as tx:
        open_ = _open(tx, session_id=session_id, by=by, now=now, reason=reason)
        known, parts = open_.known, open_.parts
        if known.status is Status.CANCELLED:
            raise SessionClosed(f"session {known.draft.code} is cancelled: reinstate it before you move it", code=known.draft.code)
        draft = replace(
            known.draft,
            venue_code=_venue_code(parts, to.venue_id),
            zone="" if to.venue_id else to.zone,
            time_zone=to.time_zone,
            day_on=to.starts_local.date() if to.starts_local else to.day_on,
            starts_local=to.starts_local,
            ends_local=to.ends_local,
        )
        stakes = stakes_many(tx, [session_id])[session_id]
        # A session whose zone has changed its rules moves to the same wall time, which means other instants now.
        instants = rules.instants(starts_local=draft.starts_local, ends_local=draft.ends_local, time_zone=checked_zone(draft.time_zone))
        if draft != known.draft or instants != (known.starts_at, known.ends_at) or known.status is Status.POSTPONED:
            rewrite = Rewrite(known=known, draft=draft, status=Status.TO_BE_CONFIRMED, stakes=stakes, action="moved")
            save_sessions(tx, parts=parts, rewrites=[rewrite], stamp=open_.stamp)
            moved = known_session(tx, session_id=session_id)
            if with_units and moved is not None and known.starts_at is not None and moved.starts_at is not None:
                shift_units(tx, session_id=session_id, by_span=moved.starts_at - known.starts_at, stamp=open_.stamp)
    units = queries.units_of_session(session_id=session_id, language=language)
    return Moved(
        session=queries.session(session_id=session_id, language=language),
        stakes=stakes,
        units_outside=tuple(unit for unit in units if unit.outside_session),
    )


def postpone_session(*, session_id: UUID, now: datetime, by: Actor, reason: str) -> Session:
    """Say that a session will take place at a time still to be told; announces SessionPostponed. Its old times stay to be read.

    Raises NoSuchSession, SessionClosed when it is cancelled. Postponing twice changes nothing.
    """
    return _turn(session_id, Status.POSTPONED, SessionPostponed, "postponed", Stamping(by, now, reason), closed={Status.CANCELLED})


def cancel_session(*, session_id: UUID, now: datetime, by: Actor, reason: str) -> Session:
    """Say that a session will not take place; announces SessionCancelled, by which the rooms above refund. Raises NoSuchSession.

    Cancelling twice changes nothing.
    """
    return _turn(session_id, Status.CANCELLED, SessionCancelled, "cancelled", Stamping(by, now, reason), closed=frozenset())


def reinstate_session(*, session_id: UUID, now: datetime, by: Actor, reason: str) -> Session:
    """Take back a cancellation or postponement: the session takes place at the times it has; announces SessionReinstated. Raises NoSuchSession.

    A session that takes place already is left as it is.
    """
    return _turn(session_id, Status.TO_BE_CONFIRMED, SessionReinstated, "reinstated", Stamping(by, now, reason), closed=frozenset())


def describe_session(
    *,
    session_id: UUID,
    title: str | None = None,
    titles: Mapping[str, str] | None = None,
    branch: str | None = None,
    stage: Stage | None = None,
    ticketed: bool | None = None,
    now: datetime,
    by: Actor,
    reason: str,
) -> Session:
    """Change what a session is called and how it is shown; None leaves a part as it is. Its times and venue are `move_session`'s.

    Raises NoSuchSession, ScheduleWrong for an empty title, or when tickets of a session that is to be without are sold.
    """
    with store.write() as tx:
        open_ = _open(tx, session_id=session_id, by=by, now=now, reason=reason)
        given: dict[str, Any] = {"title": title, "titles": titles, "branch": branch, "stage": stage, "ticketed": ticketed}
        draft = replace(open_.known.draft, **{name: value for name, value in given.items() if value is not None})
        if draft.ticketed < open_.known.draft.ticketed and (sold := stakes_many(tx, [session_id])[session_id]):
            raise ScheduleWrong(f"{sold} tickets are sold or held on {draft.code}: take them back before it is without tickets", field="ticketed")
        if draft != open_.known.draft:
            rewrite = Rewrite(known=open_.known, draft=draft, status=open_.known.status, action="described")
            save_sessions(tx, parts=open_.parts, rewrites=[rewrite], stamp=open_.stamp)
    return queries.session(session_id=session_id)


# -- below here: how ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamping:
    """Who, when and why, before the organisation is known."""

    by: Actor
    now: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    known: Known
    parts: Parts
    stamp: Stamp


def _open(tx: Tx, *, session_id: UUID, by: Actor, now: datetime, reason: str) -> _Open:
    edition_id = tx.row("SELECT edition_id FROM games_session WHERE id = %s", (session_id,), kinds=[store.Kind.UUID])
    edition = lock_edition_by_id(tx, edition_id=edition_id[0]) if edition_id else None
    known = known_session(tx, session_id=session_id) if edition else None
    if edition is None or known is None:
        raise NoSuchSession(f"there is no session {session_id}")
    stamp = Stamp(by=by, now=now, reason=reason, organisation_id=edition.organisation_id)
    return _Open(known=known, parts=load_parts(tx, edition), stamp=stamp)


def _turn(
    session_id: UUID,
    status: Status,
    fact: "Callable[..., SessionPostponed | SessionCancelled | SessionReinstated]",
    action: str,
    how: Stamping,
    *,
    closed: set[Status] | frozenset[Status],
) -> Session:
    with store.write() as tx:
        open_ = _open(tx, session_id=session_id, by=how.by, now=how.now, reason=how.reason)
        known, edition = open_.known, open_.parts.edition
        if known.status in closed:
            raise SessionClosed(f"session {known.draft.code} is {known.status.value}: reinstate it first", code=known.draft.code)
        on = known.status not in {Status.CANCELLED, Status.POSTPONED}
        if known.status is not status and not (on and status is Status.TO_BE_CONFIRMED):
            save_sessions(tx, parts=open_.parts, rewrites=[Rewrite(known=known, draft=known.draft, status=status, action=action)], stamp=open_.stamp)
            stakes = stakes_many(tx, [session_id])[session_id]
            announced = fact(
                organisation_id=edition.organisation_id, occurred_at=how.now, session_id=session_id, edition_id=edition.id, stakes=stakes
            )
            store.announce(tx, [announced])
    return queries.session(session_id=session_id)


def _venue_code(parts: Parts, venue_id: UUID | None) -> str:
    if venue_id is None:
        return ""
    for code, venue in parts.venues.items():
        if venue.id == venue_id:
            return code
    raise ScheduleWrong(f"there is no venue {venue_id} in {parts.edition.code}", field="venue_id")
