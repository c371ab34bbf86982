"""The door of the ledger: money that moved, in double entry, append-only."""

from grandstand.ledger.values import AccountKind, Balance, Entry, Posting, State, TrialBalance, Written

__all__ = ["AccountKind", "Balance", "Entry", "Posting", "State", "TrialBalance", "Written"]
