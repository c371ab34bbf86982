"""Bugs found in the stock of peers, as regressions of ours. Each test says what went wrong there."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap, Confirmed, Held, Move, NewAccount, NewPool, Reason, Refused, Return, StockChange, Want, Wish
from grandstand.inventory.testing import NOW, make_stock
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Deadlock, Kind, Tx, WallHit

BY = Actor.system("test")
HOW: dict[str, Any] = {"by": BY, "now": NOW, "reason": "test"}


@pytest.fixture
def organisation_id(database: Database) -> UUID:
    return make_organisation().id


def wish(organisation_id: UUID, *wants: Want, basket_id: UUID | None = None, caps: tuple[Cap, ...] = ()) -> Wish:
    return Wish(
        key=new_id().hex,
        organisation_id=organisation_id,
        holder="person:1",
        basket_id=basket_id or new_id(),
        wants=wants,
        caps=caps,
        hold_for=timedelta(minutes=10),
    )


def units(account_id: UUID, quantity: int = 1, *seat_ids: UUID) -> Want:
    return Want(account_id=account_id, quantity=quantity, seat_ids=seat_ids)


def held(tx: Tx, *wishes: Wish) -> list[UUID]:
    answers = inventory.hold_many(tx, wishes, now=NOW)
    assert all(isinstance(answer, Held) for answer in answers)
    return [answer.hold_id for answer in answers if isinstance(answer, Held)]


def numbers(tx: Tx, account_id: UUID) -> tuple[int, int, int]:
    assert [finding.name for finding in inventory.check_stock(tx) if not finding.healthy] == []
    stock = inventory.availability_many(tx, [account_id])[account_id]
    return stock.on_hand, stock.held, stock.claimed


def test_ten_are_not_allocated_thirteen_times(database: Database, organisation_id: UUID) -> None:
    """There, a generator was consumed by an earlier query, so that what was allocated already counted as nothing under the lock."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 10)
        [claimed, _] = held(tx, wish(organisation_id, units(account_id, 4)), wish(organisation_id, units(account_id, 3)))
        inventory.confirm_many(tx, [claimed], by=BY, now=NOW)
    with database.write() as tx:
        [answer] = inventory.hold_many(tx, [wish(organisation_id, units(account_id, 6))], now=NOW)
        assert answer == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=3)
        assert numbers(tx, account_id) == (10, 3, 4)


def test_wishes_that_can_be_read_only_once_are_an_error_and_not_half_an_answer(database: Database, organisation_id: UUID) -> None:
    """The same, one step earlier: types forbid it, and where nobody checks them nothing is taken."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 10)
    once: Any = (each for each in [wish(organisation_id, units(account_id))])
    with pytest.raises(TypeError), database.write() as tx:
        inventory.hold_many(tx, once, now=NOW)
    with database.write() as tx:
        assert numbers(tx, account_id) == (10, 0, 0)


def test_two_wishes_for_one_stock_are_not_each_measured_against_all_of_it(database: Database, organisation_id: UUID) -> None:
    """There, two lines of three were each compared with five, and both passed. Lines of a basket are in test_peers_payments.py."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5)
        first, second = inventory.hold_many(tx, [wish(organisation_id, units(account_id, 3)) for _ in range(2)], now=NOW)
        assert isinstance(first, Held)
        assert second == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=2)
        assert numbers(tx, account_id) == (5, 3, 0)


def test_a_bundle_counts_the_component_that_its_parts_share(database: Database, organisation_id: UUID) -> None:
    """There, each part of a bundle was looked up for itself: three and three of five. Its caps were counted the same way."""
    scope = f"product:{organisation_id}"
    with database.write() as tx:
        account_id, other_id = make_stock(tx, organisation_id, 5), make_stock(tx, organisation_id, 5)
        bundle = (units(account_id, 3), units(other_id), units(account_id, 3))
        caps = (Cap(scope=scope, limit=5, quantity=3), Cap(scope=scope, limit=5, quantity=3))
        answers = inventory.hold_many(tx, [wish(organisation_id, *bundle), wish(organisation_id, units(other_id), caps=caps)], now=NOW)
        assert answers == [Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=2), Refused(reason=Reason.CAP, left=5)]
        assert (numbers(tx, account_id), numbers(tx, other_id)) == ((5, 0, 0), (5, 0, 0))


