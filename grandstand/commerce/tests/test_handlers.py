"""Papers and mail follow a commit, once, in the buyer's language."""

from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.utils.translation import override
from pytest_django.fixtures import Settings

from grandstand.commerce.links import opens, order_key, use_order_page
from grandstand.commerce.payments import FactKind
from grandstand.commerce.queries.documents import documents_of
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.cancelling import cancel_order
from grandstand.commerce.services.personal import OrdersOfPerson
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, NOW, World, later, make_fact
from grandstand.commerce.tests.test_numbering import numbers
from grandstand.commerce.values import Owner, Placed, RefundAsk
from grandstand.messaging import api as messaging
from grandstand.store import api as store
from grandstand.store.testing import statements

LANGUAGES = ["en", "fr", "zh-hans"]


def settle() -> list[Any]:
    """Deliver every fact and send every mail, three hours later; returns the mails."""
    with store.write() as tx:
        tx.execute("INSERT INTO store_clock (id, high_water) VALUES (1, %s) ON CONFLICT (id) DO NOTHING", (later(hours=3),))
    while store.deliver_due(now=later(hours=3)):
        pass
    with store.read() as tx:
        assert store.undelivered(tx) == []
    messaging.send_due(now=later(hours=3))
    with store.read() as tx:
        assert messaging.undelivered(tx) == []
    return mail.outbox


def refund(world: World, placed: Placed) -> None:
    with world.database.write() as tx:
        refund_many(tx, [RefundAsk(key="k", order_id=placed.order_id, reason="moved")], by=BY, now=later(hours=1))


def files(message: Any) -> list[str]:
    return [attachment.filename for attachment in message.attachments]


def test_a_buyer_is_told_that_the_order_stands_and_until_when_to_pay(sqlite_world: World) -> None:
    placed = sqlite_world.order(sqlite_world.sell(price_minor=1200), 2)
    (message,) = settle()
    assert (message.to, message.subject) == (["ada@example.org"], f"We have your order {placed.number}")
    assert "2 × ticket (en) (as sold): €24.00" in message.body
    assert "14:20 (UTC+2)" in message.body


def test_a_paid_order_is_told_with_receipt_and_invoice_and_only_once(sqlite_world: World) -> None:
    placed = sqlite_world.bought(sqlite_world.sell())
    (message,) = settle()
    assert message.subject == f"Your order {placed.number} is paid"
    assert files(message) == [f"{placed.number}.pdf", "INV-2031-000001.pdf"]
    assert [attachment.content[:5] for attachment in message.attachments] == [b"%PDF-", b"%PDF-"]
    assert (numbers(placed), len(settle())) == (["INV-2031-000001"], 1)


def test_papers_and_mails_of_many_orders_cost_the_statements_of_one(sqlite_world: World) -> None:
    world, costs = sqlite_world, []
    for count in (1, 12):
        ref = world.sell(units=count, price_minor=1200)
        placed = [world.bought(ref) for _ in range(count)]
        mail.outbox.clear()
        with statements() as seen:
            assert store.deliver_due(now=later(hours=3)) == 3 * count  # placed, paid, and room made for others
        costs.append(len(seen))
        sent = {message.subject: files(message) for message in settle()}
        assert sent == {f"Your order {each.number} is paid": [f"{each.number}.pdf", f"{numbers(each)[0]}.pdf"] for each in placed}
    assert costs[0] == costs[1]


def test_a_paper_is_dated_when_it_is_numbered_and_not_when_the_order_was_paid(sqlite_world: World) -> None:
    """A fact may be delivered late, after the new year or after others."""
    world = sqlite_world
    placed = world.bought(world.sell())
    refund(world, placed)
    settle()
    assert [document.issued_at >= later(hours=3) for document in documents_of(placed.order_id)] == [True, True]


def test_a_refund_is_told_with_its_credit_note(sqlite_world: World) -> None:
    placed = sqlite_world.bought(sqlite_world.sell(price_minor=1200))
    refund(sqlite_world, placed)
    message = settle()[-1]
    assert message.subject == f"€12.00 of your order {placed.number} go back to you"
    assert files(message) == ["CN-2031-000001.pdf"]


def test_units_that_come_back_without_money_are_not_told(sqlite_world: World) -> None:
    owner = sqlite_world.buyer()
    sqlite_world.add(owner, sqlite_world.sell(price_minor=1200))
    placed = sqlite_world.place(owner)
    payment_id = sqlite_world.pay(placed)
    sqlite_world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200))
    told = len(settle())
    refund(sqlite_world, placed)
    assert len(settle()) == told
    assert numbers(placed) == ["INV-2031-000001", "CN-2031-000001"]


def test_money_that_came_in_vain_is_told_with_why(sqlite_world: World) -> None:
    world = sqlite_world
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    with world.database.write() as tx:
        cancel_order(tx, order_id=placed.order_id, by=BY, now=NOW, reason="r")
    world.tell(make_fact(payment_id, minor=1200))
    (message,) = settle()
    assert message.subject == f"We are sending €12.00 back to you (order {placed.number})"
    assert "could not be fulfilled any more" in message.body


def test_what_was_paid_twice_is_told_as_such(sqlite_world: World) -> None:
    world = sqlite_world
    placed = world.order(world.sell(price_minor=1200))
    payment_id = world.open_payment(placed)
    world.tell(make_fact(payment_id, minor=1200), make_fact(payment_id, minor=1200))
    bodies = [message.body for message in settle()]
    assert any("paid twice" in body and "€12.00" in body for body in bodies)


