from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from grandstand.commerce.testing import paying_with
from grandstand.config import health, worker
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.shop.testing import make_product, make_variant
from grandstand.store.api import Database, read
from grandstand.ticketing.testing import make_box_office


def _red(client: Client) -> list[str]:
    answered = client.get("/readyz")
    red = [check["name"] for check in answered.json()["checks"] if not check["healthy"]]
    assert answered.status_code == (503 if red else 200)
    assert answered.json()["ready"] is (not red)
    return red


def test_a_process_lives_without_a_database(client: Client) -> None:
    answered = client.get("/healthz")
    assert (answered.status_code, answered.json()) == (200, {"alive": True})
    assert "no-store" in answered.headers["Cache-Control"]
    assert client.post("/healthz").status_code == 405


def test_ready_means_database_migrations_and_a_worker_seen_lately(database: Database, client: Client) -> None:
    assert _red(client) == ["config_worker"]
    worker.beat(now())
    assert _red(client) == []
    cache.set(worker.SEEN, now() - worker.SILENT_FOR_TOO_LONG - timedelta(seconds=1), timeout=None)
    assert _red(client) == ["config_worker"]


def test_a_migration_that_is_not_applied_is_named(database: Database, client: Client) -> None:
    worker.beat(now())
    health._applied.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'store'")
    found = health.migrations()
    assert not found.healthy
    assert "store.0001_initial" in found.detail
    assert _red(client) == ["config_migrations"]


@pytest.mark.django_db
def test_a_database_that_is_down_is_said_and_is_no_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("server closed the connection")

    for name in ("_database", "migrations", "worker_lives", "_payments"):
        monkeypatch.setattr(health, name, fail)
    assert _red(client) == ["config_database", "config_migrations", "config_worker", "config_payments"]


def test_what_is_on_sale_without_a_way_to_pay_is_red_in_readyz_and_doctor(database: Database, client: Client) -> None:
    worker.beat(now())
    with paying_with():
        assert _red(client) == []
        office = make_box_office()
        assert _red(client) == ["config_payments"]
        with read() as tx:
            assert not health.payments_possible(tx).healthy
        games.cancel_session(session_id=office.session.id, now=now(), by=Actor.system("test"), reason="storm")
        assert _red(client) == []
        make_variant(make_product(office.organisation_id))
        assert _red(client) == ["config_payments"]
    assert _red(client) == []
