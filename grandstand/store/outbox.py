"""Facts announced in the transaction that made them true, and delivered at least once to each handler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import connection

from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_ids
from grandstand.store import connections, models
from grandstand.store.faults import Deadlock
from grandstand.store.kinds import Kind
from grandstand.store.queues import queue_order
from grandstand.store.tables import table
from grandstand.store.tx import Tx

type Handler = Callable[[Tx, Sequence[Any]], None]

MOST_AT_ONCE = 64
"""Facts in one transaction. More of them keep what their handlers locked, and SQLite's one writer, for longer than a buyer should wait."""

NEAR = 512
"""Places of the queue in which facts for the same handler are looked for: an order leaves four deliveries, so a batch is there."""

MAX_ATTEMPTS = 12
"""With doubling waits from two seconds, the last try comes about two hours after the fact. Then a person has to look: doctor goes red."""

FIRST_WAIT = timedelta(seconds=2)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Hearer:
    name: str
    handler: Handler


_kinds: dict[str, type[Fact]] = {}
_hearers: dict[str, list[_Hearer]] = {}


def hear(kind: type[Fact], handler: Handler) -> None:
    """Wire `handler` to a kind of fact. Called by config.wiring only; wiring the same pair again changes nothing.

    The handler runs in the transaction that marks its deliveries as done, `handler(tx, facts)` with what waits for it, so what it writes happens
    once. Facts come in the order of their happening, but what was tried in vain comes later, and other workers have others: a handler looks how
    things are now. Effects outside the database (mail) must be queued by it, not done in it. Raising means "again later": with several facts it is
    asked again for each half of them, so that only those that cannot be handled wait. Deliveries are kept under the handler's module and name:
    whoever renames it wires the old name too, until none is left.
    """
    name = f"{handler.__module__.removeprefix('grandstand.')}.{handler.__qualname__}"
    _kinds[kind.kind()] = kind
    hearers = _hearers.setdefault(kind.kind(), [])
    if all(hearer.name != name for hearer in hearers):
        hearers.append(_Hearer(name, handler))


def announce(tx: Tx, facts: Sequence[Fact]) -> None:
    """Write facts and one delivery per wired handler. Two statements whatever the number of facts."""
    if not facts:
        return
    tx.insert(
        table(models.Fact),
        ["id", "kind", "organisation_id", "occurred_at", "payload"],
        [(fact.fact_id, fact.kind(), fact.organisation_id, fact.occurred_at, _payload(fact)) for fact in facts],
    )
    due = [(fact, hearer) for fact in facts for hearer in _hearers.get(fact.kind(), ())]
    ids = new_ids(len(due)) if due else []
    tx.insert(
        table(models.Delivery),
        ["id", "fact_id", "handler", "due_at", "attempts", "error"],
        [(id_, fact.fact_id, hearer.name, fact.occurred_at, 0, "") for id_, (fact, hearer) in zip(ids, due, strict=True)],
    )


def deliver_due(*, now: datetime, limit: int = 100) -> int:
    """Deliver up to `limit` due facts and return how many were handled. Each transaction delivers up to MOST_AT_ONCE to one handler.

    Several workers may run at once: on PostgreSQL each takes rows that no other holds. A handler that raises leaves nothing behind but the
    error in its delivery row, and is tried again later with doubling waits, `MAX_ATTEMPTS` times. A deadlock or a lost database is not the facts'
    fault: it is tried again as it is, or raised.
    """
    handled = 0
    while limit > 0:
        most = min(limit, MOST_AT_ONCE)
        taken, done = connections.write_retrying(partial(_deliver_some, now=now, most=most))
        if not taken:
            break
        handled, limit = handled + done, limit - taken
    return handled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    delivery_id: UUID
    attempts: int
    fact: dict[str, Any]


def _deliver_some(tx: Tx, *, now: datetime, most: int) -> tuple[int, int]:
    """Let the handler of what waits longest hear that, and what else waits for it; how many facts that were, and how many were handled."""
    with queue_order(tx):
        head = _head(tx, now)
        if head is None:
            return 0, 0
        name, kind, *place = head
        due = _due_beside(tx, name, kind, place, now=now, most=most)
    errors = _handle(tx, name, kind, due)
    failed = {each.delivery_id for each, _ in errors}
    rows = [(each.delivery_id, now, "", 1) for each in due if each.delivery_id not in failed]
    tx.update(table(models.Delivery), rows, key=["id"], set_to=["delivered_at", "error"], add_to=["attempts"])
    again = [(each.delivery_id, now + FIRST_WAIT * 2**each.attempts, f"{type(error).__name__}: {error}"[:2000], 1) for each, error in errors]
    tx.update(table(models.Delivery), again, key=["id"], set_to=["due_at", "error"], add_to=["attempts"])
    return len(due), len(rows)


