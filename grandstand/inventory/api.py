"""The door of inventory: scarce units, set aside and claimed, never oversold."""

from grandstand.inventory.checks import (
    check_stock,
)
from grandstand.inventory.facts import (
    HoldsExpired,
    StockMoved,
)
from grandstand.inventory.queries import (
    accounts_of_pools_many,
    availability_many,
    capacities_many,
    free_seats,
    holds,
    shipped_many,
)
from grandstand.inventory.services.halving import (
    FAULTS,
    hold_each,
)
from grandstand.inventory.services.holding import (
    hold_many,
)
from grandstand.inventory.services.moving import (
    cancel_release,
    move_many,
    run_due_releases,
    schedule_release,
)
from grandstand.inventory.services.returning import (
    return_many,
    ship_many,
)
from grandstand.inventory.services.settling import (
    confirm_many,
    expire_due,
    extend_many,
    release_many,
)
from grandstand.inventory.services.stocking import (
    open_pools,
    open_seating,
    receive_many,
    remove_many,
)
from grandstand.inventory.values import (
    Answer,
    Availability,
    Cap,
    Confirmed,
    Held,
    Hold,
    HoldState,
    Move,
    MovementKind,
    NewAccount,
    NewPool,
    NoSuchRelease,
    Reason,
    Refused,
    Return,
    StockChange,
    Want,
    Wish,
)

__all__ = [
    "FAULTS",
    "Answer",
    "Availability",
    "Cap",
    "Confirmed",
    "Held",
    "Hold",
    "HoldState",
    "HoldsExpired",
    "Move",
    "MovementKind",
    "NewAccount",
    "NewPool",
    "NoSuchRelease",
    "Reason",
    "Refused",
    "Return",
    "StockChange",
    "StockMoved",
    "Want",
    "Wish",
    "accounts_of_pools_many",
    "availability_many",
    "cancel_release",
    "capacities_many",
    "check_stock",
    "confirm_many",
    "expire_due",
    "extend_many",
    "free_seats",
    "hold_each",
    "hold_many",
    "holds",
    "move_many",
    "open_pools",
    "open_seating",
    "receive_many",
    "release_many",
    "remove_many",
    "return_many",
    "run_due_releases",
    "schedule_release",
    "ship_many",
    "shipped_many",
]
