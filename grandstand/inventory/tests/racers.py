"""What each of the racing processes does. Imported by processes that start with nothing, so Django is set up first."""

import os
from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grandstand.config.settings")
django.setup()

from grandstand.inventory import api as inventory  # noqa: E402
from grandstand.inventory import models  # noqa: E402
from grandstand.inventory.api import Answer, Confirmed, Move, Refused, Wish  # noqa: E402
from grandstand.inventory.tests.asking import BY, FOR, NOW  # noqa: E402
from grandstand.store import api as store  # noqa: E402
from grandstand.store.api import Database, Kind, WallHit  # noqa: E402

type Answers = Queue[tuple[str, list[object]]]

TAKEN = store.table(models.SeatTaken)


def hold(url: str, gate: Barrier, answers: Answers, wishes: Sequence[Wish]) -> None:
    """Ask for each of these in a transaction of its own. A deadlock ends the process: locks are taken in key order, so there is none."""
    database = Database(url)
    gate.wait()
    told: list[object] = []
    for wish in wishes:
        with database.write() as tx:
            [answer] = inventory.hold_many(tx, [wish], now=NOW)
        told.append(_said(answer))
    answers.put(("hold", told))


def look_then_hold(url: str, gate: Barrier, answers: Answers, wish: Wish) -> None:
    """What people write first: look what is free, and take it. All look before anyone takes."""
    database = Database(url)
    [want] = wish.wants
    with database.write() as tx:
        free = inventory.availability_many(tx, [want.account_id])[want.account_id].free
        seats = tx.rows("SELECT seating_id, seat_id FROM inventory_seat WHERE account_id = %s", (want.account_id,), kinds=[Kind.UUID, Kind.UUID])
        taken = tx.rows("SELECT seating_id, seat_id FROM inventory_seat_taken", kinds=[Kind.UUID, Kind.UUID])
    gate.wait()
    rows = [(*seat, wish.organisation_id, want.account_id) for seat in seats if seat[1] in want.seat_ids and seat not in taken]
    if free < want.quantity or len(rows) < len(want.seat_ids):
        answers.put(("hold", ["refused"]))
        return
    try:
        with database.write() as tx:
            tx.execute("UPDATE inventory_account SET held = held + %s WHERE id = %s", (want.quantity, want.account_id))
            tx.insert(TAKEN, ["seating_id", "seat_id", "organisation_id", "hold_id"], rows)
        answers.put(("hold", ["held"]))
    except WallHit:
        answers.put(("hold", ["wall"]))


def confirm(url: str, gate: Barrier, answers: Answers, hold_ids: Sequence[UUID]) -> None:
    """Confirm these holds one after the other; answer the ids of those that are."""
    database = Database(url)
    gate.wait()
    told: list[object] = []
    for hold_id in hold_ids:
        with database.write() as tx:
            [answer] = inventory.confirm_many(tx, [hold_id], by=BY, now=NOW + FOR)
        told += [answer.hold_id] if isinstance(answer, Confirmed) else []
    answers.put(("confirm", told))


def expire(url: str, gate: Barrier, answers: Answers, sweeps: int) -> None:
    """Sweep so often, three holds at a time; answer the ids of those that this process swept."""
    database = Database(url)
    gate.wait()
    told: list[object] = []
    for _ in range(sweeps):
        with database.write() as tx:
            told += inventory.expire_due(tx, now=NOW + FOR, limit=3)
    answers.put(("expire", told))


def move(url: str, gate: Barrier, answers: Answers, moves: Sequence[Move]) -> None:
    """Make each of these moves in a transaction of its own. A deadlock ends the process, as above."""
    database = Database(url)
    gate.wait()
    told: list[object] = []
    for each in moves:
        with database.write() as tx:
            [answer] = inventory.move_many(tx, [each], by=BY, now=NOW, reason="race")
        told.append(answer.reason.value if isinstance(answer, Refused) else "moved")
    answers.put(("move", told))


def _said(answer: Answer) -> str:
    return answer.reason.value if isinstance(answer, Refused) else "held"