def test_what_was_released_or_given_back_twice_came_back_once(database: Database, organisation_id: UUID) -> None:
    """There, the second cancellation raised the stock again."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 9)
        released, claimed = held(tx, wish(organisation_id, units(account_id, 4)), wish(organisation_id, units(account_id, 3)))
        inventory.confirm_many(tx, [claimed], by=BY, now=NOW)
    back = Return(hold_id=claimed, wants=(units(account_id, 3),))
    told = []
    for _ in range(2):
        with database.write() as tx:
            told.append((inventory.release_many(tx, [released], **HOW), inventory.return_many(tx, [back], **HOW)))
    gone = Refused(reason=Reason.GONE, account_id=account_id, left=0)
    assert told == [([True], [Confirmed(hold_id=claimed)]), ([False], [gone])]
    with database.write() as tx:
        assert numbers(tx, account_id) == (9, 0, 0)


def test_units_received_while_others_are_held_leave_the_hold_as_it_is(database: Database, organisation_id: UUID) -> None:
    """There, a delivery set what was free to what was counted, and the buyer's units were sold to somebody else."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5)
        [hold_id] = held(tx, wish(organisation_id, units(account_id, 4)))
    with database.write() as tx:
        inventory.receive_many(tx, [StockChange(account_id=account_id, quantity=10)], **HOW)
        assert numbers(tx, account_id) == (15, 4, 0)
        [too_many] = inventory.hold_many(tx, [wish(organisation_id, units(account_id, 12))], now=NOW)
        assert too_many == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=11)
        assert inventory.confirm_many(tx, [hold_id], by=BY, now=NOW) == [Confirmed(hold_id=hold_id)]
        assert numbers(tx, account_id) == (15, 0, 4)


def test_stock_is_not_set_below_what_is_held_by_the_rule_nor_by_hand(database: Database, organisation_id: UUID) -> None:
    """There, a correction to three left four buyers with units that were not there."""
    with database.write() as tx:
        account_id = make_stock(tx, organisation_id, 5)
        held(tx, wish(organisation_id, units(account_id, 4)))
    with database.write() as tx:
        [answer] = inventory.remove_many(tx, [StockChange(account_id=account_id, quantity=2)], **HOW)
        assert answer == Refused(reason=Reason.SOLD_OUT, account_id=account_id, left=1)
    with pytest.raises(WallHit, match="inventory_account_never_oversold"), database.write() as tx:
        tx.execute("UPDATE inventory_account SET on_hand = 3 WHERE id = %s", (account_id,))
    with database.write() as tx:
        assert numbers(tx, account_id) == (5, 4, 0)


def test_three_that_lapse_and_three_that_move_are_announced_as_three(database: Database, organisation_id: UUID) -> None:
    """There, callbacks bound late announced the last one three times."""
    baskets = [new_id() for _ in range(3)]
    accounts = (NewAccount(code="public", on_hand=9), NewAccount(code="kill", on_hand=0))
    with database.write() as tx:
        pool = NewPool(organisation_id=organisation_id, name="Pool", accounts=accounts)
        [[public, kill]] = inventory.open_pools(tx, [pool], **HOW).values()
        held(tx, *(wish(organisation_id, units(public), basket_id=basket_id) for basket_id in baskets))
    with database.write() as tx:
        inventory.expire_due(tx, now=NOW + timedelta(minutes=10))
        inventory.move_many(tx, [Move(from_account_id=public, to_account_id=kill, quantity=n) for n in (1, 2, 3)], **HOW)
    assert sorted(payload["basket_id"] for payload in told(database, "HoldsExpired")) == sorted(str(basket_id) for basket_id in baskets)
    assert sorted(payload["quantity"] for payload in told(database, "StockMoved")) == [1, 2, 3]


