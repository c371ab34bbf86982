"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from unittest.mock import patch
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.commerce import models, sellers  # noqa: E402
from grandstand.commerce.payments import ProviderFact  # noqa: E402
from grandstand.commerce.queries import cases  # noqa: E402
from grandstand.commerce.queries.rows import OrderRow, among  # noqa: E402
from grandstand.commerce.services.baskets import add_lines_many  # noqa: E402
from grandstand.commerce.services.completing import complete_many  # noqa: E402
from grandstand.commerce.services.ending import end_overdue_orders  # noqa: E402
from grandstand.commerce.services.numbering import issue_invoices_many  # noqa: E402
from grandstand.commerce.services.recording import record_payment_facts_many  # noqa: E402
from grandstand.commerce.services.refunding import refund_many  # noqa: E402
from grandstand.commerce.testing import BY, NOW, FakeSeller  # noqa: E402
from grandstand.commerce.values import Adding, LineSet, RefundAsk  # noqa: E402
from grandstand.kit.errors import Refusal  # noqa: E402
from grandstand.store.api import Database, Tx, WallHit, table  # noqa: E402

type Answers = Queue[Any]


@contextmanager
def _ready(url: str, gate: Barrier, sold: Sequence[FakeSeller]) -> Iterator[Database]:
    """Connected, with the sellers of the test, and let go together with everybody else."""
    for seller in sold:
        sellers.register_seller(seller)
    database = Database(url)
    with database.write() as tx:
        tx.now()
    gate.wait(60)
    try:
        yield database
    finally:
        database.close()


def tell(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], fact: ProviderFact) -> None:
    """One delivery of a webhook."""
    with _ready(url, gate, sold) as database:
        found = database.write_retrying(lambda tx: complete_many(tx, record_payment_facts_many(tx, [fact], now=NOW), now=NOW))
        answers.put([status.value for status in found.values()])


def tell_unlocked(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], fact: ProviderFact) -> None:
    """The same delivery, but for the lock of the order, and nobody goes on before all have read it: what a wall stops then is an answer too."""
    still_to_wait = [True]

    def unlocked(tx: Tx, order_ids: Sequence[UUID]) -> list[OrderRow]:
        found = among(tx, models.Order, OrderRow, "id", order_ids)
        if still_to_wait:
            still_to_wait.clear()
            gate.wait(60)
        return found

    with patch.object(cases, "orders_locked", unlocked):
        try:
            tell(url, gate, answers, sold, fact)
        except WallHit as hit:
            answers.put(hit.constraint)


def end(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], now: datetime) -> None:
    """A worker ends what was not paid in time."""
    with _ready(url, gate, sold) as database:
        answers.put(database.write_retrying(lambda tx: end_overdue_orders(tx, now=now)))


def refund(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], ask: RefundAsk) -> None:
    """Somebody asks for a refund."""
    with _ready(url, gate, sold) as database:
        try:
            (answer,) = database.write_retrying(lambda tx: refund_many(tx, [ask], by=BY, now=NOW))
        except Refusal as refused:
            answers.put(refused.code)
        else:
            answers.put(str(answer.refund_id))


def add(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], adding: Adding) -> None:
    """Somebody puts something into their basket."""
    with _ready(url, gate, sold) as database:
        (answer,) = database.write_retrying(lambda tx: add_lines_many(tx, [adding], now=NOW))
        answers.put("held" if isinstance(answer, LineSet) else str(answer.detail["reason"]))


def number(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller], sale_ids: Sequence[UUID]) -> None:
    """A worker numbers these sales one after the other, each in its own transaction; every third one fails before its commit."""
    with _ready(url, gate, sold) as database:
        for position, sale_id in enumerate(sale_ids):
            if position % 3 == 2:
                _number_and_fail(database, sale_id)
            database.write_retrying(lambda tx, sale_id=sale_id: issue_invoices_many(tx, [sale_id], now=NOW))  # type: ignore[misc]
        answers.put(len(sale_ids))


def _number_and_fail(database: Database, sale_id: UUID) -> None:
    with suppress(_PowerCut), database.write() as tx:
        issue_invoices_many(tx, [sale_id], now=NOW)
        raise _PowerCut


class _PowerCut(Exception):
    """Between the number and its commit."""


def look_then_number(url: str, gate: Barrier, answers: Answers, sold: Sequence[FakeSeller]) -> None:
    """The control: the highest number and one, as one would without a counter."""
    with _ready(url, gate, sold) as database, database.write() as tx:
        answers.put(1 + len(tx.select(table(models.Document), ["sequence"])))
