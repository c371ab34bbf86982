"""The best seats for somebody at a page."""

import time
from uuid import UUID

from django.db import connection

from grandstand.commerce.api import MOST_OF_ONE
from grandstand.gate.seats.memory import Party
from grandstand.gate.seats.shelf import seats_of_database
from grandstand.store.api import read

FORGOTTEN_S = 3.0
"""A page holds what it was proposed at once, or not at all."""


def best_seats(session_id: UUID, item_id: UUID, quantity: int, *, accessible: int = 0, may_split: bool = False) -> tuple[UUID, ...]:
    """The best seats that a party can have of an offer now, for the page to hold by name at once; none when there are none, or no seats at all.

    `accessible` of the party need an accessible place. Nobody else gets them proposed by this process for three seconds. Whoever holds them first
    has them: a hold that is refused with seats_taken is worth asking once more.
    """
    if not 1 <= quantity <= MOST_OF_ONE or not 0 <= accessible <= quantity:
        return ()
    seats = seats_of_database(str(connection.settings_dict["NAME"]))
    place = seats.ready(read, [item_id]).get(item_id)
    if place is None or place.memory.seating.session_id != session_id:
        return ()
    with read() as tx:
        seats.learn_now(tx, [place.memory])
    party = Party(account_id=place.account_id, quantity=quantity, accessible=accessible, may_split=may_split)
    return place.memory.choose(party, until=time.monotonic() + FORGOTTEN_S)
