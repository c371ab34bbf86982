"""What crosses the door of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.kit.errors import NotFound, Refusal
from grandstand.kit.money import Money


class AccountKind(StrEnum):
    """The five kinds of double-entry book-keeping. Assets and expenses grow by debit, the others by credit."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def grows_by_debit(self) -> bool:
        """Whether a debit makes the account's balance larger."""
        return self in {AccountKind.ASSET, AccountKind.EXPENSE}


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
    `occurred_at` is not content: a repetition at a later instant is a repetition, and the first instant stands.
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
class Settlement:
    """What becomes of the pending entry with this key: posted or voided."""

    organisation_id: UUID
    key: str
    outcome: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Undo the posted entry `reverses` by a mirror entry with the key `key`; the entry itself stays as it is."""

    organisation_id: UUID
    reverses: str
    key: str
    occurred_at: datetime
    kind: str = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry as it stands in the books. `booked_at` is when it was written or, once pending, posted; None while it counts for nothing."""

    entry_id: UUID
    entry: Entry
    state: State
    by: str
    recorded_at: datetime
    booked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRef:
    """One account of one organisation, in one currency."""

    organisation_id: UUID
    code: str
    currency: str


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

    @property
    def amount(self) -> Money:
        """What is posted, positive on the side on which this kind of account grows."""
        return self.debits - self.credits if self.kind.grows_by_debit else self.credits - self.debits


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One posting as its account sees it. `amount` is positive when the account grew; `balance` is the account's after it.

    `other` is the code of the account on the other side.
    """

    entry_id: UUID
    key: str
    kind: str
    subject: str
    occurred_at: datetime
    booked_at: datetime
    other: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What was booked on an account within a span: opening + all lines = closing. Pending and voided entries are not in it."""

    account: AccountRef
    opening: Money
    lines: tuple[StatementLine, ...]
    closing: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """All debits and all credits of one currency. They are equal, or the books are broken."""

    currency: str
    debits: Money
    credits: Money


class UnknownAccount(ValueError):
    """An account code for which the chart has no place: a fault of the caller."""


class EntryWrong(ValueError):
    """An entry that no books can take: without postings, an amount not above zero, no mirror of what it reverses. A fault of the caller."""


class KeyReused(ValueError):
    """An entry's key stands in the books with other content: a fault of the caller. The transaction must end with this error."""

    def __init__(self, organisation_id: UUID, key: str) -> None:
        super().__init__(f"the key {key!r} of organisation {organisation_id} stands for another entry: the same key must mean the same content")
        self.organisation_id = organisation_id
        self.key = key


class NoSuchEntry(NotFound):
    """No entry of the organisation has this key."""

    code = "ledger_no_such_entry"


class NoSuchAccount(NotFound):
    """No money has moved over this account yet."""

    code = "ledger_no_such_account"


class NotPending(Refusal):
    """The entry was posted from the start: there is nothing to settle. Reverse it instead."""

    code = "ledger_not_pending"


class AlreadySettled(Refusal):
    """The pending entry has become the other thing. `detail["state"]` says which."""

    code = "ledger_already_settled"


class NotPosted(Refusal):
    """Only a posted entry can be reversed; a pending one is voided instead."""

    code = "ledger_not_posted"


class AlreadyReversed(Refusal):
    """The entry was reversed before, under another key."""

    code = "ledger_already_reversed"
