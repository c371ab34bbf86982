"""Decisions with plain values, as properties."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.commerce.payments import FactKind, ProviderFact
from grandstand.commerce.rules.numbers import gaps
from grandstand.commerce.rules.orders import new_number, part_of, share_of, status_of
from grandstand.commerce.rules.payments import fold, paired, taken_from
from grandstand.commerce.rules.tax import Rate, rate_for, taxed, totals_of
from grandstand.commerce.testing import NOW, euros, make_fact
from grandstand.commerce.values import OrderStatus, Taxed

AMOUNTS = st.integers(min_value=0, max_value=10**9)
RATES = st.integers(min_value=0, max_value=10_000)
DAY = date(2031, 7, 1)


def a_rate(rate_bp: int, *, place: str = "FR", tax_class: str = "standard", starts_on: date = DAY, ends_on: date | None = None) -> Rate:
    return Rate(place=place, tax_class=tax_class, rate_bp=rate_bp, starts_on=starts_on, ends_on=ends_on)


# -- tax ------------------------------------------------------------------------------------------------------------------------------------


@given(AMOUNTS, RATES)
def test_a_price_with_tax_in_it_is_what_the_buyer_pays(minor: int, rate_bp: int) -> None:
    amount = taxed(price=euros(minor), rate=a_rate(rate_bp), included=True)
    assert amount.gross == euros(minor)
    assert 0 <= amount.tax.minor <= minor


@given(AMOUNTS, RATES)
def test_a_price_without_tax_is_what_the_seller_keeps(minor: int, rate_bp: int) -> None:
    amount = taxed(price=euros(minor), rate=a_rate(rate_bp), included=False)
    assert amount.net == euros(minor)
    assert abs(amount.tax.minor * 10_000 - minor * rate_bp) <= 5_000


@given(AMOUNTS, RATES)
def test_taking_tax_out_and_putting_it_on_again_gives_the_same_price(minor: int, rate_bp: int) -> None:
    net = taxed(price=euros(minor), rate=a_rate(rate_bp), included=False)
    assert taxed(price=net.gross, rate=a_rate(rate_bp), included=True).net == net.net


@pytest.mark.parametrize(
    ("minor", "rate_bp", "included", "tax"),
    [(1200, 2000, True, 200), (1000, 2000, False, 200), (1000, 550, True, 52), (5, 1000, False, 1), (4, 1000, False, 0), (999, 0, True, 0)],
)
def test_half_a_cent_rounds_up_once_per_line(minor: int, rate_bp: int, included: bool, tax: int) -> None:  # noqa: FBT001
    assert taxed(price=euros(minor), rate=a_rate(rate_bp), included=included).tax == euros(tax)


def test_a_price_below_zero_is_a_fault() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        taxed(price=euros(-1), rate=a_rate(2000), included=True)


def test_the_finest_place_decides_and_its_standard_rate_stands_for_what_it_does_not_name() -> None:
    rates = [a_rate(2000), a_rate(550, tax_class="admission"), a_rate(850, place="FR-20R"), a_rate(1000, tax_class="admission", place="DE")]
    assert rate_for(rates, places=("FR",), tax_class="admission", on=DAY) == rates[1]
    assert rate_for(rates, places=("FR-20R", "FR"), tax_class="admission", on=DAY) == rates[2]
    assert rate_for(rates, places=("FR",), tax_class="goods", on=DAY) == rates[0]
    assert rate_for(rates, places=("DE",), tax_class="goods", on=DAY) is None


def test_a_rate_applies_from_its_first_day_up_to_not_including_its_last() -> None:
    old, new = a_rate(1960, starts_on=DAY - timedelta(days=9), ends_on=DAY), a_rate(2000)
    found = {day: rate_for([old, new], places=("FR",), tax_class="goods", on=DAY + timedelta(days=day)) for day in (-10, -9, -1, 0)}
    assert found == {-10: None, -9: old, -1: old, 0: new}


@given(st.lists(st.tuples(AMOUNTS, RATES, st.sampled_from(["FR", "DE"])), max_size=8))
def test_totals_are_the_sums_of_their_lines(lines: list[tuple[int, int, str]]) -> None:
    amounts = [taxed(price=euros(minor), rate=a_rate(rate_bp, place=place), included=True) for minor, rate_bp, place in lines]
    totals = totals_of(amounts, currency="EUR")
    assert totals.gross == euros(sum(minor for minor, _, _ in lines))
    assert sum(each.tax.minor for each in totals.taxes) == totals.tax.minor == sum(amount.tax.minor for amount in amounts)
    assert len({(each.place, each.rate_bp) for each in totals.taxes}) == len(totals.taxes)


# -- payments -------------------------------------------------------------------------------------------------------------------------------

PAYBACKS = [UUID(int=n) for n in range(1, 4)]


@st.composite
def told(draw: st.DrawFn) -> ProviderFact:
    """A fact about one of few movements, so that repetitions and contradictions are common."""
    kind = draw(st.sampled_from(FactKind))
    n = draw(st.integers(0, 2))
    return make_fact(
        UUID(int=99),
        kind,
        draw(st.integers(1, 5)) * 100,
        movement=f"movement-{n}",
        event_id=f"event-{draw(st.integers(0, 9))}",
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
        refund_id=PAYBACKS[n] if kind in {FactKind.REFUNDED, FactKind.REFUND_FAILED} else None,
    )


@given(st.lists(told(), max_size=12), st.randoms(use_true_random=False), st.integers(0, 3))
def test_neither_the_order_nor_the_repetition_of_facts_matters(facts: list[ProviderFact], random: object, times: int) -> None:
    once = fold(facts, currency="EUR")
    again = facts + facts[: len(facts) // 2] * times
    random.shuffle(again)  # type: ignore[attr-defined] # Hypothesis gives a random.Random
    assert fold(again, currency="EUR") == once


@given(st.lists(told(), max_size=12), told())
def test_nothing_that_was_captured_is_ever_forgotten(facts: list[ProviderFact], more: ProviderFact) -> None:
    assert fold([*facts, more], currency="EUR").captured >= fold(facts, currency="EUR").captured


def test_a_refund_that_failed_is_no_refund_whichever_was_told_first() -> None:
    done = make_fact(None, FactKind.REFUNDED, 500, movement="r", refund_id=PAYBACKS[0])
    failed = make_fact(None, FactKind.REFUND_FAILED, 500, movement="r", refund_id=PAYBACKS[0])
    for facts in ([done, failed], [failed, done]):
        totals = fold(facts, currency="EUR")
        assert (totals.refunded, totals.settled_refunds, totals.failed_refunds) == (0, frozenset(), frozenset({PAYBACKS[0]}))


def test_two_captures_with_one_reference_count_once_with_the_larger_amount() -> None:
    facts = [make_fact(None, minor=500, movement="c"), make_fact(None, minor=700, movement="c"), make_fact(None, minor=300, movement="d")]
    assert fold(facts, currency="EUR").captured == 1000


SOURCES = st.lists(st.integers(0, 500), min_size=1, max_size=5)


@given(SOURCES, st.data())
def test_an_amount_is_taken_from_sources_one_after_the_other(sources: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(sources)))
    parts = taken_from(list(enumerate(sources)), amount)
    assert sum(minor for _, minor in parts) == amount
    assert all(0 < minor <= sources[n] for n, minor in parts)
    with pytest.raises(ValueError, match="more than there are"):
        taken_from(list(enumerate(sources)), sum(sources) + 1)


@given(SOURCES, st.data())
def test_pairs_keep_the_sum_of_every_debit_and_every_credit(debits: list[int], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, sum(debits)), max_size=4)))
    owed = [after - before for before, after in zip([0, *cuts], [*cuts, sum(debits)], strict=True)]
    pairs = paired(list(enumerate(debits)), list(enumerate(owed)))
    assert all(minor > 0 for _, _, minor in pairs)
    assert [sum(minor for debit, _, minor in pairs if debit == n) for n in range(len(debits))] == debits
    assert [sum(minor for _, credit, minor in pairs if credit == n) for n in range(len(owed))] == owed


def test_debits_and_credits_that_differ_are_a_fault() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        paired([("a", 2)], [("b", 3)])


# -- orders and refunds ---------------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10**7), RATES, st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_a_line_given_back_in_any_steps_comes_to_the_line_exactly(minor: int, rate_bp: int, steps: list[int]) -> None:
    line = taxed(price=euros(minor), rate=a_rate(rate_bp), included=True)
    quantity, before, gone, parts = sum(steps), 0, 0, []
    for step in steps:
        parts.append(share_of(line, quantity=quantity, before=before, count=step, gone_minor=gone))
        before += step
        gone += parts[-1].gross.minor
    assert sum(part.net.minor for part in parts) == line.net.minor
    assert sum(part.tax.minor for part in parts) == line.tax.minor
    assert all(part.net.minor >= 0 <= part.tax.minor for part in parts)


def test_more_than_the_line_cannot_be_given_back() -> None:
    line = Taxed(net=euros(100), tax=euros(20), place="FR", rate_bp=2000)
    with pytest.raises(ValueError, match="not within"):
        share_of(line, quantity=2, before=1, count=2, gone_minor=60)


@given(st.integers(1, 10**7), RATES, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**7)), max_size=8))
def test_money_that_went_back_without_units_counts_for_the_next_ones(minor: int, rate_bp: int, steps: list[tuple[int, int]]) -> None:
    line = taxed(price=euros(minor), rate=a_rate(rate_bp), included=True)
    quantity, before, gone, parts = sum(count for count, _ in steps) + 1, 0, 0, []
    for count, alone in steps:
        parts.append(part_of(line, before_minor=gone, after_minor=min(gone + alone, minor)))
        gone += parts[-1].gross.minor
        parts.append(share_of(line, quantity=quantity, before=before, count=count, gone_minor=gone))
        gone, before = gone + parts[-1].gross.minor, before + count
    parts.append(share_of(line, quantity=quantity, before=before, count=quantity - before, gone_minor=gone))
    assert (sum(part.net.minor for part in parts), sum(part.tax.minor for part in parts)) == (line.net.minor, line.tax.minor)
    assert all(part.net.minor >= 0 <= part.tax.minor for part in parts)


@pytest.mark.parametrize(
    ("completed", "cancelled", "sent_back", "refunded", "refunded_minor", "status"),
    [
        (False, False, False, 0, 0, OrderStatus.AWAITING_PAYMENT),
        (True, False, False, 0, 0, OrderStatus.PAID),
        (True, False, False, 1, 100, OrderStatus.PARTLY_REFUNDED),
        (True, False, False, 0, 1, OrderStatus.PARTLY_REFUNDED),
        (True, False, False, 0, 300, OrderStatus.REFUNDED),
        (True, False, False, 3, 300, OrderStatus.REFUNDED),
        (False, True, False, 0, 0, OrderStatus.CANCELLED),
        (False, True, True, 0, 0, OrderStatus.SENT_BACK),
    ],
)
def test_where_an_order_stands_follows_from_what_happened(
    completed: bool,  # noqa: FBT001
    cancelled: bool,  # noqa: FBT001
    sent_back: bool,  # noqa: FBT001
    refunded: int,
    refunded_minor: int,
    status: OrderStatus,
) -> None:
    found = status_of(
        completed=completed,
        cancelled=cancelled,
        sent_back=sent_back,
        units=3,
        refunded_units=refunded,
        total_minor=300,
        refunded_minor=refunded_minor,
    )
    assert found is status


def test_order_numbers_are_ten_letters_that_nobody_confuses() -> None:
    numbers = {new_number() for _ in range(200)}
    assert len(numbers) == 200
    assert all(len(number) == 11 and number[5] == "-" and not set("01IOLU") & set(number) for number in numbers)


@given(st.sets(st.integers(1, 30)), st.integers(0, 30))
def test_gaps_are_what_is_missing_and_what_is_too_much(sequences: set[int], last: int) -> None:
    found = set(gaps(sequences, last=last))
    assert found == (set(range(1, last + 1)) - sequences) | {n for n in sequences if n > last}


def test_a_movement_told_at_another_instant_is_the_same_movement() -> None:
    early, late = make_fact(None, minor=500, movement="c"), make_fact(None, minor=500, movement="c")
    assert early.occurred_at == NOW
    assert fold([early, late], currency="EUR").captured == 500
