"""hot-drop (Beijing 2022): the mascot of the Games, two million of it within a day, and resold at ten times its price.

Grandstand: pieces are released at a set time, from which on, and not before, they can be bought; a waiting room for people with an account lets
everybody in who came in time in an order that anybody can compute anew; and one person has one of all colours and drops together.

Run at a tenth of a thousandth: 60 pieces of two colours in two drops, 200 fans, of whom one in ten tries to be several.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.commerce.api import ItemRef
from grandstand.gate.application import Gate
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.rooms.seeding import early_places
from grandstand.gate.rules import early_order
from grandstand.gate.testing import Answer, ask, ask_all, begin_sale, look, make_pass, make_room, open_gate
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement.testing import make_market, make_organisation
from grandstand.people.testing import make_person
from grandstand.shop import api as shop
from grandstand.shop.testing import make_rates
from grandstand.store.api import Database, Kind
from tests.market import set_rates

PIECES, FANS = 15, 200
"""Of each colour in each of two drops; and people, each with an account."""

PRICE_MINOR, SHIPPING_MINOR = 2_900, 500
BY: dict[str, Any] = {"by": Actor.system("test"), "reason": "for a test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mascot:
    """On sale since yesterday, with nothing to buy until the first drop."""

    organisation_id: UUID
    variants: tuple[UUID, UUID]
    released_at: tuple[datetime, datetime]

    def wish(self, colour: int, quantity: int = 1) -> dict[str, Any]:
        """One colour of it."""
        return {"kind": shop.KIND, "item": str(self.variants[colour]), "quantity": quantity}


@pytest.fixture
def mascot(database: Database) -> Mascot:
    make_market(is_default=True)
    set_rates(database)
    organisation_id, yesterday = make_organisation().id, clock.now() - timedelta(days=1)
    make_rates(organisation_id)
    draft = shop.ProductDraft(slug="mascot", category=shop.Category.TOYS, names={"en": "Mascot"}, limit_per_line=1, cap_per_person=1)
    product_id = shop.create_product(organisation_id=organisation_id, draft=draft, now=yesterday, **BY)
    shop.set_listings(product_id=product_id, drafts=[shop.ListingDraft(market_code="fr")], now=yesterday, **BY)
    red, blue = (
        shop.add_variant(
            product_id=product_id, draft=shop.VariantDraft(sku=colour, size=colour, weight_g=300), on_hand=2 * PIECES, now=yesterday, **BY
        )
        for colour in ("red", "blue")
    )
    price = Money(minor=PRICE_MINOR, currency="EUR")
    shop.set_prices(drafts=[shop.PriceDraft(variant_id=id_, price=price, valid_from_at=yesterday) for id_ in (red, blue)], now=yesterday, **BY)
    first, second = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=1)
    for at in (first, second):
        shop.schedule_drop(units={red: PIECES, blue: PIECES}, released_at=at, now=yesterday, **BY)
    shop.list_product(product_id=product_id, now=yesterday, **BY)
    return Mascot(organisation_id=organisation_id, variants=(red, blue), released_at=(first, second))


def test_a_mascot_goes_at_its_hour_to_people_in_a_fair_order_and_one_to_each(database: Database, mascot: Mascot) -> None:
    items = [ItemRef(kind=shop.KIND, item_id=id_) for id_ in mascot.variants]
    room = make_room(organisation_id=mascot.organisation_id, items=items, rate_per_min=60 * FANS, for_accounts=True)
    path = f"/gate/rooms/{room.code}"
    with open_gate(database.url) as gate:
        fans = [make_pass(gate, person_id=make_person().id) for _ in range(FANS)]
        places = joined(gate, path, fans)
        assert ask(gate, f"{path}/join", {}, bearer=make_pass(gate)).content["refused"] == "sign_in"
        assert joined(gate, path, fans[::10]) == places[::10]  # whoever takes a place again has the one place

        began = clock.now() - timedelta(seconds=1)
        begin_sale(database.write_retrying, room.code, now=began)
        with database.write() as tx:
            order = early_order(bytes(range(32)), early_places(tx, room.id))
        admitted = let_in(database, gate, path, room.id, fans, now=began + timedelta(seconds=0.5))
        assert set(admitted) == {fans[places.index(place)] for place in order[: FANS // 2]}  # the first half of the order, and nobody else

        early = ask_all(gate, [("/gate/hold", {"key": "early", **mascot.wish(0)}, bearer) for bearer in admitted.values()])
        assert Counter(map(told, early)) == {"sold_out": FANS // 2}  # inside, and before its hour
        release(database, mascot.released_at[0])
        held = take_one(gate, mascot, list(admitted.values()))
        buyers = [each for each in held if each.answer.status == 200]
        greedy = ask_all(gate, [("/gate/hold", {"key": "other", **mascot.wish(1 - each.colour)}, each.bearer) for each in buyers])
        two = ask(gate, "/gate/hold", {"key": "two", **mascot.wish(0, 2)}, bearer=held[-1].bearer)
        outside = ask_all(gate, [("/gate/hold", {"key": "wish", **mascot.wish(0)}, fan) for fan in fans if fan not in admitted])
        paid = ask_all(gate, [("/gate/pay", purchase(mascot, each), each.bearer) for each in buyers])
        release(database, mascot.released_at[1])
        again = ask_all(gate, [("/gate/hold", {"key": "second", **mascot.wish(each.colour)}, each.bearer) for each in buyers])
    assert Counter(told(each.answer) for each in held) == {"200": 2 * PIECES, "sold_out": FANS // 2 - 2 * PIECES}
    assert Counter(map(told, greedy)) == {"cap": 2 * PIECES}
    assert told(two) == "too_many"
    assert Counter(map(told, outside)) == {"wait": FANS // 2}
    assert Counter(answer.content.get("status") for answer in paid) == {"paid": 2 * PIECES}
    assert Counter(map(told, again)) == {"cap": 2 * PIECES}  # who has one leaves the second drop to others
    with database.write() as tx:
        parcels = tx.rows("SELECT person_id, count(*) FROM shop_parcel GROUP BY person_id", kinds=[Kind.UUID, Kind.INT])
        findings = [*inventory.check_stock(tx), *shop.check_parcels(tx)]
    assert [count for _, count in parcels] == [1] * (2 * PIECES)
    assert [finding for finding in findings if not finding.healthy] == []


def joined(gate: Gate, path: str, fans: Sequence[str]) -> list[UUID]:
    """Their places."""
    return [UUID(answer.content["place"]) for answer in ask_all(gate, [(f"{path}/join", {}, fan) for fan in fans])]


def let_in(database: Database, gate: Gate, path: str, room_id: UUID, fans: Sequence[str], *, now: datetime) -> dict[str, str]:
    """The fans whom the door has reached by then, each with the pass that they come in with."""
    with database.write() as tx:
        open_more(tx, room_id, now=now)
    look(gate)
    answers = ask_all(gate, [(f"{path}/enter", {}, fan) for fan in fans])
    return {fan: answer.content["pass"] for fan, answer in zip(fans, answers, strict=True) if answer.status == 200}


def release(database: Database, at: datetime) -> None:
    """What the worker does at the hour."""
    with database.write() as tx:
        assert inventory.run_due_releases(tx, now=at) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody asked for one in a colour."""

    bearer: str
    colour: int
    answer: Answer


