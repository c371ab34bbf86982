"""A seller that sells anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from grandstand.commerce.selling import (
    Ask,
    NoQuote,
    NotQuoted,
    Parcel,
    Quote,
    RevokedLine,
    ShippingOption,
    SoldLine,
    TaxPlace,
)
from grandstand.commerce.values import Description, ItemRef
from grandstand.inventory.api import Cap, Want
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.api import Market
from grandstand.store.api import Kind, Tx


@dataclass(slots=True, kw_only=True)
class FakeItem:
    """Something to sell: admission taxed in `region` and `country`, or goods when the country is empty."""

    seller_id: UUID
    account_id: UUID
    price_minor: int = 1000
    currency: str = "EUR"
    country: str = "FR"
    region: str = ""
    tax_class: str = "standard"
    version: int = 1
    cap: int | None = None
    limit: int | None = None
    window: Span = field(default_factory=Span)
    item_id: UUID = field(default_factory=new_id)


@dataclass(slots=True)
class FakeSeller:
    """Implements Seller and Ships over a dictionary; what was given is in a table of its own, so that it obeys transactions."""

    kind: str
    items: dict[UUID, FakeItem] = field(default_factory=dict)
    shipping_minor: int = 500
    used: set[UUID] = field(default_factory=set)
    """Lines that cannot be taken back any more."""
    off: set[UUID] = field(default_factory=set)
    """Items that will not take place."""
    broken: bool = False
    """Whether fulfilling raises."""

    def add(self, item: FakeItem) -> ItemRef:
        """Sell this too."""
        self.items[item.item_id] = item
        return ItemRef(kind=self.kind, item_id=item.item_id)

    def quote_many(self, tx: Tx, asks: Sequence[Ask], *, market: Market, now: datetime) -> list[Quote | NotQuoted]:
        """See Seller."""
        return [self._quote(ask, market) for ask in asks]

    def _quote(self, ask: Ask, market: Market) -> Quote | NotQuoted:
        item = self.items.get(ask.ref.item_id)
        if item is None:
            return NotQuoted(ref=ask.ref, reason=NoQuote.UNKNOWN_ITEM)
        if item.currency != market.currency:
            return NotQuoted(ref=ask.ref, reason=NoQuote.NOT_SOLD_HERE)
        return Quote(
            ref=ask.ref,
            quantity=ask.quantity,
            seller_id=item.seller_id,
            unit_price=Money(minor=item.price_minor, currency=item.currency),
            tax_class=item.tax_class,
            tax_place=TaxPlace.VENUE if item.country else TaxPlace.SHIPPED_TO,
            country=item.country,
            region=item.region,
            wants=(Want(account_id=item.account_id, quantity=ask.quantity, seat_ids=ask.seat_ids),),
            caps=() if item.cap is None else (Cap(scope=f"item:{item.item_id}", limit=item.cap, quantity=ask.quantity),),
            hold_limit=item.limit,
            window=item.window,
            version=item.version,
            needs_shipping=not item.country,
        )

    def called_off_many(self, tx: Tx, refs: Sequence[ItemRef]) -> set[ItemRef]:
        """See CallsOff."""
        return {ref for ref in refs if ref.item_id in self.off}

    def fulfil_many(self, tx: Tx, lines: Sequence[SoldLine], *, now: datetime) -> None:
        """See Seller."""
        if self.broken:
            raise RuntimeError("the seller is broken")
        _make_table(tx)
        for line in lines:
            tx.execute(
                "INSERT INTO commerce_fake_given (line_id, kind, given) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (line.line_id.hex, self.kind, line.quantity),
            )

    def revoke_many(self, tx: Tx, lines: Sequence[RevokedLine], *, by: Actor, now: datetime) -> None:
        """See Seller."""
        for line in lines:
            if line.line_id in self.used:
                raise UnitUsed("It was used already.")
            tx.execute("UPDATE commerce_fake_given SET given = given - %s WHERE line_id = %s", (line.quantity, line.line_id.hex))

    def describe_many(self, tx: Tx, refs: Sequence[ItemRef], *, language: str) -> list[Description]:
        """See Seller."""
        return [Description(ref=ref, title=f"{self.kind} ({language})", subtitle="as sold") for ref in refs]

    def fulfilled_many(self, tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
        """See Seller."""
        _make_table(tx)
        where, param = tx.among("line_id", Kind.TEXT, [line_id.hex for line_id in line_ids])
        rows = tx.rows(f"SELECT line_id, given FROM commerce_fake_given WHERE {where}", (param,), kinds=[Kind.TEXT, Kind.INT])
        return {UUID(hex=line_id): given for line_id, given in rows}

    def shipping_many(self, tx: Tx, parcels: Sequence[Parcel], *, market: Market, language: str, now: datetime) -> list[tuple[ShippingOption, ...]]:
        """See Ships: everywhere but to Antarctica."""
        option = ShippingOption(code="post", title="By post", price=Money(minor=self.shipping_minor, currency=market.currency), tax_class="standard")
        express = ShippingOption(
            code="express", title="Express", price=Money(minor=2 * self.shipping_minor, currency=market.currency), tax_class="standard"
        )
        return [() if parcel.ship_to is not None and parcel.ship_to.country == "AQ" else (option, express) for parcel in parcels]


class UnitUsed(Refusal):
    """A unit cannot be taken back."""

    code = "unit_used"


def _make_table(tx: Tx) -> None:
    tx.execute("CREATE TABLE IF NOT EXISTS commerce_fake_given (line_id varchar(32) PRIMARY KEY, kind varchar(20) NOT NULL, given bigint NOT NULL)")
