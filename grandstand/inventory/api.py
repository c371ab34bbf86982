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
    claims_of_accounts_many,
    free_seats,
    holds,
    releases_to_come_many,
    shipped_many,
)
from grandstand.inventory.seated import (
    Moved,
    SeatState,
    choose_alone,
    newest_movements_many,
    seats_among,
    seats_moved_since,
    seats_of_holds_many,
    seats_of_seating,
    seats_taken_by_many,
)
from grandstand.inventory.services.exchanging import (
    lock_exchange,
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
from grandstand.inventory.services.prolonging import (
    prolong_all,
)
from grandstand.inventory.services.renaming import (
    rename_holders_many,
)
from grandstand.inventory.services.returning import (
    return_many,
    ship_many,
)
from grandstand.inventory.services.seating import (
    Swap,
    change_seating,
)
from grandstand.inventory.services.settling import (
    confirm_many,
    expire_due,
    extend_many,
    release_many,
)
from grandstand.inventory.services.stocking import (
    open_account,
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
    TimedRelease,
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
    "Moved",
    "MovementKind",
    "NewAccount",
    "NewPool",
    "NoSuchRelease",
    "Reason",
    "Refused",
    "Return",
    "SeatState",
    "StockChange",
    "StockMoved",
    "Swap",
    "TimedRelease",
    "Want",
    "Wish",
    "accounts_of_pools_many",
    "availability_many",
    "cancel_release",
    "capacities_many",
    "change_seating",
    "check_stock",
    "choose_alone",
    "claims_of_accounts_many",
    "confirm_many",
    "expire_due",
    "extend_many",
    "free_seats",
    "hold_each",
    "hold_many",
    "holds",
    "lock_exchange",
    "move_many",
    "newest_movements_many",
    "open_account",
    "open_pools",
    "open_seating",
    "prolong_all",
    "receive_many",
    "release_many",
    "releases_to_come_many",
    "remove_many",
    "rename_holders_many",
    "return_many",
    "run_due_releases",
    "schedule_release",
    "seats_among",
    "seats_moved_since",
    "seats_of_holds_many",
    "seats_of_seating",
    "seats_taken_by_many",
    "ship_many",
    "shipped_many",
]
