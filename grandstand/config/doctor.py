"""The checks of the doctor: each room offers its own, this file lists them."""

from collections.abc import Callable

import structlog
from django.db import DatabaseError

from grandstand.commerce import api as commerce
from grandstand.config import erasures, health
from grandstand.inventory import api as inventory
from grandstand.kit.findings import Finding
from grandstand.ledger import api as ledger
from grandstand.messaging import api as messaging
from grandstand.shop import api as shop
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing

log = structlog.get_logger(__name__)

type Check = Callable[[store.Tx], list[Finding]]


def _walls(tx: store.Tx) -> list[Finding]:
    walls = store.standing_walls()
    missing = store.missing_walls(tx, walls)
    detail = f"missing: {', '.join(missing)}. Run `python manage.py migrate`, which raises them again" if missing else f"{len(walls)} stand"
    return [Finding(name="store_walls", healthy=not missing, detail=detail)]


def _deliveries(tx: store.Tx) -> list[Finding]:
    failed = store.undelivered(tx)
    given_up = [f"{kind} to {handler}: {error.splitlines()[0] if error else 'no error kept'}" for kind, handler, _, error in store.given_up(tx)]
    detail = f"given up: {'; '.join(given_up)}" if given_up else f"{len(failed)} waiting to be tried again" if failed else "none waits or failed"
    return [Finding(name="store_deliveries", healthy=not given_up, detail=detail)]


def checks() -> list[tuple[str, Check]]:
    """Every check, by its room's name."""
    return [
        ("store", _walls),
        ("store", _deliveries),
        ("ledger", ledger.check_books),
        ("inventory", inventory.check_stock),
        ("commerce", commerce.check_orders),
        ("ticketing", ticketing.check_tickets),
        ("shop", shop.check_parcels),
        ("messaging", messaging.check_notices),
        ("config", erasures.check_erasures),
        ("config", lambda tx: [health.payments_possible(tx)]),
    ]


def look() -> list[Finding]:
    """Everything looked at, the database first. Without applied migrations nothing else can be asked."""
    applied = health.migrations()
    if not applied.healthy:
        return [applied]
    findings = [applied]
    for room, check in checks():
        try:
            with store.read() as tx:
                findings += check(tx)
        except DatabaseError as error:
            log.warning("check_failed", room=room, exc_info=True)
            findings.append(Finding(name=f"{room}_can_be_checked", healthy=False, detail=f"the check itself failed: {error}"))
    return findings
