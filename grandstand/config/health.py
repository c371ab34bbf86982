"""Whether this process lives (/healthz), and whether it can serve (/readyz)."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grandstand.commerce import api as commerce
from grandstand.config import worker
from grandstand.kit.clock import now
from grandstand.kit.findings import Finding
from grandstand.shop import api as shop
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing
from grandstand.ui.audience import public


@public
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all. Touches nothing else."""
    return JsonResponse({"alive": True})


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, its migrations are applied, a worker lives and what is on sale can be paid; else 503 and what is wrong."""
    findings = look()
    healthy = all(finding.healthy for finding in findings)
    checks = [{"name": finding.name, "healthy": finding.healthy, "detail": finding.detail} for finding in findings]
    return JsonResponse({"ready": healthy, "checks": checks}, status=200 if healthy else 503)


def look() -> list[Finding]:
    """The findings of /readyz. A database that is down makes the others red as well."""
    return [
        _safely("config_database", _database),
        _safely("config_migrations", migrations),
        _safely("config_worker", worker_lives),
        _safely("config_payments", _payments),
    ]


def _safely(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        return Finding(name=name, healthy=False, detail=f"the database does not answer ({type(error).__name__}): look at its log and at DATABASE_URL")


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(name="config_database", healthy=True, detail=f"{connection.vendor} answers")


_applied: set[str] = set()


def migrations() -> Finding:
    """Whether every migration is applied. Asked until it is so once: applied migrations do not come undone under a running server."""
    name = "config_migrations"
    url = str(connection.settings_dict["NAME"])
    if url not in _applied:
        executor = MigrationExecutor(connection)
        missing = [f"{migration.app_label}.{migration.name}" for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
        if missing:
            return Finding(name=name, healthy=False, detail=f"not applied: {', '.join(missing)}. Run `python manage.py migrate`")
        _applied.add(url)
    return Finding(name=name, healthy=True, detail="all applied")


def _payments() -> Finding:
    if commerce.providers():
        return payments_possible(None)
    with store.read() as tx:
        return payments_possible(tx)


def payments_possible(tx: store.Tx | None) -> Finding:
    """Whether what is on sale can be paid. Three statements at most, none where a provider is wired; `tx` may be None there."""
    name, codes = "config_payments", [provider.code for provider in commerce.providers()]
    if codes or tx is None:
        return Finding(name=name, healthy=True, detail=f"paid through {', '.join(codes)}")
    at = now()
    if ticketing.sells_tickets(tx, now=at) or shop.sells_products(tx, now=at):
        detail = "things are on sale and no payment provider is wired, so nobody can order: wire one in config/wiring.py, or take them off sale"
        return Finding(name=name, healthy=False, detail=detail)
    return Finding(name=name, healthy=True, detail="no payment provider is wired, and nothing that costs something is on sale")


def worker_lives() -> Finding:
    """Whether a worker gave a sign of life lately."""
    name, seen = "config_worker", worker.seen_at()
    if seen is None:
        return Finding(name=name, healthy=False, detail="no worker was ever seen: start `grandstand serve` or `grandstand worker`")
    silent = now() - seen
    if silent > worker.SILENT_FOR_TOO_LONG:
        return Finding(name=name, healthy=False, detail=f"silent for {int(silent.total_seconds())} s: start `grandstand worker` again")
    return Finding(name=name, healthy=True, detail=f"seen {int(silent.total_seconds())} s ago")
