"""The test bank behaves like a real one: over its pages, by its webhooks, at its own pace."""

from uuid import UUID

import pytest
from django.test import Client

from grandstand.commerce.adapters import testbank
from grandstand.commerce.adapters.testbank import Card
from grandstand.commerce.queries.orders import order
from grandstand.commerce.services.asking import capture_payments, fetch_payments
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.services.sending_back import send_paybacks
from grandstand.commerce.testing import BY, NOW, later
from grandstand.commerce.tests.buying import Buying
from grandstand.commerce.values import OrderStatus, PaymentState, RefundAsk
from grandstand.kit.ids import new_id


def test_a_good_card_pays_once_the_bank_has_told_and_not_before(buying: Buying) -> None:
    assert buying.choose(Card.GOOD).headers["Location"] == f"http://here/payments/{buying.payment_id}/"
    waiting = buying.come_back()
    assert (waiting.status_code, buying.status()) == (200, OrderStatus.AWAITING_PAYMENT)
    assert "We are waiting for your bank" in waiting.text
    buying.clock.pass_(seconds=1)
    assert buying.webhooks() == 1
    assert buying.status() is OrderStatus.PAID
    back = buying.come_back()
    assert (back.status_code, back.headers["Location"]) == (302, "/my-order")
    polled = buying.client.get(f"/payments/{buying.payment_id}/", headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == "/my-order"


def test_webhooks_come_out_of_order_late_and_twice_and_complete_once(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    taken = 0
    for _ in range(20):
        buying.clock.pass_(seconds=1)
        taken += buying.webhooks()
    kinds = [body.split(b'"type":"')[1].split(b'"')[0] for body, _ in buying.sent]
    assert (taken, kinds) == (4, [b"captured", b"authorised", b"captured", b"authorised"])
    assert [change.status for change in order(buying.placed.order_id).history] == [OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID]


def test_a_webhook_that_is_not_taken_is_sent_again_after_doubling_waits(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    buying.clock.pass_(seconds=1)
    refused = [testbank.send_webhooks(now=buying.clock.now, transport=lambda _body, _headers: 503)]
    buying.clock.pass_(seconds=4)
    refused.append(testbank.send_webhooks(now=buying.clock.now, transport=lambda _body, _headers: 0))
    assert refused == [0, 0]
    buying.clock.pass_(seconds=60)
    buying.webhooks()
    assert buying.status() is OrderStatus.PAID


def test_extra_authentication_asks_for_the_code_and_then_pays(buying: Buying) -> None:
    challenge = buying.choose(Card.CHALLENGED).headers["Location"]
    assert challenge == f"{buying.bank_path}challenge/"
    code = testbank.payment(buying.bank_id).challenge_code
    assert code in buying.client.get(challenge).text
    wrong = buying.client.post(challenge, {"code": "000000" if code != "000000" else "111111"})
    assert (wrong.status_code, "Look again" in wrong.text) == (422, True)
    assert buying.client.post(challenge, {"code": code}).headers["Location"].endswith(f"/payments/{buying.payment_id}/")
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert buying.status() is OrderStatus.PAID


def test_three_wrong_codes_end_the_try_and_another_card_may_be_used(buying: Buying) -> None:
    challenge = buying.choose(Card.CHALLENGED).headers["Location"]
    answers = [buying.client.post(challenge, {"code": "no"}) for _ in range(testbank.CHALLENGE_TRIES)]
    assert ([answer.status_code for answer in answers], answers[-1].headers["Location"]) == ([422, 422, 302], buying.bank_path)
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert buying.state() is PaymentState.FAILED
    buying.choose(Card.GOOD)
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert buying.status() is OrderStatus.PAID


def test_a_declined_card_is_told_at_the_bank_and_on_the_way_back(buying: Buying) -> None:
    declined = buying.choose(Card.DECLINED)
    assert (declined.status_code, "declined this card" in declined.text) == (422, True)
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert "Your bank did not pay" in buying.come_back().text
    assert buying.begin().payment_id != buying.payment_id


def test_a_silent_bank_is_waited_for_honestly_until_the_time_is_over(buying: Buying) -> None:
    buying.choose(Card.SILENT)
    buying.clock.pass_(minutes=10)
    assert (buying.webhooks(), buying.state()) == (0, PaymentState.WAITING)
    buying.clock.pass_(minutes=20)
    assert testbank.close_silent_payments(now=buying.clock.now) == 1
    assert testbank.close_silent_payments(now=buying.clock.now) == 0
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert "The time to pay is over" in buying.come_back().text


def test_money_that_is_only_set_aside_is_asked_for(buying: Buying) -> None:
    buying.choose(Card.HELD)
    buying.clock.pass_(seconds=4)
    buying.webhooks()
    assert (buying.state(), "set the money aside" in buying.come_back().text) == (PaymentState.AUTHORISED, True)
    assert capture_payments(now=buying.clock.now) == 1
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert buying.status() is OrderStatus.PAID


def test_a_slow_bank_is_asked_when_its_webhooks_do_not_come(buying: Buying) -> None:
    buying.choose(Card.SLOW)
    buying.clock.pass_(seconds=5)
    assert buying.webhooks() == 0
    assert fetch_payments(now=later(minutes=3)) == 1
    assert buying.status() is OrderStatus.PAID


def test_a_refund_is_asked_for_and_confirmed_by_webhook(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    buying.clock.pass_(seconds=10)
    buying.webhooks()
    ask = RefundAsk(key="k", order_id=buying.placed.order_id, reason="moved")
    with buying.world.database.write() as tx:
        refund_many(tx, [ask], by=BY, now=buying.clock.now)
    assert send_paybacks(now=buying.clock.now) == 1
    assert order(buying.placed.order_id).paid_back.minor == 0
    buying.clock.pass_(seconds=1)
    buying.webhooks()
    assert order(buying.placed.order_id).paid_back.minor == 1200


def test_a_refund_that_comes_home_is_told(buying: Buying) -> None:
    buying.choose(Card.REFUND_FAILS)
    buying.clock.pass_(seconds=10)
    buying.webhooks()
    with buying.world.database.write() as tx:
        refund_many(tx, [RefundAsk(key="k", order_id=buying.placed.order_id, reason="moved")], by=BY, now=buying.clock.now)
    send_paybacks(now=buying.clock.now)
    for _ in range(20):
        buying.clock.pass_(seconds=1)
        buying.webhooks()
    found = order(buying.placed.order_id)
    assert (found.refunded.minor, found.paid_back.minor) == (1200, 0)


def test_the_bank_never_gives_back_more_than_it_took(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    assert testbank.refund(bank_id=buying.bank_id, refund_id=UUID(int=1), amount_minor=1200, now=NOW)
    assert testbank.refund(bank_id=buying.bank_id, refund_id=UUID(int=1), amount_minor=1200, now=NOW)
    with pytest.raises(testbank.PaymentOver):
        testbank.refund(bank_id=buying.bank_id, refund_id=UUID(int=2), amount_minor=1, now=NOW)


def test_beginning_again_goes_on_with_the_same_payment(buying: Buying) -> None:
    again = buying.begin()
    assert (again.payment_id, again.redirect_url) == (buying.payment_id, f"http://here{buying.bank_path}")


def test_the_way_back_is_only_for_whoever_pays(buying: Buying) -> None:
    assert Client().get(f"/payments/{buying.payment_id}/").status_code == 404
    assert buying.client.get(f"/payments/{new_id()}/").status_code == 404
    assert buying.client.get("/test-bank/pay_nothing/").status_code == 404


def test_leaving_the_bank_leads_back_without_paying(buying: Buying) -> None:
    assert f'href="http://here/payments/{buying.payment_id}/"' in buying.client.get(buying.bank_path).text
    assert "Back to the bank" in buying.come_back().text
