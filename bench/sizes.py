"""How much a database grows: bytes for each hold, paid order, ticket and place in a waiting room, indexes included; and what an order leaves to do.

    grandstand bench sizes [--json]

So many of each are made on PostgreSQL in batches, through the same functions as at an on-sale; then the tables are measured as they lie, with what
updates left behind, and the log that was written. What grows with time and not with sales (views, clicks) is not here. At the end one worker
delivers some of the facts, and sends some of the mails. Used by docs/explanation/sizing.md.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import batched
from pathlib import Path
from typing import Any

from django.test.utils import override_settings

from bench._market import PRICE_MINOR, OnSale, bearers, open_market
from grandstand.commerce.api import Bought, Buying, HeldItem, ItemRef, OrderStatus
from grandstand.config.mail import mailer
from grandstand.gate.api import Granted, HoldAsk, Pass
from grandstand.gate.rooms.joining import join_many
from grandstand.gate.rooms.values import Joining
from grandstand.gate.services import Desk
from grandstand.gate.testing import begin_sale, make_room
from grandstand.kit.clock import now
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.messaging.api import send_due
from grandstand.store import testing as databases
from grandstand.store.api import Database, Kind, deliver_due

NUMBER, BATCH, TICKETS = 10_000, 256, 2
DELIVERED = 4 * BATCH
"""As many as one batch of orders leaves: some of every kind."""
SENT = 512
"""Mails, which go into a folder; half of them with receipt and invoice, half with tickets and calendar."""

type Held = tuple[Pass, HeldItem]


def run(say: Callable[[str], None], arguments: Sequence[str]) -> dict[str, Any]:
    """Make them, tell the figures as they come, and return them. About a minute."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grandstand-bench-")))
        cluster = stack.enter_context(databases.postgresql_cluster(settings=[]))
        url = stack.enter_context(databases.database_copy("postgresql", cluster=cluster, folder=folder))
        market = stack.enter_context(open_market(url))
        desk = Desk(market.database)
        people = bearers(market.market, NUMBER)
        answer: dict[str, Any] = {"made_of_each": NUMBER, "tickets_an_order": TICKETS}
        held = list[Held]()
        makes: list[tuple[str, Callable[[], None]]] = [
            ("place", lambda: _take_places(market, people)),
            ("hold", lambda: held.extend(_hold(market, desk, people))),
            ("order", lambda: _buy(desk, held)),
        ]
        for name, make in makes:
            before, logged = _sizes(market.database)
            make()
            after, log_end = _sizes(market.database)
            grown = sorted(((after[each] - before.get(each, 0)) / NUMBER, each) for each in after)
            tables = {each: round(size) for size, each in reversed(grown) if round(size) > 0}
            answer[name] = {"bytes": sum(tables.values()), "log_bytes": round((log_end - logged) / NUMBER), "tables": tables}
            say(f"{name:<6}  {sum(tables.values()):>6,} bytes: " + ", ".join(f"{each} {size:,}" for each, size in tables.items()))
        desk.leave()
        answer["ticket"] = {"bytes": round(answer["order"]["tables"]["ticketing_ticket"] / TICKETS)}
        with market.database.write() as tx:
            [(waiting,)] = tx.rows("SELECT count(*) FROM store_delivery WHERE delivered_at IS NULL", kinds=[Kind.INT])
        delivers = _per_second(lambda: deliver_due(now=now(), limit=DELIVERED))
        with override_settings(MAILERS={"default": mailer(f"file://{folder}/mail")}):
            sends = _per_second(lambda: send_due(now=now(), limit=SENT))
        answer["afterwards"] = {
            "deliveries_an_order": waiting / NUMBER,
            "a_worker_delivers_per_s": round(delivers),
            "a_worker_mails_per_s": round(sends, 1),
        }
        say(f"after   {waiting / NUMBER:.1f} deliveries an order, one worker makes {delivers:.0f} a second, and {sends:.0f} mails with their papers")
        return answer


def _per_second(work: Callable[[], int]) -> float:
    """How many of what `work` says it did it does in a second."""
    started = time.monotonic()
    done = work()
    return done / (time.monotonic() - started)


def _take_places(market: OnSale, people: Sequence[Pass]) -> None:
    """Everybody is on the early list of a room, and the list gets its order."""
    items = [ItemRef(kind="ticket", item_id=market.hot)]
    room = make_room(organisation_id=market.seller_id, items=items, market_code=market.market.code)
    for some in batched(people, BATCH, strict=False):
        with market.database.write() as tx:
            join_many(tx, [Joining(room_id=room.id, owner=bearer.owner) for bearer in some], now=tx.now())
    begin_sale(market.database.write_retrying, room.code)


def _hold(market: OnSale, desk: Desk, people: Sequence[Pass]) -> Iterator[Held]:
    ref = ItemRef(kind="ticket", item_id=market.hot)
    for some in batched(people, BATCH, strict=False):
        asks = [HoldAsk(key=new_id().hex, bearer=bearer, ref=ref, quantity=TICKETS) for bearer in some]
        for bearer, answer in zip(some, desk.hold(asks), strict=True):
            assert isinstance(answer, Granted), answer
            yield bearer, HeldItem(hold_id=answer.hold_id, ref=ref, quantity=TICKETS)


def _buy(desk: Desk, held: Sequence[Held]) -> None:
    for some in batched(held, BATCH, strict=False):
        buyings = [
            Buying(
                key=new_id().hex,
                owner=bearer.owner,
                market_code=bearer.market_code,
                items=(item,),
                email=f"{bearer.basket_id.hex}@example.org",
                name="Ada Fan",
                language="en",
                told=Money(minor=TICKETS * PRICE_MINOR, currency="EUR"),
                provider_code="test",
                captured_as=new_id().hex,
            )
            for bearer, item in some
        ]
        for answer in desk.buy(buyings):
            assert isinstance(answer, Bought), answer
            assert answer.status is OrderStatus.PAID


def _sizes(database: Database) -> tuple[dict[str, int], int]:
    """Bytes of each table with its indexes and long values, and of the write-ahead log since the server began."""
    with database.write() as tx:
        log = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bigint)"
        [(logged,)] = tx.rows(log, kinds=[Kind.INT])
        sql = "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        return dict(tx.rows(sql, kinds=[Kind.TEXT, Kind.INT])), logged
