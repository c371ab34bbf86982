"""A house to measure in: an organisation, pools that never sell out, and wishes for them."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle, islice
from uuid import UUID, uuid4

from django.apps import apps

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap, NewAccount, NewPool, Want, Wish
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.store.api import Database, table

UNITS = 1_000_000_000
"""On hand per pool: nothing sells out, so every wish does all the work."""

UNITS_A_WISH, CAP, LIMIT = 2, 4, 6


def open_house(database: Database) -> UUID:
    """An organisation, written as its model says."""
    organisation_id = new_id()
    row = {"id": organisation_id, "kind": "club", "slug": "bench", "country": "FR", "currency": "EUR", "time_zone": "UTC", "created_at": now()}
    row |= dict.fromkeys(("name", "legal_name", "address", "tax_number"), "")
    with database.write() as tx:
        tx.insert(table(apps.get_model("movement", "Organisation")), list(row), [list(row.values())])
    return organisation_id


def open_pools(database: Database, organisation_id: UUID, number: int) -> list[UUID]:
    """The account of each of so many pools."""
    pools = [NewPool(organisation_id=organisation_id, name="bench", accounts=(NewAccount(code="public", on_hand=UNITS),)) for _ in range(number)]
    with database.write() as tx:
        opened = inventory.open_pools(tx, pools, by=Actor.system("bench"), now=now(), reason="to measure")
    return [account_id for [account_id] in opened.values()]


def wishes(organisation_id: UUID, account_ids: Sequence[UUID], number: int) -> list[Wish]:
    """As an on-sale brings them: each from another person with a key of their own, two units, a cap, a limit and a window that allow it."""
    at = now()
    window = Span(starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=1))
    return [
        Wish(
            key=uuid4().hex,
            organisation_id=organisation_id,
            holder=f"person:{uuid4()}",
            basket_id=new_id(),
            wants=(Want(account_id=account_id, quantity=UNITS_A_WISH),),
            hold_for=timedelta(minutes=10),
            caps=(Cap(scope=f"session:{account_id}", limit=CAP, quantity=UNITS_A_WISH),),
            limit=LIMIT,
            window=window,
            offer_version=1,
        )
        for account_id in islice(cycle(account_ids), number)
    ]
