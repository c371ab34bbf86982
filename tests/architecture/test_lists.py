"""Every list of the console costs the same for one row as for forty.

A list that is new in the console needs a maker of its rows here, or a test of its own that makes them grow.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.commerce import api as commerce
from grandstand.commerce import testing as buying
from grandstand.gate import testing as waiting
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.ledger import testing as books
from grandstand.movement import testing as movement
from grandstand.movement.api import Role
from grandstand.movement.console import console
from grandstand.people.testing import make_person, sign_in
from grandstand.shop import testing as shop
from grandstand.store import api as store

MANY = 40

type Maker = Callable[[store.Database], Generator[None]]
"""Prepares what rows need when it is first asked for one, and makes a row of each of its lists every time it is asked again."""


def markets(_database: store.Database) -> Generator[None]:
    for n in range(MANY + 1):
        yield
        movement.make_market(code=f"m{n}", names={"fr": "Quelque part"})


def organisations(_database: store.Database) -> Generator[None]:
    top = movement.make_organisation()
    while True:
        yield
        movement.make_member(movement.make_organisation(parent_id=top.id).id, Role.SHOP)


def audit(database: store.Database) -> Generator[None]:
    organisation = movement.make_organisation()
    while True:
        yield
        change = store.Change(
            by=Actor.person(new_id()), action="look", object_type="a.list", object_id=new_id(), reason="a test", organisation_id=organisation.id
        )
        with database.write() as tx:
            store.record(tx, [change], now=movement.NOW)


def accounts(database: store.Database) -> Generator[None]:
    organisation = movement.make_organisation()
    for n in range(MANY + 1):
        entry = books.make_entry(organisation.id, books.make_posting(credit=f"sales:kind{n}"))
        with database.write() as tx:
            ledger.post_many(tx, [entry], by=books.BY, now=books.NOW)
        yield


def waiting_rooms(_database: store.Database) -> Generator[None]:
    organisation = movement.make_organisation()
    while True:
        yield
        waiting.make_room(organisation_id=organisation.id)


def sales(database: store.Database) -> Generator[None]:
    with buying.make_world(database) as world:
        ref = world.sell(units=MANY)
        while True:
            yield
            order = commerce.order(world.bought(ref).order_id)
            ask = commerce.RefundAsk(key=new_id().hex, order_id=order.order_id, reason="a test", restock=True)
            with database.write() as tx:
                commerce.issue_invoices_many(tx, [sale.sale_id for sale in order.sales], now=buying.NOW)
                commerce.refund_many(tx, [ask], by=buying.BY, now=buying.NOW)


def tax_rates(database: store.Database) -> Generator[None]:
    for n in range(MANY + 1):
        yield
        starts_on = buying.NOW.date() + timedelta(days=n)
        rate = commerce.NewTaxRate(place="FR", tax_class="standard", rate_bp=n, starts_on=starts_on, source="a test")
        with database.write() as tx:
            commerce.set_tax_rates(tx, [rate], by=buying.BY, reason="a test", now=buying.NOW)


def parcels(_database: store.Database) -> Generator[None]:
    organisation = movement.make_organisation()
    while True:
        yield
        shop.make_parcel(organisation.id)


def shipping(_database: store.Database) -> Generator[None]:
    while True:
        yield
        shop.make_rates(movement.make_organisation().id)


MAKERS: dict[str, Maker] = {
    "movement.Market": markets,
    **dict.fromkeys(("movement.Organisation", "movement.Membership"), organisations),
    "store.AuditEntry": audit,
    **dict.fromkeys(("ledger.Account", "ledger.Entry"), accounts),
    "gate.WaitingRoom": waiting_rooms,
    **dict.fromkeys(("commerce.Sale", "commerce.SaleLine", "commerce.Document", "commerce.Payback"), sales),
    "commerce.TaxRate": tax_rates,
    **dict.fromkeys(("shop.Product", "shop.Variant", "shop.Price", "shop.Picture", "shop.Listing", "shop.Parcel"), parcels),
    **dict.fromkeys(("shop.ShippingZone", "shop.ShippingRate"), shipping),
}

AT_ONCE = {"shop.ShippingRate": 3}
"""How many rows of a list its maker makes each time, where that is not one."""

PROVEN_BY = {
    "games": ("grandstand.games.tests.test_console", "test_lists_cost_the_same_for_one_row_and_for_forty"),
    "ticketing": ("grandstand.ticketing.tests.test_console", "test_a_list_costs_the_same_for_one_row_and_for_forty"),
}
"""Rooms whose own test counts rows and queries of the lists that its module names in MODELS."""


def test_every_list_of_the_console_has_a_maker_of_rows_or_a_test_of_its_own() -> None:
    listed = {model._meta.label for model in console._registry}
    proven = {label for label in listed if _is_proven(label)}
    missing = listed - proven - MAKERS.keys()
    assert not missing, f"add a maker of rows to MAKERS for {', '.join(sorted(missing))}"
    assert MAKERS.keys() <= listed - proven, "a maker's list is not in the console any more, or has a test of its own: remove the maker"


def _is_proven(label: str) -> bool:
    room, _, model = label.partition(".")
    if room not in PROVEN_BY:
        return False
    module = import_module(PROVEN_BY[room][0])
    return hasattr(module, PROVEN_BY[room][1]) and model.lower() in module.MODELS


@pytest.mark.parametrize("maker", list(dict.fromkeys(MAKERS.values())), ids=lambda maker: maker.__name__)
def test_a_list_of_the_console_costs_the_same_for_one_row_and_for_forty(client: Client, sqlite: store.Database, maker: Maker) -> None:
    sign_in(client, make_person(staff=True))
    labels = [label for label, own in MAKERS.items() if own is maker]
    look = partial(_look, client, labels)
    with closing(maker(sqlite)) as rows:
        next(rows)
        before = look()
        next(rows)
        one = look()
        for _ in range(MANY - 1):
            next(rows)
        forty = look()
    added = {label: (one[label][0] - before[label][0], forty[label][0] - before[label][0]) for label in labels}
    assert added == {label: (AT_ONCE.get(label, 1), MANY * AT_ONCE.get(label, 1)) for label in labels}
    assert {label: queries for label, (_rows, queries) in one.items()} == {label: queries for label, (_rows, queries) in forty.items()}


def _look(client: Client, labels: list[str]) -> dict[str, tuple[int, int]]:
    """Rows shown and queries asked on each list, the second time it is opened."""
    found = {}
    for label in labels:
        url = reverse(f"console:{label.lower().replace('.', '_')}_changelist") + "?all="
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(url).context["cl"].result_list
        found[label] = (len(shown), len(queries))
    return found
