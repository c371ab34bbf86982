"""The best seats of a bowl, chosen for everybody who asks: parties of one to six, over HTTP, until the time is over or the bowl is full."""

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID

from bench._market import SIZES, WEIGHTS, bearers
from bench._serving import SECRET, Load, Server, drive, serving
from grandstand.games.testing import make_sessions, session_draft
from grandstand.gate.api import Passes, settle
from grandstand.inventory import api as inventory
from grandstand.kit.clock import now
from grandstand.kit.ids import new_id
from grandstand.movement.api import Market
from grandstand.movement.testing import make_market
from grandstand.store import testing as databases
from grandstand.store.api import Database, Engine, Kind
from grandstand.ticketing.api import make_bowl
from grandstand.ticketing.rules import SHARES
from grandstand.ticketing.testing import Hall, make_hall

SEATS = 60_000
CONNECTIONS = 256
PROCESSES: dict[Engine, tuple[int, ...]] = {"postgresql": (1, 2), "sqlite": (1,)}
MOST_S = 5.0
"""At 3,000 parties of 2.7 seats a second the bowl is two thirds full by then, and what is left is choosier."""

WISHES = 40_000
MAY_SPLIT = 0.5
"""Of the parties, who would rather sit apart than not come."""

CAP = 12
SEED = 2031


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the database has of the holds that were acknowledged. `seats` are those of all of them."""

    holds: set[UUID]
    seats: Counter[UUID]
    taken: set[UUID]


def measure(say: Callable[[str], None], seconds: float) -> dict[str, Any]:
    """Holds and seats a second on each engine, and that no seat was given twice and no hold lost. A bowl of its own for each case."""
    answer: dict[str, Any] = {"seats": SEATS}
    for engine, processes in PROCESSES.items():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grandstand-bench-")))
            cluster = stack.enter_context(databases.postgresql_cluster(settings=[])) if engine == "postgresql" else None
            url = stack.enter_context(databases.database_copy(engine, cluster=cluster, folder=folder))
            stack.enter_context(databases.as_default(url))
            database, market = Database(url), make_market(is_default=True)
            stack.callback(database.close)
            answer[engine] = {}
            for n, (number, hall) in enumerate(zip(processes, _bowls(len(processes)), strict=True)):
                wishes = folder / f"bowl-{n}"
                _write_wishes(wishes, market, hall)
                settle()
                with serving(url, folder, processes=number) as server:
                    _warm(server, hall, number)
                    load = drive(server, "/gate/hold", wishes, connections=CONNECTIONS, seconds=min(seconds, MOST_S))
                told = _told(load, server, _look(database, hall, server.figures.holds))
                answer[engine][str(number)] = told
                say(
                    f"{engine:<10}  best seats, {number} process{'es' if number > 1 else ''}  {told['holds_per_s']:>6,} holds and "
                    f"{told['seats_per_s']:,} seats a second, p99 {told['p99_ms']:,.0f} ms, {load.refused:,} refused, "
                    f"{told['seats_twice']} seats twice, {told['lost']} lost"
                )
    return answer


def _bowls(number: int) -> list[Hall]:
    """So many sessions of one bowl, all on sale."""
    plan = make_bowl(plan_id=new_id(), name="Bowl", capacity=SEATS)
    sessions = make_sessions([session_draft(f"BWL{n:03}") for n in range(number)])
    return [make_hall(plan, session=session, now=now() - timedelta(days=1), cap_per_person=CAP, limit_per_line=CAP) for session in sessions]


def _write_wishes(path: Path, market: Market, hall: Hall) -> None:
    """Everybody wants the best seats of some category, each with a pass of their own."""
    chance, passes, codes = random.Random(SEED), Passes([SECRET]), list(hall.office.offers)
    with path.open("w") as out:
        for bearer in bearers(market, WISHES):
            [quantity], [code] = chance.choices(SIZES, WEIGHTS), chance.choices(codes, [SHARES[code] for code in codes])
            may_split = "true" if chance.random() < MAY_SPLIT else "false"
            body = f'"kind":"ticket","item":"{hall.office.offers[code]}","quantity":{quantity},"may_split":{may_split}}}'
            out.write(f"{passes.issue(bearer)}\t{body}\n")


def _warm(server: Server, hall: Hall, processes: int) -> None:
    """Let every process read the plan, as a waiting room gives them time to."""
    for _ in range(1 if processes == 1 else 20 * processes):
        urlopen(f"{server.address}/gate/seats/{hall.office.session.id}").close()


def _look(database: Database, hall: Hall, acknowledged: set[UUID]) -> Kept:
    """Count without a word from the gate: from the journal whose seats were whose, from the seats who has them."""
    with database.write() as tx:
        wrong = [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy]
        if wrong:
            raise RuntimeError(f"{tx.engine}: {wrong}")
        holds = {id_ for (id_,) in tx.rows("SELECT id FROM inventory_hold WHERE state = 'held'", kinds=[Kind.UUID])}
        sql = "SELECT hold_id, seats FROM inventory_movement WHERE kind = 'held'"
        named = {hold_id: seats for hold_id, seats in tx.rows(sql, kinds=[Kind.UUID, Kind.JSON]) if hold_id in acknowledged}
        taken = {state.seat_id for state in inventory.seats_of_seating(tx, hall.seating_id) if state.hold_id is not None}
    return Kept(holds=holds, seats=Counter(UUID(hex=seat) for seats in named.values() for seat in seats), taken=taken)


def _told(load: Load, server: Server, kept: Kept) -> dict[str, Any]:
    figures = server.figures
    seats_each = kept.seats.total() / max(1, len(figures.holds))
    return {
        "holds_per_s": round(load.granted_per_s),
        "seats_per_s": round(load.granted_per_s * seats_each),
        "p50_ms": round(load.p50_ms, 1),
        "p99_ms": round(load.p99_ms, 1),
        "batch_size": round(figures.answered / max(1, figures.batches), 1),
        "refused": {reason: count for reason, count in sorted(figures.told.items()) if reason != "held"},
        "broken": load.broken,
        "full_percent": round(100 * len(kept.taken) / SEATS, 1),
        "seats_twice": sum(1 for count in kept.seats.values() if count > 1),
        "lost": len(figures.holds - kept.holds) + len(kept.seats.keys() - kept.taken),
    }
