"""What the doctor asks of stock: counters against the journal, and every hold accounted for."""

from grandstand.kit.findings import Finding
from grandstand.store.api import Kind, Tx

_MOST_NAMED = 5


def check_stock(tx: Tx) -> list[Finding]:
    """Four findings; each names up to five rows that are wrong."""
    return [_finding(tx, name, sql, well) for name, sql, well in _CHECKS]


_CHECKS = (
    (
        "inventory_no_pool_oversold",
        "SELECT a.id FROM inventory_account a WHERE a.held < 0 OR a.claimed < 0 OR a.held + a.claimed > a.on_hand UNION ALL "
        "SELECT p.id FROM inventory_pool p WHERE p.on_hand <> (SELECT coalesce(sum(a.on_hand), 0) FROM inventory_account a WHERE a.pool_id = p.id) "
        "OR p.on_hand > p.capacity",
        "held and claimed are within what is on hand, in every pool",
    ),
    (
        "inventory_accounts_equal_their_movements",
        "SELECT a.id FROM inventory_account a LEFT JOIN (SELECT account_id, sum(on_hand) AS on_hand, sum(held) AS held, sum(claimed) AS claimed "
        "FROM inventory_movement GROUP BY account_id) m ON m.account_id = a.id "
        "WHERE a.on_hand <> coalesce(m.on_hand, 0) OR a.held <> coalesce(m.held, 0) OR a.claimed <> coalesce(m.claimed, 0)",
        "every account is the sum of its movements",
    ),
    (
        "inventory_holds_accounted_for",
        "SELECT h.id FROM inventory_hold h LEFT JOIN (SELECT hold_id, sum(held) AS held, sum(claimed) AS claimed, count(*) AS moves "
        "FROM inventory_movement WHERE hold_id IS NOT NULL GROUP BY hold_id) m ON m.hold_id = h.id "
        "WHERE (h.state = 'held' AND coalesce(m.held, 0) <= 0) OR (h.state <> 'held' AND coalesce(m.held, 0) <> 0) "
        "OR (h.state <> 'confirmed' AND coalesce(m.claimed, 0) <> 0) OR (h.state = 'refused' AND m.moves IS NOT NULL) UNION ALL "
        "SELECT m.hold_id FROM inventory_movement m LEFT JOIN inventory_hold h ON h.id = m.hold_id WHERE m.hold_id IS NOT NULL AND h.id IS NULL",
        "every hold has exactly the units its state says",
    ),
    (
        "inventory_seats_agree",
        "SELECT t.seat_id FROM inventory_seat_taken t LEFT JOIN inventory_hold h ON h.id = t.hold_id "
        "LEFT JOIN inventory_seat s ON s.seating_id = t.seating_id AND s.seat_id = t.seat_id "
        "WHERE h.id IS NULL OR s.seat_id IS NULL OR h.state NOT IN ('held', 'confirmed')",
        "every taken seat exists and belongs to a living hold",
    ),
)


def _finding(tx: Tx, name: str, sql: str, well: str) -> Finding:
    found = [str(id_) for (id_,) in tx.rows(f"{sql} LIMIT {_MOST_NAMED + 1}", kinds=[Kind.UUID])]
    more = " and more" if len(found) > _MOST_NAMED else ""
    return Finding(name=name, healthy=not found, detail=f"wrong: {', '.join(found[:_MOST_NAMED])}{more}" if found else well)
