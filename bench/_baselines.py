"""What a batch is compared with: a lock per buyer, as it is written everywhere (PostgreSQL only), and inserts without any rule."""

import json
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.apps import apps

from grandstand.inventory.api import Wish
from grandstand.kit.clock import now
from grandstand.kit.ids import named_id, new_ids
from grandstand.store.api import Database, Tx, table


def lock_per_buyer(url: str, wishes: Sequence[Wish], *, clients: int, seconds: float) -> tuple[int, float]:
    """Holds when each buyer has a transaction of their own, and how long they took: the same rules and rows, the account locked FOR UPDATE."""
    done = [0] * clients
    ready = threading.Barrier(clients + 1)

    def buy(n: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            ready.wait()
            until = time.perf_counter() + seconds
            for wish in wishes[n::clients]:
                done[n] += hold_alone(connection, wish)
                if time.perf_counter() >= until:
                    break

    threads = [threading.Thread(target=buy, args=[n]) for n in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(done), time.perf_counter() - started


def insert_bare(database: Database, wishes: Sequence[Wish], *, batch: int, seconds: float) -> tuple[int, float]:
    """Rows of holds and one counter per batch, with no key, cap or rule looked at, and how long it took: a ceiling, not a design."""
    [want] = wishes[0].wants
    insert = _insert_postgresql if database.engine == "postgresql" else _insert_sqlite
    done, started = 0, time.perf_counter()
    while done + batch <= len(wishes) and time.perf_counter() - started < seconds:
        with database.write() as tx:
            insert(tx, wishes[done : done + batch])
            tx.execute("UPDATE inventory_account SET held = held WHERE id = %s", [want.account_id])
        done += batch
    return done, time.perf_counter() - started


def _insert_postgresql(tx: Tx, wishes: Sequence[Wish]) -> None:
    ids = [str(id_) for id_ in new_ids(len(wishes))]
    arrays = [ids, [wish.key for wish in wishes], [wish.holder for wish in wishes], [str(wish.basket_id) for wish in wishes]]
    tx.execute(
        "INSERT INTO inventory_hold (id, organisation_id, key_id, body_id, holder, basket_id, state, expires_at, offer_version, caps) "
        "SELECT id, %s, key, key, holder, basket, 'refused', %s, 0, '[]' FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[]) "
        "AS v(id, key, holder, basket)",
        [wishes[0].organisation_id, now(), *arrays],
    )


def _insert_sqlite(tx: Tx, wishes: Sequence[Wish]) -> None:
    columns = ["id", "key_id", "body_id", "holder", "basket_id"]
    keys = [UUID(wish.key) for wish in wishes]
    rows = [(id_, key, key, wish.holder, wish.basket_id) for id_, key, wish in zip(new_ids(len(wishes)), keys, wishes, strict=True)]
    same = {"organisation_id": wishes[0].organisation_id, "state": "refused", "expires_at": now(), "offer_version": 0, "caps": "[]"}
    tx.insert(table(apps.get_model("inventory", "Hold")), columns, rows, same=same)


def hold_alone(connection: "psycopg.Connection[Any]", wish: Wish) -> bool:
    """One buyer: key, rules, cap, account, movement, as a transaction. False when the key is known or a rule refuses."""
    [want], [cap], hold_id, at = wish.wants, wish.caps, new_ids(1)[0], now()
    with connection.transaction(), connection.cursor() as cursor:
        key, caps = UUID(wish.key), json.dumps([[cap.scope, cap.limit, cap.quantity]])
        cursor.execute(_HOLD, [hold_id, wish.organisation_id, key, key, wish.holder, wish.basket_id, at + wish.hold_for, caps])
        if cursor.rowcount == 0 or at not in wish.window or (wish.limit is not None and want.quantity > wish.limit):
            raise psycopg.Rollback
        id_ = named_id(f"{cap.scope}\n{wish.holder}".encode())
        [used] = cursor.execute(_CAP, [id_, wish.organisation_id, cap.scope, wish.holder, cap.quantity]).fetchone() or [cap.limit + 1]
        [free] = cursor.execute(_FREE, [want.account_id]).fetchone() or [0]
        if used > cap.limit or want.quantity > free:
            raise psycopg.Rollback
        cursor.execute(_TAKE, [want.quantity, want.account_id])
        cursor.execute(_MOVE, [wish.organisation_id, want.account_id, hold_id, want.quantity, at, wish.holder])
        return True
    return False


_HOLD = (
    "INSERT INTO inventory_hold (id, organisation_id, key_id, body_id, holder, basket_id, state, expires_at, offer_version, caps) "
    "VALUES (%s, %s, %s, %s, %s, %s, 'held', %s, 1, %s) ON CONFLICT DO NOTHING"
)
_CAP = (
    "INSERT INTO inventory_cap (id, organisation_id, scope, holder, used) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (id) DO UPDATE SET used = inventory_cap.used + excluded.used RETURNING used"
)
_FREE = "SELECT on_hand - held - claimed FROM inventory_account WHERE id = %s FOR UPDATE"
_TAKE = "UPDATE inventory_account SET held = held + %s WHERE id = %s"
_MOVE = (
    "INSERT INTO inventory_movement (organisation_id, account_id, hold_id, kind, on_hand, held, claimed, at, by, reason) "
    "VALUES (%s, %s, %s, 'held', 0, %s, 0, %s, %s, '')"
)
