"""Another shop's order API, asked for the same basket by the same load generator in the same run. How: docs/how-to/compare-with-pretix.md."""

import os
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench._serving import Load, wrk
from grandstand.config.cli.frame import Stop

CONCURRENCIES = (1, 2, 4, 8, 16)
"""Connections that are tried; the best counts. With more, a server of a few processes only queues."""
WARM_UP_S, EACH_S = 10.0, 8.0
"""It answers in tenths of a second: shorter runs would count the last orders begun more than those done."""
TOKEN = "BENCH_PEER_TOKEN"


class PeerUnclear(Stop):
    """The peer is named in part only, or does not take the order. The message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """`address` takes orders by POST, `order` is the JSON of a paid one, `authorization` a file with that header's value."""

    address: str
    order: Path
    authorization: Path


def peer_of(arguments: Namespace, folder: Path) -> Peer | None:
    """The peer that the command line names, None without one. The token comes from the environment, where no list of processes shows it."""
    if arguments.peer is None:
        return None
    token = os.environ.get(TOKEN, "")
    if arguments.peer_order is None or not token:
        raise PeerUnclear(f"--peer ADDRESS needs --peer-order FILE, the JSON of a paid order, and {TOKEN} in the environment: 'Token ...'")
    authorization = folder / "peer-authorization"
    authorization.touch(mode=0o600)
    authorization.write_text(token)
    return Peer(address=arguments.peer, order=Path(arguments.peer_order).resolve(strict=True), authorization=authorization)


def measure(peer: Peer, say: Callable[[str], None]) -> Load:
    """The best of several concurrencies, after a warm-up. Raises PeerUnclear when an order is refused: then it is no comparison."""
    _ask(peer, connections=max(CONCURRENCIES), seconds=WARM_UP_S)
    loads = [_ask(peer, connections=connections, seconds=EACH_S) for connections in CONCURRENCIES]
    for load in loads:
        says = f"{load.granted_per_s:>8,.1f} a second, p99 {load.p99_ms:,.0f} ms"
        say(f"{'peer':<10}  {f'orders, {load.connections} connections':<28}  {says}")
    best = max(loads, key=lambda load: load.granted_per_s)
    if not best.answers:
        raise PeerUnclear("the peer answered nothing in time: send it one order by hand and look")
    return best


def _ask(peer: Peer, *, connections: int, seconds: float) -> Load:
    load = wrk(peer.address, "peer.lua", [str(peer.order), str(peer.authorization)], connections=connections, seconds=seconds)
    if load.refused or load.broken:
        raise PeerUnclear(f"the peer refused {load.refused} and broke off {load.broken} of {load.answers} orders: send it one by hand and look")
    return load
