"""The first minute of an on-sale over real HTTP on loopback: how many holds and paid orders a second, how late the latest answer, and is it all true.

    grandstand bench onsale [--quick] [--purchases] [--peer ADDRESS --peer-order FILE] [--json]

The load generator (wrk), the server and the database share this machine. Every case has a server of its own over one database per engine with
the engine's full durability; a case that is compared with another runs in the same round. Constant answers of the same server are the ceiling,
a row lock per buyer through the same HTTP the baseline. At the end the database is counted without a word from the gate: what was acknowledged
and is not there is lost. What the figures mean is told in docs/explanation/on-sale.md.

With `--purchases` only whole purchases are measured, on PostgreSQL. With `--peer` another shop's order API is asked for the same basket in the
same rounds (docs/how-to/compare-with-pretix.md).
"""

import os
import platform
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from bench._market import Kept, OnSale, look, open_market, write_games, write_hot, write_purchases
from bench._peer import Peer, measure, peer_of
from bench._serving import SECRET, Figures, Load, drive, serving
from grandstand.gate.api import Passes, settle
from grandstand.store import testing as databases
from grandstand.store.api import Engine

CONNECTIONS = 256
OFFERED = (16, 64, 256, 512, 1024, 2048, 4096, 16_384)
"""Buyers at once, for the curve."""
GROWS, EIGHT, MOST = 1.1, 8, 16_384
"""So many buyers saturate the server that more of them do not add a tenth; eight times as many, or MOST, must not break it."""
PROCESSES = (1, 2, 4)
AGAIN_PERCENT = 5
"""Of requests are sent again with the same key, as by people who press twice."""
FULL, QUICK = (3, 5.0), (1, 3.0)
"""Rounds, and seconds per case."""
WISHES_A_SECOND, PURCHASES_A_SECOND = 20_000, 4_000
"""More than are answered: every run has people of its own, and nobody comes to the end of what one may have."""
SEED = 2031


@dataclass(slots=True)
class Seen:
    """Runs of one case."""

    loads: list[Load] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)

    @property
    def per_s(self) -> float:
        """Answers a second that were no refusal, the median of the runs."""
        return median([load.granted_per_s for load in self.loads])

    def ms(self, name: str) -> float:
        """The median of a percentile."""
        times: list[float] = [getattr(load, name) for load in self.loads]
        return round(median(times), 1)

    @property
    def batch(self) -> float:
        """Wishes in a commit."""
        return round(sum(one.answered for one in self.figures) / max(1, sum(one.batches for one in self.figures)), 1)

    def short(self) -> dict[str, Any]:
        """Of a point of a curve: the medians, the longest answer of all runs, and counts of all runs."""
        return {
            "holds_per_s": round(self.per_s),
            "p99_ms": self.ms("p99_ms"),
            "longest_ms": round(max(load.longest_ms for load in self.loads), 1),
            "connected": min(load.connected for load in self.loads),
            "answers": sum(load.answers for load in self.loads),
            "refused": sum(load.refused for load in self.loads),
            "broken": sum(load.broken for load in self.loads),
        }

    @property
    def refused(self) -> dict[str, int]:
        """How many were refused, by reason."""
        told = sum([one.told for one in self.figures], start=Figures().told)
        return {reason: count for reason, count in sorted(told.items()) if reason not in {"held", "paid"}}


