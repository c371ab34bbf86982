"""What the doctor asks of stock: counters against the journal, holds against their units, seats against both."""

from grandstand.kit.findings import Finding
from grandstand.store.api import Kind, Tx

_MOST_NAMED = 5


def check_stock(tx: Tx) -> list[Finding]:
    """Whether nothing is oversold and every number has its reason. Reads whole tables: five statements, each finding names up to five rows."""
    return [
        _finding(tx, "inventory_no_pool_oversold", _OVERSOLD, "held and claimed are within what is on hand, and that within the capacity"),
        _finding(tx, "inventory_accounts_equal_their_movements", _UNEXPLAINED, "every account is the sum of its movements"),
        _finding(tx, "inventory_holds_accounted_for", _UNACCOUNTED, "every hold has the units its state says, every movement its account and hold"),
        _finding(tx, "inventory_caps_equal_their_holds", _MISCOUNTED[tx.engine], "every cap counts what its holder's holds and claims come to"),
        _finding(tx, "inventory_seats_agree", _UNSEATED, "every taken seat has its hold, every account with seats as many of them as units"),
    ]


_OVERSOLD = """
    SELECT a.id FROM inventory_account a WHERE a.held < 0 OR a.claimed < 0 OR a.held + a.claimed > a.on_hand
    UNION ALL
    SELECT p.id FROM inventory_pool p LEFT JOIN (
        SELECT pool_id, SUM(on_hand) AS on_hand FROM inventory_account GROUP BY pool_id
    ) a ON a.pool_id = p.id
    WHERE p.on_hand <> COALESCE(a.on_hand, 0) OR p.on_hand > p.capacity"""

_UNEXPLAINED = """
    SELECT a.id FROM inventory_account a LEFT JOIN (
        SELECT account_id, SUM(on_hand) AS on_hand, SUM(held) AS held, SUM(claimed) AS claimed FROM inventory_movement GROUP BY account_id
    ) m ON m.account_id = a.id
    WHERE a.on_hand <> COALESCE(m.on_hand, 0) OR a.held <> COALESCE(m.held, 0) OR a.claimed <> COALESCE(m.claimed, 0)"""

# A hold may never have fewer than none in one account and more in another, so the sums are looked at account by account.
_UNACCOUNTED = """
    SELECT h.id FROM inventory_hold h LEFT JOIN (
        SELECT hold_id, MIN(held) AS least_held, MAX(held) AS most_held, MIN(claimed) AS least_claimed, MAX(claimed) AS most_claimed FROM (
            SELECT hold_id, account_id, SUM(held) AS held, SUM(claimed) AS claimed FROM inventory_movement WHERE hold_id IS NOT NULL
            GROUP BY hold_id, account_id
        ) per_account GROUP BY hold_id
    ) m ON m.hold_id = h.id
    WHERE (h.state = 'refused') <> (m.hold_id IS NULL)
        OR (h.state = 'held' AND (m.least_held <= 0 OR m.least_claimed <> 0 OR m.most_claimed <> 0))
        OR (h.state <> 'held' AND (m.least_held <> 0 OR m.most_held <> 0))
        OR (h.state = 'confirmed' AND m.least_claimed < 0)
        OR (h.state IN ('released', 'expired') AND (m.least_claimed <> 0 OR m.most_claimed <> 0))
    UNION ALL
    SELECT m.hold_id FROM inventory_movement m LEFT JOIN inventory_hold h ON h.id = m.hold_id
    WHERE m.hold_id IS NOT NULL AND (h.id IS NULL OR h.organisation_id <> m.organisation_id)
    UNION ALL
    SELECT m.account_id FROM inventory_movement m LEFT JOIN inventory_account a ON a.id = m.account_id
    WHERE a.id IS NULL OR a.organisation_id <> m.organisation_id"""

# What a cap counts for a hold falls with the units that came back, as rules.cap_share has it; shipped units still count.
_COUNTED = """
    SELECT c.id FROM inventory_cap c LEFT JOIN (
        SELECT {scope} AS scope, h.holder, SUM({quantity} - {quantity} * m.back / m.total) AS used
        FROM inventory_hold h JOIN (
            SELECT hold_id, CAST(SUM(CASE WHEN kind = 'held' THEN held ELSE 0 END) AS bigint) AS total,
                CAST(-SUM(CASE WHEN kind = 'returned' THEN claimed ELSE 0 END) AS bigint) AS back
            FROM inventory_movement WHERE hold_id IS NOT NULL GROUP BY hold_id
        ) m ON m.hold_id = h.id CROSS JOIN {caps} WHERE h.state IN ('held', 'confirmed') AND m.total > 0 GROUP BY {scope}, h.holder
    ) u ON u.scope = c.scope AND u.holder = c.holder
    WHERE c.used <> COALESCE(u.used, 0)"""
_MISCOUNTED = {
    "postgresql": _COUNTED.format(scope="(cap->>0)", quantity="(cap->>2)::bigint", caps="LATERAL jsonb_array_elements(h.caps::jsonb) cap"),
    "sqlite": _COUNTED.format(scope="cap.value->>0", quantity="(cap.value->>2)", caps="json_each(h.caps) cap"),
}

_UNSEATED = """
    SELECT t.seat_id FROM inventory_seat_taken t LEFT JOIN inventory_hold h ON h.id = t.hold_id
    LEFT JOIN inventory_seat s ON s.seating_id = t.seating_id AND s.seat_id = t.seat_id
    WHERE h.id IS NULL OR s.seat_id IS NULL OR h.state NOT IN ('held', 'confirmed')
    UNION ALL
    SELECT a.id FROM inventory_account a LEFT JOIN (
        SELECT s.account_id, COUNT(*) AS seats, COUNT(t.seat_id) AS taken
        FROM inventory_seat s LEFT JOIN inventory_seat_taken t ON t.seating_id = s.seating_id AND t.seat_id = s.seat_id GROUP BY s.account_id
    ) s ON s.account_id = a.id
    WHERE a.seating_id IS NOT NULL AND (a.on_hand <> COALESCE(s.seats, 0) OR a.held + a.claimed <> COALESCE(s.taken, 0))
    UNION ALL
    SELECT s.seat_id FROM inventory_seat s JOIN inventory_account a ON a.id = s.account_id
    WHERE a.seating_id IS NULL OR a.seating_id <> s.seating_id"""


def _finding(tx: Tx, name: str, sql: str, well: str) -> Finding:
    found = [str(id_) for (id_,) in tx.rows(f"{sql} LIMIT {_MOST_NAMED + 1}", kinds=[Kind.UUID])]
    more = " and more" if len(found) > _MOST_NAMED else ""
    return Finding(name=name, healthy=not found, detail=f"wrong: {', '.join(found[:_MOST_NAMED])}{more}" if found else well)
