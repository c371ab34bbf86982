"""Holds, confirmed and let go, on both engines, over raw connections that meet no ORM."""

from typing import Any
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap, Confirmed, Held, HoldState, Move, NewAccount, NewPool, Reason, Refused, Return, StockChange, Want
from grandstand.inventory.testing import make_stock
from grandstand.inventory.tests.asking import BY, FOR, NOW, wish
from grandstand.kit.spans import Span
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind, WallHit


@pytest.fixture
def organisation_id(database: Database) -> UUID:
    return make_organisation().id


def numbers(database: Database, account_id: UUID) -> tuple[int, int, int]:
    with database.write() as tx:
        stock = inventory.availability_many(tx, [account_id])[account_id]
        assert [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy] == []
    return stock.on_hand, stock.held, stock.claimed


def test_a_batch_is_answered_in_its_order_and_a_refused_wish_takes_nothing(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5)
    with database.write() as tx:
        first, second, third = inventory.hold_many(tx, [wish(organisation_id, account_id, n) for n in (3, 4, 2)], now=NOW)
    assert isinstance(first, Held)
    assert first.expires_at == NOW + FOR
    assert second == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=2)
    assert isinstance(third, Held)
    assert numbers(database, account_id) == (5, 5, 0)


def test_a_wish_over_several_pools_is_all_or_nothing(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        many, few = make_stock(tx, organisation_id, 10), make_stock(tx, organisation_id, 1)
    both = (Want(account_id=many, quantity=2), Want(account_id=few, quantity=2))
    with database.write() as tx:
        [answer] = inventory.hold_many(tx, [wish(organisation_id, many, wants=both)], now=NOW)
    assert answer == Refused(reason=Reason.SOLD_OUT, account_id=few, left=1)
    assert numbers(database, many) == (10, 0, 0)


def test_the_same_key_gets_the_same_answer_and_another_body_an_error(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 3)
    asked = wish(organisation_id, account_id, 2, key="k")
    refused = wish(organisation_id, account_id, 9, key="r")
    with database.write() as tx:
        answers = inventory.hold_many(tx, [asked, asked, refused], now=NOW)
    with database.write() as tx:
        again = inventory.hold_many(tx, [refused, asked, wish(organisation_id, account_id, 1, key="k")], now=NOW + FOR)
    assert answers[0] == answers[1] == again[1]
    assert answers[2] == again[0] == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=1)
    assert again[2] == Refused(reason=Reason.KEY_REUSED)
    assert numbers(database, account_id) == (3, 2, 0)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"window": Span(starts_at=NOW + FOR)}, Reason.NOT_OPEN),
        ({"window": Span(ends_at=NOW)}, Reason.CLOSED),
        ({"limit": 1}, Reason.TOO_MANY),
        ({"caps": (Cap(scope="session:1", limit=1, quantity=2),)}, Reason.CAP),
        ({"wants": (Want(account_id=UUID(int=1), quantity=1),)}, Reason.UNKNOWN),
    ],
)
def test_each_rule_refuses_by_its_name(database: Database, organisation_id: UUID, more: dict[str, Any], reason: Reason) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 9)
        [answer] = inventory.hold_many(tx, [wish(organisation_id, account_id, 2, **more)], now=NOW)
    assert isinstance(answer, Refused)
    assert answer.reason is reason
    assert numbers(database, account_id) == (9, 0, 0)


