"""How money comes in: the port that a payment provider implements, and what it tells us.

A provider's word reaches us as facts, by webhook or by asking (`fetch`): any order, any number of times, late, or never. Facts are kept as they
come (services.recording) and everything else is folded from them (rules.payments).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from grandstand.kit.errors import Refusal
from grandstand.kit.money import Money


class FactKind(StrEnum):
    """What a provider can tell."""

    AUTHORISED = "authorised"
    """The money is set aside at the buyer's bank; it is not ours before it is captured."""
    CAPTURED = "captured"
    FAILED = "failed"
    """One try to pay ended without money: declined, not authenticated, timed out. Another try may follow."""
    REFUNDED = "refunded"
    """Given back to the buyer. One that no refund of ours explains was made at the provider: it is booked all the same."""
    REFUND_FAILED = "refund_failed"
    """The money of a refund came back to us, even after it was told as refunded."""
    DISPUTED = "disputed"
    """The buyer's bank took the money back while a complaint is open."""
    DISPUTE_WON = "dispute_won"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFact:
    """One event as a provider told it. `event_id` is unique per provider: telling it again changes nothing.

    `payment_id` is our own id, echoed; None when the event carries none that we can read, then `provider_reference` may still lead to the
    payment. `movement_reference` names the capture, refund or dispute at the provider: two events about one of them count once. `refund_id` is
    our id of a refund that we asked for, echoed. The amount is above zero, except of a failure.
    """

    provider: str
    event_id: str
    kind: FactKind
    payment_id: UUID | None
    provider_reference: str
    movement_reference: str
    amount: Money
    occurred_at: datetime
    refund_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsk:
    """What a provider needs to begin. It shows `description` to the buyer and brings them back to `return_url`, whatever happened."""

    payment_id: UUID
    amount: Money
    description: str
    return_url: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """Where the buyer has to go next, and the provider's name for the payment."""

    redirect_url: str
    provider_reference: str


class ProviderUnreachable(Refusal):
    """The provider did not answer, or not sensibly. Nothing is known to have been paid; asking again with the same ids is safe."""

    code = "provider_unreachable"
    status = 503


class WebhookRefused(Refusal):
    """A webhook that its signature does not prove, too old, or not readable. Nothing of it is kept."""

    code = "webhook_refused"
    status = 400


class PaymentProvider(Protocol):
    """A bank, card scheme or wallet. Called outside of transactions; every call may be repeated with the same ids and then does nothing twice."""

    code: str
    """Stable, lower case, at most 20 characters: it stands in ledger accounts and webhook addresses."""

    def title(self, language: str) -> str:
        """What the buyer chooses by."""
        ...

    def begin(self, ask: PaymentAsk, *, now: datetime) -> NextAction:
        """Open the payment at the provider. Raises ProviderUnreachable."""
        ...

    def capture(self, *, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> None:
        """Ask for money that was only authorised. The answer comes as a fact. Raises ProviderUnreachable."""
        ...

    def refund(self, *, refund_id: UUID, payment_id: UUID, provider_reference: str, amount: Money, now: datetime) -> str:
        """Ask to give money back; returns the provider's reference. The outcome comes as a fact. Raises ProviderUnreachable."""
        ...

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> list[ProviderFact]:
        """The facts of a webhook. Header names come in lower case. Raises WebhookRefused when the signature, its age or the body is wrong."""
        ...

    def fetch(self, *, payment_id: UUID, provider_reference: str, now: datetime) -> Sequence[ProviderFact]:
        """All that happened to the payment so far, with the same event ids as its webhooks. Raises ProviderUnreachable."""
        ...


wired: dict[str, PaymentProvider] = {}


def register_provider(provider: PaymentProvider) -> None:
    """Offer a way to pay. Called by config.wiring only; registering a code again replaces the provider."""
    wired[provider.code] = provider


def provider(code: str) -> PaymentProvider:
    """The provider with this code. Raises LookupError."""
    try:
        return wired[code]
    except KeyError:
        raise LookupError(f"no payment provider {code!r} is wired: restore it in config/wiring.py, its payments need it") from None


def providers() -> list[PaymentProvider]:
    """Every way to pay, in the order of their wiring."""
    return list(wired.values())
