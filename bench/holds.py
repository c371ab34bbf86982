"""Holds per second with every rule decided: batches on both engines, beside a lock per buyer and a bare insert.

    grandstand bench holds [--quick] [--json]

Every case of every round has a fresh database of its own with the engine's full durability: PostgreSQL with fsync and synchronous commit, SQLite
with WAL and synchronous=FULL. So no case pays for the rows of those before it; what a long sale pays for its own is a case too. Rounds go through
all cases one after the other, so that a slow minute of the machine slows all of them; figures are medians over the rounds. What they mean is told in
docs/explanation/holds.md.
"""

import math
import os
import platform
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, product
from pathlib import Path
from statistics import median
from typing import Any

from bench._baselines import insert_bare, lock_per_buyer
from bench._house import open_house, open_pools, wishes
from grandstand.gate.api import settle
from grandstand.inventory import api as inventory
from grandstand.inventory.api import Held, Wish
from grandstand.kit.clock import now
from grandstand.store import testing as databases
from grandstand.store.api import Database, Engine, Tx

BATCHES = (1, 32, 256, 1024)
POOLS = {"hot_pool": 1, "800_pools": 800}
COMMITTERS: dict[Engine, int] = {"postgresql": 3, "sqlite": 1}
"""Threads of one process that commit batches: while PostgreSQL works for one, another decides. SQLite has one writer."""
BUYERS = 32
BARE_BATCH = 1024
FULL, QUICK = (3, 1.0), (1, 0.4)
"""Rounds, and seconds per case and round."""
LONG_SALE, LONG_BATCH = 200_000, 1024
"""Holds before a long sale is measured, and in batches of how many."""
MOST_A_SECOND, MOST_ONE_BY_ONE = 60_000, 6_000
"""Wishes made before the clock starts, per second that is measured: more than can be answered."""


