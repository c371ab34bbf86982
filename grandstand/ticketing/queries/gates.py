"""Where a steward can scan, and which scanner is asking."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.store.api import Tx, read, table
from grandstand.ticketing import models
from grandstand.ticketing.queries.sales import called_off, gates_of_venues
from grandstand.ticketing.rules import entry_window, token_digest
from grandstand.ticketing.values import DeviceView, GateView, NotOnSale, ScanPlace

SALE = table(models.SessionSale)
DEVICE = table(models.Device)


def scan_places(*, organisation_ids: Collection[UUID] | None, language: str, now: datetime) -> list[ScanPlace]:
    """Sessions on sale of these organisations (of all when None) that have not ended, by the opening of their doors. Two statements."""
    with read() as tx:
        where, params = "true", []
        if organisation_ids is not None:
            where, param = tx.among("organisation_id", SALE.kinds["organisation_id"], sorted(organisation_ids))
            params = [param]
        rows = tx.select(SALE, ["session_id", "organisation_id", "doors_before_min"], where, params)
        sessions = games.sessions_many(tx, [row[0] for row in rows], language=language)
    places = [_place(sessions[session_id], organisation_id, doors, ()) for session_id, organisation_id, doors in rows]
    open_ones = [place for place in places if place.entry is not None and place.entry.ends_at is not None and place.entry.ends_at > now]
    return sorted(open_ones, key=lambda place: (place.entry.starts_at if place.entry else None, place.session_code))


def scan_place(*, session_id: UUID, organisation_ids: Collection[UUID] | None, language: str) -> ScanPlace:
    """One session with the gates of its venue. Raises NotOnSale, also for a session of another organisation. Three statements."""
    with read() as tx:
        rows = tx.select(SALE, ["organisation_id", "doors_before_min"], "session_id = %s", (session_id,))
        if not rows or (organisation_ids is not None and rows[0][0] not in organisation_ids):
            raise NotOnSale("There is no such session to scan for.", session_id=str(session_id))
        session = games.sessions_many(tx, [session_id], language=language)[session_id]
        gates = gates_of_venues(tx, [session.venue_id] if session.venue_id is not None else [], language=language)
    return _place(session, rows[0][0], rows[0][1], tuple(gates))


def find_device(tx: Tx, *, token: str) -> DeviceView | None:
    """The scanner that has this token; None when there is none or it was revoked. One statement."""
    rows = tx.select(
        DEVICE,
        ["id", "organisation_id", "steward_id", "name", "synced_at"],
        "token_digest = %s AND revoked_at IS NULL",
        (token_digest(token),),
    )
    if not rows:
        return None
    id_, organisation_id, steward_id, name, synced_at = rows[0]
    return DeviceView(id=id_, organisation_id=organisation_id, steward_id=steward_id, name=name, synced_at=synced_at)


def _place(session: games.SessionBrief, organisation_id: UUID, doors_before_min: int, gates: tuple[GateView, ...]) -> ScanPlace:
    return ScanPlace(
        session_id=session.id,
        organisation_id=organisation_id,
        session_code=session.code,
        session_title=session.title,
        venue=session.venue_name,
        time_zone=session.time_zone,
        starts_at=session.starts_at,
        entry=entry_window(starts_at=session.starts_at, ends_at=session.ends_at, doors_before_min=doors_before_min),
        called_off=called_off(session),
        gates=gates,
    )
