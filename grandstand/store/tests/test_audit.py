from datetime import UTC, datetime

import pytest

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store import models
from grandstand.store.api import Change, Database, WallHit, record, write
from grandstand.store.testing import statements
from grandstand.store.tests.conftest import Open

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
ORGANISATION = new_id()


def change(**values: object) -> Change:
    given = {"by": Actor.system("t"), "action": "create", "object_type": "ticketing.offer", "object_id": "1", "reason": "asked", **values}
    return Change(organisation_id=ORGANISATION, **given)  # type: ignore[arg-type]


def test_a_change_is_kept_with_who_why_before_and_after(database: Database, open_write: Open) -> None:
    id_ = new_id()
    with open_write() as tx:
        record(tx, [change(by=Actor.person(id_), object_id=id_, before={"price": 1}, after={"price": 2, "name": "é"})], now=NOW)
    row = models.AuditEntry.objects.get()
    assert (row.actor, row.object_id, row.before, row.after, row.at) == (f"person:{id_}", str(id_), {"price": 1}, {"price": 2, "name": "é"}, NOW)


def test_nothing_before_is_kept_as_nothing(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        record(tx, [change(after={}), change(before={})], now=NOW)
    assert sorted(models.AuditEntry.objects.values_list("before", "after"), key=str) == [(None, {}), ({}, None)]


def test_a_change_without_a_reason_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="needs a reason"), write() as tx:
        record(tx, [change(reason=" ")], now=NOW)


def test_recording_costs_one_statement_whatever_the_number(database: Database) -> None:
    for count in (1, 40):
        with write() as tx, statements() as seen:
            record(tx, [change() for _ in range(count)], now=NOW)
        assert len(seen) == 1


def test_the_log_cannot_be_rewritten(database: Database) -> None:
    with write() as tx:
        record(tx, [change()], now=NOW)
    with pytest.raises(WallHit) as hit, database.write() as tx:
        tx.execute("UPDATE store_audit SET reason = 'x'")
    assert "store_audit_is_append_only" in hit.value.constraint
