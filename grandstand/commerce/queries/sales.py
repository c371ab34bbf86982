"""What organisations sold."""

from datetime import datetime
from uuid import UUID

from grandstand.commerce.values import SalesTotals
from grandstand.kit.money import Money
from grandstand.store.api import Kind, read


def sales_totals(organisation_id: UUID, *, since: datetime) -> list[SalesTotals]:
    """What the organisation was paid for since then, one row per currency, in their order. One statement."""
    with read() as tx:
        rows = tx.rows(
            "SELECT s.currency, COUNT(*), CAST(SUM(s.net_minor + s.tax_minor) AS bigint), CAST(SUM(s.refunded_minor) AS bigint), "
            "CAST(SUM((SELECT COALESCE(SUM(l.quantity - l.refunded_quantity), 0) FROM commerce_sale_line l "
            "WHERE l.sale_id = s.id AND l.nature = 'item')) AS bigint) "
            "FROM commerce_sale s WHERE s.organisation_id = %s AND s.paid_at >= %s GROUP BY s.currency ORDER BY s.currency",
            (organisation_id, since),
            kinds=[Kind.TEXT, Kind.INT, Kind.INT, Kind.INT, Kind.INT],
        )
    return [
        SalesTotals(
            organisation_id=organisation_id,
            orders=orders,
            units=units,
            gross=Money(minor=gross, currency=currency),
            refunded=Money(minor=refunded, currency=currency),
        )
        for currency, orders, gross, refunded, units in rows
    ]
