from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.ticketing.rules import (
    CATEGORIES,
    DatedPrice,
    Known,
    PriceNow,
    best_state,
    category_plans,
    converted,
    decide,
    entry_window,
    in_language,
    level,
    price_now,
    sale_state,
    sale_window,
    set_aside,
    ticket_state,
)
from grandstand.ticketing.values import CodeContent, Level, OfferStatus, Reason, Reserves, SaleState, TicketState

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CODES = {category.code for category in CATEGORIES}
instants = st.datetimes(datetime(2030, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 Hypothesis adds the zone


def dollars(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


# -- categories and prices ----------------------------------------------------------------------------------------------------------------


def test_categories_span_the_announced_prices_with_the_geometric_mean_between_them() -> None:
    plans = category_plans(lowest=dollars(2_800), highest=dollars(51_472), seats=1_000, rates={"EUR": Decimal("0.92"), "JPY": Decimal(150)})
    assert [(plan.code, plan.seats) for plan in plans] == [("A", 250), ("B", 350), ("C", 400)]
    assert [[str(price) for price in plan.prices] for plan in plans] == [
        ["514.72 USD", "474.00 EUR", "77208 JPY"],
        ["120.00 USD", "111.00 EUR", "18000 JPY"],
        ["28.00 USD", "26.00 EUR", "4200 JPY"],
    ]


def test_a_session_with_one_price_has_one_category() -> None:
    (plan,) = category_plans(lowest=dollars(1_200), highest=dollars(1_200), seats=77, rates={})
    assert (plan.code, plan.seats, plan.prices) == ("A", 77, (dollars(1_200),))


@given(lowest=st.integers(0, 10**6), more=st.integers(0, 10**6), seats=st.integers(1, 10**5), rate=st.decimals("0.001", "200", places=3))
def test_categories_lose_no_seat_and_no_price_leaves_the_announced_range(lowest: int, more: int, seats: int, rate: Decimal) -> None:
    plans = category_plans(lowest=dollars(lowest), highest=dollars(lowest + more), seats=seats, rates={"EUR": rate})
    assert sum(plan.seats for plan in plans) == seats
    assert {plan.code for plan in plans} <= CODES
    announced = [plan.prices[0] for plan in plans]
    assert announced == sorted(announced, reverse=True)
    assert max(price.minor for price in announced) == lowest + more or seats < 3
    for plan in plans:
        original, euros = plan.prices
        assert euros.minor % 100 == 0
        assert original.decimal() * rate <= euros.decimal() < original.decimal() * rate + 1


@given(seats=st.integers(0, 10**5), percents=st.tuples(*[st.integers(0, 33)] * 3))
def test_reserves_and_the_public_add_up_to_the_seats(seats: int, percents: tuple[int, int, int]) -> None:
    accessible, kill, contingency = percents
    accounts = set_aside(seats, Reserves(accessible_percent=accessible, kill_percent=kill, contingency_percent=contingency))
    assert sum(accounts.values()) == seats
    assert min(accounts.values()) >= 0
    for code, percent in zip(("accessible", "kill", "contingency"), percents, strict=True):
        assert abs(accounts[code] - seats * percent / 100) < 1


def test_a_converted_price_is_rounded_up_to_the_whole_unit_of_its_currency() -> None:
    assert converted(dollars(1), "KWD", Decimal("0.3")) == Money(minor=1_000, currency="KWD")
    assert converted(dollars(0), "EUR", Decimal(2)) == Money.zero("EUR")


@given(st.lists(st.tuples(st.integers(0, 10**6), instants), max_size=6, unique_by=lambda pair: pair[1]), instants)
def test_the_price_of_an_instant_is_the_latest_begun_and_its_version_counts_those(prices: list[tuple[int, datetime]], now: datetime) -> None:
    begun = sorted((at, minor) for minor, at in prices if at <= now)
    found = price_now([DatedPrice(minor=minor, valid_from_at=at) for minor, at in prices], now=now)
    assert found == (PriceNow(minor=begun[-1][1], version=len(begun)) if begun else None)


# -- how many, and whether it is open -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "on_hand", "said"),
    [
        (0, 100, (Level.NONE, 0)),
        (-1, 100, (Level.NONE, 0)),
        (20, 100_000, (Level.LAST, 20)),
        (21, 100_000, (Level.FEW, None)),
        (50, 100, (Level.FEW, None)),
        (51, 100, (Level.PLENTY, None)),
        (10_000, 100_000, (Level.FEW, None)),
        (10_001, 100_000, (Level.PLENTY, None)),
    ],
)
def test_what_is_said_of_how_many_are_left_is_true(free: int, on_hand: int, said: tuple[Level, int | None]) -> None:
    assert level(free=free, on_hand=on_hand) == said


def test_a_sale_ends_with_its_session_at_the_latest() -> None:
    assert sale_window(starts_at=None, ends_at=None, session_ends_at=NOW) == Span(ends_at=NOW)
    assert sale_window(starts_at=NOW, ends_at=NOW + HOUR, session_ends_at=NOW + 2 * HOUR) == Span(starts_at=NOW, ends_at=NOW + HOUR)
    assert sale_window(starts_at=NOW, ends_at=None, session_ends_at=None) == Span(starts_at=NOW)


def test_a_sale_that_would_begin_after_its_session_was_moved_is_over() -> None:
    window = sale_window(starts_at=NOW, ends_at=None, session_ends_at=NOW - HOUR)
    assert sale_state(status=OfferStatus.ON_SALE, window=window, free=9, takes_place=True, now=NOW) is SaleState.CLOSED


@pytest.mark.parametrize(
    ("status", "window", "free", "takes_place", "state"),
    [
        (OfferStatus.ON_SALE, Span(), 1, True, SaleState.OPEN),
        (OfferStatus.ON_SALE, Span(), 0, True, SaleState.SOLD_OUT),
        (OfferStatus.ON_SALE, Span(starts_at=NOW), 1, True, SaleState.OPEN),
        (OfferStatus.ON_SALE, Span(starts_at=NOW + HOUR), 0, True, SaleState.NOT_OPEN),
        (OfferStatus.ON_SALE, Span(ends_at=NOW), 1, True, SaleState.CLOSED),
        (OfferStatus.ON_SALE, Span(), 1, False, SaleState.CLOSED),
        (OfferStatus.PAUSED, Span(), 1, True, SaleState.PAUSED),
        (OfferStatus.PAUSED, Span(ends_at=NOW), 1, True, SaleState.CLOSED),
        (OfferStatus.DRAFT, Span(), 1, True, SaleState.CLOSED),
        (OfferStatus.WITHDRAWN, Span(), 1, True, SaleState.CLOSED),
    ],
)
def test_what_a_fan_can_do_now(status: OfferStatus, window: Span, free: int, *, takes_place: bool, state: SaleState) -> None:
    assert sale_state(status=status, window=window, free=free, takes_place=takes_place, now=NOW) is state


def test_a_session_is_as_open_as_the_best_of_its_offers() -> None:
    assert best_state([SaleState.SOLD_OUT, SaleState.OPEN]) is SaleState.OPEN
    assert best_state([SaleState.SOLD_OUT, SaleState.NOT_OPEN]) is SaleState.NOT_OPEN
    assert best_state([]) is SaleState.CLOSED


# -- the gate -----------------------------------------------------------------------------------------------------------------------------


def test_tickets_admit_from_the_doors_until_the_end_and_not_before_times_are_known() -> None:
    assert entry_window(starts_at=NOW, ends_at=NOW + HOUR, doors_before_min=90) == Span(starts_at=NOW - 1.5 * HOUR, ends_at=NOW + HOUR)
    assert entry_window(starts_at=None, ends_at=None, doors_before_min=90) is None


@pytest.mark.parametrize(
    ("void", "used", "needs_activation", "activated", "state"),
    [
        (False, False, False, False, TicketState.VALID),
        (False, False, True, False, TicketState.NOT_ACTIVATED),
        (False, False, True, True, TicketState.VALID),
        (False, True, True, False, TicketState.USED),
        (True, True, False, False, TicketState.VOID),
    ],
)
def test_the_state_of_a_ticket_follows_from_its_rows(*, void: bool, used: bool, needs_activation: bool, activated: bool, state: TicketState) -> None:
    assert ticket_state(void=void, used=used, needs_activation=needs_activation, activated=activated) is state


SESSION, OTHER = UUID(int=1), UUID(int=2)


@given(
    void=st.booleans(),
    used=st.booleans(),
    activated=st.booleans(),
    here=st.booleans(),
    gate=st.sampled_from([None, 1, 2]),
    later=st.integers(-2, 3),
)
def test_the_reason_that_nothing_can_mend_is_told_first(*, void: bool, used: bool, activated: bool, here: bool, gate: int | None, later: int) -> None:
    window = Span(starts_at=NOW, ends_at=NOW + 2 * HOUR)
    content = CodeContent(
        key_id="", ticket_id=OTHER, session_id=SESSION if here else OTHER, gates=frozenset({1}), window=window, needs_activation=True
    )
    known = Known(void=void, used_at=NOW if used else None, used_gate="Gate 9", activated=activated)
    verdict = decide(content, known, session_id=SESSION, gate=gate, now=NOW + later * HOUR)
    order = [
        (not here, Reason.WRONG_SESSION),
        (void, Reason.VOID),
        (used, Reason.ALREADY_USED),
        (gate == 2, Reason.WRONG_GATE),
        (later < 0, Reason.NOT_VALID_YET),
        (later >= 2, Reason.TOO_LATE),
        (not activated, Reason.NOT_ACTIVATED),
    ]
    assert verdict.reason == next((reason for holds, reason in order if holds), None)
    assert (verdict.used_gate == "Gate 9") is (verdict.reason is Reason.ALREADY_USED)


@pytest.mark.parametrize(("language", "text"), [("fr", "Porte"), ("fr-ca", "Porte"), ("zh-hans", "Gate"), ("en", "Gate"), ("", "Gate")])
def test_a_name_is_told_in_the_nearest_language(language: str, text: str) -> None:
    assert in_language("Gate", {"fr": "Porte", "zh-hans": ""}, language) == text
