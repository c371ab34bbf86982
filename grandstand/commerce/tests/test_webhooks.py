"""Who may tell us that something was paid: signatures, ages, sizes, rates; and answers only after the commit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.test import Client

from grandstand.commerce.adapters import testbank
from grandstand.commerce.adapters.testbank import Card
from grandstand.commerce.adapters.testbank_provider import TestProvider
from grandstand.commerce.adapters.testbank_signatures import OVERLAP, TOLERANCE, SignatureWrong, check_signature, rotate_key, signature
from grandstand.commerce.facts import OrderPaid
from grandstand.commerce.payments import WebhookRefused
from grandstand.commerce.queries.orders import order
from grandstand.commerce.testing import NOW, later
from grandstand.commerce.tests.buying import Buying
from grandstand.commerce.tests.looking import facts_told
from grandstand.commerce.values import OrderStatus
from grandstand.commerce.web import webhooks
from grandstand.kit.ids import new_id
from grandstand.store.api import Kind


def post(body: bytes, header: str, provider: str = "test") -> int:
    headers = {testbank.SIGNATURE_HEADER: header}
    return Client().post(f"/payments/webhooks/{provider}/", body, content_type="application/json", headers=headers).status_code


def test_only_the_banks_signature_opens_the_webhook(buying: Buying) -> None:
    body = b"{}"
    assert post(body, "") == 400
    assert post(body, f"t={int(NOW.timestamp())},v1={'0' * 64}") == 400
    assert post(body, signature(body, now=NOW)) == 400  # signed, but not an event
    assert post(b'{"x":1}', signature(body, now=NOW)) == 400
    assert post(body, signature(body, now=NOW), provider="stripe") == 404
    assert Client().get("/payments/webhooks/test/").status_code == 405
    assert post(b" " * (webhooks.LARGEST_BYTES + 1), "") == 413


def test_a_body_in_chunks_is_not_read_beyond_the_largest(buying: Buying) -> None:
    scope = {"type": "http", "method": "POST", "path": "/payments/webhooks/test/", "headers": [(b"transfer-encoding", b"chunked")]}

    def answer(size_bytes: int) -> tuple[int, int]:
        body = BytesIO(b" " * size_bytes)
        return webhooks.webhook(ASGIRequest(scope, body), provider="test").status_code, body.tell()

    assert answer(webhooks.LARGEST_BYTES) == (400, webhooks.LARGEST_BYTES)  # unsigned
    assert answer(32 * 1024 * 1024) == (413, webhooks.LARGEST_BYTES + 1)


def test_a_signature_is_of_its_body_and_of_its_time(buying: Buying) -> None:
    header = signature(b"body", now=NOW)
    check_signature(header, b"body", now=NOW + TOLERANCE)
    for changed, body, now in (
        (header, b"other", NOW),
        (header, b"body", NOW + TOLERANCE + timedelta(seconds=1)),
        (header, b"body", NOW - TOLERANCE - timedelta(seconds=1)),
        (header.replace("t=", "t=1"), b"body", NOW),
        (header + f",t={int(NOW.timestamp())}", b"body", NOW),
        ("t=,v1=", b"body", NOW),
        ("t=²,v1=é", b"body", NOW),
    ):
        with pytest.raises(SignatureWrong):
            check_signature(changed, body, now=now)


def test_the_old_key_is_good_while_the_new_one_takes_over(buying: Buying) -> None:
    old = signature(b"body", now=NOW)
    rotate_key(now=NOW)
    check_signature(old, b"body", now=NOW)
    assert signature(b"body", now=NOW).count("v1=") == 2
    afterwards = NOW + OVERLAP + timedelta(seconds=1)
    assert signature(b"body", now=afterwards).count("v1=") == 1
    with pytest.raises(SignatureWrong):
        check_signature(old, b"body", now=afterwards)


def test_too_many_webhooks_from_one_address_are_put_off(buying: Buying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_A_MINUTE", 2)
    assert [post(b"{}", "") for _ in range(3)] == [400, 400, 429]


def test_a_webhook_is_answered_only_after_the_commit(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    buying.clock.pass_(seconds=1)
    buying.world.tickets.broken = True
    client = Client(raise_request_exception=False)

    def carry(body: bytes, headers: dict[str, str]) -> int:
        return client.post("/payments/webhooks/test/", body, content_type="application/json", headers=headers).status_code

    assert testbank.send_webhooks(now=buying.clock.now, transport=carry) == 0
    assert buying.status() is OrderStatus.AWAITING_PAYMENT
    buying.world.tickets.broken = False
    buying.clock.pass_(seconds=10)
    assert buying.webhooks() > 0
    assert buying.status() is OrderStatus.PAID


def test_a_webhook_delivered_sixteen_times_at_once_is_answered_each_time_and_counts_once(buying: Buying) -> None:
    buying.choose(Card.GOOD)
    buying.clock.pass_(seconds=1)
    signed: list[tuple[bytes, dict[str, str]]] = []

    def keep(body: bytes, headers: dict[str, str]) -> int:
        signed.append((body, headers))
        return 503

    testbank.send_webhooks(now=buying.clock.now, transport=keep)
    together = threading.Barrier(16)

    def deliver(_: int) -> list[int]:
        client = Client()
        together.wait(30)
        answers = [client.post("/payments/webhooks/test/", body, content_type="application/json", headers=headers) for body, headers in signed]
        connection.close()
        return [answer.status_code for answer in answers]

    with ThreadPoolExecutor(16) as deliverers:
        codes = list(deliverers.map(deliver, range(16)))
    assert codes == [[204] * len(signed)] * 16
    assert (buying.status(), facts_told(buying.world, OrderPaid)) == (OrderStatus.PAID, ["OrderPaid"])
    assert order(buying.placed.order_id).captured == buying.placed.total


def test_a_fact_about_nothing_of_ours_is_kept(buying: Buying) -> None:
    stranger = testbank.open_payment(
        client_reference=new_id(),
        amount_minor=500,
        currency="EUR",
        description="?",
        return_url="/",
        language="en",
        now=NOW,
        expires_at=later(hours=1),
    )
    testbank.present_card(bank_id=stranger, number=Card.GOOD.value, now=NOW)
    buying.clock.pass_(seconds=1)
    assert buying.webhooks() == 1
    with buying.world.database.write() as tx:
        assert tx.row("SELECT COUNT(*) FROM commerce_payment_fact", kinds=[Kind.INT]) == (1,)


def test_a_provider_refuses_what_it_cannot_read(buying: Buying) -> None:
    with pytest.raises(WebhookRefused):
        TestProvider(platform_url="").read_webhook(headers={}, body=b"", now=NOW)
