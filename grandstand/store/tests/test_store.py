from datetime import UTC, datetime

import pytest

from grandstand.kit.actors import Actor
from grandstand.store import models
from grandstand.store.api import (
    Asked,
    Change,
    Database,
    Fresh,
    Known,
    Reused,
    WallHit,
    advance,
    ask,
    keep_answers,
    missing_walls,
    read,
    record,
    standing_walls,
    write,
)

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


def test_an_audit_row_cannot_be_changed(database: Database) -> None:
    with write() as tx:
        record(tx, [Change(by=Actor.system("t"), action="a", object_type="o", object_id="1", reason="r", organisation_id=None)], now=NOW)
    assert models.AuditEntry.objects.get().at == NOW
    with pytest.raises(WallHit) as hit, database.write() as tx:
        tx.execute("UPDATE store_audit SET reason = 'x'")
    assert "store_audit_is_append_only" in str(hit.value)
    with read() as tx:
        assert missing_walls(tx, standing_walls()) == []


def test_answers(database: Database) -> None:
    with database.write() as tx:
        v = ask(tx, scope="s", requests=[Asked("a", "1"), Asked("b", "1")], now=NOW)
        assert v == {"a": Fresh(), "b": Fresh()}
        keep_answers(tx, scope="s", answers={"a": {"x": 1}, "b": [1, "é"]})
    with write() as tx:
        v = ask(tx, scope="s", requests=[Asked("a", "1"), Asked("b", "2"), Asked("c", "1")], now=NOW)
        assert v == {"a": Known({"x": 1}), "b": Reused(), "c": Fresh()}
        advance(tx)
