"""What makes no sense cannot be asked for."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.inventory.api import Cap, Move, StockChange, Want
from grandstand.inventory.tests.asking import wish

ID, OTHER, A, B = (UUID(int=n) for n in range(1, 5))


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_want_is_for_one_unit_or_more_and_not_without_bounds(quantity: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000000 units"):
        Want(account_id=ID, quantity=quantity)


@pytest.mark.parametrize(("quantity", "seat_ids"), [(1, (A, B)), (2, (A,)), (2, (A, A)), (2, (A, A, B))])
def test_seats_are_as_many_as_units_and_all_different(quantity: int, seat_ids: tuple[UUID, ...]) -> None:
    with pytest.raises(ValueError, match="as many different seats"):
        Want(account_id=ID, quantity=quantity, seat_ids=seat_ids)
    with pytest.raises(ValueError, match="as many different seats"):
        Move(from_account_id=ID, to_account_id=OTHER, quantity=quantity, seat_ids=seat_ids)


@pytest.mark.parametrize("quantity", [0, -3])
def test_nothing_moves_backwards_and_receiving_a_negative_is_no_way_to_remove(quantity: int) -> None:
    with pytest.raises(ValueError, match="one unit or more"):
        Move(from_account_id=ID, to_account_id=OTHER, quantity=quantity)
    with pytest.raises(ValueError, match="one unit or more"):
        StockChange(account_id=ID, quantity=quantity)


@pytest.mark.parametrize("name", ["", "x" * 81, "two\nlines"])
def test_names_are_as_long_as_their_columns_and_on_one_line(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 80 characters"):
        wish(ID, OTHER, key=name or "\n")
    with pytest.raises(ValueError, match="1 to 80 characters"):
        wish(ID, OTHER, holder=name)
    with pytest.raises(ValueError, match="1 to 80 characters"):
        Cap(scope=name, limit=1, quantity=1)


@pytest.mark.parametrize(("more", "message"), [({"wants": ()}, "asks for nothing"), ({"hold_for": timedelta()}, "lasts longer")])
def test_a_wish_asks_for_something_for_a_time(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wish(ID, OTHER, **more)
