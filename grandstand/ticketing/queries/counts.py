"""Figures: who is in, what is sold, what could still be."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.games import api as games
from grandstand.inventory import api as inventory
from grandstand.store.api import Kind, Tx, read
from grandstand.ticketing.queries.offers import offers_of_sessions
from grandstand.ticketing.rules import in_language
from grandstand.ticketing.values import GateCount, LiveCount, Reason, Reconciliation, SalesLine, SalesNow, StockLine

HOURS = 24
MOST_LINES = 40

_VALID = (
    "NOT EXISTS (SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id "
    "AND NOT EXISTS (SELECT 1 FROM ticketing_reinstatement r WHERE r.voiding_id = v.id))"
)


def live_count(*, session_id: UUID, language: str) -> LiveCount:
    """Who is in, by gate, and who was refused, by reason. Three statements."""
    with read() as tx:
        admitted = tx.rows(
            "SELECT a.gate_id, count(*) FROM ticketing_admission a WHERE a.session_id = %s GROUP BY a.gate_id",
            (session_id,),
            kinds=[Kind.UUID, Kind.INT],
        )
        scans = tx.rows(
            "SELECT s.gate_id, s.reason, s.conflict <> '', g.name, g.names, g.number, count(*) FROM ticketing_scan s "
            "LEFT JOIN ticketing_gate g ON g.id = s.gate_id WHERE s.session_id = %s "
            "GROUP BY s.gate_id, s.reason, s.conflict <> '', g.name, g.names, g.number ORDER BY g.number",
            (session_id,),
            kinds=[Kind.UUID, Kind.TEXT, Kind.BOOL, Kind.TEXT, Kind.JSON, Kind.INT, Kind.INT],
        )
        sold = valid_tickets(tx, [session_id]).get(session_id, 0)
    inside: dict[UUID | None, int] = dict(admitted)
    refused: dict[Reason, int] = defaultdict(int)
    refused_at: dict[UUID | None, int] = defaultdict(int)
    names: dict[UUID | None, str] = {}
    for gate_id, reason, _, name, more, _, count in scans:
        names[gate_id] = in_language(name, more, language) if name is not None else ""
        if reason:
            refused[Reason(reason)] += count
            refused_at[gate_id] += count
    return LiveCount(
        session_id=session_id,
        inside=sum(inside.values()),
        refused=sum(refused.values()),
        conflicts=sum(count for *_, conflict, _name, _names, _number, count in scans if conflict),
        sold=sold,
        by_gate=tuple(
            GateCount(gate_id=gate_id, gate=name, admitted=inside.get(gate_id, 0), refused=refused_at[gate_id]) for gate_id, name in names.items()
        ),
        refused_by_reason=dict(refused),
    )


def valid_tickets(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tickets of each session that are not void. One raw statement."""
    if not session_ids:
        return {}
    where, param = tx.among("t.session_id", Kind.UUID, session_ids)
    sql = f"SELECT t.session_id, count(*) FROM ticketing_ticket t WHERE {where} AND {_VALID} GROUP BY t.session_id"
    return dict(tx.rows(sql, (param,), kinds=[Kind.UUID, Kind.INT]))


def reconciliation(*, session_id: UUID) -> Reconciliation:
    """A session's seats from the plan down to what could still be sold. Raises nothing: without box office everything is zero."""
    with read() as tx:
        pools = dict(_pools(tx, session_id))
        accounts = inventory.accounts_of_pools_many(tx, sorted(pools))
        on_offer = {offer.account_id for offer in offers_of_sessions(tx, [session_id]) if offer.status == "on_sale"}
        capacity = sum(inventory.capacities_many(tx, sorted(pools)).values())
        tickets = valid_tickets(tx, [session_id]).get(session_id, 0)
    lines = tuple(
        StockLine(
            category_code=pools[account.pool_id],
            account=account.code,
            on_hand=account.on_hand,
            held=account.held,
            claimed=account.claimed,
            on_offer=account.account_id in on_offer,
        )
        for account in accounts
    )
    return Reconciliation(
        session_id=session_id,
        capacity=capacity,
        sellable=sum(line.free for line in lines if line.on_offer),
        taken=sum(line.held + line.claimed for line in lines),
        set_aside=sum(line.free for line in lines if not line.on_offer),
        unassigned=capacity - sum(line.on_hand for line in lines),
        tickets=tickets,
        lines=lines,
    )


def sales_now(*, organisation_ids: Sequence[UUID] | None, now: datetime, language: str) -> SalesNow:
    """How the sessions sell: tickets of the last 24 hours, hour by hour, and the sessions that sold last, MOST_LINES at most.

    Of these organisations, or of all when None. Five statements.
    """
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    with read() as tx:
        where, params = ("true", []) if organisation_ids is None else _within(tx, organisation_ids)
        by_hour = _by_hour(tx, where, params, first)
        sold = tx.rows(
            "SELECT t.session_id, count(*), max(t.issued_at) FROM ticketing_ticket t "
            f"WHERE {where} AND {_VALID} GROUP BY t.session_id ORDER BY max(t.issued_at) DESC, t.session_id LIMIT {MOST_LINES}",
            params,
            kinds=[Kind.UUID, Kind.INT, Kind.INSTANT],
        )
        session_ids = [session_id for session_id, _, _ in sold]
        sessions = games.sessions_many(tx, session_ids, language=language)
        seats = _seats_on_offer(tx, session_ids)
    return SalesNow(
        at=now,
        hours=tuple((hour, by_hour.get(hour, 0)) for hour in (first + timedelta(hours=n) for n in range(HOURS))),
        lines=tuple(
            SalesLine(
                session_id=session_id,
                session_code=sessions[session_id].code,
                session_title=sessions[session_id].title,
                sold=count,
                seats=seats.get(session_id, 0),
                last_sold_at=last_sold_at,
            )
            for session_id, count, last_sold_at in sold
        ),
    )


def _within(tx: Tx, organisation_ids: Sequence[UUID]) -> tuple[str, list[object]]:
    where, param = tx.among("t.organisation_id", Kind.UUID, sorted(organisation_ids))
    return where, [param]


def _by_hour(tx: Tx, where: str, params: Sequence[object], first: datetime) -> dict[datetime, int]:
    hour = "date_trunc('hour', t.issued_at)" if tx.engine == "postgresql" else "strftime('%%Y-%%m-%%d %%H:00:00', t.issued_at)"
    sql = f"SELECT {hour}, count(*) FROM ticketing_ticket t WHERE {where} AND t.issued_at >= %s AND {_VALID} GROUP BY 1"
    return dict(tx.rows(sql, [*params, first], kinds=[Kind.INSTANT, Kind.INT]))


def _seats_on_offer(tx: Tx, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    offers = offers_of_sessions(tx, session_ids)
    stock = inventory.availability_many(tx, [offer.account_id for offer in offers])
    seats: dict[UUID, int] = defaultdict(int)
    for offer in offers:
        seats[offer.session_id] += stock[offer.account_id].on_hand
    return seats


def _pools(tx: Tx, session_id: UUID) -> list[tuple[UUID, str]]:
    return tx.rows(
        "SELECT k.pool_id, c.code FROM ticketing_category_stock k JOIN ticketing_price_category c ON c.id = k.category_id "
        "WHERE k.session_id = %s ORDER BY c.position, c.code",
        (session_id,),
        kinds=[Kind.UUID, Kind.TEXT],
    )
