"""Whom to write to about orders."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.values import Contact
from grandstand.store.api import Tx, table


def contacts_many(tx: Tx, order_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Whom to write to, of each order whose buyer was not forgotten. One raw statement, none without ids."""
    rows = tx.select_among(table(models.Order), ["id", "person_id", "email", "language"], "id", order_ids)
    return {id_: Contact(person_id=person_id, email=email, language=language) for id_, person_id, email, language in rows if email}
