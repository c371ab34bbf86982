"""Our side of the test bank: what a real provider's adapter does with that provider's own library."""

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from grandstand.commerce.adapters import testbank
from grandstand.commerce.adapters.testbank_signatures import SignatureWrong, check_signature
from grandstand.commerce.payments import FactKind, NextAction, PaymentAsk, ProviderFact, ProviderUnreachable, WebhookRefused
from grandstand.kit.errors import Refusal
from grandstand.kit.money import Money

TIMEOUT_S = 10


class _Event(msgspec.Struct, frozen=True):
    """An event as the bank writes it."""

    id: str
    type: FactKind
    created: datetime
    payment: str
    client_reference: str
    movement: str
    amount_minor: int
    currency: str
    refund_reference: UUID | None = None


class TestProvider:
    """Implements payments.PaymentProvider over the test bank."""

    __test__ = False
    code = "test"

    def __init__(self, *, platform_url: str) -> None:
        self._platform_url = platform_url

    def title(self, language: str) -> str:
        """What the buyer chooses by."""
        with override(language):
            return gettext("Card (test bank, no real money)")

    def begin(self, ask: PaymentAsk, *, now: datetime) -> NextAction:
        """Open the payment; the buyer goes to the bank's page."""
        bank_id = testbank.open_payment(
            client_reference=ask.payment_id,
            amount_minor=ask.amount.minor,
            currency=ask.amount.currency,
            description=ask.description,
            return_url=ask.return_url,
            language=ask.language,
            now=now,
            expires_at=ask.expires_at,
        )
        return NextAction(redirect_url=self._platform_url + reverse("commerce:test_bank", args=[bank_id]), provider_reference=bank_id)

    def capture(self, *, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> None:
        """Ask for the authorised money."""
        try:
            testbank.capture(bank_id=provider_reference, now=now)
        except Refusal as refused:
            raise ProviderUnreachable(f"The bank does not capture {payment_id}: {refused}") from refused

    def refund(self, *, refund_id: UUID, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> str:
        """Ask to give money back."""
        try:
            return testbank.refund(bank_id=provider_reference, refund_id=refund_id, amount_minor=amount.minor, now=now)
        except Refusal as refused:
            raise ProviderUnreachable(f"The bank does not refund {payment_id}: {refused}") from refused

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[ProviderFact]:
        """The fact of a webhook."""
        try:
            check_signature(headers.get(testbank.SIGNATURE_HEADER.lower(), ""), body, now=now)
            return [_fact(msgspec.json.decode(body, type=_Event))]
        except (SignatureWrong, msgspec.MsgspecError, ValueError) as wrong:
            raise WebhookRefused(f"The webhook is not the bank's, or not readable: {wrong}") from wrong

    def fetch(self, *, payment_id: UUID, provider_reference: str, now: datetime) -> Sequence[ProviderFact]:
        """All that the bank knows of the payment."""
        return [_fact(msgspec.convert(event.payload, _Event)) for event in testbank.events_of(provider_reference)]


def pay_at_test_bank(*, payment_id: UUID, now: datetime) -> list[ProviderFact]:
    """Pay an open payment with a good card, as its buyer would on the bank's page, and return what the bank tells of it. For demonstrations.

    The payment was begun with the test bank. Raises NoSuchPayment and what the bank's page refuses.
    """
    row = testbank.payment_for(payment_id)
    testbank.present_card(bank_id=row.id, number=testbank.Card.GOOD, now=now)
    return [_fact(msgspec.convert(event.payload, _Event)) for event in testbank.events_of(row.id)]


def _fact(event: _Event) -> ProviderFact:
    return ProviderFact(
        provider=TestProvider.code,
        event_id=event.id,
        kind=event.type,
        payment_id=_our_id(event.client_reference),
        provider_reference=event.payment,
        movement_reference=event.movement,
        refund_id=event.refund_reference,
        amount=Money(minor=event.amount_minor, currency=event.currency),
        occurred_at=event.created,
    )


def _our_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def post_to(url: str) -> testbank.Transport:
    """Posts over HTTP to `url`, as the bank's own servers would; 0 stands for no answer."""

    def post(body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 our own address, from the settings
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 the same
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    return post


def run_test_bank(*, now: datetime, platform_url: str) -> int:
    """Let the bank do what is due on its side: end silent payments, send webhooks over HTTP; returns how many were taken."""
    testbank.close_silent_payments(now=now)
    with override(settings.LANGUAGE_CODE):
        url = platform_url + reverse("commerce:webhook", args=[TestProvider.code])
    return testbank.send_webhooks(now=now, transport=post_to(url))
