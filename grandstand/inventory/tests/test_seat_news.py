"""What is told of seats to those who keep them in memory, and wishes whose seats somebody chose."""

from copy import replace
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Held, Move, Moved, NewAccount, NewPool, Reason, Refused, Return, Swap, Want
from grandstand.inventory.tests.asking import BY, NOW, wish
from grandstand.inventory.tests.test_seating import HOW, Hall, hall, hold, seat
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Tx

__all__ = ["hall"]


def since(tx: Tx, hall: Hall, marks: dict[UUID, int], **more: set[UUID]) -> tuple[Moved, set[int], set[int]]:
    """What changed, and the numbers of the seats that are held and that are to be looked at."""
    moved = inventory.seats_moved_since(tx, marks, **more)
    numbers = {seat(n): n for n in range(8)}
    return moved, {numbers[seat_id] for seat_id in moved.held}, {numbers[seat_id] for seat_id in moved.others}


def test_every_way_in_which_a_seat_changes_hands_is_told_once(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        marks = inventory.newest_movements_many(tx, hall.accounts)
        assert since(tx, hall, marks)[1:] == (set(), set())
        held = hold(tx, hall, 2, 3)
        moved, *told = since(tx, hall, marks)
        assert told == [{2, 3}, set()]
        assert since(tx, hall, marks, besides={held})[1:] == (set(), set())
        assert since(tx, hall, moved.marks)[1:] == (set(), set())
        inventory.release_many(tx, [held], by=BY, now=NOW, reason="a test")
        assert since(tx, hall, moved.marks)[1:] == (set(), {2, 3})
        # Who did not look in between is not told that somebody has them.
        assert since(tx, hall, marks)[1:] == (set(), {2, 3})
        marks = since(tx, hall, marks)[0].marks
        hall.change(tx, hall.swap((1, 5)))
        assert since(tx, hall, marks)[1:] == (set(), {1, 5})
        marks = since(tx, hall, marks)[0].marks
        inventory.return_many(tx, [Return(hold_id=hall.hold_id, wants=(Want(account_id=hall.accounts[1], quantity=1, seat_ids=(seat(5),)),))], **HOW)
        hall.change(tx, gone=(4,))
        assert since(tx, hall, marks)[1:] == (set(), {4, 5})


def test_seats_that_move_to_another_account_are_told_in_both(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        pool = NewPool(
            organisation_id=hall.organisation_id,
            name="C",
            accounts=(NewAccount(code="public", on_hand=2), NewAccount(code="sponsor", on_hand=1)),
            capacity=3,
        )
        [[public, sponsor]] = inventory.open_pools(tx, [pool], **HOW).values()
        seats = [(seat(0), public), (seat(1), public), (seat(2), sponsor)]
        inventory.open_seating(tx, organisation_id=hall.organisation_id, name="C", seats=seats, **HOW)
        marks = inventory.newest_movements_many(tx, [public, sponsor])
        inventory.move_many(tx, [Move(from_account_id=public, to_account_id=sponsor, quantity=1, seat_ids=(seat(1),))], **HOW)
        for account_id in (public, sponsor):
            assert since(tx, hall, {account_id: marks[account_id]})[1:] == (set(), {1})


def test_the_seats_of_a_hold_are_those_that_it_has_now(database: Database, hall: Hall) -> None:
    with database.write() as tx:
        held, given_back = hold(tx, hall, 2, 3), hold(tx, hall, 4)
        inventory.release_many(tx, [given_back], by=BY, now=NOW, reason="a test")
        hall.change(tx, Swap(hold_id=hall.hold_id, pairs=((seat(0), seat(6)),)))
        taken = inventory.seats_taken_by_many(tx, [held, given_back, hall.hold_id])
    assert taken == {held: {seat(2), seat(3)}, hall.hold_id: {seat(1), seat(6)}}


def test_a_key_whose_seats_were_chosen_gets_its_hold_again_whatever_would_be_chosen_now(database: Database, hall: Hall) -> None:
    account_id = hall.accounts[0]
    asked = wish(hall.organisation_id, account_id, key="k", chosen="best:0:0", wants=(Want(account_id=account_id, quantity=1, seat_ids=(seat(2),)),))
    other_seat = replace(asked, wants=(Want(account_id=account_id, quantity=1, seat_ids=(seat(3),)),))
    no_seat = replace(asked, wants=(Want(account_id=account_id, quantity=1),))
    with database.write() as tx:
        first, again, nothing = (inventory.hold_many(tx, [each], now=NOW)[0] for each in (asked, other_seat, no_seat))
        assert isinstance(first, Held)
        assert [again, nothing] == [first, first]
        others = [replace(asked, chosen=""), replace(asked, chosen="best:1:0"), replace(asked, wants=(Want(account_id=account_id, quantity=2),))]
        assert [inventory.hold_many(tx, [each], now=NOW)[0] for each in others] == [Refused(reason=Reason.KEY_REUSED)] * 3
        assert inventory.seats_taken_by_many(tx, [first.hold_id]) == {first.hold_id: {seat(2)}}
        fresh = replace(no_seat, key=new_id().hex)
        assert inventory.hold_many(tx, [fresh], now=NOW) == [Refused(reason=Reason.SEATS_NEEDED, account_id=account_id)]
