"""Which clock this process goes by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from grandstand.kit import clock

AT = datetime(2031, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own() -> Iterator[None]:
    yield
    clock.follow(None)


def test_a_clock_that_is_followed_is_the_one_that_counts_until_it_is_not() -> None:
    clock.follow(lambda: AT)
    assert clock.now() == AT
    clock.follow(None)
    assert clock.now() < AT


def test_while_the_followed_clock_has_no_answer_the_hosts_stands_in() -> None:
    clock.follow(lambda: None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
