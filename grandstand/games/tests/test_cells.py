"""What people write into cells."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.games.adapters import cells
from grandstand.games.adapters.cells import TimeOfDay
from grandstand.games.adapters.stadiums import coordinates
from grandstand.kit.money import Money


@pytest.mark.parametrize(
    "text",
    [
        *("2028-07-03", "2028/7/3", "20280703", "3.7.2028", "03.07.2028", "3 July 2028", "July 3, 2028", "3rd Jul 2028", "3 juillet 2028"),
        *("2028年7月3日", "Mon 3 July 2028"),
    ],
)
def test_a_day_is_understood(text: str) -> None:
    assert cells.day(text, None) == date(2028, 7, 3)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_day_with_slashes_needs_an_order_unless_it_tells_itself(day: date) -> None:
    french, american = f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}"
    assert (cells.day(french, "dmy"), cells.day(american, "mdy")) == (day, day)
    if day.day > 12 or day.day == day.month:
        assert (cells.day(french, None), cells.day(american, None)) == (day, day)
    else:
        with pytest.raises(cells.Ambiguous):
            cells.day(french, None)


@pytest.mark.parametrize(
    ("texts", "order"),
    [(["03/07/2028", "25/07/2028"], "dmy"), (["07/03/2028", "07/25/2028"], "mdy"), (["03/07/2028"], None), (["25/07/2028", "07/25/2028"], None)],
)
def test_one_cell_decides_the_order_for_its_column(texts: list[str], order: str | None) -> None:
    assert cells.day_order(texts) == order


@pytest.mark.parametrize("text", ["2028-02-30", "soon", "7", "2028", "31/31/2028"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 what it says is not for people
        cells.day(text, None)


@given(st.times())
def test_a_time_is_understood_in_every_clock(at: time) -> None:
    minute = TimeOfDay(at.replace(second=0, microsecond=0))
    twelve = f"{at.hour % 12 or 12}:{at:%M} {'pm' if at.hour >= 12 else 'a.m.'}"
    written = [f"{at:%H:%M}", f"{at:%H.%M}", f"{at:%Hh%M}", f"{at:%H:%M:%S}", twelve]
    assert [cells.time_of_day(text) for text in written] == [minute] * 5


def test_midnight_may_be_written_as_the_end_of_a_day() -> None:
    assert cells.time_of_day("24:00") == TimeOfDay(time(0), 1)
    assert cells.time_of_day("24:00").on(date(2028, 7, 3)).date() == date(2028, 7, 4)
    assert cells.time_of_day("21h") == TimeOfDay(time(21))
    assert cells.time_of_day("2028-07-03T18:30:00").on(date(2028, 1, 1)).isoformat() == "2028-07-03T18:30:00"


@pytest.mark.parametrize("text", ["25:00", "24:01", "12:60", "9", "0930", "13:00 pm", "0:30 am", "noon", "2028-02-30T10:00"])
def test_a_time_that_is_none_is_refused_with_what_was_written(text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 what it says is asserted below
        cells.time_of_day(text)
    assert refused.value.args == (text,)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("28.00", 2800), ("28", 2800), ("28,5", 2850), ("$1,035.65", 103565), ("1.035,65 €", 103565), ("1 035,65", 103565), ("1,035", 103500), ("0", 0)],
)
def test_a_price_is_understood(text: str, minor: int) -> None:
    assert cells.price(text, "USD") == Money(minor=minor, currency="USD")


@pytest.mark.parametrize("text", ["-3", "abc", "1.035", "28-50", ".", "99999999999"])
def test_a_price_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 what it says is not for people
        cells.price(text, "USD")


@given(st.integers(0, 10**8), st.sampled_from(["USD", "JPY", "KWD", "CNY"]))
def test_a_price_is_read_as_it_was_written(minor: int, currency: str) -> None:
    amount = Money(minor=minor, currency=currency)
    assert cells.price(str(amount.decimal()), currency) == amount


def test_a_header_names_its_currency_at_its_end_or_in_brackets() -> None:
    headers = ["price_low_usd", "Price (EUR)", "Prix max CNY", "price", "low price", "cup price from"]
    assert [cells.currency_in(header.replace("_", " ")) for header in headers] == ["USD", "EUR", "CNY", "", "", ""]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("49°16'36\"N 123°6'43\"W", (49.276667, -123.111944)),
        ("37.403°N 121.970°W", (37.403, -121.97)),
        ("40°48'48.7\"N 74°4'27.7\"W", (40.813528, -74.074361)),
        ("33.5°S 151°12'E", (-33.5, 151.2)),
    ],
)
def test_places_are_understood_in_both_notations(text: str, place: tuple[float, float]) -> None:
    assert coordinates(text) == place


@pytest.mark.parametrize("text", ["49°N", "somewhere", "95°N 12°E", "12°E 13°W"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 what it says is not for people
        coordinates(text)


@given(st.text(max_size=30))
def test_no_cell_can_do_worse_than_be_refused(text: str) -> None:
    for read in (lambda: cells.day(text, None), lambda: cells.time_of_day(text), lambda: cells.price(text, "EUR"), lambda: cells.yes(text)):
        with suppress(ValueError):
            read()
