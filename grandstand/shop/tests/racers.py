"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.commerce import api as commerce  # noqa: E402
from grandstand.shop import api as shop  # noqa: E402
from grandstand.shop.testing import NOW  # noqa: E402
from grandstand.store.api import Database, Row, Table, Tx, WallHit  # noqa: E402

STOCK = "inventory_account"


def add(url: str, gate: Barrier, answers: Queue[str], adding: commerce.Adding) -> None:
    """Somebody puts a product into their basket, together with everybody else."""
    commerce.register_seller(shop.Products())
    database = Database(url)
    with database.write() as tx:
        tx.now()
    gate.wait(60)
    try:
        [answer] = database.write_retrying(lambda tx: commerce.add_lines_many(tx, [adding], now=NOW))
    except WallHit as hit:
        answers.put(hit.constraint)
    else:
        answers.put("held" if isinstance(answer, commerce.LineSet) else str(answer.detail["reason"]))
    database.close()


def add_unlocked(url: str, gate: Barrier, answers: Queue[str], adding: commerce.Adding) -> None:
    """The same on the same path, but nothing that is read is locked, and nobody writes before all have read what is left."""
    select_among_later = Tx.select_among_later
    still_to_wait = [True]

    def unlocked(tx: Tx, of: Table, *args: Any, **kwargs: Any) -> Callable[[], list[Row]]:
        locked = kwargs.pop("lock", False)
        found = select_among_later(tx, of, *args, **kwargs)()
        if locked and of.name == STOCK and still_to_wait:
            still_to_wait.clear()
            gate.wait(60)
        return lambda: found

    with patch.object(Tx, "select_among_later", unlocked):
        add(url, gate, answers, adding)