def run(say: Callable[[str], None], arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, tell the figures as they come, and return them. About three minutes; with `--quick` half a one, rougher and without the long sale."""
    started = time.monotonic()
    rounds, seconds = QUICK if "--quick" in arguments else FULL
    with ExitStack() as stack:
        engines = [Measured("sqlite", stack), Measured("postgresql", stack)]
        for round_, (engine, case) in product(range(1, rounds + 1), [(measured.engine, case) for measured in engines for case in measured.cases]):
            case.figures.append(case.measure(seconds))
            say(f"{round_}/{rounds}  {engine:<10}  {' '.join(case.path):<14}  {case.figures[-1]:>7,.0f} a second")
        answer = {measured.engine: measured.answer() for measured in engines}
        if "--quick" not in arguments:
            for measured in engines:
                answer[measured.engine]["long_sale"] = long = measured.long_sale()
                say(f"     {measured.engine:<10}  after {long['holds']:,} holds  {long['a_second']:>7,} a second")
    best = max(figure for pools in POOLS for figure in answer["postgresql"][pools].values())
    ratio = round(best / answer["postgresql"]["lock_per_buyer"], 1)
    say(f"PostgreSQL's best batch does {ratio} times what a lock per buyer does.")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    return answer | {"lock_ratio": ratio, "rounds": rounds, "seconds": round(time.monotonic() - started), "machine": machine}


@dataclass(kw_only=True)
class Case:
    """One thing that is measured, round by round. `path` is where its figure stands in the answer."""

    path: tuple[str, ...]
    measure: Callable[[float], float]
    figures: list[float] = field(default_factory=list)


class Measured:
    """An engine, and what is measured on it."""

    def __init__(self, engine: Engine, stack: ExitStack) -> None:
        self.engine = engine
        self._cluster = stack.enter_context(databases.postgresql_cluster(settings=[])) if engine == "postgresql" else None
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grandstand-bench-")))
        self.cases = [Case(path=(pools, str(batch)), measure=partial(self._batches, pools, batch)) for pools in POOLS for batch in BATCHES]
        if engine == "postgresql":
            self.cases.append(Case(path=("lock_per_buyer",), measure=self._lock_per_buyer))
        self.cases.append(Case(path=("bare_insert",), measure=self._bare))

    def answer(self) -> dict[str, Any]:
        """Medians by path."""
        answer: dict[str, Any] = {}
        for case in self.cases:
            *above, last = case.path
            place = answer
            for step in above:
                place = place.setdefault(step, {})
            place[last] = round(median(case.figures))
        return answer

    def long_sale(self) -> dict[str, int]:
        """What the best case does once the tables are large: how many holds there were, and holds per second from there on."""
        with self._house("hot_pool") as house:
            while house.held < LONG_SALE:
                house.hold(house.prepared(LONG_SALE // 5), batch=LONG_BATCH)
            before = house.held
            return {"holds": before, "a_second": round(house.hold(house.prepared(LONG_SALE // 5), batch=LONG_BATCH))}

    def _batches(self, pools: str, batch: int, seconds: float) -> float:
        with self._house(pools) as house:
            return house.hold(house.prepared(round((MOST_A_SECOND if batch > 1 else MOST_ONE_BY_ONE) * seconds)), batch=batch, seconds=seconds)

    def _lock_per_buyer(self, seconds: float) -> float:
        with self._house("hot_pool") as house:
            done, elapsed = lock_per_buyer(house.url, house.prepared(round(MOST_ONE_BY_ONE * seconds)), clients=BUYERS, seconds=seconds)
            house.held += done
            return done / elapsed

    def _bare(self, seconds: float) -> float:
        with self._house("hot_pool") as house:
            done, elapsed = insert_bare(house.database, house.prepared(round(3 * MOST_A_SECOND * seconds)), batch=BARE_BATCH, seconds=seconds)
            return done / elapsed

    @contextmanager
    def _house(self, pools: str) -> Iterator["House"]:
        with databases.database_copy(self.engine, cluster=self._cluster, folder=self._folder) as url:
            house = House(self.engine, url, POOLS[pools])
            try:
                yield house
                house.check()
            finally:
                house.database.close()


class House:
    """A fresh database, and pools to hold from. `held` is what was acknowledged."""

    def __init__(self, engine: Engine, url: str, pools: int) -> None:
        self.engine, self.url, self.held = engine, url, 0
        self.database = Database(url)
        self.organisation_id = open_house(self.database)
        self.account_ids = open_pools(self.database, self.organisation_id, pools)

    def prepared(self, number: int) -> list[Wish]:
        """So many wishes, made before the clock starts."""
        made = wishes(self.organisation_id, self.account_ids, number)
        settle()  # as a server does once it is ready
        return made

    def hold(self, waiting: Sequence[Wish], *, batch: int, seconds: float = math.inf) -> float:
        """Holds a second, until all are answered or the time is up."""
        turns, done = count(), list[int]()
        started = time.perf_counter()

        def commit() -> None:
            while (part := waiting[batch * (turn := next(turns)) : batch * (turn + 1)]) and time.perf_counter() - started < seconds:
                answers = self.database.write_retrying(partial(_hold, wishes=part))
                done.append(sum(isinstance(answer, Held) for answer in answers))
            if threading.current_thread() is not threading.main_thread():
                self.database.close()

        if COMMITTERS[self.engine] == 1:
            commit()
        else:
            _together(commit, COMMITTERS[self.engine])
        elapsed = time.perf_counter() - started
        self.held += sum(done)
        return sum(done) / elapsed

    def check(self) -> None:
        """Stock is right: what was acknowledged is there, and no more. Raises RuntimeError."""
        with self.database.write() as tx:
            wrong = [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy]
            kept = tx.execute("UPDATE inventory_hold SET state = state WHERE state = 'held'")
        if wrong or kept != self.held:
            raise RuntimeError(f"{self.engine}: {self.held} holds were acknowledged, {kept} are there; {wrong}")


def _hold(tx: Tx, wishes: Sequence[Wish]) -> list[Any]:
    return [*inventory.hold_many(tx, wishes, now=now())]


def _together(work: Callable[[], None], number: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
