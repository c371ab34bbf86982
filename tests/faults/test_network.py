"""The cable between the gate and its database is pulled in the middle of a sale, and plugged in again or not."""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.gate.application import Gate
from grandstand.gate.testing import Answer, ask, open_gate
from grandstand.store.api import Database, Kind, Lost
from grandstand.ticketing.testing import BoxOffice
from tests.faults.buyers import Buyer, make_buyers
from tests.faults.market import open_market, stock_of, untruths
from tests.faults.network import Cable, postgresql_behind_a_cable, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

AT_ONCE = 16
ANSWERED_WITHIN_S = 15
"""Found out that nobody answers, tried again, and told: nobody waits longer than this for a no."""

ACKNOWLEDGED_WITHIN_S = 0.2
"""After this a server knows that its answer came, and sends nothing more that could tell it of a lost cable."""

FORGOTTEN_AFTER_S = 5
"""The system keeps what it cannot send to a neighbour for about three seconds: the end of a connection too."""


@pytest.fixture
def sale(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Cable, str, BoxOffice]]:
    """A cable, and behind it a sale."""
    with postgresql_behind_a_cable() as (cable, url), django_db_blocker.unblock():
        yield cable, url, open_market(url, units=200)


def hold(gate: Gate, office: BoxOffice, buyer: Buyer) -> tuple[Answer, float]:
    """One try, and how long it took."""
    began = time.monotonic()
    wish = {"key": "wish", "kind": "ticket", "item": str(office.offers["A"]), "quantity": buyer.quantity}
    answer = ask(gate, "/gate/hold", wish, bearer=gate.passes.issue(buyer.bearer))
    return answer, time.monotonic() - began


def hold_until_answered(gate: Gate, office: BoxOffice, buyer: Buyer, told_to_wait: Event) -> list[float]:
    """As buyers do; how long each try took. Their last answer is kept."""
    took = []
    while True:
        answer, seconds = hold(gate, office, buyer)
        took.append(seconds)
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) >= 1
            told_to_wait.set()
            time.sleep(0.2)
            continue
        buyer.hold_id = UUID(answer.content["hold_id"]) if answer.status == 200 else None
        buyer.refused = "" if answer.status == 200 else answer.content["refused"]
        return took


def plain(buyers: Sequence[Buyer]) -> list[Buyer]:
    """Buyers who hold and do nothing else."""
    for buyer in buyers:
        buyer.gives_back = buyer.vanishes = False
    return list(buyers)


@pytest.mark.timeout(180)
def test_a_sale_whose_cable_was_pulled_goes_on_when_it_is_plugged_in_again(sale: tuple[Cable, str, BoxOffice]) -> None:
    cable, url, office = sale
    buyers = plain(make_buyers(random.Random(1), 400, pays=0))
    told_to_wait = Event()
    with open_gate(url) as gate, ThreadPoolExecutor(AT_ONCE) as pool:
        sold = [pool.submit(hold_until_answered, gate, office, buyer, told_to_wait) for buyer in buyers]
        sold[100].result()
        cable.pull()
        assert told_to_wait.wait(ANSWERED_WITHIN_S)
        cable.plug()
        took = [seconds for each in sold for seconds in each.result()]
    database = Database(url)
    assert untruths(database, buyers) == []
    assert stock_of(database).oversold == 0
    database.close()
    assert max(took) < ANSWERED_WITHIN_S
    assert {buyer.refused for buyer in buyers} == {"", "sold_out"}


@pytest.mark.timeout(180)
def test_nobody_hangs_on_a_cable_that_stays_pulled(sale: tuple[Cable, str, BoxOffice]) -> None:
    cable, url, office = sale
    buyers = plain(make_buyers(random.Random(2), 2 * AT_ONCE, pays=0))
    with open_gate(url) as gate, ThreadPoolExecutor(AT_ONCE) as pool:
        for buyer in buyers[:AT_ONCE]:
            assert hold(gate, office, buyer)[0].status == 200
        cable.pull()
        answers = list(pool.map(lambda buyer: hold(gate, office, buyer), buyers[AT_ONCE:]))
        assert {(answer.status, answer.content["refused"]) for answer, _ in answers} == {(503, "unavailable")}
        assert {answer.headers["retry-after"] for answer, _ in answers} == {"2"}
        assert max(seconds for _, seconds in answers) < ANSWERED_WITHIN_S
        cable.plug()


def lock_and_be_cut_off(url: str, cable: Cable) -> None:
    """In a transaction that locks all accounts. Raises Lost, when nothing is left that would tell the server."""
    with Database(url).write() as tx:
        tx.rows("SELECT id FROM inventory_account FOR UPDATE", kinds=[Kind.UUID])
        time.sleep(ACKNOWLEDGED_WITHIN_S)
        cable.pull()
        tx.rows("SELECT 1", kinds=[Kind.INT])


@pytest.mark.timeout(180)
def test_who_was_cut_off_keeps_locks_for_seconds_at_most(sale: tuple[Cable, str, BoxOffice]) -> None:
    """The system says to one end only that the other is gone: the server heard nothing, and kept a lost transaction's locks for two hours."""
    cable, url, office = sale
    [buyer] = plain(make_buyers(random.Random(3), 1, pays=0))
    with pytest.raises(Lost):
        lock_and_be_cut_off(url, cable)
    time.sleep(FORGOTTEN_AFTER_S)
    cable.plug()
    with open_gate(url) as gate:
        answer, seconds = hold(gate, office, buyer)
    assert answer.status == 200
    assert seconds < ANSWERED_WITHIN_S
