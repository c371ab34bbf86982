"""Seats that are swapped and taken out of a seating, under the locks of holds."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Held, NewAccount, NewPool, Reason, Refused, Swap, Want, Wish
from grandstand.inventory.testing import NOW
from grandstand.kit.actors import Actor
from grandstand.kit.ids import named_id, new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Tx

HOW: dict[str, Any] = {"by": Actor.system("test"), "now": NOW, "reason": "the stage grows"}


def seat(n: int) -> UUID:
    return named_id(b"seat %d" % n)


@dataclass(slots=True, kw_only=True)
class Hall:
    """Seats 0 to 4 in one pool, 5 to 7 in another; a hold that has bought seats 0 and 1."""

    organisation_id: UUID
    accounts: list[UUID]
    seating_id: UUID
    hold_id: UUID

    def change(self, tx: Tx, *swaps: Swap, gone: tuple[int, ...] = (), empty: dict[int, UUID] | None = None) -> Refused | None:
        of_hold = {seat(n): hold_id for n, hold_id in (empty or {}).items()}
        return inventory.change_seating(tx, seating_id=self.seating_id, swaps=swaps, gone=[seat(n) for n in gone], empty=of_hold, **HOW)

    def swap(self, *pairs: tuple[int, int]) -> Swap:
        return Swap(hold_id=self.hold_id, pairs=tuple((seat(a), seat(b)) for a, b in pairs))

    def taken(self, tx: Tx) -> dict[UUID, UUID]:
        return {state.seat_id: state.hold_id for state in inventory.seats_of_seating(tx, self.seating_id) if state.hold_id is not None}


def hold(tx: Tx, hall: Hall, *seats: int, account: int = 0) -> UUID:
    want = Want(account_id=hall.accounts[account], quantity=len(seats), seat_ids=tuple(seat(n) for n in seats))
    wish = Wish(
        key=new_id().hex,
        organisation_id=hall.organisation_id,
        holder="person:1",
        basket_id=new_id(),
        wants=(want,),
        hold_for=timedelta(minutes=5),
        caps=(inventory.Cap(scope="session", limit=8, quantity=len(seats)),),
    )
    [answer] = inventory.hold_many(tx, [wish], now=NOW)
    assert isinstance(answer, Held)
    return answer.hold_id


@pytest.fixture
def hall(database: Database) -> Hall:
    organisation_id = make_organisation().id
    with database.write() as tx:
        pools = [
            NewPool(organisation_id=organisation_id, name=name, accounts=(NewAccount(code="public", on_hand=units),), capacity=units)
            for name, units in (("B", 5), ("A", 3))
        ]
        accounts = [account_id for ids in inventory.open_pools(tx, pools, **HOW).values() for account_id in ids]
        seats = [(seat(n), accounts[n > 4]) for n in range(8)]
        seating_id = inventory.open_seating(tx, organisation_id=organisation_id, name="hall", seats=seats, **HOW)
        hall = Hall(organisation_id=organisation_id, accounts=accounts, seating_id=seating_id, hold_id=new_id())
        hall.hold_id = hold(tx, hall, 0, 1)
        inventory.confirm_many(tx, [hall.hold_id], by=HOW["by"], now=NOW)
    return hall


def numbers(tx: Tx, hall: Hall) -> list[tuple[int, int]]:
    """On hand and claimed of each account."""
    found = inventory.availability_many(tx, hall.accounts)
    return [(found[id_].on_hand, found[id_].claimed) for id_ in hall.accounts]


def assert_all_is_well(tx: Tx) -> None:
    assert [finding for finding in inventory.check_stock(tx) if not finding.healthy] == []


def test_sold_seats_become_others_in_another_pool_too_and_come_back_from_there(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        assert hall.change(tx, hall.swap((0, 5), (1, 2)), gone=(0,)) is None
        assert hall.taken(tx) == {seat(2): hall.hold_id, seat(5): hall.hold_id}
        assert numbers(tx, hall) == [(4, 1), (3, 1)]
        pools = [account.pool_id for account in inventory.availability_many(tx, hall.accounts).values()]
        assert sorted(inventory.capacities_many(tx, pools).values()) == [3, 4]
        assert inventory.seats_of_holds_many(tx, [hall.hold_id]) == {hall.hold_id: {seat(2): hall.accounts[0], seat(5): hall.accounts[1]}}
        assert_all_is_well(tx)
    back = [Want(account_id=hall.accounts[1], quantity=1, seat_ids=(seat(5),)), Want(account_id=hall.accounts[0], quantity=1, seat_ids=(seat(2),))]
    with database.write() as tx:
        [answer] = inventory.return_many(tx, [inventory.Return(hold_id=hall.hold_id, wants=tuple(back))], **HOW)
        assert answer == inventory.Confirmed(hold_id=hall.hold_id)
        assert numbers(tx, hall) == [(4, 0), (3, 0)]
        assert hall.taken(tx) == {}
        assert_all_is_well(tx)


def test_a_seat_that_is_gone_can_neither_be_held_nor_received_again(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        assert hall.change(tx, gone=(3, 4)) is None
        assert numbers(tx, hall) == [(3, 2), (3, 0)]
        want = Want(account_id=hall.accounts[0], quantity=1, seat_ids=(seat(4),))
        wish = Wish(key="again", organisation_id=hall.organisation_id, holder="h", basket_id=new_id(), wants=(want,), hold_for=timedelta(minutes=1))
        assert inventory.hold_many(tx, [wish], now=NOW) == [Refused(reason=Reason.UNKNOWN, account_id=hall.accounts[0])]
        assert_all_is_well(tx)


def test_an_empty_seat_goes_with_the_claim_on_it_and_the_rest_can_still_come_back(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        assert hall.change(tx, gone=(0, 3), empty={0: hall.hold_id}) is None
        assert hall.taken(tx) == {seat(1): hall.hold_id}
        assert numbers(tx, hall) == [(3, 1), (3, 0)]
        assert_all_is_well(tx)
    with database.write() as tx:
        back = Want(account_id=hall.accounts[0], quantity=1, seat_ids=(seat(1),))
        [answer] = inventory.return_many(tx, [inventory.Return(hold_id=hall.hold_id, wants=(back,))], **HOW)
        assert answer == inventory.Confirmed(hold_id=hall.hold_id)
        assert numbers(tx, hall) == [(3, 0), (3, 0)]
        assert_all_is_well(tx)


def test_an_empty_seat_that_is_not_that_holds_goes_nowhere(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        waiting = hold(tx, hall, 3)
    for seat_number, hold_id, reason in ((3, waiting, Reason.GONE), (2, hall.hold_id, Reason.UNKNOWN), (0, new_id(), Reason.GONE)):
        with database.write() as tx:
            assert hall.change(tx, gone=(seat_number,), empty={seat_number: hold_id}) == Refused(reason=reason)
            assert numbers(tx, hall) == [(5, 2), (3, 0)]
    with pytest.raises(ValueError, match="one that goes"), database.write() as tx:
        hall.change(tx, empty={0: hall.hold_id})
    with database.write() as tx:
        assert_all_is_well(tx)


def test_what_cannot_be_is_refused_whole_and_changes_nothing(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        waiting = hold(tx, hall, 3)
    cases: list[tuple[list[Swap], tuple[int, ...], Reason]] = [
        ([], (2, 1), Reason.SEATS_TAKEN),
        ([], (2, 9), Reason.UNKNOWN),
        ([hall.swap((0, 3))], (), Reason.SEATS_TAKEN),
        ([hall.swap((0, 9))], (), Reason.UNKNOWN),
        ([hall.swap((2, 4))], (), Reason.UNKNOWN),
        ([hall.swap((0, 2)), Swap(hold_id=waiting, pairs=((seat(3), seat(4)),))], (0,), Reason.GONE),
        ([hall.swap((0, 2))], (0, 1), Reason.SEATS_TAKEN),
    ]
    for swaps, gone, reason in cases:
        with database.write() as tx:
            answer = hall.change(tx, *swaps, gone=gone)
            assert isinstance(answer, Refused)
            assert answer.reason is reason
            assert hall.taken(tx) == {seat(0): hall.hold_id, seat(1): hall.hold_id, seat(3): waiting}
            assert numbers(tx, hall) == [(5, 2), (3, 0)]
            assert_all_is_well(tx)


def test_a_seat_named_twice_is_the_callers_fault(database: Database, hall: Hall) -> None:
    with pytest.raises(ValueError, match="once"):
        hall.swap((0, 2), (1, 2))
    with pytest.raises(ValueError, match="once"), database.write() as tx:
        hall.change(tx, hall.swap((0, 2)), hall.swap((1, 2)))
    with pytest.raises(ValueError, match="no seat that is gone"), database.write() as tx:
        hall.change(tx, hall.swap((0, 2)), gone=(2,))
