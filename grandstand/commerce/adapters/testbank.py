"""A bank to try things with: the other side of a payment. It has its own books, its own pages (web/testbank.py), and tells by webhook.

It behaves as real ones do: redirect, extra authentication, decline, silence; its webhooks are signed and come late, doubled and out of order.
There is no money in it. Its writes leave no audit rows: its books are another house's.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from grandstand.commerce.adapters.testbank_signatures import signature
from grandstand.commerce.models import TestBankEvent, TestBankPayment
from grandstand.commerce.payments import FactKind
from grandstand.kit.codecs import canonical_json
from grandstand.kit.errors import NotFound, Refusal
from grandstand.store.api import write

CHALLENGE_TRIES = 3
"""Wrong codes before the bank gives up: what the schemes' own rules allow."""

FIRST_WAIT = timedelta(seconds=5)
MAX_ATTEMPTS = 12
"""With doubling waits from five seconds, the last try comes about six hours after the first."""

SIGNATURE_HEADER = "Test-Bank-Signature"

type Transport = Callable[[bytes, dict[str, str]], int]
"""Posts a body with headers to our webhook and returns the status."""


class Card(StrEnum):
    """What a card number makes the bank do. All pass the Luhn check; none exists."""

    GOOD = "4242424242424242"
    """Pays at once."""
    CHALLENGED = "4000002500003155"
    """Pays once the code from the bank's app is entered."""
    DECLINED = "4000000000000002"
    """Is declined."""
    SILENT = "4000000000000119"
    """The bank gives no answer until the payment has run out of time."""
    SLOW = "4000000000000259"
    """Pays at once, and the bank tells of it half a minute later."""
    HELD = "4000000000000077"
    """Is only authorised: the money comes when we ask for it."""
    REFUND_FAILS = "4000000000005126"
    """Pays at once, but what is refunded to it comes back."""


class NoSuchPayment(NotFound):
    """The bank knows no such payment."""

    code = "no_such_payment"


class CardRefused(Refusal):
    """Declined, or a number the bank does not know. Another card may be tried."""

    code = "card_refused"
    status = 402


class CodeWrong(Refusal):
    """Not the code that the bank's app shows. `detail["tries_left"]`."""

    code = "code_wrong"
    status = 422


class PaymentOver(Refusal):
    """The payment is done, or its time is over."""

    code = "payment_over"


def open_payment(
    *, client_reference: UUID, amount_minor: int, currency: str, description: str, return_url: str, language: str, now: datetime, expires_at: datetime
) -> str:
    """The bank's name for the payment; the same when it was opened before."""
    with write():
        payment, _ = TestBankPayment.objects.get_or_create(
            client_reference=client_reference,
            defaults={
                "id": f"pay_{secrets.token_hex(12)}",
                "amount_minor": amount_minor,
                "currency": currency,
                "description": description,
                "return_url": return_url,
                "language": language,
                "state": "open",
                "opened_at": now,
                "expires_at": expires_at,
            },
        )
    return payment.id


def payment(bank_id: str) -> TestBankPayment:
    """The payment as the bank sees it. Raises NoSuchPayment."""
    found = TestBankPayment.objects.filter(id=bank_id).first()
    if found is None:
        raise NoSuchPayment("The bank knows no such payment.")
    return found


def payment_for(client_reference: UUID) -> TestBankPayment:
    """The payment that the platform opened under this id of its own. Raises NoSuchPayment."""
    found = TestBankPayment.objects.filter(client_reference=client_reference).first()
    if found is None:
        raise NoSuchPayment("The bank knows no such payment.")
    return found


def present_card(*, bank_id: str, number: str, now: datetime) -> TestBankPayment:
    """A buyer gives a card. Afterwards the payment is captured, authorised, challenged or silent. Raises CardRefused, PaymentOver."""
    with write():
        row = _open(bank_id, now)
        try:
            card = Card(number.replace(" ", ""))
        except ValueError:
            raise CardRefused("The bank does not know this card: use one of those listed.") from None
        row.card = card.value
        if card is Card.CHALLENGED:
            row.state, row.challenge_code, row.challenge_tries = "challenged", f"{secrets.randbelow(1_000_000):06d}", 0
        elif card is Card.SILENT:
            row.state = "silent"
        elif card is Card.HELD:
            _authorise(row, now)
        elif card is not Card.DECLINED:
            _authorise(row, now)
            _capture(row, now)
        row.save()
        if card is Card.DECLINED:
            _tell(row, FactKind.FAILED, f"try_{secrets.token_hex(8)}", 0, now=now)
    if card is Card.DECLINED:
        raise CardRefused("The bank declined this card: use another one.")
    return row


def enter_code(*, bank_id: str, code: str, now: datetime) -> TestBankPayment:
    """The extra authentication. Afterwards the payment is captured, or after CHALLENGE_TRIES wrong codes open for another card.

    Raises CodeWrong, PaymentOver.
    """
    with write():
        row = _locked(bank_id)
        if row.state != "challenged" or row.expires_at <= now:
            raise PaymentOver("This payment waits for no code.")
        right = secrets.compare_digest(row.challenge_code, code.strip())
        if right:
            _authorise(row, now)
            _capture(row, now)
        else:
            row.challenge_tries += 1
            if row.challenge_tries >= CHALLENGE_TRIES:
                row.state = "open"
                _tell(row, FactKind.FAILED, f"try_{secrets.token_hex(8)}", 0, now=now)
        row.save()
    if not right:
        tries_left = CHALLENGE_TRIES - row.challenge_tries
        raise CodeWrong("That is not the code which your bank shows.", tries_left=tries_left)
    return row


