"""The money of a cancelled session goes back to everybody without anybody asking: in batches, each a transaction, each going on from the last."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils.translation import gettext, override

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Deadlock, Kind, Lost, Tx, record, table, write, write_retrying
from grandstand.ticketing import models
from grandstand.ticketing.queries.sales import sales_by_session

REFUND = table(models.SessionRefund)
NOT_REFUNDED = table(models.OrderNotRefunded)

GRACE = timedelta(hours=24)
"""From the cancellation until money travels. A session that was cancelled by mistake is reinstated within it, and no ticket was lost."""

BATCH = 20
"""Orders refunded in one transaction: short enough that buyers and gates do not wait for it."""

BY = Actor.system("refund_cancelled_sessions")

log = structlog.get_logger(__name__)


def plan_refund(tx: Tx, *, session_id: UUID, cancelled_at: datetime) -> None:
    """From `GRACE` after the cancellation on, the tickets of the session are refunded. A session without box office has none. Four statements.

    Facts may be heard in any order: of a session that takes place after all none is planned, and the last cancellation is the one that counts.
    """
    sale = sales_by_session(tx, [session_id]).get(session_id)
    if sale is None or not _is_cancelled(tx, session_id):
        return
    sql = "UPDATE ticketing_session_refund SET cancelled_at = %s, due_at = %s WHERE session_id = %s AND ended_at IS NULL AND cancelled_at < %s"
    if not tx.execute(sql, (cancelled_at, cancelled_at + GRACE, session_id, cancelled_at)):
        tx.insert(REFUND, _COLUMNS, [_planned(session_id, sale.organisation_id, cancelled_at)], skip_conflicts=True)


def end_refund(tx: Tx, *, session_id: UUID, reinstated_at: datetime) -> None:
    """The session takes place after all: what was not refunded yet stays as it is. One statement."""
    tx.execute(
        "UPDATE ticketing_session_refund SET ended_at = %s WHERE session_id = %s AND cancelled_at <= %s AND ended_at IS NULL",
        (reinstated_at, session_id, reinstated_at),
    )


def unplanned(tx: Tx) -> list[tuple[UUID, UUID]]:
    """Cancelled sessions with a ticket to refund and no refund under way, each with its organisation. Failed orders do not count. Two statements."""
    rows = tx.rows(
        "SELECT s.session_id, s.organisation_id FROM ticketing_session_sale s WHERE NOT EXISTS ("
        "SELECT 1 FROM ticketing_session_refund r WHERE r.session_id = s.session_id AND r.ended_at IS NULL) AND EXISTS ("
        "SELECT 1 FROM ticketing_ticket t WHERE t.session_id = s.session_id AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = 'sale') AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_order_not_refunded n JOIN ticketing_session_refund r ON r.id = n.refund_id "
        "WHERE n.order_id = t.order_id AND r.session_id = t.session_id)) ORDER BY s.session_id",
        kinds=[Kind.UUID, Kind.UUID],
    )
    sessions = games.sessions_many(tx, [session_id for session_id, _ in rows])
    return [(session_id, owner_id) for session_id, owner_id in rows if sessions[session_id].status is games.Status.CANCELLED]


def refund_cancelled_sessions(*, now: datetime) -> int:
    """Refund the next orders of one cancelled session whose time has come; how many orders were dealt with, 0 when nothing is due.

    When nothing is, a refund is planned for each cancelled session that has tickets to give back and none under way: it was cancelled before
    refunds were planned, or the last refund ended without them.

    All tickets of an order for that session go back, with their money; what else the order holds stays. An order that cannot be refunded is
    written down with the reason and does not keep the others waiting. Several workers may run at once: a session is one worker's at a time.
    """
    return write_retrying(lambda tx: _refund_next(tx, now))


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    id: UUID
    organisation_id: UUID
    session_id: UUID


_COLUMNS = ["id", "organisation_id", "session_id", "cancelled_at", "due_at", "ended_at", "refunded"]


def _planned(session_id: UUID, organisation_id: UUID, cancelled_at: datetime) -> tuple[UUID, UUID, UUID, datetime, datetime, None, int]:
    return (new_id(), organisation_id, session_id, cancelled_at, cancelled_at + GRACE, None, 0)


def _refund_next(tx: Tx, now: datetime) -> int:
    due = _next_due(tx, now)
    if due is None:
        rows = [_planned(session_id, organisation_id, now) for session_id, organisation_id in unplanned(tx)]
        tx.insert(REFUND, _COLUMNS, rows, skip_conflicts=True)
        return 0
    lines = _lines(tx, due) if _is_cancelled(tx, due.session_id) else {}
    if not lines:
        _end(tx, due, now)
        return 1
    refunded = _refund(tx, due, lines, now)
    tx.update(REFUND, [(due.id, refunded)], key=["id"], add_to=["refunded"])
    return len(lines)


def _next_due(tx: Tx, now: datetime) -> _Due | None:
    lock = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    row = tx.row(
        "SELECT id, organisation_id, session_id FROM ticketing_session_refund WHERE ended_at IS NULL AND due_at <= %s ORDER BY due_at, id LIMIT 1"
        + lock,
        (now,),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID],
    )
    return None if row is None else _Due(id=row[0], organisation_id=row[1], session_id=row[2])


def _is_cancelled(tx: Tx, session_id: UUID) -> bool:
    return games.sessions_many(tx, [session_id])[session_id].status is games.Status.CANCELLED


def _lines(tx: Tx, due: _Due) -> dict[UUID, list[commerce.LineRefund]]:
    """What is to go back of the next orders, by order in id order: tickets that their sale has not taken back, of orders that did not fail before."""
    left = (
        "t.session_id = %s AND NOT EXISTS (SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = 'sale') "
        "AND NOT EXISTS (SELECT 1 FROM ticketing_order_not_refunded n WHERE n.refund_id = %s AND n.order_id = t.order_id)"
    )
    rows = tx.rows(
        f"SELECT t.order_id, t.line_id, count(*) FROM ticketing_ticket t WHERE {left} AND t.order_id IN ("
        f"SELECT t.order_id FROM ticketing_ticket t WHERE {left} GROUP BY t.order_id ORDER BY t.order_id LIMIT {BATCH}) "
        "GROUP BY t.order_id, t.line_id ORDER BY t.order_id, t.line_id",
        (due.session_id, due.id, due.session_id, due.id),
        kinds=[Kind.UUID, Kind.UUID, Kind.INT],
    )
    lines: dict[UUID, list[commerce.LineRefund]] = defaultdict(list)
    for order_id, line_id, count in rows:
        lines[order_id].append(commerce.LineRefund(line_id=line_id, quantity=count))
    return dict(lines)


def _refund(tx: Tx, due: _Due, lines: dict[UUID, list[commerce.LineRefund]], now: datetime) -> int:
    """Refund these orders, all in one step; one by one when one of them cannot be. How many were."""
    asks = _asks(tx, due, lines)
    try:
        with write():
            commerce.refund_many(tx, asks, by=BY, now=now)
    except (Deadlock, Lost):
        raise
    except Exception:  # whichever it was is found, and kept with its reason, by the steps that follow
        log.info("refund_one_by_one", session_id=str(due.session_id), exc_info=True)
    else:
        return len(asks)
    return sum(_refund_one(tx, due, ask, now) for ask in asks)


def _asks(tx: Tx, due: _Due, lines: dict[UUID, list[commerce.LineRefund]]) -> list[commerce.RefundAsk]:
    contacts = commerce.contacts_many(tx, sorted(lines))
    languages = {order_id: contact.language for order_id, contact in contacts.items()}
    return [
        commerce.RefundAsk(
            key=f"cancelled:{due.id.hex}:{order_id.hex}", order_id=order_id, reason=_reason(languages.get(order_id) or "en"), lines=tuple(of_order)
        )
        for order_id, of_order in lines.items()
    ]


def _reason(language: str) -> str:
    with override(language):
        return gettext("The session was cancelled.")


def _refund_one(tx: Tx, due: _Due, ask: commerce.RefundAsk, now: datetime) -> int:
    try:
        with write():
            commerce.refund_many(tx, [ask], by=BY, now=now)
    except (Deadlock, Lost):
        raise
    except Exception as error:  # kept in its row and shown by doctor: the other buyers must not wait for it
        log.warning("order_not_refunded", order_id=str(ask.order_id), exc_info=True)
        row = (new_id(), due.organisation_id, due.id, ask.order_id, now, f"{type(error).__name__}: {error}"[:300])
        tx.insert(NOT_REFUNDED, ["id", "organisation_id", "refund_id", "order_id", "at", "reason"], [row])
        return 0
    return 1


def _end(tx: Tx, due: _Due, now: datetime) -> None:
    tx.update(REFUND, [(due.id, now)], key=["id"], set_to=["ended_at"])
    row = tx.row("SELECT refunded FROM ticketing_session_refund WHERE id = %s", (due.id,), kinds=[Kind.INT])
    change = Change(
        by=BY,
        action="refund_cancelled_session",
        object_type="ticketing.session_sale",
        object_id=due.session_id,
        reason="the session was cancelled",
        organisation_id=due.organisation_id,
        after={"orders": row[0] if row is not None else 0},
    )
    record(tx, [change], now=now)
