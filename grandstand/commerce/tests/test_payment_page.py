"""The bank's page and the page after it, in a browser, on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from grandstand.commerce.adapters import testbank
from grandstand.commerce.adapters.testbank import Card
from grandstand.commerce.adapters.testbank_provider import TestProvider, post_to, run_test_bank
from grandstand.commerce.queries.payments import payment_progress
from grandstand.commerce.services.paying import begin_payment
from grandstand.commerce.testing import World, make_fact, paying_with
from grandstand.commerce.values import Owner, PaymentState
from grandstand.commerce.visitors import SESSION_KEY
from grandstand.kit.clock import now as present
from grandstand.ui import testing as ui


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """A visitor who is at the bank. `options` let a browser be theirs."""

    world: World
    url: str
    bank_url: str
    payment_id: UUID
    options: dict[str, Any]

    @property
    def payment_url(self) -> str:
        return f"{self.url}/payments/{self.payment_id}/"


@pytest.fixture
def paying(sqlite_world: World) -> Iterator[Paying]:
    world, owner, now = sqlite_world, Owner(visitor="v"), present()
    world.add(owner, world.sell(price_minor=1200), now=now)
    placed = world.place(owner, now=now)
    session = Client().session
    session[SESSION_KEY] = "v"
    session.save()
    with ui.serve() as url, paying_with(TestProvider(platform_url=url)):
        begun = begin_payment(
            order_id=placed.order_id,
            owner=owner,
            provider_code="test",
            return_path=reverse("alive"),
            platform_url=url,
            description=f"Order {placed.number}",
            now=now,
        )
        cookie = {"name": "sessionid", "value": session.session_key, "domain": "127.0.0.1", "path": "/"}
        options = {"viewport": ui.PHONE, "storage_state": {"cookies": [cookie], "origins": []}}
        yield Paying(world=world, url=url, bank_url=begun.redirect_url, payment_id=begun.payment_id, options=options)


def test_the_waiting_page_goes_on_by_itself_once_the_bank_has_told(paying: Paying) -> None:
    with ui.browser() as chromium, ui.visit(chromium, paying.payment_url, **paying.options) as page:
        assert page.locator("h1").inner_text() == "We are waiting for your bank"
        paying.world.tell(make_fact(paying.payment_id, minor=1200, provider="test"), now=present())
        page.wait_for_url("**/healthz", timeout=15_000)


def test_the_bank_tells_over_http(paying: Paying) -> None:
    now = present()
    testbank.present_card(bank_id=paying.bank_url.rstrip("/").rpartition("/")[2], number=Card.GOOD.value, now=now)
    assert run_test_bank(now=now + timedelta(seconds=2), platform_url=paying.url) == 1
    assert payment_progress(paying.payment_id).state is PaymentState.PAID


def test_a_webhook_that_reaches_nobody_or_is_refused_says_so(paying: Paying) -> None:
    assert post_to("http://127.0.0.1:9/")(b"", {}) == 0
    assert post_to(f"{paying.url}/payments/webhooks/test/")(b"{}", {}) == 400


def test_nobody_is_kept_out_of_paying(paying: Paying) -> None:
    with ui.browser() as chromium:
        for url in (paying.payment_url, paying.bank_url):
            with ui.visit(chromium, url, **paying.options) as page:
                assert (url, ui.axe_problems(page), ui.overflow_px(page), ui.layout_shifts(page)) == (url, [], 0, [])


def test_paying_works_without_javascript(paying: Paying) -> None:
    with ui.browser() as chromium, ui.visit(chromium, paying.bank_url, java_script_enabled=False, **paying.options) as page:
        page.get_by_role("radio").first.check()
        page.get_by_role("button", name="Pay").click()
        assert page.url == paying.payment_url
        assert "We are waiting for your bank" in page.locator("h1").inner_text()
