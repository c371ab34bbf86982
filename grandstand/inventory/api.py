"""The door of inventory: scarce units, set aside and claimed, never oversold."""

from grandstand.inventory.values import (
    Answer,
    Availability,
    Cap,
    Confirmed,
    Held,
    Hold,
    HoldState,
    Move,
    NewAccount,
    NewPool,
    Reason,
    Refused,
    Return,
    StockChange,
    Want,
    Wish,
)

__all__ = [
    "Answer",
    "Availability",
    "Cap",
    "Confirmed",
    "Held",
    "Hold",
    "HoldState",
    "Move",
    "NewAccount",
    "NewPool",
    "Reason",
    "Refused",
    "Return",
    "StockChange",
    "Want",
    "Wish",
]
