"""What rests on a session: tickets sold or held. Games is below ticketing, so ticketing tells it through this port."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from grandstand.store.api import Tx


class Stakes(Protocol):
    """A room that gives people something on a session."""

    def stakes_many(self, tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many tickets are sold or held on each of the sessions; those without any may be left out. Raw statements only, a constant number."""


_registered: dict[str, Stakes] = {}


def register_stakes(name: str, stakes: Stakes) -> None:
    """Wire a room under its name; wiring the same name again replaces it. Called by config.wiring only."""
    _registered[name] = stakes


def stakes_many(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tickets sold or held on each of the sessions over all rooms, 0 included."""
    counts = dict.fromkeys(session_ids, 0)
    if counts:
        for stakes in _registered.values():
            for session_id, count in stakes.stakes_many(tx, session_ids).items():
                counts[session_id] += count
    return counts
