"""What doctor looks at in this room."""

from datetime import timedelta

from grandstand.games import api as games
from grandstand.kit.findings import Finding
from grandstand.store.api import Kind, Tx
from grandstand.ticketing.queries.keys import unreadable_keys
from grandstand.ticketing.services.cancelled import unplanned

LATE = timedelta(hours=6)
"""A stadium of 80,000 is refunded in less, once its time has come."""

SHOWN = 5
"""How many wrong rows a finding names: enough to start looking."""


def check_tickets(tx: Tx) -> list[Finding]:
    """Whether tickets, voidings, admissions, keys and refunds are as the rules of this room leave them. Eleven statements."""
    return [_complete(tx), _sold_once(tx), _admitted_once(tx), _admissions_scanned(tx), _voidings(tx), _keys(tx), _cancelled(tx)]


def _complete(tx: Tx) -> Finding:
    """Serials of a line run from 1 without a gap, so a missing number is a ticket that was deleted."""
    lines = tx.rows(
        "SELECT line_id, max(serial), count(*) FROM ticketing_ticket GROUP BY line_id HAVING max(serial) <> count(*) ORDER BY line_id",
        kinds=[Kind.UUID, Kind.INT, Kind.INT],
    )
    wrong = [f"line {line_id} has {count} of {last} tickets" for line_id, last, count in lines]
    return _finding("ticketing_lines_have_all_their_tickets", wrong, "every order line has all the tickets that were issued for it")


def _sold_once(tx: Tx) -> Finding:
    """One seat of one session has one valid ticket."""
    seats = tx.rows(
        "SELECT t.session_id, t.seat_id, count(*) FROM ticketing_ticket t WHERE t.seat_id IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_reinstatement r WHERE r.voiding_id = v.id)) GROUP BY t.session_id, t.seat_id HAVING count(*) > 1",
        kinds=[Kind.UUID, Kind.UUID, Kind.INT],
    )
    wrong = [f"seat {seat_id} of session {session_id} has {count} valid tickets" for session_id, seat_id, count in seats]
    return _finding("ticketing_seat_has_one_valid_ticket", wrong, "no seat has two valid tickets")


def _admitted_once(tx: Tx) -> Finding:
    admitted = tx.rows(
        "SELECT ticket_id, count(*) FROM ticketing_admission GROUP BY ticket_id HAVING count(*) > 1 ORDER BY ticket_id",
        kinds=[Kind.UUID, Kind.INT],
    )
    wrong = [f"ticket {ticket_id} was admitted {count} times" for ticket_id, count in admitted]
    return _finding("ticketing_ticket_admitted_once", wrong, "no ticket was admitted twice")


def _admissions_scanned(tx: Tx) -> Finding:
    """An admission without its scan was written by hand."""
    unscanned = tx.rows(
        "SELECT a.ticket_id FROM ticketing_admission a WHERE NOT EXISTS ("
        "SELECT 1 FROM ticketing_scan s WHERE s.id = a.scan_id AND s.ticket_id = a.ticket_id AND s.reason = '') ORDER BY a.ticket_id",
        kinds=[Kind.UUID],
    )
    wrong = [f"ticket {ticket_id} is in, but no scan let it in" for (ticket_id,) in unscanned]
    return _finding("ticketing_admission_has_its_scan", wrong, "every admission has the scan that made it")


def _voidings(tx: Tx) -> Finding:
    """Voidings of a ticket are numbered from 1 and only the last may be open."""
    rows = tx.rows(
        "SELECT v.ticket_id, count(*), max(v.number), sum(CASE WHEN r.id IS NULL THEN 1 ELSE 0 END) FROM ticketing_voiding v "
        "LEFT JOIN ticketing_reinstatement r ON r.voiding_id = v.id GROUP BY v.ticket_id "
        "HAVING count(*) <> max(v.number) OR sum(CASE WHEN r.id IS NULL THEN 1 ELSE 0 END) > 1 ORDER BY v.ticket_id",
        kinds=[Kind.UUID, Kind.INT, Kind.INT, Kind.INT],
    )
    wrong = [f"ticket {ticket_id} has {count} voidings, the last is number {last}, {open_} open" for ticket_id, count, last, open_ in rows]
    return _finding("ticketing_voidings_follow_each_other", wrong, "every voiding was undone before the next")


def _keys(tx: Tx) -> Finding:
    wrong = [f"key {key_id} cannot be read with this installation's secret: restore the secret, or revoke the key" for key_id in unreadable_keys(tx)]
    missing = tx.rows(
        "SELECT DISTINCT s.organisation_id FROM ticketing_session_sale s WHERE NOT EXISTS ("
        "SELECT 1 FROM ticketing_signing_key k WHERE k.organisation_id = s.organisation_id AND k.revoked_at IS NULL)",
        kinds=[Kind.UUID],
    )
    wrong += [f"organisation {organisation_id} sells tickets and has no key to sign them: make one in the console" for (organisation_id,) in missing]
    return _finding("ticketing_keys_can_sign", wrong, "every organisation that sells tickets has a key that signs")


def _cancelled(tx: Tx) -> Finding:
    """Whoever had a ticket for a cancelled session has the money back, once its time has come."""
    failed = tx.rows(
        "SELECT r.session_id, n.order_id, n.reason FROM ticketing_order_not_refunded n JOIN ticketing_session_refund r ON r.id = n.refund_id "
        "WHERE EXISTS (SELECT 1 FROM ticketing_ticket t WHERE t.order_id = n.order_id AND t.session_id = r.session_id AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = 'sale')) ORDER BY n.at, n.order_id",
        kinds=[Kind.UUID, Kind.UUID, Kind.TEXT],
    )
    late = tx.rows(
        "SELECT session_id FROM ticketing_session_refund WHERE ended_at IS NULL AND due_at < %s ORDER BY due_at",
        (tx.now() - LATE,),
        kinds=[Kind.UUID],
    )
    sessions = games.sessions_many(tx, sorted({row[0] for row in failed}))
    wrong = [
        f"order {order_id} could not be refunded though its session was cancelled ({reason}): refund it in the console"
        for session_id, order_id, reason in failed
        if sessions[session_id].status is games.Status.CANCELLED
    ]
    wrong += [f"session {session_id} was cancelled and its tickets are not all refunded: see whether the worker runs" for (session_id,) in late]
    wrong += [f"session {session_id} was cancelled and no refund is planned: see whether the worker runs" for session_id, _ in unplanned(tx)]
    return _finding("ticketing_cancelled_sessions_are_refunded", wrong, "everybody with a ticket for a cancelled session has the money back in time")


def _finding(name: str, wrong: list[str], well: str) -> Finding:
    more = f", and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Finding(name=name, healthy=not wrong, detail="; ".join(wrong[:SHOWN]) + more if wrong else well)
