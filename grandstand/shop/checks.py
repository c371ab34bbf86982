"""What doctor asks of parcels. That every paid line is in one, commerce asks through `fulfilled_many`."""

from collections import Counter
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.findings import Finding
from grandstand.store.api import Kind, Tx

_SHOWN = 10
"""So many culprits are named; the others are counted."""

_AT_THE_SHOP = "('to_pack', 'packed')"
_GONE = "('shipped', 'delivered', 'returned')"


def check_parcels(tx: Tx) -> list[Finding]:
    """Whether stock, parcels and their journal agree. Reads all parcels; six statements and three of inventory's."""
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
    """What a hold claims of a variant is what its parcels are still to ship: all of what was sold and not taken back, and nothing more.

    Hold by hold, so that units of one order cannot stand in for those of another; and in sum, which is what the next buyer is refused for.
    """
    skus: dict[UUID, str] = dict(tx.rows("SELECT account_id, sku FROM shop_variant ORDER BY sku", kinds=[Kind.UUID, Kind.TEXT]))
    rows = tx.rows(
        "SELECT v.account_id, l.hold_id, CAST(SUM(l.quantity - l.revoked) AS bigint) FROM shop_parcel_line l "
        "JOIN shop_parcel p ON p.id = l.parcel_id JOIN shop_variant v ON v.id = l.variant_id "
        f"WHERE p.status IN {_AT_THE_SHOP} GROUP BY v.account_id, l.hold_id",
        kinds=[Kind.UUID, Kind.UUID, Kind.INT],
    )
    waiting = {(account_id, hold_id): units for account_id, hold_id, units in rows if units}
    claims = inventory.claims_of_accounts_many(tx, list(skus))
    wrong = {account_id for (account_id, _), _ in waiting.items() ^ claims.items()}
    in_parcels = Counter[UUID]()
    for (account_id, _), units in waiting.items():
        in_parcels[account_id] += units
    wrong |= {account_id for account_id, stock in inventory.availability_many(tx, list(skus)).items() if stock.claimed != in_parcels[account_id]}
    return _finding(
        "shop_claimed_units_wait_in_parcels",
        "what every order claims of a variant waits in its parcel to be shipped",
        "variants of which an order claims more than its parcel is to ship, or less",
        [sku for account_id, sku in skus.items() if account_id in wrong],
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
