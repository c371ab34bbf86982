"""on-sale-flood (Beijing, October 2007): 8 million hits in the first hour, where 1 million had been designed for.

43,000 of 1.85 million tickets were sold before the sale was stopped.

Grandstand: a waiting room lets in as many as were designed for, whatever the number that comes; whoever is not in takes nothing from those who
are; what was accepted is there, and nothing is sold twice. And without a room, whoever is too many is told so at once.

Run with 480 people at a door for 60, eight times as many; with a queue that is offered eight times what it decides in a second; and with 1,500
open pages that ask for nothing.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.api import ItemRef
from grandstand.gate.batching import MOST_IN_BATCH, Batcher
from grandstand.gate.rooms.opening import open_more
from grandstand.gate.testing import Answer, ask_all, begin_sale, look, make_pass, make_room, open_gate
from grandstand.gate.values import GateBusy
from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.ledger import api as ledger
from grandstand.store.api import Database, Kind
from grandstand.ticketing import api as ticketing
from tests.journeys.platform import served_as_it_is
from tests.market import open_market

RATE_PER_S, SECONDS = 10, 6
DESIGNED_FOR = RATE_PER_S * SECONDS
COME = 8 * DESIGNED_FOR
OPEN_PAGES = 1_500
SEATS = 100
"""Fewer than those who are let in would take, two each."""


def test_eight_times_as_many_as_designed_for_are_let_in_at_the_set_rate_and_everybody_who_was_told_yes_has_it(database: Database) -> None:
    office = open_market(database, units=SEATS)
    item = {"kind": "ticket", "item": str(office.offers["A"]), "quantity": 2}
    ref = ItemRef(kind="ticket", item_id=office.offers["A"])
    room = make_room(organisation_id=office.organisation_id, items=[ref], rate_per_min=60 * RATE_PER_S)
    path = f"/gate/rooms/{room.code}"
    with open_gate(database.url) as gate:
        fans = [make_pass(gate) for _ in range(COME)]
        joined = ask_all(gate, [(f"{path}/join", {}, fan) for fan in fans])
        assert Counter(answer.status for answer in joined) == {200: COME}
        began = clock.now() - timedelta(seconds=SECONDS)
        begin_sale(database.write_retrying, room.code, now=began)
        for second in range(1, SECONDS + 1):
            with database.write() as tx:
                assert open_more(tx, room.id, now=began + timedelta(seconds=second)) == RATE_PER_S
        look(gate)
        entered = ask_all(gate, [(f"{path}/enter", {}, fan) for fan in fans])
        let_in = [answer.content["pass"] if answer.status == 200 else None for answer in entered]
        # Everybody asks at once, let in or not.
        held = ask_all(gate, [("/gate/hold", {"key": "wish", **item}, own or fan) for own, fan in zip(let_in, fans, strict=True)])
        paid = ask_all(gate, [("/gate/pay", _purchase(answer, item), own) for own, answer in zip(let_in, held, strict=True) if answer.status == 200])
    assert Counter(_told(answer) for answer in entered) == {"200": DESIGNED_FOR, "not_yet": COME - DESIGNED_FOR}
    assert Counter(_told(answer) for answer in held) == {"200": SEATS // 2, "sold_out": DESIGNED_FOR - SEATS // 2, "wait": COME - DESIGNED_FOR}
    assert Counter(answer.content["status"] for answer in paid) == {"paid": SEATS // 2}
    with database.write() as tx:
        orders = {id_ for (id_,) in tx.rows("SELECT id FROM commerce_order WHERE status = 'paid'", kinds=[Kind.UUID])}
        [(tickets,)] = tx.rows("SELECT count(*) FROM ticketing_ticket", kinds=[Kind.INT])
        findings = [*inventory.check_stock(tx), *commerce.check_orders(tx), *ticketing.check_tickets(tx), *ledger.check_books(tx)]
    assert orders == {UUID(answer.content["order_id"]) for answer in paid}
    assert tickets == SEATS
    assert [finding for finding in findings if not finding.healthy] == []


def test_without_a_room_whoever_is_too_many_is_told_so_at_once_and_when_to_come_back() -> None:
    """The queue takes what is decided within a second; of eight times as many, the rest hears no before anybody has to wait."""
    a_second = 2 * MOST_IN_BATCH

    async def flood(batcher: Batcher[int, int]) -> tuple[list[int], list[int]]:
        taken: list[asyncio.Future[int]] = []
        sent_away: list[int] = []
        for n in range(8 * a_second):
            try:
                taken.append(batcher.ask(n))
            except GateBusy as busy:
                sent_away.append(busy.retry_after_s)
        batcher.start()
        return await asyncio.gather(*taken), sent_away

    batcher: Batcher[int, int] = Batcher(list, threads=1, name="flood")
    batcher._seconds_each = 1.0 / a_second  # as batches before took
    answered, sent_away = asyncio.run(flood(batcher))
    batcher.stop()
    assert answered == list(range(a_second + 1))
    assert sent_away == [2] * (7 * a_second - 1)


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process open a file for every page, too."""
    limits = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 2 * OPEN_PAGES:
        if hard != resource.RLIM_INFINITY and hard < 2 * OPEN_PAGES:
            pytest.skip(f"{OPEN_PAGES} open pages need {2 * OPEN_PAGES} open files, and the limit here is {hard} (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * OPEN_PAGES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.timeout(300)
def test_whoever_has_a_page_open_keeps_nobody_out(sqlite: Database, tmp_path: Path) -> None:
    """Browsers keep their connections. The server took 1,024 at first, and whoever came next got no answer until somebody left."""
    with served_as_it_is(sqlite.url, tmp_path) as platform, many_files(), ExitStack() as stack:
        host, port = platform.address.removeprefix("http://").split(":")
        for _ in range(OPEN_PAGES):
            connection = stack.enter_context(closing(HTTPConnection(host, int(port), timeout=20)))
            connection.request("GET", "/gate/rooms/nowhere")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 404
        with urlopen(f"{platform.address}/healthz", timeout=20) as page:
            assert page.status == 200


def _told(answer: Answer) -> str:
    return answer.content["refused"] if answer.status == 409 else str(answer.status)


def _purchase(held: Answer, item: dict[str, Any]) -> dict[str, Any]:
    buyer = {"email": f"{new_id().hex}@example.org", "name": "Fan", "language": "en"}
    money = {"told_minor": 2 * held.content["unit_price_minor"], "currency": "EUR", "provider": "test", "is_charged": True}
    return {"key": "pay", "items": [{"hold": held.content["hold_id"], **item}], **buyer, **money}
