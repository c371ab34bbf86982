"""A payment provider without a bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from grandstand.commerce import payments
from grandstand.commerce.payments import FactKind, NextAction, PaymentAsk, ProviderFact
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class FakeProvider:
    """Implements payments.PaymentProvider without a bank: it remembers what it was asked, and tells what it is told to tell."""

    code: str = "fake"
    begun: list[PaymentAsk] = field(default_factory=list)
    captured: list[UUID] = field(default_factory=list)
    refunded: dict[UUID, Money] = field(default_factory=dict)
    to_fetch: list[ProviderFact] = field(default_factory=list)
    away: bool = False
    """Whether it cannot be reached."""

    def _answer(self) -> None:
        if self.away:
            raise payments.ProviderUnreachable("The provider does not answer.")

    def title(self, language: str) -> str:
        """See PaymentProvider."""
        return "Fake"

    def begin(self, ask: PaymentAsk, *, now: datetime) -> NextAction:
        """See PaymentProvider."""
        self._answer()
        self.begun.append(ask)
        return NextAction(redirect_url=f"/fake/{ask.payment_id}", provider_reference=f"fake-{ask.payment_id.hex}")

    def capture(self, *, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> None:
        """See PaymentProvider."""
        self._answer()
        self.captured.append(payment_id)

    def refund(self, *, refund_id: UUID, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> str:
        """See PaymentProvider."""
        self._answer()
        self.refunded[refund_id] = amount
        return f"fake-refund-{refund_id.hex}"

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[ProviderFact]:
        """See PaymentProvider: nothing of a fake one is ever proven."""
        raise payments.WebhookRefused("A fake provider sends no webhooks.")

    def fetch(self, *, payment_id: UUID, provider_reference: str, now: datetime) -> Sequence[ProviderFact]:
        """See PaymentProvider."""
        self._answer()
        return [fact for fact in self.to_fetch if fact.payment_id == payment_id]


def make_fact(
    payment_id: UUID | None,
    kind: FactKind = FactKind.CAPTURED,
    minor: int = 1000,
    *,
    movement: str = "",
    event_id: str = "",
    currency: str = "EUR",
    provider: str = "fake",
    provider_reference: str = "",
    refund_id: UUID | None = None,
) -> ProviderFact:
    """A fact as a provider would tell it, with an event and movement of its own unless given."""
    unique = new_id().hex
    return ProviderFact(
        provider=provider,
        event_id=event_id or f"event-{unique}",
        kind=kind,
        payment_id=payment_id,
        provider_reference=provider_reference,
        movement_reference=movement or f"movement-{unique}",
        refund_id=refund_id,
        amount=Money(minor=minor, currency=currency),
        occurred_at=NOW,
    )
