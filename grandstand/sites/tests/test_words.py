from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from grandstand.commerce import api as commerce
from grandstand.games import api as games
from grandstand.games.testing import BY, make_session
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.sites import words
from grandstand.sites.refusals import said
from grandstand.ticketing import api as ticketing

STARTS_AT = datetime(2031, 7, 1, 17, tzinfo=UTC)
"""19:00 in Paris, when games.testing's session starts."""


def on_sale(**changed: object) -> ticketing.SessionOnSale:
    usual = {
        "session_id": new_id(),
        "state": ticketing.SaleState.OPEN,
        "level": ticketing.Level.PLENTY,
        "left": None,
        "cheapest": Money(minor=4200, currency="EUR"),
        "opens_at": None,
    }
    return ticketing.SessionOnSale(**usual | changed)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("now", "said_then"),
    [
        (STARTS_AT - timedelta(seconds=1), ("", "")),
        (STARTS_AT, ("live", "On now")),
        (STARTS_AT + timedelta(hours=2, minutes=30) - timedelta(seconds=1), ("live", "On now")),
        (STARTS_AT + timedelta(hours=2, minutes=30), ("plain", "Over")),
    ],
)
def test_a_session_is_on_from_its_start_up_to_its_end(now: datetime, said_then: words.Said) -> None:
    session = make_session()
    assert words.of_session(session, on_sale(), now=now, language="en") == said_then


@pytest.mark.django_db
def test_a_cancelled_session_says_so_whatever_its_sale_says() -> None:
    session = make_session()
    games.cancel_session(session_id=session.id, by=BY, now=STARTS_AT - timedelta(days=3), reason="storm")
    cancelled = games.session(session_id=session.id)
    assert words.of_session(cancelled, on_sale(), now=STARTS_AT, language="en") == ("refused", "Cancelled")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"state": ticketing.SaleState.SOLD_OUT, "level": ticketing.Level.NONE}, ("refused", "Sold out")),
        ({"state": ticketing.SaleState.PAUSED}, ("wait", "Sale paused")),
        ({"state": ticketing.SaleState.CLOSED}, ("plain", "Sale closed")),
        ({"state": ticketing.SaleState.NOT_OPEN}, ("plain", "Not on sale yet")),
        ({"state": ticketing.SaleState.NOT_OPEN, "opens_at": STARTS_AT}, ("plain", "On sale from Tue, 1 Jul 2031, 19:00")),
        ({"level": ticketing.Level.LAST, "left": 3}, ("wait", "Last 3")),
        ({"level": ticketing.Level.FEW}, ("wait", "Few left")),
        ({}, ("", "")),
    ],
)
def test_a_sale_says_what_can_be_bought_now(changed: dict[str, object], expected: words.Said) -> None:
    sale = on_sale(**changed)
    assert words.of_sale(sale.state, sale.level, sale.left, sale.opens_at, zone="Europe/Paris", language="en") == expected


def test_a_no_without_words_of_its_own_keeps_those_it_came_with() -> None:
    with translation.override("fr"):
        assert said(Refusal("This line is gone.")).body == "This line is gone."


def test_a_no_for_too_many_says_how_many_are_left() -> None:
    refused = commerce.LineRefused("only two", reason="sold_out", left=2)
    assert said(refused).body == "There are 2 left. Take fewer, or choose another."
