"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
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
from grandstand.store.api import Database, Row, Tx, WallHit  # noqa: E402


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
    """The same on the same path, but nothing that is read is locked."""
    select_among = Tx.select_among

    def unlocked(tx: Tx, *args: Any, **kwargs: Any) -> list[Row]:
        return select_among(tx, *args, **kwargs | {"lock": False})

    with patch.object(Tx, "select_among", unlocked):
        add(url, gate, answers, adding)