def test_a_cap_counts_all_holds_and_claims_of_a_person_and_gets_room_again(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 20)

    def ask(quantity: int) -> Held | Refused:
        cap = Cap(scope="session:1", limit=4, quantity=quantity)
        with database.write() as tx:
            [answer] = inventory.hold_many(tx, [wish(organisation_id, account_id, quantity, caps=(cap,))], now=NOW)
        return answer

    first = ask(3)
    assert isinstance(first, Held)
    assert ask(2) == Refused(reason=Reason.CAP, left=1)
    with database.write() as tx:
        assert inventory.confirm_many(tx, [first.hold_id], by=BY, now=NOW) == [Confirmed(hold_id=first.hold_id)]
    assert ask(2) == Refused(reason=Reason.CAP, left=1)
    back = Return(hold_id=first.hold_id, wants=(Want(account_id=account_id, quantity=1),))
    with database.write() as tx:
        assert inventory.return_many(tx, [back], by=BY, now=NOW, reason="refunded") == [Confirmed(hold_id=first.hold_id)]
    assert isinstance(ask(2), Held)
    assert numbers(database, account_id) == (20, 2, 2)


def test_a_cap_named_twice_in_one_wish_counts_both(database: Database, organisation_id: UUID) -> None:
    """A bundle of two articles under one limit: each alone would fit."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 9)
    caps = (Cap(scope="product:1", limit=4, quantity=2), Cap(scope="product:1", limit=4, quantity=3))
    with database.write() as tx:
        assert inventory.hold_many(tx, [wish(organisation_id, account_id, 5, caps=caps)], now=NOW) == [Refused(reason=Reason.CAP, left=4)]
    assert numbers(database, account_id) == (9, 0, 0)


def test_what_is_another_organisations_cannot_be_wished_for(database: Database, organisation_id: UUID) -> None:
    stranger_id = make_organisation().id
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 9)
        answers = inventory.hold_many(tx, [wish(stranger_id, account_id), wish(organisation_id, account_id)], now=NOW)
    assert answers[0] == Refused(reason=Reason.UNKNOWN, account_id=account_id)
    assert isinstance(answers[1], Held)
    assert numbers(database, account_id) == (9, 1, 0)


def test_an_expired_hold_can_be_confirmed_until_it_is_swept(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 2)
        kept, lost = inventory.hold_many(tx, [wish(organisation_id, account_id), wish(organisation_id, account_id)], now=NOW)
    assert isinstance(kept, Held)
    assert isinstance(lost, Held)
    late = NOW + FOR
    with database.write() as tx:
        assert inventory.confirm_many(tx, [kept.hold_id], by=BY, now=late) == [Confirmed(hold_id=kept.hold_id)]
    with database.write() as tx:
        assert inventory.expire_due(tx, now=late) == [lost.hold_id]
    with database.write() as tx:
        assert inventory.confirm_many(tx, [kept.hold_id, lost.hold_id], by=BY, now=late) == [
            Confirmed(hold_id=kept.hold_id, repeated=True),
            Refused(reason=Reason.GONE),
        ]
        assert inventory.holds(tx, [lost.hold_id])[lost.hold_id].state is HoldState.EXPIRED
    assert numbers(database, account_id) == (2, 0, 1)


def test_an_extended_hold_is_never_shortened(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 1)
        [held] = inventory.hold_many(tx, [wish(organisation_id, account_id)], now=NOW)
        assert isinstance(held, Held)
        longer, shorter = NOW + 3 * FOR, NOW + 2 * FOR
        assert inventory.extend_many(tx, [held.hold_id], until=longer, now=NOW) == [Held(hold_id=held.hold_id, expires_at=longer)]
        assert inventory.extend_many(tx, [held.hold_id], until=shorter, now=NOW) == [Held(hold_id=held.hold_id, expires_at=longer)]
        assert inventory.release_many(tx, [held.hold_id], by=BY, now=NOW, reason="test") == [True]
        assert inventory.release_many(tx, [held.hold_id], by=BY, now=NOW, reason="test") == [False]
        assert inventory.extend_many(tx, [held.hold_id], until=longer, now=NOW) == [Refused(reason=Reason.GONE)]
    assert numbers(database, account_id) == (1, 0, 0)


def test_seats_are_taken_once_and_come_back(database: Database, organisation_id: UUID) -> None:
    seats = [UUID(int=n) for n in range(1, 4)]
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 3)
        inventory.open_seating(
            tx, organisation_id=organisation_id, name="Hall", seats=[(seat, account_id) for seat in seats], now=NOW, by=BY, reason="test"
        )

    def ask(*seat_ids: UUID) -> Held | Refused:
        wants = (Want(account_id=account_id, quantity=len(seat_ids), seat_ids=seat_ids),)
        with database.write() as tx:
            [answer] = inventory.hold_many(tx, [wish(organisation_id, account_id, wants=wants)], now=NOW)
        return answer

    first = ask(seats[0], seats[1])
    assert isinstance(first, Held)
    assert ask(seats[2], seats[1]) == Refused(reason=Reason.SEATS_TAKEN, account_id=account_id)
    assert ask(UUID(int=99)) == Refused(reason=Reason.UNKNOWN, account_id=account_id)
    with database.write() as tx:
        [unnamed] = inventory.hold_many(tx, [wish(organisation_id, account_id)], now=NOW)
        assert unnamed == Refused(reason=Reason.SEATS_NEEDED, account_id=account_id)
        assert inventory.release_many(tx, [first.hold_id], by=BY, now=NOW, reason="test") == [True]
    assert isinstance(ask(seats[2], seats[1]), Held)
    assert numbers(database, account_id) == (3, 2, 0)


def test_why_no_seats_could_be_chosen_is_told_again_whatever_is_free_then(database: Database, organisation_id: UUID) -> None:
    seats = [UUID(int=n) for n in range(1, 3)]
    none = Refused(reason=Reason.SEATS_NEEDED, left=1, why="not_together")
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 2)
        inventory.open_seating(
            tx, organisation_id=organisation_id, name="Hall", seats=[(seat, account_id) for seat in seats], now=NOW, by=BY, reason="test"
        )
        first = wish(organisation_id, account_id, 2, key="k", chosen="best", unseated=none)
        again = wish(organisation_id, account_id, key="k", chosen="best", wants=(Want(account_id=account_id, quantity=2, seat_ids=tuple(seats)),))
        assert inventory.hold_many(tx, [first, again], now=NOW) == [none, none]
        assert inventory.hold_many(tx, [again], now=NOW) == [none]
    assert numbers(database, account_id) == (2, 0, 0)


def test_stock_cannot_go_below_what_is_taken_or_above_the_capacity(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5, capacity=6)
        [held] = inventory.hold_many(tx, [wish(organisation_id, account_id, 4)], now=NOW)
        assert isinstance(held, Held)
        remove, receive = StockChange(account_id=account_id, quantity=2), StockChange(account_id=account_id, quantity=1)
        [refused] = inventory.remove_many(tx, [remove], by=BY, now=NOW, reason="broken")
        assert refused == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=1)
        first, second = inventory.receive_many(tx, [receive, receive], by=BY, now=NOW, reason="found")
        assert not isinstance(first, Refused)
        assert second == Refused(reason=Reason.CAPACITY, account_id=account_id, left=0)
        assert inventory.confirm_many(tx, [held.hold_id], by=BY, now=NOW) == [Confirmed(hold_id=held.hold_id)]
        parcel = Return(hold_id=held.hold_id, wants=(Want(account_id=account_id, quantity=3),))
        assert inventory.ship_many(tx, [parcel], by=BY, now=NOW) == [Confirmed(hold_id=held.hold_id)]
        assert inventory.ship_many(tx, [parcel], by=BY, now=NOW) == [Refused(reason=Reason.GONE, account_id=account_id, left=1)]
    assert numbers(database, account_id) == (3, 0, 1)


def test_a_pool_is_not_opened_above_its_capacity(database: Database, organisation_id: UUID) -> None:
    pool = NewPool(organisation_id=organisation_id, name="Pool", accounts=(NewAccount(code="public", on_hand=11),), capacity=10)
    with pytest.raises(WallHit, match="inventory_pool_within_capacity"), database.write() as tx:
        inventory.open_pools(tx, [pool], by=BY, now=NOW, reason="test")


def test_free_units_move_between_accounts_by_hand_and_when_due(database: Database, organisation_id: UUID) -> None:
    pool = NewPool(
        organisation_id=organisation_id,
        name="Pool",
        accounts=(NewAccount(code="public", on_hand=1), NewAccount(code="sponsor", on_hand=6)),
        capacity=7,
    )
    with database.write() as tx:
        [[public, sponsor]] = inventory.open_pools(tx, [pool], by=BY, now=NOW, reason="test").values()
        move = Move(from_account_id=sponsor, to_account_id=public, quantity=4)
        first, second = inventory.move_many(tx, [move, move], by=BY, now=NOW, reason="unused")
        assert not isinstance(first, Refused)
        assert first.on_hand == 5
        assert second == Refused(reason=Reason.SOLD_OUT, account_id=sponsor, left=2)
        inventory.schedule_release(
            tx, from_account_id=sponsor, to_account_id=public, quantity=None, due_at=NOW + FOR, by=BY, now=NOW, reason="a week before"
        )
    with database.write() as tx:
        assert inventory.run_due_releases(tx, now=NOW) == 0
        assert inventory.run_due_releases(tx, now=NOW + FOR) == 1
        assert inventory.run_due_releases(tx, now=NOW + FOR) == 0
    assert numbers(database, public) == (7, 0, 0)
    assert numbers(database, sponsor) == (0, 0, 0)


def test_a_release_is_not_scheduled_to_where_its_units_cannot_go(database: Database, organisation_id: UUID) -> None:
    accounts = tuple(NewAccount(code=code, on_hand=2) for code in ("public", "sponsor", "kill"))
    pool = NewPool(organisation_id=organisation_id, name="Pool", accounts=accounts)
    with database.write() as tx:
        [[public, sponsor, kill]] = inventory.open_pools(tx, [pool], by=BY, now=NOW, reason="test").values()
        seats = [(UUID(int=n), public) for n in range(2)]
        inventory.open_seating(tx, organisation_id=organisation_id, name="Hall", seats=seats, by=BY, now=NOW, reason="test")
        elsewhere = make_stock(tx, organisation_id, 2)
        how: dict[str, Any] = {"due_at": NOW, "by": BY, "now": NOW, "reason": "test"}
        for to in (public, elsewhere, sponsor, UUID(int=9)):
            with pytest.raises(ValueError, match="same pool and seating"):
                inventory.schedule_release(tx, from_account_id=sponsor, to_account_id=to, quantity=None, **how)
        with pytest.raises(ValueError, match="one unit or more"):
            inventory.schedule_release(tx, from_account_id=sponsor, to_account_id=kill, quantity=0, **how)


def test_a_release_whose_account_was_given_seats_moves_nothing_and_says_so(database: Database, organisation_id: UUID) -> None:
    accounts = tuple(NewAccount(code=code, on_hand=2) for code in ("public", "sponsor"))
    pool = NewPool(organisation_id=organisation_id, name="Pool", accounts=accounts)
    with database.write() as tx:
        [[public, sponsor]] = inventory.open_pools(tx, [pool], by=BY, now=NOW, reason="test").values()
        how: dict[str, Any] = {"due_at": NOW, "by": BY, "now": NOW, "reason": "test"}
        release_id = inventory.schedule_release(tx, from_account_id=sponsor, to_account_id=public, quantity=None, **how)
        seats = [(UUID(int=n), public) for n in range(2)]
        inventory.open_seating(tx, organisation_id=organisation_id, name="Hall", seats=seats, by=BY, now=NOW, reason="test")
        assert inventory.run_due_releases(tx, now=NOW) == 1
        moved = tx.rows("SELECT moved FROM inventory_scheduled_release WHERE id = %s", (release_id,), kinds=[Kind.INT])
    assert moved == [(0,)]
    assert (numbers(database, public), numbers(database, sponsor)) == ((2, 0, 0), (2, 0, 0))