def take_one(gate: Gate, mascot: Mascot, bearers: Sequence[str]) -> list[Taken]:
    """All at once, every other one in the other colour."""
    answers = ask_all(gate, [("/gate/hold", {"key": "one", **mascot.wish(n % 2)}, bearer) for n, bearer in enumerate(bearers)])
    return [Taken(bearer=bearer, colour=n % 2, answer=answer) for n, (bearer, answer) in enumerate(zip(bearers, answers, strict=True))]


def purchase(mascot: Mascot, taken: Taken) -> dict[str, Any]:
    item = {"hold": taken.answer.content["hold_id"], **mascot.wish(taken.colour)}
    ship_to = {"name": "Fan", "country": "FR", "lines": ["1 rue du Port"], "city": "Nantes", "postal_code": "44000"}
    buyer = {"email": f"{new_id().hex}@example.org", "name": "Fan", "language": "en", "ship_to": ship_to}
    shipping = {str(mascot.organisation_id): "standard"}
    money = {"told_minor": PRICE_MINOR + SHIPPING_MINOR, "currency": "EUR", "provider": "test", "is_charged": True}
    return {"key": "pay", "items": [item], "shipping": shipping, **buyer, **money}


def told(answer: Answer) -> str:
    return answer.content["refused"] if answer.status == 409 else str(answer.status)
