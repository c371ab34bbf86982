"""Claimed units that come back or leave: seats of two nights, and what caps count meanwhile."""

from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap, Confirmed, Held, Reason, Refused, Return, Want
from grandstand.inventory.testing import make_stock
from grandstand.inventory.tests.asking import BY, NOW, wish
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind, Tx


def claim(tx: Tx, organisation_id: UUID, *wants: Want, caps: tuple[Cap, ...] = ()) -> UUID:
    [answer] = inventory.hold_many(tx, [wish(organisation_id, wants[0].account_id, wants=wants, caps=caps)], now=NOW)
    assert isinstance(answer, Held)
    assert inventory.confirm_many(tx, [answer.hold_id], by=BY, now=NOW) == [Confirmed(hold_id=answer.hold_id)]
    return answer.hold_id


def unhealthy(tx: Tx) -> list[str]:
    return [finding.name for finding in inventory.check_stock(tx) if not finding.healthy]


def test_a_seat_given_back_for_one_night_stays_taken_for_the_other(database: Database) -> None:
    """The plan is one, the nights are two: their seats have the same ids, and one hold can have both."""
    organisation_id, seat_id = make_organisation().id, UUID(int=1)
    with database.write() as tx:
        nights = [make_stock(tx, organisation_id, 1) for _ in range(2)]
        for night in nights:
            inventory.open_seating(tx, organisation_id=organisation_id, name="Night", seats=[(seat_id, night)], by=BY, now=NOW, reason="test")
        first, second = (Want(account_id=night, quantity=1, seat_ids=(seat_id,)) for night in nights)
        hold_id = claim(tx, organisation_id, first, second)
    with database.write() as tx:
        back = Return(hold_id=hold_id, wants=(first,))
        assert inventory.return_many(tx, [back], by=BY, now=NOW, reason="refunded") == [Confirmed(hold_id=hold_id)]
        assert unhealthy(tx) == []
        again = inventory.hold_many(tx, [wish(organisation_id, want.account_id, wants=(want,)) for want in (first, second)], now=NOW)
    assert isinstance(again[0], Held)
    assert again[1] == Refused(reason=Reason.SEATS_TAKEN, account_id=nights[1])


def test_a_cap_falls_by_its_share_however_units_come_back_and_leave(database: Database) -> None:
    """Three counted for five units: after one, two, three and four came back 3, 2, 2 and 1 are left; a unit that left the house counts on."""
    organisation_id = make_organisation().id
    cap = Cap(scope=f"product:{organisation_id}", limit=9, quantity=3)
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5)
        hold_id = claim(tx, organisation_id, Want(account_id=account_id, quantity=5), caps=(cap,))
    one = Return(hold_id=hold_id, wants=(Want(account_id=account_id, quantity=1),))

    def used() -> int:
        with database.write() as tx:
            assert unhealthy(tx) == []
            [(count,)] = tx.rows("SELECT used FROM inventory_cap WHERE scope = %s", (cap.scope,), kinds=[Kind.INT])
        return int(count)

    counted = []
    for ships in (False, False, True, False, False):
        with database.write() as tx:
            if ships:
                assert inventory.ship_many(tx, [one], by=BY, now=NOW) == [Confirmed(hold_id=hold_id)]
            else:
                assert inventory.return_many(tx, [one], by=BY, now=NOW, reason="refunded") == [Confirmed(hold_id=hold_id)]
        counted.append(used())
    assert counted == [3, 2, 2, 2, 1]


def test_several_returns_of_one_hold_in_a_batch_are_each_all_or_nothing(database: Database) -> None:
    organisation_id = make_organisation().id
    with database.write() as tx:
        many, few = make_stock(tx, organisation_id, 3), make_stock(tx, organisation_id, 1)
        hold_id = claim(tx, organisation_id, Want(account_id=many, quantity=3), Want(account_id=few, quantity=1))
        some, one, two = (Want(account_id=many, quantity=2), Want(account_id=few, quantity=1), Want(account_id=few, quantity=2))
        returns = [Return(hold_id=hold_id, wants=wants) for wants in ((some, two), (some, one), (some,))]
        assert inventory.return_many(tx, returns, by=BY, now=NOW, reason="refunded") == [
            Refused(reason=Reason.GONE, account_id=few, left=1),
            Confirmed(hold_id=hold_id),
            Refused(reason=Reason.GONE, account_id=many, left=1),
        ]
        assert unhealthy(tx) == []


def test_seats_are_not_shipped(database: Database) -> None:
    want = Want(account_id=UUID(int=1), quantity=1, seat_ids=(UUID(int=2),))
    with pytest.raises(ValueError, match="seats stay where they are"), database.write() as tx:
        inventory.ship_many(tx, [Return(hold_id=UUID(int=3), wants=(want,))], by=BY, now=NOW)
