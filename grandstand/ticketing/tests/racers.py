"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.kit.actors import Actor  # noqa: E402
from grandstand.kit.ids import new_id  # noqa: E402
from grandstand.store.api import Database  # noqa: E402
from grandstand.ticketing.queries.known import known_tickets  # noqa: E402
from grandstand.ticketing.services.admission import ADMISSION, scan_many  # noqa: E402
from grandstand.ticketing.testing import NOW  # noqa: E402
from grandstand.ticketing.values import ScanAttempt  # noqa: E402

type Answers = Queue[str]

STEWARD = Actor.system("racer")


def scan(url: str, gate: Barrier, answers: Answers, session_id: UUID, code: str) -> None:
    """Hold one code before a scanner when the gate opens; answer "" for admitted, else the reason."""
    database = Database(url)
    attempt = ScanAttempt(scan_id=new_id(), code=code, session_id=session_id, gate_id=None, device_id=None)
    gate.wait()
    (verdict,) = database.write_retrying(lambda tx: scan_many(tx, [attempt], by=STEWARD, now=NOW))
    answers.put(verdict.reason.value if verdict.reason is not None else "")


def look_then_admit(url: str, gate: Barrier, answers: Answers, session_id: UUID, ticket_id: UUID) -> None:
    """What people write first: look whether the ticket was used, and let its bearer in when it was not. All look before anyone writes."""
    database = Database(url)
    with database.write() as tx:
        ticket = known_tickets(tx, [ticket_id])[ticket_id]
        gate.wait()
        if ticket.used_at is None:
            row = (new_id(), ticket.organisation_id, ticket_id, session_id, new_id(), NOW, "racer")
            tx.insert(ADMISSION, ["id", "organisation_id", "ticket_id", "session_id", "scan_id", "at", "actor"], [row])
    answers.put("" if ticket.used_at is None else "already_used")