def run(say: Callable[[str], None], arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, tell the figures as they come, and return them. About twelve minutes; with `--quick` a third of it, and rougher."""
    started = time.monotonic()
    asked = _PARSER.parse_args(list(arguments))
    rounds, seconds = QUICK if asked.quick else FULL
    say("Making databases of their own, and people with passes.")
    answer: dict[str, Any] = {}
    if not asked.purchases:
        with ExitStack() as stack:
            answer["sqlite"] = Sale("sqlite", stack, say, rounds=rounds, seconds=seconds).measured()
    with ExitStack() as stack:
        sale = Sale("postgresql", stack, say, rounds=rounds, seconds=seconds)
        peer = peer_of(asked, sale.folder)
        answer = {**(sale.purchases(peer) if asked.purchases else sale.measured(peer)), **answer}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    return {**answer, "rounds": rounds, "seconds": round(time.monotonic() - started), "machine": machine}


_PARSER = ArgumentParser(prog="grandstand bench onsale")
_PARSER.add_argument("--quick", action="store_true", help="one short round")
_PARSER.add_argument("--purchases", action="store_true", help="whole purchases alone, on PostgreSQL")
_PARSER.add_argument("--peer", metavar="ADDRESS", help="where another shop takes orders by POST")
_PARSER.add_argument("--peer-order", metavar="FILE", help="the JSON of a paid order there")


class Sale:
    """An on-sale over one fresh database, and what is measured of it."""

    def __init__(self, engine: Engine, stack: ExitStack, say: Callable[[str], None], *, rounds: int, seconds: float) -> None:
        self.engine, self.say, self.rounds, self.seconds = engine, say, rounds, seconds
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grandstand-bench-")))
        cluster = stack.enter_context(databases.postgresql_cluster(settings=[])) if engine == "postgresql" else None
        self.url = stack.enter_context(databases.database_copy(engine, cluster=cluster, folder=self.folder))
        self.market: OnSale = stack.enter_context(open_market(self.url))
        self.passes = Passes([SECRET])
        self.holds, self.orders = set[UUID](), set[UUID]()
        self.runs = 0
        settle()

    def purchases(self, peer: Peer | None) -> dict[str, Any]:
        """Whole purchases alone, and the peer's orders in the same rounds; then the count of what is there."""
        pay, theirs = Seen(), Seen()
        for _ in range(self.rounds):
            self._pay(pay, theirs, peer)
        return _paid(pay, theirs) | self._truth()

    def measured(self, peer: Peer | None = None) -> dict[str, Any]:
        """All cases, round by round, so that a slow minute of the machine slows all of them; then the count of what is there."""
        hot, games, constant, baseline, pay, theirs = Seen(), Seen(), Seen(), Seen(), Seen(), Seen()
        for _ in range(self.rounds):
            self._case(constant, "constant", "/constant", self._hot)
            self._case(hot, "hold, one hot pool", "/gate/hold", self._hot)
            if self.engine == "postgresql":
                self._case(baseline, "hold, a row lock per buyer", "/baseline/hold", self._hot)
            self._case(games, "hold, a Games", "/gate/hold", self._games, again_percent=AGAIN_PERCENT)
            self._pay(pay, theirs, peer)
        answer: dict[str, Any] = {
            "holds_per_s": round(hot.per_s),
            **{name: hot.ms(name) for name in ("p50_ms", "p99_ms", "p999_ms")},
            "batch_size": hot.batch,
            **_paid(pay, theirs),
            "games_holds_per_s": round(games.per_s),
            "games_answers_per_s": round(median([load.answers_per_s for load in games.loads])),
            "games_p99_ms": games.ms("p99_ms"),
            "refused": games.refused,
            "constant_per_s": round(constant.per_s),
            "ceiling_ratio": round(hot.per_s / constant.per_s, 2),
        }
        if self.engine == "postgresql":
            answer |= {"lock_per_buyer_per_s": round(baseline.per_s), "baseline_ratio": round(hot.per_s / baseline.per_s, 1)}
            answer |= {**self._curve(), "processes": self._processes()}
        return answer | self._truth()

    def _curve(self) -> dict[str, Any]:
        """Throughput and the longest wait against buyers at once, and at eight times as many as saturate the server."""
        seen = {connections: Seen() for connections in OFFERED}
        for _ in range(self.rounds):
            for connections, one in seen.items():
                self._case(one, f"hold, {connections} buyers at once", "/gate/hold", self._hot, connections=connections)
        best = max(one.per_s for one in seen.values())
        enough = next((fewer for fewer, more in pairwise(OFFERED) if seen[more].per_s < GROWS * seen[fewer].per_s), OFFERED[-1])
        many = min(EIGHT * enough, MOST)
        over = seen.get(many) or Seen()
        while len(over.loads) < self.rounds:
            self._case(over, f"hold, eight times {enough} buyers", "/gate/hold", self._hot, connections=many)
        eight = {"offered": many, **over.short(), "of_peak": round(over.per_s / best, 2)}
        return {"offered": {str(connections): one.short() for connections, one in seen.items()}, "saturated_at": enough, "eight_times": eight}

    def _processes(self) -> dict[str, Any]:
        seen = {number: Seen() for number in PROCESSES}
        for _ in range(self.rounds):
            for number, one in seen.items():
                self._case(one, f"hold, {number} processes", "/gate/hold", self._hot, processes=number)
        return {str(number): one.short() for number, one in seen.items()}

    def _truth(self) -> dict[str, Any]:
        kept: Kept = look(self.market.database)
        if kept.wrong:
            raise RuntimeError(f"{self.engine}: {kept.wrong}")
        lost = len(self.holds - kept.holds) + len(self.orders - kept.paid)
        return {"acknowledged": len(self.holds) + len(self.orders), "oversold": kept.oversold, "lost": lost}

    def _pay(self, pay: Seen, theirs: Seen, peer: Peer | None) -> None:
        self._case(pay, "complete purchases", "/gate/pay", self._held)
        if peer is not None:
            theirs.loads.append(measure(peer, self.say))

    # -- who asks in one run --------------------------------------------------------------------------------------------------------------

    def _hot(self, path: Path) -> int:
        number = round(WISHES_A_SECOND * self.seconds)
        write_hot(path, self.passes, self.market, number)
        return number

    def _games(self, path: Path) -> int:
        number = round(WISHES_A_SECOND * self.seconds)
        write_games(path, self.passes, self.market, number, seed=SEED + self.runs)
        return number

    def _held(self, path: Path) -> int:
        number = round(PURCHASES_A_SECOND * self.seconds)
        write_purchases(path, self.passes, self.market, number)
        return number

    def _case(
        self, seen: Seen, name: str, path: str, write: Callable[[Path], int], *, connections: int = CONNECTIONS, processes: int = 1, **more: int
    ) -> None:
        self.runs += 1
        wishes = self.folder / "wishes"
        number = write(wishes)
        with serving(self.url, self.folder, processes=processes) as server:
            load = drive(server, path, wishes, connections=connections, seconds=self.seconds, **more)
        if path != "/constant" and load.answers + connections > number:
            raise RuntimeError(f"{name}: {load.answers} answers to the wishes of {number} people, so some asked twice: let more of them come")
        seen.loads.append(load)
        seen.figures.append(server.figures)
        self.holds |= server.figures.holds
        self.orders |= server.figures.orders
        self.say(f"{self.engine:<10}  {name:<28}  {load.granted_per_s:>8,.0f} a second, p99 {load.p99_ms:,.0f} ms, {load.refused:,} refused")


def _paid(pay: Seen, theirs: Seen) -> dict[str, Any]:
    answer: dict[str, Any] = {"paid_orders_per_s": round(pay.per_s), "pay_batch_size": pay.batch}
    answer |= {f"pay_{name}": pay.ms(name) for name in ("p50_ms", "p99_ms")}
    if theirs.loads:
        answer |= {"peer_orders_per_s": round(theirs.per_s, 1), "peer_connections": [load.connections for load in theirs.loads]}
        answer |= {f"peer_{name}": theirs.ms(name) for name in ("p50_ms", "p99_ms")}
        ratios = [ours.granted_per_s / peer.granted_per_s for ours, peer in zip(pay.loads, theirs.loads, strict=True)]
        answer |= {"peer_ratio": round(median(ratios), 1), "peer_ratios": [round(ratio, 1) for ratio in ratios]}
    return answer
