"""What doctor asks of parcels. That every paid line is in one, commerce asks through `fulfilled_many`."""

from grandstand.inventory import api as inventory
from grandstand.kit.findings import Finding
from grandstand.store.api import Kind, Tx

_SHOWN = 10
"""So many culprits are named; the others are counted."""

_AT_THE_SHOP = "('to_pack', 'packed')"
_GONE = "('shipped', 'delivered', 'returned')"


def check_parcels(tx: Tx) -> list[Finding]:
    """Whether stock, parcels and their journal agree. Reads all parcels; six statements and inventory's."""
    return [_stock_left(tx), _stock_waits(tx), _shipped_with_their_parcel(tx), _journal_agrees(tx), _something_in_it(tx)]


def _stock_left(tx: Tx) -> Finding:
    """What left with a parcel has left the stock, hold by hold."""
    rows = tx.rows(
        "SELECT p.number, l.hold_id, SUM(l.shipped) FROM shop_parcel_line l JOIN shop_parcel p ON p.id = l.parcel_id "
        f"WHERE p.status IN {_GONE} GROUP BY p.number, l.hold_id ORDER BY p.number",
        kinds=[Kind.TEXT, Kind.UUID, Kind.INT],
    )
    left = inventory.shipped_many(tx, [hold_id for _, hold_id, _ in rows])
    return _finding(
        "shop_shipped_units_left_the_stock",
        "the units of every shipped parcel left the stock",
        "shipped parcels whose units did not leave the stock, or more did",
        [number for number, hold_id, shipped in rows if left.get(hold_id, 0) != int(shipped)],
    )


def _stock_waits(tx: Tx) -> Finding:
    """What is claimed of a variant is what its parcels are still to ship: all of what was sold and not taken back, and nothing more."""
    rows = tx.rows(
        "SELECT v.sku, v.account_id, CAST(COALESCE(SUM(l.quantity - l.revoked), 0) AS bigint) FROM shop_variant v LEFT JOIN "
        "(SELECT l.variant_id, l.quantity, l.revoked FROM shop_parcel_line l JOIN shop_parcel p ON p.id = l.parcel_id "
        f"WHERE p.status IN {_AT_THE_SHOP}) l ON l.variant_id = v.id GROUP BY v.sku, v.account_id ORDER BY v.sku",
        kinds=[Kind.TEXT, Kind.UUID, Kind.INT],
    )
    stock = inventory.availability_many(tx, [account_id for _, account_id, _ in rows])
    return _finding(
        "shop_claimed_units_wait_in_parcels",
        "what is claimed of every variant waits in a parcel to be shipped",
        "variants of which more is claimed than their parcels are to ship, or less",
        [sku for sku, account_id, waiting in rows if stock[account_id].claimed != waiting],
    )


def _shipped_with_their_parcel(tx: Tx) -> Finding:
    rows = tx.rows(
        "SELECT DISTINCT p.number FROM shop_parcel_line l JOIN shop_parcel p ON p.id = l.parcel_id "
        f"WHERE (p.status NOT IN {_GONE} AND l.shipped > 0) OR (p.status IN {_GONE} AND l.shipped + l.revoked < l.quantity) ORDER BY p.number",
        kinds=[Kind.TEXT],
    )
    return _finding(
        "shop_lines_go_with_their_parcel",
        "what is in a parcel is where the parcel is",
        "parcels that left without all of their units, or units that left without their parcel",
        [number for (number,) in rows],
    )


def _journal_agrees(tx: Tx) -> Finding:
    rows = tx.rows(
        "SELECT p.number FROM shop_parcel p WHERE p.status <> COALESCE((SELECT c.status FROM shop_parcel_change c WHERE c.parcel_id = p.id "
        "ORDER BY c.at DESC, c.id DESC LIMIT 1), '') ORDER BY p.number",
        kinds=[Kind.TEXT],
    )
    return _finding(
        "shop_parcels_have_their_journal",
        "every parcel is where its journal ends",
        "parcels that are not where their journal ends: somebody changed them by hand",
        [number for (number,) in rows],
    )


def _something_in_it(tx: Tx) -> Finding:
    rows = tx.rows(
        f"SELECT p.number FROM shop_parcel p WHERE p.status IN {_AT_THE_SHOP} AND NOT EXISTS "
        "(SELECT 1 FROM shop_parcel_line l WHERE l.parcel_id = p.id AND l.quantity > l.revoked) ORDER BY p.number",
        kinds=[Kind.TEXT],
    )
    return _finding(
        "shop_parcels_to_pack_hold_something",
        "there is something in every parcel that is to be shipped",
        "parcels to be shipped with nothing in them: cancel them",
        [number for (number,) in rows],
    )


def _finding(name: str, right: str, wrong: str, culprits: list[str]) -> Finding:
    if not culprits:
        return Finding(name=name, healthy=True, detail=right)
    more = f" and {len(culprits) - _SHOWN} more" if len(culprits) > _SHOWN else ""
    return Finding(name=name, healthy=False, detail=f"{len(culprits)} {wrong}: {', '.join(culprits[:_SHOWN])}{more}")
