"""A market with tickets that anybody may buy, for tests in which only the selling matters."""

from datetime import date, timedelta
from typing import Any

from grandstand.commerce import api as commerce
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing.api import Reserves
from grandstand.ticketing.testing import BoxOffice, make_box_office


def open_market(database: Database, *, units: int, **conditions: Any) -> BoxOffice:
    """So many tickets A at 120 euros, on sale since yesterday, none set aside. Django's default connection must reach `database`."""
    make_market(is_default=True)
    set_rates(database)
    everybodys = Reserves(accessible_percent=0, kill_percent=0, contingency_percent=0)
    return make_box_office(seats=units, categories=("A",), gates=(), reserves=everybodys, now=clock.now() - timedelta(days=1), **conditions)


def set_rates(database: Database) -> None:
    """The tax on tickets and goods in France."""
    rates = [
        commerce.NewTaxRate(place="FR", tax_class=tax_class, rate_bp=rate_bp, starts_on=date(2015, 1, 1), source="for a test")
        for tax_class, rate_bp in (("admission", 550), ("standard", 2000))
    ]
    with database.write() as tx:
        commerce.set_tax_rates(tx, rates, by=Actor.system("test"), reason="for a test", now=clock.now())
