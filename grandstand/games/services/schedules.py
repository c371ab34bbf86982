"""Whole schedules made at once, and what editions and venues are called afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grandstand.games import queries
from grandstand.games.drafts import EditionDraft, ScheduleDraft
from grandstand.games.refusals import NoSuchEdition, NoSuchVenue
from grandstand.games.services.participants import add_participants
from grandstand.games.services.parts import (
    add_disciplines,
    add_edition,
    add_venues,
    checked_name,
    checked_span,
    checked_zone,
    load_parts,
    lock_edition_by_id,
    save_edition,
    save_venues,
    widened,
)
from grandstand.games.services.sessions import add_sessions, rewrite_search_texts
from grandstand.games.services.stamp import Stamp
from grandstand.games.services.units import save_units
from grandstand.games.values import Edition, Venue
from grandstand.kit.actors import Actor
from grandstand.store import api as store
from grandstand.store.api import Kind, Tx


def create_edition(*, draft: EditionDraft, organisation_id: UUID, now: datetime, by: Actor, reason: str) -> Edition:
    """A new, empty edition of an organisation. Raises CodeTaken, ScheduleWrong."""
    with store.write() as tx:
        return add_edition(tx, draft=draft, stamp=Stamp(by=by, now=now, reason=reason, organisation_id=organisation_id))


def create_schedule(tx: Tx, *, edition_id: UUID, draft: ScheduleDraft, now: datetime, by: Actor, reason: str) -> dict[str, UUID]:
    """Add all of `draft` to an edition, all or nothing; announces SessionScheduled. Returns the ids of its sessions by code.

    The edition's days are widened to the sessions'. Raw statements only, about thirty whatever the size. Raises NoSuchEdition, CodeTaken when a
    session exists, ScheduleWrong for a part that cannot be or names one that does not exist.
    """
    edition = lock_edition_by_id(tx, edition_id=edition_id)
    if edition is None:
        raise NoSuchEdition(f"there is no edition {edition_id}")
    stamp = Stamp(by=by, now=now, reason=reason, organisation_id=edition.organisation_id)
    parts = load_parts(tx, edition)
    add_disciplines(tx, parts=parts, drafts=draft.disciplines, stamp=stamp)
    add_venues(tx, parts=parts, drafts=draft.venues, stamp=stamp)
    sessions = add_sessions(tx, parts=parts, drafts=draft.sessions, stamp=stamp)
    participants = add_participants(tx, parts=parts, drafts=draft.participants, stamp=stamp)
    save_units(tx, parts=parts, drafts=draft.units, sessions=sessions, participants=participants, stamp=stamp)
    days = [day for s in draft.sessions if (day := s.starts_local.date() if s.starts_local else s.day_on) is not None]
    save_edition(tx, before=edition, after=widened(edition, days), stamp=stamp)
    return sessions


def describe_edition(
    *,
    edition_id: UUID,
    name: str | None = None,
    names: Mapping[str, str] | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    time_zone: str | None = None,
    now: datetime,
    by: Actor,
    reason: str,
) -> Edition:
    """Change what an edition is called, its days or its time zone; None leaves a part as it is. Sessions keep theirs.

    Raises NoSuchEdition, ScheduleWrong.
    """
    with store.write() as tx:
        edition = lock_edition_by_id(tx, edition_id=edition_id)
        if edition is None:
            raise NoSuchEdition(f"there is no edition {edition_id}")
        given = {"name": name and checked_name(name), "names": names, "starts_on": starts_on, "ends_on": ends_on}
        given["time_zone"] = time_zone and checked_zone(time_zone)
        after: Edition = replace(edition, **_given(given))
        checked_span(after.starts_on, after.ends_on)
        return save_edition(tx, before=edition, after=after, stamp=Stamp(by=by, now=now, reason=reason, organisation_id=edition.organisation_id))


def describe_venue(
    *,
    venue_id: UUID,
    name: str | None = None,
    names: Mapping[str, str] | None = None,
    zone: str | None = None,
    zone_names: Mapping[str, str] | None = None,
    country: str | None = None,
    region: str | None = None,
    capacity: int | None = None,
    now: datetime,
    by: Actor,
    reason: str,
) -> Venue:
    """Change what is known of a venue; None leaves a part as it is. Its sessions are found by the new words at once.

    Raises NoSuchVenue, ScheduleWrong.
    """
    with store.write() as tx:
        row = tx.row("SELECT edition_id, code FROM games_venue WHERE id = %s", (venue_id,), kinds=[Kind.UUID, Kind.TEXT])
        edition = lock_edition_by_id(tx, edition_id=row[0]) if row else None
        if row is None or edition is None:
            raise NoSuchVenue(f"there is no venue {venue_id}")
        stamp = Stamp(by=by, now=now, reason=reason, organisation_id=edition.organisation_id)
        parts = load_parts(tx, edition)
        given: dict[str, Any] = {"name": name, "names": names, "zone": zone, "zone_names": zone_names}
        given |= {"country": country, "region": region, "capacity": capacity}
        save_venues(tx, parts=parts, drafts=[replace(parts.venue(row[1]).draft, **_given(given))], stamp=stamp)
        rewrite_search_texts(tx, parts=parts, codes=[row[1]], by_venue=True)
    return queries.venue(venue_id=venue_id)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
