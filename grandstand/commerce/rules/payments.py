"""What facts about payments come to, whatever their order and however often each is told."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from grandstand.commerce.payments import FactKind, ProviderFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTotals:
    """Sums in minor units. `refunded` counts what the provider confirmed; `failures` counts tries that ended without money.

    `settled_refunds` and `failed_refunds` are our ids of refunds whose outcome is known. `unasked` are refunds that nobody asked for through us, by
    the provider's reference.
    """

    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    disputed: int = 0
    failures: int = 0
    settled_refunds: frozenset[UUID] = field(default_factory=frozenset)
    failed_refunds: frozenset[UUID] = field(default_factory=frozenset)
    unasked: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "PaymentTotals") -> "PaymentTotals":
        return PaymentTotals(
            authorised=self.authorised + other.authorised,
            captured=self.captured + other.captured,
            refunded=self.refunded + other.refunded,
            disputed=self.disputed + other.disputed,
            failures=self.failures + other.failures,
            settled_refunds=self.settled_refunds | other.settled_refunds,
            failed_refunds=self.failed_refunds | other.failed_refunds,
            unasked={**self.unasked, **other.unasked},
        )


def fold(facts: Iterable[ProviderFact], *, currency: str) -> PaymentTotals:
    """The totals of one payment. Does not depend on the order or repetition of facts.

    Facts about one movement (capture, refund, dispute) count once, with the largest amount told. A refund that failed counts as not refunded,
    a dispute that was won as not disputed, whichever was told first. Facts in another currency than the payment's count for nothing here:
    doctor shows them.
    """
    largest: dict[tuple[FactKind, str], int] = {}
    failures: set[str] = set()
    refund_ids: dict[str, UUID] = {}
    for fact in facts:
        if fact.amount.currency != currency:
            continue
        if fact.kind is FactKind.FAILED:
            failures.add(fact.event_id)
            continue
        key = (fact.kind, fact.movement_reference)
        largest[key] = max(largest.get(key, 0), fact.amount.minor)
        if fact.refund_id is not None:
            refund_ids[fact.movement_reference] = max(refund_ids.get(fact.movement_reference, fact.refund_id), fact.refund_id)
    refunded = _without(largest, FactKind.REFUNDED, FactKind.REFUND_FAILED)
    failed = {reference for kind, reference in largest if kind is FactKind.REFUND_FAILED}
    return PaymentTotals(
        authorised=sum(_of(largest, FactKind.AUTHORISED).values()),
        captured=sum(_of(largest, FactKind.CAPTURED).values()),
        refunded=sum(refunded.values()),
        disputed=sum(_without(largest, FactKind.DISPUTED, FactKind.DISPUTE_WON).values()),
        failures=len(failures),
        settled_refunds=frozenset(refund_ids[reference] for reference in refunded if reference in refund_ids),
        failed_refunds=frozenset(refund_ids[reference] for reference in failed if reference in refund_ids),
        unasked={reference: minor for reference, minor in refunded.items() if reference not in refund_ids},
    )


def _of(largest: dict[tuple[FactKind, str], int], kind: FactKind) -> dict[str, int]:
    return {reference: amount for (found, reference), amount in largest.items() if found is kind}


def _without(largest: dict[tuple[FactKind, str], int], kind: FactKind, undone_by: FactKind) -> dict[str, int]:
    undone = _of(largest, undone_by)
    return {reference: amount for reference, amount in _of(largest, kind).items() if reference not in undone}


def taken_from[K](available: Sequence[tuple[K, int]], amount: int) -> list[tuple[K, int]]:
    """`amount` out of the available ones, one after the other until it is reached. Raises ValueError when they do not suffice."""
    parts: list[tuple[K, int]] = []
    left = amount
    for key, has in available:
        part = min(has, left)
        if part > 0:
            parts.append((key, part))
            left -= part
    if left:
        raise ValueError(f"{amount} minor units were wanted, {left} more than there are")
    return parts


def paired[D, C](debits: Sequence[tuple[D, int]], credits_: Sequence[tuple[C, int]]) -> list[tuple[D, C, int]]:
    """Debits matched with credits, both in their order, so that every row keeps its sum. Both must add up to the same, else ValueError."""
    if sum(amount for _, amount in debits) != sum(amount for _, amount in credits_):
        raise ValueError(f"debits {debits} and credits {credits_} do not add up to the same")
    pairs: list[tuple[D, C, int]] = []
    waiting = deque((code, amount) for code, amount in credits_ if amount)
    for debit, amount in debits:
        left = amount
        while left:
            credit, due = waiting.popleft()
            part = min(left, due)
            pairs.append((debit, credit, part))
            left -= part
            if due > part:
                waiting.appendleft((credit, due - part))
    return pairs
