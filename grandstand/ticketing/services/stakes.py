"""What rests on a session, as games asks for it."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.store.api import Tx
from grandstand.ticketing.queries.counts import valid_tickets
from grandstand.ticketing.queries.offers import offers_of_sessions


class TicketStakes:
    """Implements games' Stakes: valid tickets, and seats held in baskets."""

    def stakes_many(self, tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See Stakes. Three statements."""
        counts = dict.fromkeys(session_ids, 0) | valid_tickets(tx, session_ids)
        offers = offers_of_sessions(tx, session_ids)
        stock = inventory.availability_many(tx, [offer.account_id for offer in offers])
        for offer in offers:
            counts[offer.session_id] += stock[offer.account_id].held
        return counts
