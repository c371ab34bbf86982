"""Keep what providers tell."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.payments import ProviderFact
from grandstand.commerce.queries.rows import PaymentFactRow, columns_of
from grandstand.kit.ids import new_ids
from grandstand.store.api import Tx, table


def record_payment_facts_many(tx: Tx, facts: Sequence[ProviderFact], *, now: datetime) -> list[UUID]:
    """Keep the facts and return the ids of the orders they are about, sorted: hand them to `complete_many` in the same transaction.

    A fact that was told before is left as it is, and its order named again. One whose payment is unknown is kept and names no order: as soon
    as a payment with its id or reference exists, it counts. Three statements.
    """
    names = columns_of(PaymentFactRow)
    rows = [_row(fact, id_, now) for id_, fact in zip(new_ids(len(facts)), facts, strict=True)] if facts else []
    # Sorted, because two deliveries with the same events in another order would wait for each other.
    rows.sort(key=lambda row: (row.provider, row.event_id))
    tx.insert(table(models.PaymentFact), names, [tuple(getattr(row, name) for name in names) for row in rows], skip_conflicts=True)
    payment = table(models.Payment)
    by_id = tx.select_among(payment, ["order_id"], "id", sorted({fact.payment_id for fact in facts if fact.payment_id is not None}))
    references = sorted({fact.provider_reference for fact in facts if fact.payment_id is None and fact.provider_reference})
    told = {(fact.provider, fact.provider_reference) for fact in facts}
    by_reference = tx.select_among(payment, ["order_id", "provider", "provider_reference"], "provider_reference", references)
    return sorted({order_id for (order_id,) in by_id} | {row[0] for row in by_reference if (row[1], row[2]) in told})


def _row(fact: ProviderFact, id_: UUID, now: datetime) -> PaymentFactRow:
    return PaymentFactRow(
        id=id_,
        provider=fact.provider,
        event_id=fact.event_id,
        kind=fact.kind.value,
        payment_id=fact.payment_id,
        provider_reference=fact.provider_reference,
        movement_reference=fact.movement_reference,
        refund_id=fact.refund_id,
        amount_minor=fact.amount.minor,
        currency=fact.amount.currency,
        occurred_at=fact.occurred_at,
        received_at=now,
    )
