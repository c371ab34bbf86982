from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.shop.api import Category, Drawing, ParcelCannot, ParcelStatus, PictureDraft, ProductDraft, ProductWrong, StockState, VariantDraft
from grandstand.shop.rules.catalogue import best_state, check_picture, check_product, check_variant, said, stock_state, variant_title
from grandstand.shop.rules.parcels import check_way, parcel_number
from grandstand.shop.rules.shipping import Rate, rates_for

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHOP = new_id()
PRODUCT: dict[str, Any] = {"slug": "lane-tee", "category": Category.CLOTHING, "names": {"en": "Lane T-shirt"}}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "Lane Tee"}, "slug"),
        ({"slug": "x" * 61}, "slug"),
        ({"names": {}}, "names"),
        ({"names": {"fr": "T-shirt"}}, "names"),
        ({"names": {"en": "T-shirt", "de": "T-Shirt"}}, "names"),
        ({"limit_per_line": 0}, "limit_per_line"),
        ({"cap_per_person": 9}, "cap_per_person"),
        ({"sale_starts_at": NOW, "sale_ends_at": NOW}, "sale_ends_at"),
    ],
)
def test_a_product_that_cannot_be_right_names_the_field(wrong: dict[str, Any], field: str) -> None:
    check_product(ProductDraft(**PRODUCT))
    with pytest.raises(ProductWrong) as refused:
        check_product(ProductDraft(**PRODUCT | wrong))
    assert refused.value.detail["field"] == field


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sku": ""}, "sku"),
        ({"weight_g": 0}, "weight_g"),
        ({"colour": "navy"}, "colour"),
        ({"colour": "#14213d"}, "colour_names"),
    ],
)
def test_a_variant_that_cannot_be_right_names_the_field(wrong: dict[str, Any], field: str) -> None:
    right: dict[str, Any] = {"sku": "A", "weight_g": 1}
    with pytest.raises(ProductWrong) as refused:
        check_variant(VariantDraft(**right | wrong))
    assert refused.value.detail == {"field": field}


@pytest.mark.parametrize(
    "wrong",
    [
        {"drawing": None},
        {"file": "shop/pictures/a.png"},
        {"drawing": Drawing(kind="aeroplane", colour="#14213d")},
        {"drawing": Drawing(kind="tshirt", colour="red")},
        {"alt": {}},
    ],
)
def test_a_picture_is_drawn_or_a_file_and_says_what_is_to_be_seen(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"alt": {"en": "A T-shirt"}, "drawing": Drawing(kind="tshirt", colour="#14213d")}
    check_picture(PictureDraft(**right))
    with pytest.raises(ProductWrong):
        check_picture(PictureDraft(**right | wrong))


def test_words_fall_back_to_english_and_a_variant_is_told_by_size_and_colour() -> None:
    assert said({"en": "navy", "fr": "marine"}, "zh-hans") == "navy"
    assert variant_title("M", {"en": "navy", "fr": "bleu marine"}, "fr") == "M, bleu marine"
    assert variant_title("M", {"en": "navy", "zh-hans": "藏青"}, "zh-hans") == "M，藏青"
    assert variant_title("", {}, "en") == ""


@pytest.mark.parametrize(
    ("free", "sale", "state"),
    [
        (11, Span(), StockState.IN_STOCK),
        (10, Span(), StockState.FEW_LEFT),
        (1, Span(), StockState.FEW_LEFT),
        (0, Span(), StockState.SOLD_OUT),
        (0, Span(starts_at=NOW + HOUR), StockState.NOT_YET),
        (5, Span(starts_at=NOW, ends_at=NOW + HOUR), StockState.FEW_LEFT),
        (50, Span(ends_at=NOW), StockState.ENDED),
    ],
)
def test_a_buyer_is_told_of_the_sale_first_and_then_of_the_stock(free: int, sale: Span, state: StockState) -> None:
    assert stock_state(free, sale, now=NOW) is state