def test_the_link_in_a_mail_opens_the_order_and_nothing_else(sqlite_world: World) -> None:
    placed = sqlite_world.order(sqlite_world.sell())
    use_order_page(lambda order_id: f"/orders/{order_id}")
    try:
        (message,) = settle()
    finally:
        use_order_page(lambda _order_id: "/")
    key = message.body.split("?key=")[1].split()[0]
    assert f"/orders/{placed.order_id}?key=" in message.body
    assert opens(placed.order_id, key)
    assert not opens(UUID(int=1), key)
    assert not opens(placed.order_id, "")


def test_a_link_from_before_a_new_secret_opens_while_the_old_one_is_a_fallback(sqlite_world: World, settings: Settings) -> None:
    placed, another = sqlite_world.order(sqlite_world.sell()), sqlite_world.order(sqlite_world.sell())
    key, old = order_key(placed.order_id), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret, long enough to be one of fifty characters", [old]
    assert (opens(placed.order_id, key), opens(another.order_id, key)) == (True, False)
    assert order_key(placed.order_id) != key
    settings.SECRET_KEY_FALLBACKS = []
    assert not opens(placed.order_id, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_speaks_the_buyers_language(sqlite_world: World, language: str) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    world.add(owner, world.sell(price_minor=1200))
    placed = world.place(owner, language=language)
    settle()
    payment_id = world.pay(placed)
    world.tell(make_fact(payment_id, minor=1200))
    refund(world, placed)
    messages = settle()
    assert len(messages) == 4
    assert {message.extra_headers["Content-Language"] for message in messages} == {language}
    words = "\n".join(message.subject + "\n" + message.body for message in messages)
    prose = "\n".join(line for line in words.splitlines() if "://" not in line)
    assert ("order" in prose) == (language == "en")


# -- what is known of a person --------------------------------------------------------------------------------------------------------------


def person_of(owner: Owner) -> UUID:
    assert owner.person_id is not None
    return owner.person_id


def test_a_person_can_take_their_orders_with_them(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    placed = world.bought(world.sell(price_minor=1200), 2, owner=owner)
    world.add(owner, world.sell(), 3)
    with store.read() as tx:
        known: Any = OrdersOfPerson().export(tx, person_of(owner))
    assert [(each["number"], each["total"], each["email"], each["ship_to"]["city"]) for each in known["orders"]] == [
        (placed.number, "24.00 EUR", "ada@example.org", "Lyon")
    ]
    assert [each["quantity"] for each in known["basket"]] == [3]


def test_a_forgotten_person_leaves_an_invoice_without_anybody(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    paid, unpaid, ref = world.bought(world.sell(), owner=owner), world.order(world.sell(), owner=owner), world.sell(units=5)
    settle()
    world.add(owner, ref, 5)
    with store.write() as tx:
        OrdersOfPerson().erase(tx, person_of(owner), now=later(days=1), by=owner.actor)
    for placed in (paid, unpaid):
        found = order(placed.order_id)
        assert (found.owner, found.email, found.name, found.ship_to) == (None, "", "", None)
    assert numbers(paid) == ["INV-2031-000001"]
    with store.read() as tx:
        rows = tx.rows("SELECT buyer, body FROM commerce_document", kinds=[store.Kind.JSON, store.Kind.TEXT])
    assert [(buyer, "ada@example.org" in body or "Ada" in body) for buyer, body in rows] == [(None, False)]
    world.add(world.buyer(), ref, 5)  # what was in the basket is free again


def test_forgetting_somebody_who_bought_nothing_is_nothing(sqlite_world: World) -> None:
    with store.write() as tx:
        OrdersOfPerson().erase(tx, person_of(sqlite_world.buyer()), now=NOW, by=BY)


def test_papers_of_a_person_forgotten_before_they_were_written_name_nobody(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    placed = world.bought(world.sell(), owner=owner)
    with store.write() as tx:
        OrdersOfPerson().erase(tx, person_of(owner), now=NOW, by=BY)
    with override("en"):
        assert settle() == []
    assert numbers(placed) == ["INV-2031-000001"]


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (
            "en",
            "€12.00 of your order {} go back",
            "until the seller tells you otherwise. The credit note is attached.",
        ),
        ("fr", "{}", "Ce que vous avez acheté reste tel quel, sauf avis contraire du vendeur. L’avoir est joint."),
        ("zh-hans", "{}", "您购买的内容保持不变，除非卖方另行通知。 贷记单见附件。"),
    ],
)
def test_money_given_back_at_the_provider_is_told_with_its_credit_note(sqlite_world: World, language: str, subject: str, said: str) -> None:
    owner = sqlite_world.buyer()
    sqlite_world.add(owner, sqlite_world.sell(price_minor=1200))
    placed = sqlite_world.place(owner, language=language)
    payment_id = sqlite_world.pay(placed)
    settle()
    sqlite_world.tell(make_fact(payment_id, FactKind.REFUNDED, 1200))
    message = settle()[-1]
    assert subject.format(placed.number) in message.subject
    assert said in message.body
    assert len(message.attachments) == 1


@pytest.mark.parametrize(("language", "said"), [("en", "will not take place"), ("fr", "n’aura pas lieu"), ("zh-hans", "不再举行")])
def test_money_for_something_called_off_is_told_with_that_reason(sqlite_world: World, language: str, said: str) -> None:
    owner, ref = sqlite_world.buyer(), sqlite_world.sell()
    sqlite_world.add(owner, ref)
    placed = sqlite_world.place(owner, language=language)
    payment_id = sqlite_world.open_payment(placed)
    sqlite_world.tickets.off.add(ref.item_id)
    sqlite_world.tell(make_fact(payment_id))
    message = settle()[-1]
    assert said in message.body
    assert message.attachments == []
