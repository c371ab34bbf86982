from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.money import CurrencyMismatch, Money, exponent, total

minors = st.integers(min_value=-(10**15), max_value=10**15)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "CNY", "USD"])
amounts = st.builds(lambda minor, currency: Money(minor=minor, currency=currency), minors, currencies)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=40).filter(any)


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


@given(amount=amounts, weights=weights)
def test_the_parts_of_a_split_add_up_to_the_amount(amount: Money, weights: list[int]) -> None:
    parts = amount.split(weights)
    assert total(parts, currency=amount.currency) == amount
    assert len(parts) == len(weights)


@given(amount=amounts, weights=weights)
def test_each_part_is_within_one_minor_unit_of_its_exact_share(amount: Money, weights: list[int]) -> None:
    for part, weight in zip(amount.split(weights), weights, strict=True):
        assert abs(part.minor - Fraction(amount.minor * weight, sum(weights))) < 1


@given(amount=amounts, weights=weights)
def test_a_larger_remainder_never_gets_less_than_a_smaller_one(amount: Money, weights: list[int]) -> None:
    whole = abs(amount.minor)
    given_up = [(whole * weight % sum(weights), abs(part.minor) - whole * weight // sum(weights)) for part, weight in _pairs(amount, weights)]
    got = [remainder for remainder, extra in given_up if extra]
    missed = [remainder for remainder, extra in given_up if not extra]
    assert not got or not missed or min(got) >= max(missed)


def _pairs(amount: Money, weights: list[int]) -> list[tuple[Money, int]]:
    return list(zip(amount.split(weights), weights, strict=True))


def test_of_equal_remainders_the_earlier_part_gets_the_cent() -> None:
    assert [part.minor for part in euros(100).split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in euros(-100).split([1, 1, 1])] == [-34, -33, -33]
    assert [part.minor for part in euros(5).split([0, 1, 1])] == [0, 3, 2]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [-1]])
def test_weights_that_cannot_be_shared_by_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        euros(100).split(weights)


@given(amount=amounts, percent=st.integers(min_value=0, max_value=100))
def test_a_share_is_the_nearest_minor_unit_and_halves_go_away_from_zero(amount: Money, percent: int) -> None:
    exact = Fraction(amount.minor * percent, 100)
    share = amount.share(percent).minor
    assert abs(share - exact) <= Fraction(1, 2)
    if abs(share - exact) == Fraction(1, 2):
        assert abs(share) > abs(exact)


def test_shares_at_the_half() -> None:
    assert euros(50).share(1) == euros(1)
    assert euros(49).share(1) == euros(0)
    assert euros(-50).share(1) == euros(-1)
    assert euros(1999).share(100) == euros(1999)
    with pytest.raises(ValueError, match="0 to 100 percent, not 101"):
        euros(1).share(101)


def test_the_exponent_is_the_currencys_own() -> None:
    assert {code: exponent(code) for code in ("EUR", "JPY", "KWD", "CNY")} == {"EUR": 2, "JPY": 0, "KWD": 3, "CNY": 2}
    with pytest.raises(ValueError, match="'EURO' is no ISO 4217"):
        Money(minor=1, currency="EURO")


@given(amount=amounts)
def test_what_is_written_as_a_decimal_is_read_back(amount: Money) -> None:
    assert Money.parse(str(amount.decimal()), amount.currency) == amount


def test_a_finer_amount_than_the_currency_has_is_refused() -> None:
    assert Money.parse("12.50", "EUR") == euros(1250)
    assert Money.parse("12.500", "KWD") == Money(minor=12500, currency="KWD")
    with pytest.raises(ValueError, match="finer than the currency's 0 decimal digits"):
        Money.parse("12.5", "JPY")


@given(a=amounts, b=amounts)
def test_sums_and_comparisons_are_those_of_the_minor_units_or_refused(a: Money, b: Money) -> None:
    if a.currency != b.currency:
        with pytest.raises(CurrencyMismatch):
            a + b
        with pytest.raises(CurrencyMismatch):
            assert a < b
        return
    assert (a + b).minor == a.minor + b.minor
    assert a - b == a + -b
    assert (a < b, a <= b, a > b, a >= b) == (a.minor < b.minor, a.minor <= b.minor, a.minor > b.minor, a.minor >= b.minor)


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), "1"])
def test_only_whole_numbers_are_minor_units(minor: object) -> None:
    with pytest.raises(TypeError, match="minor units are an int"):
        Money(minor=minor, currency="EUR")  # type: ignore[arg-type]


def test_money_is_written_as_people_of_the_language_write_it() -> None:
    assert euros(123450).format("en") == "€1,234.50"
    assert euros(123450).format("fr") == "1\u202f234,50\xa0€"
    assert Money(minor=1234, currency="CNY").format("zh-hans") == "¥12.34"
    assert Money(minor=1234, currency="JPY").format("en") == "¥1,234"
    assert str(euros(-5)) == "-0.05 EUR"


def test_no_money_is_false() -> None:
    assert not Money.zero("EUR")
    assert euros(-1)
    assert total([], currency="EUR") == Money.zero("EUR")
    assert euros(3) * 4 == euros(12)
