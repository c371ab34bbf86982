"""For tests of this room and those above it: entries in one line."""

from datetime import UTC, datetime
from uuid import UUID

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.ledger.values import Entry, Posting

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")


def make_posting(minor: int = 1200, *, debit: str = "clearing:test", credit: str = "sales:ticket", currency: str = "EUR") -> Posting:
    """Twelve euro of tickets, paid through the test provider, unless told otherwise."""
    return Posting(debit=debit, credit=credit, amount=Money(minor=minor, currency=currency))


def make_entry(
    organisation_id: UUID,
    *postings: Posting,
    key: str = "",
    kind: str = "sale",
    subject: str = "sale:1",
    occurred_at: datetime = NOW,
    pending: bool = False,
    reverses: str | None = None,
) -> Entry:
    """An entry, not yet written, with a key of its own unless given."""
    return Entry(
        organisation_id=organisation_id,
        key=key or f"key:{new_id().hex}",
        kind=kind,
        subject=subject,
        postings=postings or (make_posting(),),
        occurred_at=occurred_at,
        pending=pending,
        reverses=reverses,
    )
