"""The shop as commerce's seller."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.commerce.api import (
    Ask,
    Description,
    ItemRef,
    NoQuote,
    NotQuoted,
    Parcel,
    Quote,
    RevokedLine,
    ShippingOption,
    TaxPlace,
)
from grandstand.inventory.api import Cap, Want
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.api import Market
from grandstand.movement.testing import make_market, make_organisation
from grandstand.shop import api as shop
from grandstand.shop import models
from grandstand.shop.testing import BY, NOW, WHY, make_product, make_rates, make_ship_to, make_variant, sold_line
from grandstand.store.api import Database, read, write

SELLER = shop.Products()


def _ref(variant_id: UUID) -> ItemRef:
    return ItemRef(kind=shop.KIND, item_id=variant_id)


def _quote(variant_id: UUID, market: Market, *, quantity: int = 2, **when: Any) -> Quote | NotQuoted:
    with read() as tx:
        [answer] = SELLER.quote_many(tx, [Ask(ref=_ref(variant_id), quantity=quantity)], market=market, **{"now": NOW} | when)
    return answer


def _euro(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def test_a_variant_is_quoted_with_its_price_stock_and_conditions(database: Database) -> None:
    organisation, market = make_organisation().id, make_market()
    starts_at = NOW - timedelta(days=1)
    product = make_product(organisation, limit_per_line=4, cap_per_person=6, sale_starts_at=starts_at, tax_class="clothes")
    variant = make_variant(product)
    assert _quote(variant, market) == Quote(
        ref=_ref(variant),
        quantity=2,
        seller_id=organisation,
        unit_price=_euro(2900),
        tax_class="clothes",
        tax_place=TaxPlace.SHIPPED_TO,
        country="",
        wants=(Want(account_id=models.Variant.objects.get(id=variant).account_id, quantity=2),),
        caps=(Cap(scope=f"product:{product}", limit=6, quantity=2),),
        hold_limit=4,
        window=Span(starts_at=starts_at),
        version=3,  # made, listed, priced
        needs_shipping=True,
    )


def test_a_price_holds_from_its_instant_and_each_change_is_another_version(database: Database) -> None:
    market = make_market()
    product = make_product(make_organisation().id)
    variant = make_variant(product)
    later = NOW + timedelta(days=2)
    shop.set_prices(drafts=[shop.PriceDraft(variant_id=variant, price=_euro(1900), valid_from_at=later)], **WHY)
    before, after = _quote(variant, market, now=later - timedelta(seconds=1)), _quote(variant, market, now=later)
    assert isinstance(before, Quote)
    assert isinstance(after, Quote)
    assert (before.unit_price, after.unit_price) == (_euro(2900), _euro(1900))
    assert after.version > before.version
    row = models.Product.objects.get(id=product)
    draft = shop.ProductDraft(slug=row.slug, category=shop.Category.CLOTHING, names=row.names, limit_per_line=1)
    shop.change_product(product_id=product, draft=draft, **WHY)
    changed = _quote(variant, market, now=later)
    assert isinstance(changed, Quote)
    assert changed.version > after.version
    assert changed.hold_limit == 1


def test_what_is_not_sold_says_why(database: Database) -> None:
    organisation, market, other = make_organisation().id, make_market(), make_market(code="us", territories=("US",), currency="USD")
    sold = make_variant(make_product(organisation, markets=("fr", "us")))
    draft = make_variant(make_product(organisation), listed=False)
    withdrawn_product = make_product(organisation)
    withdrawn = make_variant(withdrawn_product)
    shop.withdraw_product(product_id=withdrawn_product, **WHY)
    refused_product = make_product(organisation)
    refused = make_variant(refused_product)
    listing = shop.ListingDraft(market_code="fr", unlisted=shop.Unlisted.NOT_GRANTED)
    shop.set_listings(product_id=refused_product, drafts=[listing], **WHY)
    reasons = {
        (sold, market.code): Quote,
        (sold, other.code): NoQuote.NOT_SOLD_HERE,  # listed there, and without a price in dollars
        (draft, market.code): NoQuote.UNKNOWN_ITEM,
        (withdrawn, market.code): NoQuote.WITHDRAWN,
        (refused, market.code): NoQuote.NOT_SOLD_HERE,
        (new_id(), market.code): NoQuote.UNKNOWN_ITEM,
    }
    for (variant, code), expected in reasons.items():
        answer = _quote(variant, market if code == "fr" else other)
        assert (answer.reason if isinstance(answer, NotQuoted) else Quote) == expected


def test_answers_come_in_the_order_of_the_asks(database: Database) -> None:
    market = make_market()
    product = make_product(make_organisation().id)
    dear, cheap = (make_variant(product, size=size, price_minor=minor) for size, minor in (("L", 3900), ("S", 1900)))
    asks = [Ask(ref=_ref(id_), quantity=1) for id_ in (dear, new_id(), cheap, dear)]
    with read() as tx:
        answers = SELLER.quote_many(tx, asks, market=market, now=NOW)
    assert [answer.unit_price.minor if isinstance(answer, Quote) else None for answer in answers] == [3900, None, 1900, 3900]


def test_a_variant_is_described_in_the_readers_language_with_its_own_picture_first(database: Database) -> None:
    product = make_product(make_organisation().id, slug="lane-tee")
    variant = make_variant(product, size="M", colour="#14213d", colour_names={"en": "navy", "fr": "bleu marine"})
    other = make_variant(product, size="L")
    drawing = shop.Drawing(kind="tshirt", colour="#14213d")
    own = shop.add_picture(product_id=product, draft=shop.PictureDraft(alt={"en": "navy"}, drawing=drawing, variant_id=variant, position=5), **WHY)
    common = models.Picture.objects.get(product_id=product, variant=None).id
    with read() as tx:
        described = SELLER.describe_many(tx, [_ref(variant), _ref(other)], language="fr")
        [unknown] = SELLER.describe_many(tx, [_ref(new_id())], language="en")
    assert described == [
        Description(ref=_ref(variant), title="T-shirt Couloir", subtitle="M, bleu marine", path="/shop/lane-tee", picture=f"/shop/pictures/{own}"),
        Description(ref=_ref(other), title="T-shirt Couloir", subtitle="L", path="/shop/lane-tee", picture=f"/shop/pictures/{common}"),
    ]
    assert unknown.title == "A product that is no longer known"


def test_a_parcel_costs_what_its_weight_costs_to_where_it_goes(database: Database) -> None:
    organisation, other, market = make_organisation().id, make_organisation().id, make_market()
    make_rates(organisation, countries=("FR", "BE"))
    make_rates(other)
    light = make_variant(make_product(organisation), weight_g=400)
    foreign = make_variant(make_product(other), weight_g=1001)
    parcels = [
        Parcel(seller_id=organisation, items=((_ref(light), 2),), ship_to=None),
        Parcel(seller_id=organisation, items=((_ref(light), 3),), ship_to=make_ship_to(country="BE")),
        Parcel(seller_id=organisation, items=((_ref(light), 1),), ship_to=make_ship_to(country="JP")),
        Parcel(seller_id=other, items=((_ref(foreign), 1),), ship_to=make_ship_to(country="JP")),
        Parcel(seller_id=other, items=((_ref(foreign), 5),), ship_to=None),
    ]
    with read() as tx:
        options = SELLER.shipping_many(tx, parcels, market=market, language="fr", now=NOW)
    assert [[(option.code, option.price.minor) for option in each] for each in options] == [
        [("standard", 500), ("express", 1500)],
        [("standard", 900), ("express", 1500)],
        [],
        [("standard", 900), ("express", 1500)],
        [],
    ]
    assert options[0][1] == ShippingOption(code="express", title="Express", price=_euro(1500), tax_class="standard")


# -- fulfilling --------------------------------------------------------------------------------------------------------------------------


def test_paid_lines_of_a_sale_open_one_parcel_once(database: Database) -> None:
    organisation = make_organisation().id
    variant = make_variant(make_product(organisation))
    first = sold_line(organisation, variant, quantity=2)
    same = sold_line(organisation, variant, order_id=first.order_id, sale_id=first.sale_id)
    other = sold_line(organisation, variant)
    for _ in range(2):
        with write() as tx:
            SELLER.fulfil_many(tx, [first, same, other], now=NOW)
    [parcel] = shop.parcels_of_order(first.order_id, language="en")
    assert [(line.line_id, line.quantity) for line in parcel.lines] == [(first.line_id, 2), (same.line_id, 1)]
    assert (parcel.status, parcel.ship_to, parcel.shipping_code) == (shop.ParcelStatus.TO_PACK, first.ship_to, "standard")
    assert [(change.status, change.reason) for change in parcel.history] == [(shop.ParcelStatus.TO_PACK, "the order was paid")]
    assert models.Parcel.objects.count() == 2
    with read() as tx:
        assert SELLER.fulfilled_many(tx, [first.line_id, same.line_id, new_id()]) == {first.line_id: 2, same.line_id: 1}


def test_a_line_without_an_address_cannot_be_fulfilled(database: Database) -> None:
    organisation = make_organisation().id
    line = sold_line(organisation, make_variant(make_product(organisation)), ship_to=None)
    with pytest.raises(ValueError, match="no address"), write() as tx:
        SELLER.fulfil_many(tx, [line], now=NOW)
    assert models.Parcel.objects.count() == 0


def _revoke(line_id: UUID, quantity: int) -> None:
    with write() as tx:
        SELLER.revoke_many(tx, [RevokedLine(line_id=line_id, quantity=quantity, reason="the buyer changed their mind")], by=BY, now=NOW)


def test_what_is_taken_back_before_it_ships_is_not_shipped(database: Database) -> None:
    organisation = make_organisation().id
    line = sold_line(organisation, make_variant(make_product(organisation)), quantity=3)
    with write() as tx:
        SELLER.fulfil_many(tx, [line], now=NOW)
    [parcel] = shop.parcels_of_order(line.order_id, language="en")
    with write() as tx:
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
    _revoke(line.line_id, 1)
    [parcel] = shop.parcels_of_order(line.order_id, language="en")
    assert (parcel.status, parcel.lines[0].quantity) == (shop.ParcelStatus.TO_PACK, 2)
    assert parcel.history[-1].reason == "the buyer changed their mind"
    _revoke(line.line_id, 2)
    [parcel] = shop.parcels_of_order(line.order_id, language="en")
    assert (parcel.status, parcel.lines[0].quantity) == (shop.ParcelStatus.CANCELLED, 0)
    with read() as tx:
        assert SELLER.fulfilled_many(tx, [line.line_id]) == {line.line_id: 0}


def test_more_than_is_left_of_a_line_cannot_be_taken_back(database: Database) -> None:
    organisation = make_organisation().id
    line = sold_line(organisation, make_variant(make_product(organisation)), quantity=2)
    with write() as tx:
        SELLER.fulfil_many(tx, [line], now=NOW)
    with pytest.raises(shop.TooFewUnits) as refused:
        _revoke(line.line_id, 3)
    assert refused.value.detail == {"line_id": str(line.line_id), "left": 2}
    with pytest.raises(shop.NoSuchParcel):
        _revoke(new_id(), 1)
    [parcel] = shop.parcels_of_order(line.order_id, language="en")
    assert parcel.lines[0].quantity == 2


def test_refunding_what_was_shipped_leaves_the_parcel_where_it_is(database: Database) -> None:
    organisation = make_organisation().id
    line = sold_line(organisation, make_variant(make_product(organisation)), quantity=2)
    with write() as tx:
        SELLER.fulfil_many(tx, [line], now=NOW)
        [parcel] = shop.parcels_of_order(line.order_id, language="en")
        shop.pack_many(tx, [parcel.parcel_id], **WHY)
        shop.ship_many(tx, [shop.Dispatch(parcel_id=parcel.parcel_id, carrier="La Poste")], **WHY)
    _revoke(line.line_id, 2)
    [parcel] = shop.parcels_of_order(line.order_id, language="en")
    assert (parcel.status, parcel.lines[0].quantity) == (shop.ParcelStatus.SHIPPED, 2)
    with read() as tx:
        assert SELLER.fulfilled_many(tx, [line.line_id]) == {line.line_id: 0}


def test_selling_needs_neither_django_nor_more_statements_for_more(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    organisation, market = make_organisation().id, make_market()
    make_rates(organisation)
    product = make_product(organisation)
    variants = [make_variant(product, size=str(n), position=n) for n in range(40)]
    few, many = ([sold_line(organisation, variant) for variant in variants[:size]] for size in (1, 40))
    with django_db_blocker.block(), database.write() as tx:
        assert all(
            isinstance(each, Quote) for each in SELLER.quote_many(tx, [Ask(ref=_ref(id_), quantity=1) for id_ in variants], market=market, now=NOW)
        )
        assert len(SELLER.describe_many(tx, [_ref(id_) for id_ in variants], language="zh-hans")) == 40
        parcel = Parcel(seller_id=organisation, items=tuple((_ref(id_), 1) for id_ in variants[:5]), ship_to=None)
        assert SELLER.shipping_many(tx, [parcel], market=market, language="en", now=NOW)[0][0].price == _euro(500)
        counts = []
        for lines in (few, many):
            counted = _Counting(tx)
            SELLER.fulfil_many(counted, lines, now=NOW)  # type: ignore[arg-type]  # it is a Tx to those who ask it for statements
            SELLER.revoke_many(counted, [RevokedLine(line_id=line.line_id, quantity=1, reason="r") for line in lines], by=BY, now=NOW)  # type: ignore[arg-type]
            counts.append(counted.count)
        assert counts[0] == counts[1]
        assert set(SELLER.fulfilled_many(tx, [line.line_id for line in many]).values()) == {0}


class _Counting:
    """A Tx that counts the calls of it that send a statement."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        if name in {"execute", "rows", "row", "select", "select_among", "insert", "insert_new", "update"}:
            self.count += 1
        return getattr(self._tx, name)