def _head(tx: Tx, now: datetime) -> tuple[Any, ...] | None:
    """Handler, kind and place in the queue of what waits longest and no other worker holds."""
    return tx.row(
        f"SELECT d.handler, f.kind, d.due_at, d.id FROM store_delivery d JOIN store_fact f ON f.id = d.fact_id WHERE {_DUE} "
        f"ORDER BY d.due_at, d.id LIMIT 1{_locking(tx)}",
        (now, MAX_ATTEMPTS),
        kinds=[Kind.TEXT, Kind.TEXT, Kind.INSTANT, Kind.UUID],
    )


def _due_beside(tx: Tx, name: str, kind: str, place: Sequence[Any], *, now: datetime, most: int) -> list[_Due]:
    """What waits for the handler, among the next NEAR places of the queue, and no other worker holds."""
    near = tx.rows(
        "SELECT d.id, d.handler, f.kind FROM store_delivery d JOIN store_fact f ON f.id = d.fact_id "
        f"WHERE {_DUE} AND (d.due_at, d.id) >= (%s, %s) ORDER BY d.due_at, d.id LIMIT {NEAR}",
        (now, MAX_ATTEMPTS, *place),
        kinds=[Kind.UUID, Kind.TEXT, Kind.TEXT],
    )
    ids = [id_ for id_, *of in near if of == [name, kind]][:most]
    # By their keys alone: with another condition the planner, which takes the queue for empty, would walk all of it.
    among, param = tx.among("d.id", Kind.UUID, ids)
    rows = tx.rows(
        "SELECT d.id, d.attempts, d.delivered_at, d.due_at, f.id, f.organisation_id, f.occurred_at, f.payload "
        f"FROM store_delivery d JOIN store_fact f ON f.id = d.fact_id WHERE {among}{_locking(tx)}",
        (param,),
        kinds=[Kind.UUID, Kind.INT, Kind.INSTANT, Kind.INSTANT, Kind.UUID, Kind.UUID, Kind.INSTANT, Kind.JSON],
    )
    due = {
        delivery_id: _Due(
            delivery_id=delivery_id,
            attempts=attempts,
            fact={**payload, "fact_id": fact_id, "organisation_id": organisation_id, "occurred_at": occurred_at},
        )
        for delivery_id, attempts, delivered_at, due_at, fact_id, organisation_id, occurred_at, payload in rows
        if delivered_at is None and due_at <= now  # another worker may just have had it
    }
    return [due[id_] for id_ in ids if id_ in due]


_DUE = "d.delivered_at IS NULL AND d.due_at <= %s AND d.attempts < %s"


def _locking(tx: Tx) -> str:
    return " FOR UPDATE OF d SKIP LOCKED" if tx.engine == "postgresql" else ""


def _handle(tx: Tx, name: str, kind: str, due: Sequence[_Due]) -> list[tuple[_Due, Exception]]:
    """Let the handler hear these; those that it could not handle, each with its error."""
    try:
        handler = _handler(name, kind)
        facts = [msgspec.convert(each.fact, _kinds[kind]) for each in due]
        with connections.write():  # a savepoint: what a failing handler wrote is undone, the lock on its deliveries stays
            handler(tx, facts)
    except Deadlock:
        raise
    except Exception as error:  # a handler's fault must not stop the others: it is logged, kept in the row, shown by doctor
        if not connection.is_usable():
            raise
        if len(due) == 1:
            log.warning("delivery_failed", delivery_id=str(due[0].delivery_id), handler=name, exc_info=True)
            return [(due[0], error)]
    else:
        return []
    half = len(due) // 2
    return [*_handle(tx, name, kind, due[:half]), *_handle(tx, name, kind, due[half:])]


def _handler(name: str, kind: str) -> Handler:
    for hearer in _hearers.get(kind, ()):
        if hearer.name == name:
            return hearer.handler
    raise LookupError(f"no handler named {name} is wired: restore it in config/wiring.py, or delete the delivery")


_IN_COLUMNS = {"organisation_id", "occurred_at", "fact_id"}


def _payload(fact: Fact) -> dict[str, Any]:
    return {f.name: msgspec.to_builtins(getattr(fact, f.name)) for f in fields(fact) if f.name not in _IN_COLUMNS}


def undelivered(tx: Tx) -> list[tuple[str, str, int, str]]:
    """Deliveries that failed at least once and are not done: (kind, handler, attempts, last error)."""
    return tx.rows(
        "SELECT f.kind, d.handler, d.attempts, d.error FROM store_delivery d JOIN store_fact f ON f.id = d.fact_id "
        "WHERE d.delivered_at IS NULL AND d.attempts > 0 ORDER BY d.due_at",
        kinds=[Kind.TEXT, Kind.TEXT, Kind.INT, Kind.TEXT],
    )


def given_up(tx: Tx) -> list[tuple[str, str, int, str]]:
    """Deliveries that failed `MAX_ATTEMPTS` times and are not tried again by themselves: (kind, handler, attempts, last error)."""
    return [row for row in undelivered(tx) if row[2] >= MAX_ATTEMPTS]
