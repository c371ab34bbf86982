"""A visitor's browser, the test bank behind it, and the wire between the bank and us."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from grandstand.commerce.adapters import testbank
from grandstand.commerce.adapters.testbank import Card
from grandstand.commerce.queries.orders import order
from grandstand.commerce.queries.payments import payment_progress
from grandstand.commerce.services.paying import begin_payment
from grandstand.commerce.testing import NOW, World
from grandstand.commerce.values import OrderStatus, Owner, PaymentState, Placed
from grandstand.commerce.visitors import SESSION_KEY
from grandstand.commerce.web import testbank as pages
from grandstand.commerce.web import views, webhooks


class Clock:
    """The instant that pages read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        for module in (views, webhooks, pages):
            monkeypatch.setattr(module, "present", lambda: self.now)

    def pass_(self, **passed: float) -> None:
        self.now += timedelta(**passed)


class Buying:
    """A visitor's browser, the bank behind it, and the wire between the bank and us."""

    payment_id: UUID
    bank_path: str

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock, self.client = world, clock, Client()
        self.owner = Owner(visitor="v")
        session = self.client.session
        session[SESSION_KEY] = "v"
        session.save()
        world.add(self.owner, world.sell(price_minor=1200))
        self.placed: Placed = world.place(self.owner)
        begun = self.begin()
        self.payment_id, self.bank_path = begun.payment_id, begun.redirect_url.removeprefix("http://here")
        self.sent: list[tuple[bytes, dict[str, str]]] = []

    def begin(self) -> Any:
        return begin_payment(
            order_id=self.placed.order_id,
            owner=self.owner,
            provider_code="test",
            return_path="/my-order",
            platform_url="http://here",
            description="Order",
            now=self.clock.now,
        )

    @property
    def bank_id(self) -> str:
        return str(self.bank_path).rstrip("/").rpartition("/")[2]

    def choose(self, card: Card) -> Any:
        return self.client.post(self.bank_path, {"card": card.value})

    def come_back(self) -> Any:
        return self.client.get(f"/payments/{self.payment_id}/")

    def wire(self, body: bytes, headers: dict[str, str]) -> int:
        """Carries a webhook to us as HTTP would."""
        self.sent.append((body, headers))
        answer = Client().post("/payments/webhooks/test/", body, content_type="application/json", headers=headers)
        return answer.status_code

    def webhooks(self) -> int:
        return testbank.send_webhooks(now=self.clock.now, transport=self.wire)

    def status(self) -> OrderStatus:
        return order(self.placed.order_id).status

    def state(self) -> PaymentState:
        return payment_progress(self.payment_id).state