@given(st.lists(st.sampled_from(StockState), min_size=1))
def test_a_product_is_in_stock_when_one_of_its_variants_is(states: list[StockState]) -> None:
    best = best_state(states)
    assert best in states
    assert (best is StockState.IN_STOCK) == (StockState.IN_STOCK in states)


# -- shipping ----------------------------------------------------------------------------------------------------------------------------


def _rate(**details: Any) -> Rate:
    given: dict[str, Any] = {
        "organisation_id": SHOP,
        "countries": (),
        "code": "standard",
        "names": {"en": "Standard"},
        "currency": "EUR",
        "up_to_g": 1000,
        "amount_minor": 500,
        "tax_class": "standard",
        "position": 0,
    }
    return Rate(**given | details)


def _found(rates: list[Rate], *, country: str = "FR", weight_g: int = 300) -> list[tuple[str, int]]:
    found = rates_for(rates, organisation_id=SHOP, country=country, currency="EUR", weight_g=weight_g)
    return [(rate.code, rate.amount_minor) for rate in found]


def test_the_narrowest_band_that_holds_the_weight_decides() -> None:
    rates = [_rate(up_to_g=5000, amount_minor=900), _rate(), _rate(code="express", up_to_g=2000, amount_minor=1500, position=1)]
    assert _found(rates, weight_g=1000) == [("standard", 500), ("express", 1500)]
    assert _found(rates, weight_g=1001) == [("standard", 900), ("express", 1500)]
    assert _found(rates, weight_g=2001) == [("standard", 900)]
    assert _found(rates, weight_g=5001) == []


def test_a_zone_that_names_the_country_goes_before_everywhere_else() -> None:
    rates = [_rate(amount_minor=2000), _rate(countries=("FR", "BE"), amount_minor=500)]
    assert _found(rates) == [("standard", 500)]
    assert _found(rates, country="JP") == [("standard", 2000)]
    assert _found(rates[1:], country="JP") == []
    assert _found([rates[0], _rate(countries=("FR",), currency="USD")]) == []  # France has its zone, and nothing in euro there


def test_rates_of_other_sellers_and_currencies_do_not_count() -> None:
    assert _found([_rate(organisation_id=new_id()), _rate(currency="USD")]) == []


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 20), st.integers(0, 9))), st.integers(1, 25))
def test_what_is_offered_holds_the_weight_and_is_one_of_each_way(bands: list[tuple[str, int, int]], weight_g: int) -> None:
    rates = [_rate(code=code, up_to_g=up_to_g, amount_minor=minor) for code, up_to_g, minor in bands]
    found = rates_for(rates, organisation_id=SHOP, country="FR", currency="EUR", weight_g=weight_g)
    assert len({rate.code for rate in found}) == len(found)
    assert {rate.code for rate in found} == {rate.code for rate in rates if rate.up_to_g >= weight_g}
    for rate in found:
        assert rate.up_to_g == min(each.up_to_g for each in rates if each.code == rate.code and each.up_to_g >= weight_g)


# -- parcels -----------------------------------------------------------------------------------------------------------------------------


_WAYS = {
    ("to_pack", "packed"),
    ("to_pack", "cancelled"),
    ("packed", "shipped"),
    ("packed", "to_pack"),
    ("packed", "cancelled"),
    ("shipped", "delivered"),
    ("shipped", "returned"),
    ("delivered", "returned"),
}


@pytest.mark.parametrize("before", ParcelStatus)
@pytest.mark.parametrize("after", ParcelStatus)
def test_a_parcel_goes_these_ways_and_no_other(before: ParcelStatus, after: ParcelStatus) -> None:
    if (before.value, after.value) in _WAYS:
        check_way("8F2A", before, after)
        return
    with pytest.raises(ParcelCannot) as refused:
        check_way("8F2A", before, after)
    assert refused.value.detail == {"status": before.value, "number": "8F2A"}


@given(st.uuids(), st.uuids())
def test_two_parcels_have_two_numbers(first: UUID, second: UUID) -> None:
    mask = (1 << 60) - 1
    assert (parcel_number(first) == parcel_number(second)) == (first.int & mask == second.int & mask)
    assert len(parcel_number(first)) == 14
