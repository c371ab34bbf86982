"""Tickets issued for paid lines."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce.api import SoldLine
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store.api import Change, Row, Tx, announce, record, table
from grandstand.ticketing import models
from grandstand.ticketing.facts import TicketsIssued

TICKET = table(models.Ticket)
OFFER = table(models.Offer)

BY = Actor.system("issue_tickets")

_COLUMNS = [
    *("id", "organisation_id", "offer_id", "session_id", "line_id", "order_id", "serial"),
    *("holder_id", "seat_id", "price_minor", "currency", "issued_at"),
]


def issue_many(tx: Tx, lines: Sequence[SoldLine], *, now: datetime) -> int:
    """Issue the tickets of each line that has none yet; return how many were new. Five statements whatever the number of lines.

    Raises LookupError for a line whose offer does not exist: nothing could have quoted it.
    """
    if not lines:
        return 0
    sessions = _sessions(tx, lines)
    rows = _rows(lines, sessions, now)
    new = {id_ for (id_,) in tx.insert_new(TICKET, _COLUMNS, rows, key=["id"])}
    issued: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        if row[0] in new:
            issued[row[4]].append(row[0])
    fresh = [line for line in lines if line.line_id in issued]
    record(tx, [_change(line, len(issued[line.line_id])) for line in fresh], now=now)
    announce(tx, _facts(fresh, issued, now))
    return len(new)


def _sessions(tx: Tx, lines: Sequence[SoldLine]) -> dict[UUID, UUID]:
    offer_ids = sorted({line.ref.item_id for line in lines})
    sessions: dict[UUID, UUID] = dict(tx.select_among(OFFER, ["id", "session_id"], "id", offer_ids))
    if unknown := [str(offer_id) for offer_id in offer_ids if offer_id not in sessions]:
        raise LookupError(f"tickets were sold for offers that do not exist: {', '.join(unknown)}")
    return sessions


def _rows(lines: Sequence[SoldLine], sessions: dict[UUID, UUID], now: datetime) -> list[Row]:
    wanted = [(line, serial) for line in sorted(lines, key=lambda line: line.line_id) for serial in range(1, line.quantity + 1)]
    return [
        (
            id_,
            line.seller_id,
            line.ref.item_id,
            sessions[line.ref.item_id],
            line.line_id,
            line.order_id,
            serial,
            line.person_id,
            line.seat_ids[serial - 1] if line.seat_ids else None,
            line.unit_price.minor,
            line.unit_price.currency,
            now,
        )
        for id_, (line, serial) in zip(new_ids(len(wanted)), wanted, strict=True)
    ]


def _change(line: SoldLine, count: int) -> Change:
    return Change(
        by=BY,
        action="issue",
        object_type="ticketing.line",
        object_id=line.line_id,
        reason="the line was paid",
        organisation_id=line.seller_id,
        after={"order_id": str(line.order_id), "offer_id": str(line.ref.item_id), "tickets": count},
    )


def _facts(lines: Sequence[SoldLine], issued: dict[UUID, list[UUID]], now: datetime) -> list[TicketsIssued]:
    by_order: dict[tuple[UUID, UUID], list[SoldLine]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id, line.seller_id].append(line)
    return [
        TicketsIssued(
            organisation_id=seller_id,
            occurred_at=now,
            order_id=order_id,
            holder_id=of_order[0].person_id,
            ticket_ids=tuple(ticket_id for line in of_order for ticket_id in issued[line.line_id]),
        )
        for (order_id, seller_id), of_order in by_order.items()
    ]
