"""Orders whose time to pay is over, and what meets them on the way."""

from datetime import datetime

import pytest
from django.core import mail

from grandstand.commerce.checks import check_orders
from grandstand.commerce.facts import OrderCancelled
from grandstand.commerce.queries.orders import order
from grandstand.commerce.rules.orders import PAYMENT_GRACE
from grandstand.commerce.services import cancelling, completing
from grandstand.commerce.services.adopting import adopt
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.ending import end_overdue_orders
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.testing import BY, Meeting, World, euros, later, make_fact
from grandstand.commerce.tests.looking import books, facts_told, given, stock
from grandstand.commerce.values import OrderStatus, Owner, Placed
from grandstand.inventory import api as inventory
from grandstand.kit.ids import new_id
from grandstand.messaging import api as messaging
from grandstand.people.testing import make_person
from grandstand.store import api as store

OVER = later(minutes=25)
"""When the payment window and its grace are over."""


def end(world: World, *, minutes: float = 25, limit: int = 50) -> int:
    with world.database.write() as tx:
        return end_overdue_orders(tx, now=later(minutes=minutes), limit=limit)


def all_green(world: World) -> None:
    with world.database.write() as tx:
        findings = [*check_orders(tx), *inventory.check_stock(tx)]
    assert [finding for finding in findings if not finding.healthy] == []


def test_an_order_that_was_not_paid_in_time_ends_once(world: World) -> None:
    ref = world.sell(units=3)
    placed = world.order(ref, 3)
    assert placed.pay_by + PAYMENT_GRACE == OVER
    assert end(world, minutes=24.9) == 0
    assert (end(world), end(world)) == (1, 0)
    found = order(placed.order_id)
    assert (found.status, found.history[-1].reason, str(found.history[-1].by)) == (
        OrderStatus.CANCELLED,
        "not paid in time",
        "system:end_overdue_orders",
    )
    assert stock(world, ref) == (0, 0)
    assert facts_told(world, OrderCancelled) == ["OrderCancelled"]


def told(at: datetime) -> list[str]:
    """Deliver every fact and send every mail; returns the subjects so far."""
    while store.deliver_due(now=at):
        pass
    messaging.send_due(now=at)
    return [str(message.subject) for message in mail.outbox]


@pytest.mark.parametrize(
    ("language", "subject", "until", "owes"),
    [
        ("en", "Your order {} was not paid in time", "14:20 (UTC+2)", "You owe nothing."),
        ("fr", "Votre commande {} n’a pas été payée à temps", "14:20 (UTC+2)", "Vous ne devez rien."),
        ("zh-hans", "您的订单 {} 未在规定时间内付款", "14:20 (UTC+2)", "您无需支付任何费用。"),
    ],
)
def test_a_buyer_who_did_not_pay_is_told_once_that_the_order_ended(world: World, language: str, subject: str, until: str, owes: str) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1200), 2)
    placed = world.place(owner, language=language)
    assert end(world) == 1
    ended = [line for line in told(OVER) if line == subject.format(placed.number)]
    assert end(world) == 0
    assert [line for line in told(later(hours=3)) if line == subject.format(placed.number)] == ended == [subject.format(placed.number)]
    body = str(mail.outbox[-1].body)
    assert (until in body, owes in body, "2 × " in body, f"/{placed.order_id}" in body or "?key=" in body) == (True, True, True, True)


def test_whoever_cancels_an_order_is_not_told_that_it_was_not_paid(sqlite_world: World) -> None:
    world = sqlite_world
    placed = world.order(world.sell())
    with world.database.write() as tx:
        cancel_order(tx, order_id=placed.order_id, by=BY, now=later(minutes=1), reason="changed my mind")
    assert told(later(hours=3)) == []


def test_what_came_of_its_money_goes_back_and_the_buyer_is_told(sqlite_world: World) -> None:
    world = sqlite_world
    placed = world.order(world.sell(price_minor=1200))
    world.tell(make_fact(world.open_payment(placed), minor=700))
    assert end(world) == 1
    found = order(placed.order_id)
    assert (found.status, found.refunded) == (OrderStatus.SENT_BACK, euros(700))
    assert books(world, world.organisation.id) == {"clearing:fake": 700, "payable:refunds": -700}
    assert told(OVER) == [f"We are sending €7.00 back to you (order {placed.number})"]
    [body] = [str(message.body) for message in mail.outbox if message.subject == f"We are sending €7.00 back to you (order {placed.number})"]
    assert "not paid in full in time" in body
    all_green(world)