def capture(*, bank_id: str, now: datetime) -> None:
    """Take the money that was authorised. Capturing again changes nothing. Raises PaymentOver when it was not authorised."""
    with write():
        row = _locked(bank_id)
        if row.state == "captured":
            return
        if row.state != "authorised":
            raise PaymentOver("This payment is not authorised.")
        _capture(row, now)
        row.save()


def refund(*, bank_id: str, refund_id: UUID, amount_minor: int, now: datetime) -> str:
    """Give money back; returns the bank's reference. The outcome is told later. The same `refund_id` refunds once. Raises PaymentOver."""
    reference = f"ref_{refund_id.hex}"
    with write():
        row = _locked(bank_id)
        if TestBankEvent.objects.filter(id=f"evt_refunded_{reference}").exists():
            return reference
        if row.refunded_minor + amount_minor > row.captured_minor:
            raise PaymentOver("That is more than was captured and not refunded.")
        row.refunded_minor += amount_minor
        row.save()
        _tell(row, FactKind.REFUNDED, reference, amount_minor, now=now, refund_id=refund_id)
        if row.card == Card.REFUND_FAILS:
            _tell(row, FactKind.REFUND_FAILED, reference, amount_minor, now=now + timedelta(seconds=10), refund_id=refund_id)
    return reference


def dispute(*, bank_id: str, amount_minor: int, now: datetime) -> str:
    """The buyer complains: the bank takes the money back for now. Returns the dispute's reference."""
    reference = f"dsp_{secrets.token_hex(8)}"
    with write():
        _tell(_locked(bank_id), FactKind.DISPUTED, reference, amount_minor, now=now)
    return reference


def close_silent_payments(*, now: datetime) -> int:
    """Payments of which the bank said nothing run out of time; returns how many. They are told as failed."""
    with write():
        rows = list(TestBankPayment.objects.select_for_update().filter(state="silent", expires_at__lte=now).order_by("id"))
        for row in rows:
            row.state = "expired"
            row.save()
            _tell(row, FactKind.FAILED, "expired", 0, now=now)
    return len(rows)


def events_of(bank_id: str) -> Sequence[TestBankEvent]:
    """All that the bank told, or will tell, of a payment."""
    return list(TestBankEvent.objects.filter(payment_id=bank_id).order_by("created_at", "id"))


# -- webhooks ----------------------------------------------------------------------------------------------------------------------------


def send_webhooks(*, now: datetime, transport: Transport, limit: int = 50) -> int:
    """Send what is due, most of it twice, and again after doubling waits when it is not taken; returns how many were taken."""
    taken = 0
    for event in TestBankEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")[:limit]:
        body = canonical_json(event.payload).encode()
        status = transport(body, {SIGNATURE_HEADER: signature(body, now=now), "Content-Type": "application/json"})
        event.attempts += 1
        if 200 <= status < 300:
            event.due_at, event.repeat_at, event.attempts = event.repeat_at, None, 0
            taken += 1
        else:
            event.due_at = None if event.attempts >= MAX_ATTEMPTS else now + FIRST_WAIT * 2 ** (event.attempts - 1)
        with write():
            event.save(update_fields=["due_at", "repeat_at", "attempts"])
    return taken


# -- the bank's books --------------------------------------------------------------------------------------------------------------------

_COMES_AFTER = {FactKind.AUTHORISED: timedelta(seconds=4), FactKind.CAPTURED: timedelta(seconds=1)}
"""The capture is told before its authorisation, as it happens with real ones; everything else after a second."""

_AGAIN_AFTER = timedelta(seconds=6)

_SLOW = timedelta(seconds=30)


def _locked(bank_id: str) -> TestBankPayment:
    found = TestBankPayment.objects.select_for_update().filter(id=bank_id).first()
    if found is None:
        raise NoSuchPayment("The bank knows no such payment.")
    return found


def _open(bank_id: str, now: datetime) -> TestBankPayment:
    row = _locked(bank_id)
    if row.state not in {"open", "challenged"} or row.expires_at <= now:
        raise PaymentOver("This payment is done, or its time is over.")
    return row


def _authorise(row: TestBankPayment, now: datetime) -> None:
    row.state = "authorised"
    _tell(row, FactKind.AUTHORISED, f"aut_{row.id[4:]}", row.amount_minor, now=now)


def _capture(row: TestBankPayment, now: datetime) -> None:
    row.state, row.captured_minor = "captured", row.amount_minor
    _tell(row, FactKind.CAPTURED, f"cap_{row.id[4:]}", row.amount_minor, now=now)


def _tell(row: TestBankPayment, kind: FactKind, movement: str, amount_minor: int, *, now: datetime, refund_id: UUID | None = None) -> None:
    due_at = now + _COMES_AFTER.get(kind, timedelta(seconds=1)) + (_SLOW if row.card == Card.SLOW else timedelta())
    event_id = f"evt_{kind.value}_{movement}" if movement != "expired" else f"evt_expired_{row.id}"
    payload = {
        "id": event_id,
        "type": kind.value,
        "created": now,
        "payment": row.id,
        "client_reference": row.client_reference,
        "movement": movement,
        "refund_reference": refund_id,
        "amount_minor": amount_minor,
        "currency": row.currency,
    }
    TestBankEvent.objects.create(
        id=event_id,
        payment=row,
        payload=msgspec.to_builtins(payload),
        created_at=now,
        due_at=due_at,
        repeat_at=due_at + _AGAIN_AFTER,
    )
