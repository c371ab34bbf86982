"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.ledger.api import AlreadySettled, KeyReused, Settlement, State, entries_of, post_many, settle_many  # noqa: E402
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting  # noqa: E402
from grandstand.store.api import Database  # noqa: E402

type Answers = Queue[tuple[str, bool]]


def post(url: str, gate: Barrier, answers: Answers, organisation_id: UUID, minor: int) -> None:
    """Post one key when the gate opens; answer the entry's id and whether it stood already, or that the key is reused."""
    database = Database(url)
    entry = make_entry(organisation_id, make_posting(minor), make_posting(3, debit="fees:test", credit="clearing:test"), key="payment:1")
    gate.wait()
    try:
        [written] = database.write_retrying(lambda tx: post_many(tx, [entry], by=BY, now=NOW))
        answers.put((str(written.entry_id), written.repeated))
    except KeyReused:
        answers.put(("reused", True))


def look_then_post(url: str, gate: Barrier, answers: Answers, organisation_id: UUID, minor: int) -> None:
    """What people write first: look whether the entry is there, and post it when it is not. All look before anyone posts."""
    database = Database(url)
    with database.write() as tx:
        there = bool(entries_of(tx, organisation_id=organisation_id, subject="sale:1"))
    gate.wait()
    if not there:
        post(url, gate, answers, organisation_id, minor)


def settle(url: str, gate: Barrier, answers: Answers, organisation_id: UUID, minor: int) -> None:
    """Settle the pending entry, the odd ones posting and the even ones voiding it."""
    database = Database(url)
    outcome = State.POSTED if minor % 2 else State.VOIDED
    settlement = Settlement(organisation_id=organisation_id, key="payment:1", outcome=outcome)
    gate.wait()
    try:
        [written] = database.write_retrying(lambda tx: settle_many(tx, [settlement], by=BY, now=_instant(minor)))
        answers.put((written.state.value, written.repeated))
    except AlreadySettled as refusal:
        answers.put((f"refused, it is {refusal.detail['state']}", True))


def _instant(minor: int) -> datetime:
    return NOW.replace(microsecond=minor)
