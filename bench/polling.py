"""What it costs that people wait: polls of a waiting room's object, and places taken, over real HTTP from one process.

    grandstand bench polling [--json]

Load generator (wrk), server and PostgreSQL share this machine. The constant answer of the same server is the ceiling. What a million who wait
ask for is reckoned from how often the page asks (grandstand/gate/static/gate/waiting.js) and from `max-age=1`: a cache asks at most once a second,
however many ask it. What it means is told in docs/explanation/sizing.md.
"""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench._market import bearers, open_market
from bench._serving import SECRET, Load, Server, drive, serving, wrk
from grandstand.commerce.api import ItemRef
from grandstand.gate.api import Passes, settle
from grandstand.gate.testing import make_room
from grandstand.store import testing as databases

CONNECTIONS, SECONDS = 256, 5.0
JOINERS = 150_000
MILLION = 1_000_000
POLL_EVERY_S = 3
"""Of the page."""
CACHES = 200
"""Of a content delivery network: places where it asks the origin by itself. Large ones have so many; with a shield in front of the origin, one."""


def run(say: Callable[[str], None], arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, tell the figures as they come, and return them. About a minute."""
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grandstand-bench-")))
        cluster = stack.enter_context(databases.postgresql_cluster(settings=[]))
        url = stack.enter_context(databases.database_copy("postgresql", cluster=cluster, folder=folder))
        market = stack.enter_context(open_market(url))
        room = make_room(organisation_id=market.seller_id, items=[ItemRef(kind="ticket", item_id=market.hot)], market_code=market.market.code)
        path = f"/gate/rooms/{room.code}"
        joiners = folder / "joiners"
        passes = Passes([SECRET])
        joiners.write_text("".join([f'{passes.issue(bearer)}\t"from":"bench"}}\n' for bearer in bearers(market.market, JOINERS)]))
        settle()
        with serving(url, folder) as server:
            constant = _poll(server, "/constant", "")
            with urlopen(server.address + path) as answer:
                etag, size_bytes = answer.headers["etag"], len(answer.read())
            whole, unchanged = _poll(server, path, ""), _poll(server, path, etag)
            joined = drive(server, f"{path}/join", joiners, connections=CONNECTIONS, seconds=SECONDS)
        for name, load in (("constant", constant), ("poll", whole), ("poll, unchanged", unchanged), ("join", joined)):
            size = f", {load.bytes_each:,.0f} bytes" if load.bytes_each else ""
            say(f"{name:<18}  {load.granted_per_s:>8,.0f} a second, p99 {load.p99_ms:,.1f} ms{size}")
        polls_per_s = MILLION / POLL_EVERY_S
        return {
            "polls_per_s": round(whole.granted_per_s),
            "polls_p99_ms": round(whole.p99_ms, 1),
            "poll_bytes": round(whole.bytes_each),
            "object_bytes": size_bytes,
            "unchanged_per_s": round(unchanged.granted_per_s),
            "unchanged_bytes": round(unchanged.bytes_each),
            "constant_per_s": round(constant.granted_per_s),
            "ceiling_ratio": round(whole.granted_per_s / constant.granted_per_s, 2),
            "joins_per_s": round(joined.granted_per_s),
            "joins_p99_ms": round(joined.p99_ms, 1),
            "million": {
                "polls_per_s": round(polls_per_s),
                "processes_without_cache": round(polls_per_s / whole.granted_per_s, 1),
                "origin_polls_per_s": CACHES,
                "of_one_process_percent": round(100 * CACHES / whole.granted_per_s, 1),
                "answered_by_caches_percent": round(100 * (1 - CACHES / polls_per_s), 2),
                "caches_mbit_per_s": round(polls_per_s * whole.bytes_each * 8 / 1e6),
            },
            "seconds": round(time.monotonic() - started),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        }


def _poll(server: Server, path: str, etag: str) -> Load:
    return wrk(server.address, "polling.lua", [path, etag], connections=CONNECTIONS, seconds=SECONDS)
