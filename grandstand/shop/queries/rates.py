"""Zones and rates of sellers."""

from collections.abc import Sequence
from uuid import UUID

from grandstand.shop.rules.catalogue import said
from grandstand.shop.rules.shipping import Rate
from grandstand.store.api import Kind, Tx, read


def shipping_titles(organisation_ids: Sequence[UUID], *, language: str) -> dict[tuple[UUID, str], str]:
    """What each way of shipping of these sellers is called, by seller and code. One statement."""
    with read() as tx:
        return {(rate.organisation_id, rate.code): said(rate.names, language) for rate in rates_of(tx, organisation_ids)}


def rates_of(tx: Tx, organisation_ids: Sequence[UUID]) -> list[Rate]:
    """Every rate of these sellers: a few dozen rows each. One statement."""
    where, param = tx.among("r.organisation_id", Kind.UUID, sorted(set(organisation_ids)))
    rows = tx.rows(
        "SELECT r.organisation_id, z.countries, r.code, r.names, r.currency, r.up_to_g, r.amount_minor, r.tax_class, r.position "
        f"FROM shop_shipping_rate r JOIN shop_shipping_zone z ON z.id = r.zone_id WHERE {where}",
        (param,),
        kinds=[Kind.UUID, Kind.JSON, Kind.TEXT, Kind.JSON, Kind.TEXT, Kind.INT, Kind.INT, Kind.TEXT, Kind.INT],
    )
    return [
        Rate(
            organisation_id=organisation_id,
            countries=tuple(countries),
            code=code,
            names=names,
            currency=currency,
            up_to_g=up_to_g,
            amount_minor=amount_minor,
            tax_class=tax_class,
            position=position,
        )
        for organisation_id, countries, code, names, currency, up_to_g, amount_minor, tax_class, position in rows
    ]
