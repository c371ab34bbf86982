"""Time that decides never goes backwards, whatever happens to the host's clock."""

from datetime import datetime

from grandstand.store.tx import Tx


def advance(tx: Tx) -> datetime:
    """The present instant, kept as the high-water mark: no later `tx.now()` will be before it. For sweeps, not for every write."""
    now = tx.now()
    tx.execute(
        "INSERT INTO store_clock (id, high_water) VALUES (1, %s) "
        "ON CONFLICT (id) DO UPDATE SET high_water = excluded.high_water WHERE store_clock.high_water < excluded.high_water",
        (now,),
    )
    return now
