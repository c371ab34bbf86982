"""Time that decides never goes backwards, whatever happens to the host's clock."""

from datetime import datetime

from grandstand.store.kinds import Kind
from grandstand.store.tx import Tx


def high_water(tx: Tx) -> datetime | None:
    """The latest instant that was kept, locked until the transaction ends; None before the first."""
    found = tx.row(f"SELECT high_water FROM store_clock WHERE id = 1{tx.lock_rows}", kinds=[Kind.INSTANT])
    return None if found is None else found[0]


def advance(tx: Tx) -> datetime:
    """The present instant, kept as the high-water mark: no later `tx.now()` will be before it. For sweeps, not for every write."""
    now = tx.now()
    tx.execute(
        "INSERT INTO store_clock (id, high_water) VALUES (1, %s) "
        "ON CONFLICT (id) DO UPDATE SET high_water = excluded.high_water WHERE store_clock.high_water < excluded.high_water",
        (now,),
    )
    return now
