"""What crosses the door of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.money import Money


class AccountKind(StrEnum):
    """The five kinds of double-entry book-keeping. Assets and expenses grow by debit, the others by credit."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class State(StrEnum):
    """A pending entry becomes posted or voided, once; an entry made without pending is posted from the start."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One movement of money between two accounts of the organisation's chart, named by their codes. The amount is above zero."""

    debit: str
    credit: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Postings that belong together: one business fact.

    `key` makes it idempotent per organisation: the same key with the same content is the same entry; with other content, an error.
    `subject` names what it is about, such as `sale:<id>`. `reverses` is the key of the entry that this one undoes.
    """

    organisation_id: UUID
    key: str
    kind: str
    subject: str
    postings: tuple[Posting, ...]
    occurred_at: datetime
    pending: bool = False
    reverses: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The entry stands in the books. `repeated` says that it did before this call."""

    entry_id: UUID
    key: str
    state: State
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One account's sums in minor units: posted, and pending beside it."""

    organisation_id: UUID
    code: str
    kind: AccountKind
    debits: Money
    credits: Money
    pending_debits: Money
    pending_credits: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """All debits and all credits of one currency. They are equal, or the books are broken."""

    currency: str
    debits: Money
    credits: Money
