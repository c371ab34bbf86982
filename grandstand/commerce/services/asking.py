"""Ask providers, outside of transactions: about payments they said nothing of, and for money they only authorised."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from grandstand.commerce import models
from grandstand.commerce.payments import ProviderFact, ProviderUnreachable, provider
from grandstand.commerce.queries.rows import PaymentRow, columns_of
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.values import OrderStatus
from grandstand.kit.money import Money
from grandstand.store.api import Tx, table, write, write_retrying

FETCH_UNTIL = timedelta(days=3)
"""Nobody is still at the bank's page this long after opening it; providers end their sessions within a day."""

CAPTURE_AGAIN = timedelta(minutes=1)
"""A capture that was asked for and not told by then is asked for again; asking twice captures once."""

log = structlog.get_logger(__name__)


def receive_facts(tx: Tx, *, facts: Sequence[ProviderFact], now: datetime) -> dict[UUID, OrderStatus]:
    """Keep what a provider told and do what it calls for. The orders concerned, and where they stand now."""
    return complete_many(tx, record_payment_facts_many(tx, facts, now=now), now=now)


def fetch_payments(*, now: datetime, limit: int = 20) -> int:
    """Ask providers about payments of which they told no capture; returns how many answered.

    Each is asked some minutes after it was opened, then ever more rarely (when it is twice as old), until FETCH_UNTIL. Several workers may run
    at once. A provider that fails, or is not wired any more, keeps no other from being asked.
    """
    with write() as tx:
        due = _claimed(tx, "p.fetch_due_at", "true", now, limit)
        again = [(row.id, None if now - row.begun_at > FETCH_UNTIL else now + (now - row.begun_at)) for row in due]
        tx.update(table(models.Payment), again, key=["id"], set_to=["fetch_due_at"])
    answered = 0
    for payment in due:
        try:
            facts = provider(payment.provider).fetch(payment_id=payment.id, provider_reference=payment.provider_reference, now=now)
            write_retrying(partial(receive_facts, facts=facts, now=now))
        except ProviderUnreachable as unreachable:
            log.warning("payment_not_fetched", payment_id=str(payment.id), provider=payment.provider, error=str(unreachable))
            continue
        except Exception:
            log.exception("payment_not_fetched", payment_id=str(payment.id), provider=payment.provider)
            continue
        answered += 1
    return answered


def capture_payments(*, now: datetime, limit: int = 20) -> int:
    """Ask for what was authorised and can still pay its order; returns how many were asked for. The money itself comes as a fact.

    An authorisation that its order does not wait for any more lapses at the bank by itself. A provider that fails keeps no other from being asked.
    """
    with write() as tx:
        due = _claimed(tx, "p.capture_due_at", "o.status = 'awaiting_payment'", now, limit)
        tx.update(table(models.Payment), [(row.id, now + CAPTURE_AGAIN) for row in due], key=["id"], set_to=["capture_due_at"])
    asked = 0
    for payment in due:
        amount = Money(minor=payment.amount_minor, currency=payment.currency)
        try:
            provider(payment.provider).capture(payment_id=payment.id, provider_reference=payment.provider_reference, amount=amount, now=now)
        except ProviderUnreachable as unreachable:
            log.warning("payment_not_captured", payment_id=str(payment.id), provider=payment.provider, error=str(unreachable))
            continue
        except Exception:
            log.exception("payment_not_captured", payment_id=str(payment.id), provider=payment.provider)
            continue
        asked += 1
    return asked


def _claimed(tx: Tx, due_column: str, where: str, now: datetime, limit: int) -> list[PaymentRow]:
    """Payments whose turn it is and which no other worker asks about."""
    skip = " FOR UPDATE OF p SKIP LOCKED" if tx.engine == "postgresql" else ""
    names = columns_of(PaymentRow)
    sql = (
        f"SELECT {', '.join(f'p.{name}' for name in names)} FROM commerce_payment p JOIN commerce_order o ON o.id = p.order_id "
        f"WHERE {due_column} <= %s AND p.captured_minor = 0 AND p.provider_reference <> '' AND {where} ORDER BY {due_column}, p.id LIMIT %s{skip}"
    )
    kinds = table(models.Payment).of(names)
    return [PaymentRow(**dict(zip(names, row, strict=True))) for row in tx.rows(sql, (now, limit), kinds=kinds)]