def test_those_that_are_paid_or_ended_already_stay_as_they_are(world: World) -> None:
    paid, given_up = world.bought(world.sell()), world.order(world.sell())
    with world.database.write() as tx:
        cancel_order(tx, order_id=given_up.order_id, by=BY, now=later(minutes=1), reason="changed my mind")
    assert end(world, minutes=60) == 0
    assert [order(each.order_id).status for each in (paid, given_up)] == [OrderStatus.PAID, OrderStatus.CANCELLED]


def test_the_longest_overdue_end_first_and_never_more_than_were_asked_for(world: World) -> None:
    placed = [world.order(world.sell(), now=later(seconds=n)) for n in range(3)]
    assert end(world, minutes=30, limit=2) == 2
    assert [order(each.order_id).status for each in placed] == [OrderStatus.CANCELLED] * 2 + [OrderStatus.AWAITING_PAYMENT]


# -- at once, on PostgreSQL ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(postgresql_world: World, monkeypatch: pytest.MonkeyPatch) -> Meeting:
    return Meeting(postgresql_world.database, monkeypatch)


def captured(world: World, placed: Placed) -> object:
    fact = make_fact(world.open_payment(placed), minor=placed.total.minor)
    return lambda tx: complete_many(tx, record_payment_facts_many(tx, [fact], now=OVER), now=OVER)


def test_a_capture_that_was_first_pays_the_order_and_nobody_ends_it(postgresql_world: World, meeting: Meeting) -> None:
    world = postgresql_world
    placed = world.order(world.sell())
    capture = captured(world, placed)
    meeting.stand_before((completing, "claim"))
    told, ended = meeting.of(capture, lambda tx: end_overdue_orders(tx, now=OVER))  # type: ignore[arg-type]
    assert (told.result(), ended.result()) == ({placed.order_id: OrderStatus.PAID}, 0)
    assert (end(world), given(world, placed)) == (0, [1])
    all_green(world)


def test_a_capture_that_comes_while_the_order_ends_goes_back(postgresql_world: World, meeting: Meeting) -> None:
    world = postgresql_world
    placed = world.order(world.sell())
    capture = captured(world, placed)
    meeting.stand_before((cancelling, "complete_many"))
    ended, told = meeting.of(lambda tx: end_overdue_orders(tx, now=OVER), capture)  # type: ignore[arg-type]
    assert (ended.result(), told.result()) == (1, {placed.order_id: OrderStatus.SENT_BACK})
    found = order(placed.order_id)
    assert (found.refunded, given(world, placed)) == (placed.total, [0])
    all_green(world)


@pytest.mark.parametrize("cancels_first", [True, False])
def test_giving_an_order_up_and_signing_in_never_wait_for_each_other(postgresql_world: World, meeting: Meeting, cancels_first: bool) -> None:  # noqa: FBT001 a parameter of the test
    world, visitor, person = postgresql_world, Owner(visitor=new_id().hex), make_person()
    placed = world.order(world.sell(), owner=visitor)
    world.add(visitor, world.sell())

    def give_up(tx: store.Tx) -> None:
        cancel_order(tx, order_id=placed.order_id, by=BY, now=later(minutes=1), reason="r", owner=visitor, to_basket=True)

    def sign_in(tx: store.Tx) -> None:
        adopt(tx, visitor=visitor.visitor, person_id=person.id, now=later(minutes=1))

    if cancels_first:
        meeting.stand_before((cancelling, "_reopen"))
        gave_up, signed_in = meeting.of(give_up, sign_in)
        assert gave_up.exception() is None
        assert len(world.basket(Owner(person_id=person.id)).lines) == 2
    else:
        meeting.stand_before((inventory, "hold_many"))
        signed_in, gave_up = meeting.of(sign_in, give_up)
        assert type(gave_up.exception()).__name__ == "NoSuchOrder"  # it is the person's now
        assert len(world.basket(Owner(person_id=person.id)).lines) == 1
    assert signed_in.exception() is None
