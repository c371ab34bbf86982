"""A world in which somebody can buy: a seller's organisation, a market, tax, stock, two kinds of things and a way to pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from grandstand.commerce import payments, sellers
from grandstand.commerce.payments import FactKind, PaymentProvider, ProviderFact
from grandstand.commerce.queries.baskets import find_basket
from grandstand.commerce.refusals import NoSuchBasket
from grandstand.commerce.selling import Seller
from grandstand.commerce.services.baskets import add_lines_many
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.paying import open_payment
from grandstand.commerce.services.placing import place_order
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.services.taxes import set_tax_rates
from grandstand.commerce.testing.providers import FakeProvider, make_fact
from grandstand.commerce.testing.sellers import FakeItem, FakeSeller
from grandstand.commerce.values import Adding, Basket, ItemRef, LineSet, NewTaxRate, OrderStatus, Owner, Placed, Placing, ShipTo
from grandstand.inventory import testing as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.movement import testing as movement
from grandstand.movement.api import Market, Organisation
from grandstand.people import testing as people
from grandstand.store.api import Database

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")

LYON = ShipTo(name="Ada Fan", country="FR", lines=("12 quai du Stade",), city="Lyon", postal_code="69002")


@dataclass(slots=True, kw_only=True)
class World:
    """What a test of buying needs. Everything is done over `database`, without Django's connection, but for making people and organisations."""

    database: Database
    organisation: Organisation
    market: Market
    tickets: FakeSeller = field(default_factory=lambda: FakeSeller("ticket"))
    goods: FakeSeller = field(default_factory=lambda: FakeSeller("product"))
    provider: FakeProvider = field(default_factory=FakeProvider)

    def sell(self, *, units: int = 10, goods: bool = False, seller: Organisation | None = None, **item: Any) -> ItemRef:
        """Something new to sell, with its stock: admission, or goods to be shipped."""
        seller = seller or self.organisation
        with self.database.write() as tx:
            account_id = inventory.make_stock(tx, seller.id, units)
        made = FakeItem(**{"seller_id": seller.id, "account_id": account_id, "country": "" if goods else "FR"} | item)
        return (self.goods if goods else self.tickets).add(made)

    def account_of(self, ref: ItemRef) -> UUID:
        """Where the item's stock is."""
        return (self.goods if ref.kind == "product" else self.tickets).items[ref.item_id].account_id

    def buyer(self) -> Owner:
        """Somebody with an account."""
        return Owner(person_id=people.make_person().id)

    def add(self, owner: Owner, ref: ItemRef, quantity: int = 1, *, key: str = "", now: datetime = NOW, seat_ids: tuple[UUID, ...] = ()) -> LineSet:
        """Put it into the basket. Raises the refusal."""
        adding = Adding(key=key or new_id().hex, owner=owner, market_code=self.market.code, ref=ref, quantity=quantity, seat_ids=seat_ids)
        with self.database.write() as tx:
            (answer,) = add_lines_many(tx, [adding], now=now)
            if isinstance(answer, Refusal):
                raise answer
        return answer

    def basket(self, owner: Owner, *, now: datetime = NOW, ship_to: ShipTo | None = None, language: str = "en") -> Basket:
        """The owner's basket as they see it."""
        found = find_basket(owner=owner, language=language, now=now, ship_to=ship_to)
        if found is None:
            raise NoSuchBasket("This buyer has put nothing into a basket yet.")
        return found

    def placing(self, owner: Owner, *, now: datetime = NOW, **changed: Any) -> Placing:
        """What the owner would send to order the basket they see."""
        basket = self.basket(owner, now=now, ship_to=LYON)
        given: dict[str, Any] = {
            "key": new_id().hex,
            "owner": owner,
            "basket_id": basket.basket_id,
            "email": "ada@example.org",
            "name": "Ada Fan",
            "language": "en",
            "told": basket.totals.gross,
            "ship_to": LYON,
        }
        return Placing(**given | changed)

    def place(self, owner: Owner, *, now: datetime = NOW, **changed: Any) -> Placed:
        """Order the basket. Raises the refusal."""
        placing = self.placing(owner, now=now, **changed)
        with self.database.write() as tx:
            return place_order(tx, placing, now=now)

    def order(self, ref: ItemRef, quantity: int = 1, *, owner: Owner | None = None, now: datetime = NOW) -> Placed:
        """Somebody orders this and nothing else."""
        owner = owner or self.buyer()
        self.add(owner, ref, quantity, now=now)
        return self.place(owner, now=now)

    def open_payment(self, placed: Placed, owner: Owner | None = None, *, now: datetime = NOW) -> UUID:
        """A payment of the order, not yet paid."""
        with self.database.write() as tx:
            return open_payment(tx, order_id=placed.order_id, owner=owner, provider_code=self.provider.code, return_path="/", now=now)

    def tell(self, *facts: ProviderFact, now: datetime = NOW) -> dict[UUID, OrderStatus]:
        """The provider tells; the orders concerned and where they stand now."""
        with self.database.write() as tx:
            return complete_many(tx, record_payment_facts_many(tx, facts, now=now), now=now)

    def pay(self, placed: Placed, *, now: datetime = NOW) -> UUID:
        """Pay the order in full; returns the payment's id."""
        payment_id = self.open_payment(placed, now=now)
        self.tell(make_fact(payment_id, FactKind.CAPTURED, placed.total.minor), now=now)
        return payment_id

    def bought(self, ref: ItemRef, quantity: int = 1, *, owner: Owner | None = None, now: datetime = NOW) -> Placed:
        """Somebody orders this and pays."""
        placed = self.order(ref, quantity, owner=owner, now=now)
        self.pay(placed, now=now)
        return placed


@contextmanager
def make_world(database: Database) -> Iterator[World]:
    """A world on this database; its sellers and its provider are the only ones while it lasts."""
    world = World(database=database, organisation=movement.make_organisation(), market=movement.make_market())
    rates = [
        NewTaxRate(place=place, tax_class="standard", rate_bp=rate_bp, starts_on=date(2000, 1, 1), source="for a test")
        for place, rate_bp in (("FR", 2000), ("DE", 1900), ("CN", 1300))
    ]
    with database.write() as tx:
        set_tax_rates(tx, rates, by=BY, reason="for a test", now=NOW)
    with selling(world.tickets, world.goods), paying_with(world.provider):
        yield world


@contextmanager
def selling(*given: Seller) -> Iterator[None]:
    """Within it, exactly these sellers sell."""
    with _only(sellers.wired, {seller.kind: seller for seller in given}):
        yield


@contextmanager
def paying_with(*given: PaymentProvider) -> Iterator[None]:
    """Within it, exactly these providers take payments."""
    with _only(payments.wired, {provider.code: provider for provider in given}):
        yield


@contextmanager
def _only[T](wired: dict[str, T], given: dict[str, T]) -> Iterator[None]:
    before = dict(wired)
    wired.clear()
    wired.update(given)
    try:
        yield
    finally:
        wired.clear()
        wired.update(before)


def later(**passed: float) -> datetime:
    """NOW and then some: `later(minutes=20)`."""
    return NOW + timedelta(**passed)


def euros(minor: int) -> Money:
    """Euro cents."""
    return Money(minor=minor, currency="EUR")
