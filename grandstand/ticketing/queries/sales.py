"""What the gate must know of sessions, gates and keys, by id."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.store.api import Tx, table
from grandstand.ticketing import models
from grandstand.ticketing.rules import in_language
from grandstand.ticketing.values import GateView, Reason

SALE = table(models.SessionSale)
GATE = table(models.Gate)
KEY = table(models.SigningKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRow:
    """A session whose box office is open."""

    session_id: UUID
    organisation_id: UUID
    doors_before_min: int
    opened_at: datetime


def sales_by_session(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, SaleRow]:
    """The open box offices among these sessions. One statement."""
    rows = tx.select_among(SALE, ["session_id", "organisation_id", "doors_before_min", "opened_at"], "session_id", session_ids)
    return {
        session_id: SaleRow(session_id=session_id, organisation_id=organisation_id, doors_before_min=doors_before_min, opened_at=opened_at)
        for session_id, organisation_id, doors_before_min, opened_at in rows
    }


def called_off(session: games.SessionBrief) -> Reason | None:
    """Why a session admits nobody whatever the time; None while it takes place."""
    return {games.Status.CANCELLED: Reason.SESSION_CANCELLED, games.Status.POSTPONED: Reason.SESSION_POSTPONED}.get(session.status)


def gates_by_id(tx: Tx, gate_ids: Sequence[UUID], *, language: str = "en") -> dict[UUID, GateView]:
    """The gates with these ids. One statement."""
    return {gate.id: gate for gate in _gates(tx, "id", gate_ids, language)}


def gates_of_venues(tx: Tx, venue_ids: Sequence[UUID], *, language: str = "en") -> list[GateView]:
    """All gates of these venues, by number. One statement."""
    return _gates(tx, "venue_id", venue_ids, language)


def keyrings(tx: Tx, organisation_ids: Sequence[UUID]) -> dict[UUID, dict[str, bytes]]:
    """The public keys of each organisation that still verify, those that will sign later too. One statement."""
    if not organisation_ids:
        return {}
    where, param = tx.among("organisation_id", KEY.kinds["organisation_id"], organisation_ids)
    rings: dict[UUID, dict[str, bytes]] = defaultdict(dict)
    for organisation_id, key_id, public in tx.select(KEY, ["organisation_id", "key_id", "public_key"], f"{where} AND revoked_at IS NULL", (param,)):
        rings[organisation_id][key_id] = bytes(public)
    return dict(rings)


def _gates(tx: Tx, column: str, values: Sequence[UUID], language: str) -> list[GateView]:
    rows = tx.select_among(
        GATE, ["id", "organisation_id", "venue_id", "number", "code", "name", "names"], column, values, order_by="venue_id, number"
    )
    return [
        GateView(id=id_, organisation_id=organisation_id, venue_id=venue_id, number=number, code=code, name=in_language(name, names, language))
        for id_, organisation_id, venue_id, number, code, name, names in rows
    ]
