"""`grandstand serve` and `grandstand worker`."""

import os
import resource
import signal
import threading
from ipaddress import ip_address
from typing import Annotated

import structlog
import typer

from grandstand.config.cli.frame import AsJson, Stop, app, command, refuse_unmigrated

PROCESSES_ON_SQLITE = 1
"""SQLite has one writer: threads of one process take turns fairly, processes would not."""

BACKLOG = 4096
"""Connections that the system completes before the server takes them. Linux gives no more unless net.core.somaxconn was raised."""

OTHER_FILES = 512
"""Of what a process opens, left to the database, logs and files that are sent."""

log = structlog.get_logger("grandstand.serve")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(help="Server processes; more than one on PostgreSQL only.")] = 1,
    worker: Annotated[bool, typer.Option(help="Do background work in the server's process too.")] = True,
    as_json: AsJson = False,
) -> None:
    """Serve the platform, with its background worker, until interrupted."""
    address = address_of(host=host, port=port)
    settle(address=address, worker=worker)
    with command(as_json=as_json) as frame:
        frame.say(f"Serving on {address} (interrupt to stop)")
        serve_here(host=host, port=port, processes=processes)
        frame.say("Stopped.")
        frame.answer = {"address": address, "stopped": True}


def address_of(*, host: str, port: int) -> str:
    """Where a browser on this machine finds what listens there; one that listens everywhere listens here too."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 these are compared, not listened on
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def settle(*, address: str, worker: bool = True) -> None:
    """Let people come by `address` where the installation names no other, and leave background work to others without `worker`.

    Before Django is set up: a forked server keeps the settings that its parent read, a spawned one reads them again.
    """
    os.environ["GRANDSTAND_URL"] = os.environ.get("GRANDSTAND_URL") or address
    if not worker:
        os.environ["GRANDSTAND_WORKER_INSIDE"] = "no"


def serve_here(*, host: str = "127.0.0.1", port: int = 8000, processes: int = 1) -> None:
    """Serve until interrupted. Raises Stop when the port is taken or the database cannot be shared by so many processes."""
    from django.conf import settings
    from django.db import connection
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    if connection.vendor == "sqlite":
        if processes > PROCESSES_ON_SQLITE:
            raise Stop("SQLite is served by one process: use --processes 1, or `grandstand move` to PostgreSQL first.")
        settings.GRANDSTAND_WORKER_INSIDE, os.environ["GRANDSTAND_WORKER_INSIDE"] = True, "yes"
    if settings.GRANDSTAND_LOCAL and not _is_loopback(host):
        raise Stop(
            f"Not served on {host}: GRANDSTAND_LOCAL is on, and with it a test bank that takes no money. Set GRANDSTAND_LOCAL=no and what "
            "docs/how-to/production.md names, or serve on 127.0.0.1."
        )
    refuse_unmigrated(otherwise="or `grandstand demo --no-serve` for a demo.")
    _free(host, port)
    # The child opens its own connections; this process keeps none.
    connection.close()
    connections = _connections(settings.GRANDSTAND_CONNECTIONS)
    Granian(
        "grandstand.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        respawn_failed_workers=True,
        websockets=False,
        backlog=BACKLOG,
        backpressure=connections,
        log_level=LogLevels.warning,
    ).serve()


def _connections(wanted: int) -> int:
    """How many connections each server process may keep: `wanted`, or as many as the limit of open files allows when it cannot be raised so far."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < allowed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        except (ValueError, OSError):  # a system may have another limit below the one that it names
            allowed = soft
    possible = min(wanted, max(allowed - OTHER_FILES, allowed // 2))
    if possible < wanted:
        log.warning("serve.fewer_connections", wanted=wanted, possible=possible, do="raise the limit of open files (ulimit -n)")
    return possible


def _is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address. A name other than localhost may be anybody's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"Cannot listen on {host}:{port} ({error.strerror}): stop what runs there, or choose another with --port.") from None


@app.command()
def worker(as_json: AsJson = False) -> None:
    """Do background work until interrupted: on PostgreSQL, beside servers started with --no-worker."""
    with command(as_json=as_json) as frame:
        from django.db import connection

        from grandstand.config.worker import Worker

        if connection.vendor == "sqlite":
            raise Stop("On SQLite the worker lives in the server's process: `grandstand serve` has it.")
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        working = Worker()
        working.start()
        frame.say("Working. Interrupt to stop.")
        stopping.wait()
        working.stop()
        frame.say("Stopped.")
        frame.answer = {"stopped": True}