def told(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.write() as tx:
        return [payload for (payload,) in tx.rows("SELECT payload FROM store_fact WHERE kind = %s", (kind,), kinds=[Kind.JSON])]


@pytest.mark.parametrize("fault", [NameError, AttributeError, ImportError, KeyError])
def test_a_fault_of_ours_is_heard_and_is_no_answer_to_a_buyer(fault: type[Exception]) -> None:
    """There, a bare except hid a name that did not exist: every buyer was told that there was nothing left."""
    tries = []

    def write(work: object) -> Any:
        tries.append(work)
        raise fault("not there")

    with pytest.raises(fault, match="not there"):
        inventory.hold_each(write, [wish(new_id(), units(new_id())) for _ in range(4)], now=NOW)
    assert len(tries) == 1


# -- what is locked is locked ----------------------------------------------------------------------------------------------------------


class SoldOut:
    """Stock of which nothing is left: whatever is asked of it is refused or changes nothing, so that only a lock can hold its rows."""

    def __init__(self, database: Database) -> None:
        organisation_id = make_organisation().id
        accounts = (NewAccount(code="public", on_hand=1), NewAccount(code="kill", on_hand=0))
        with database.write() as tx:
            pool = NewPool(organisation_id=organisation_id, name="Pool", accounts=accounts, capacity=1)
            [(self.pool, (self.public, self.kill))] = inventory.open_pools(tx, [pool], **HOW).items()
            self.seated, self.seat = make_stock(tx, organisation_id, 1), new_id()
            inventory.open_seating(tx, organisation_id=organisation_id, name="Hall", seats=[(self.seat, self.seated)], **HOW)
            self.wish = wish(organisation_id, units(self.public))
            self.seat_wish = wish(organisation_id, units(self.seated, 1, self.seat))
            [self.hold, _] = held(tx, wish(organisation_id, units(self.public)), wish(organisation_id, units(self.seated, 1, self.seat)))
            inventory.confirm_many(tx, [self.hold], by=BY, now=NOW)

    def ask(self, tx: Tx, what: str) -> Sequence[object]:
        change, too_many = StockChange(account_id=self.public, quantity=1), Return(hold_id=self.hold, wants=(units(self.public, 2),))
        asks: dict[str, Callable[[], Sequence[object]]] = {
            "hold": lambda: inventory.hold_many(tx, [self.wish], now=NOW),
            "hold a seat": lambda: inventory.hold_many(tx, [self.seat_wish], now=NOW),
            "confirm": lambda: inventory.confirm_many(tx, [self.hold], by=BY, now=NOW),
            "extend": lambda: inventory.extend_many(tx, [self.hold], until=NOW, now=NOW),
            "release": lambda: inventory.release_many(tx, [self.hold], **HOW),
            "return": lambda: inventory.return_many(tx, [too_many], **HOW),
            "ship": lambda: inventory.ship_many(tx, [too_many], **HOW),
            "receive": lambda: inventory.receive_many(tx, [change], **HOW),
            "remove": lambda: inventory.remove_many(tx, [change], **HOW),
            "move": lambda: inventory.move_many(tx, [Move(from_account_id=self.public, to_account_id=self.kill, quantity=1)], **HOW),
        }
        return asks[what]()

    def rows(self) -> dict[str, tuple[str, UUID]]:
        return {
            "public": ("inventory_account WHERE id", self.public),
            "kill": ("inventory_account WHERE id", self.kill),
            "seated": ("inventory_account WHERE id", self.seated),
            "seat": ("inventory_seat WHERE seat_id", self.seat),
            "pool": ("inventory_pool WHERE id", self.pool),
            "hold": ("inventory_hold WHERE id", self.hold),
        }

    def locked(self, other: Database) -> set[str]:
        """What another connection cannot lock now."""
        found = set()
        for name, (where, id_) in self.rows().items():
            try:
                with other.write() as tx:
                    assert tx.rows(f"SELECT 1 FROM {where} = %s FOR NO KEY UPDATE NOWAIT", (id_,), kinds=[Kind.INT]) == [(1,)]
            except Deadlock:
                found.add(name)
        return found


@pytest.mark.parametrize(
    ("what", "locked"),
    [
        ("hold", {"public"}),
        ("hold a seat", {"seated", "seat"}),
        ("confirm", {"hold"}),
        ("extend", {"hold"}),
        ("release", {"hold"}),
        ("return", {"hold"}),
        ("ship", {"hold"}),
        ("receive", {"public", "pool"}),
        ("remove", {"public", "pool"}),
        ("move", {"public", "kill"}),
    ],
)
def test_what_an_answer_was_decided_by_is_locked_until_the_transaction_ends(what: str, locked: set[str], postgresql: Database) -> None:
    """There, the lock was a query that nobody evaluated: it locked nothing, and two decided by the same numbers."""
    sold_out = SoldOut(postgresql)
    with closing(Database(postgresql.url)) as other:
        with postgresql.write() as tx:
            sold_out.ask(tx, what)
            assert sold_out.locked(other) == locked
        assert sold_out.locked(other) == set()


def test_a_look_locks_nothing(postgresql: Database) -> None:
    """The control of the test above: it tells a lock from a look."""
    sold_out = SoldOut(postgresql)
    with closing(Database(postgresql.url)) as other, postgresql.write() as tx:
        inventory.availability_many(tx, [sold_out.public, sold_out.kill, sold_out.seated])
        inventory.holds(tx, [sold_out.hold])
        assert sold_out.locked(other) == set()
