"""Facts announced in the transaction that made them true, and delivered at least once to each handler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from grandstand.kit.facts import Fact
from grandstand.kit.ids import new_ids
from grandstand.store import connections, models
from grandstand.store.kinds import Kind
from grandstand.store.tables import table
from grandstand.store.tx import Tx

type Handler = Callable[[Tx, Any], None]

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

    The handler runs in the transaction that marks its delivery as done, `handler(tx, fact)`, so what it writes happens once. Effects outside
    the database (mail) must be queued by it, not done in it. Raising means "again later".
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
    """Deliver up to `limit` due facts, each in a transaction of its own, and return how many were handled.

    Several workers may run at once: on PostgreSQL each takes rows that no other holds. A handler that raises leaves nothing behind but the
    error in its delivery row, and is tried again later with doubling waits, `MAX_ATTEMPTS` times.
    """
    handled = 0
    for _ in range(limit):
        outcome = _deliver_one(now)
        if outcome is None:
            break
        handled += outcome
    return handled


def _deliver_one(now: datetime) -> bool | None:
    with connections.write() as tx:
        due = _next_due(tx, now)
        if due is None:
            return None
        try:
            with connections.write():  # a savepoint: what a failing handler wrote is undone, the lock on its delivery stays
                due.handle(tx)
        except Exception as error:  # a handler's fault must not stop the others: it is logged, kept in the row, shown by doctor
            log.warning("delivery_failed", delivery_id=str(due.delivery_id), handler=due.name, exc_info=True)
            wait = FIRST_WAIT * 2**due.attempts
            row = (due.delivery_id, now + wait, f"{type(error).__name__}: {error}"[:2000], 1)
            tx.update(table(models.Delivery), [row], key=["id"], set_to=["due_at", "error"], add_to=["attempts"])
            return False
        tx.update(table(models.Delivery), [(due.delivery_id, now, "", 1)], key=["id"], set_to=["delivered_at", "error"], add_to=["attempts"])
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    delivery_id: UUID
    attempts: int
    name: str
    kind: str
    fact: dict[str, Any]

    def handle(self, tx: Tx) -> None:
        for hearer in _hearers.get(self.kind, ()):
            if hearer.name == self.name:
                hearer.handler(tx, msgspec.convert(self.fact, _kinds[self.kind]))
                return
        raise LookupError(f"no handler named {self.name} is wired: restore it in config/wiring.py, or delete the delivery")


def _next_due(tx: Tx, now: datetime) -> _Due | None:
    lock = " FOR UPDATE OF d SKIP LOCKED" if tx.engine == "postgresql" else ""
    row = tx.row(
        "SELECT d.id, d.attempts, d.handler, f.id, f.kind, f.organisation_id, f.occurred_at, f.payload "
        "FROM store_delivery d JOIN store_fact f ON f.id = d.fact_id "
        "WHERE d.delivered_at IS NULL AND d.due_at <= %s AND d.attempts < %s ORDER BY d.due_at, d.id LIMIT 1" + lock,
        (now, MAX_ATTEMPTS),
        kinds=[Kind.UUID, Kind.INT, Kind.TEXT, Kind.UUID, Kind.TEXT, Kind.UUID, Kind.INSTANT, Kind.JSON],
    )
    if row is None:
        return None
    delivery_id, attempts, name, fact_id, kind, organisation_id, occurred_at, payload = row
    fact = {**payload, "fact_id": fact_id, "organisation_id": organisation_id, "occurred_at": occurred_at}
    return _Due(delivery_id=delivery_id, attempts=attempts, name=name, kind=kind, fact=fact)


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
