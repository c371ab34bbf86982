"""Walls stand on both engines, fall and rise with their migrations, survive Django's table rebuild, and are missed when they are gone."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

from grandstand.kit.ids import new_id
from grandstand.store import models as store_models
from grandstand.store.api import (
    Database,
    LowerWall,
    RaiseWall,
    Table,
    Wall,
    WallHit,
    append_only,
    missing_walls,
    read,
    refuse_row,
    same_on_both_sides,
    standing_walls,
)
from grandstand.store.tests.conftest import Sample

NO_SEVEN = refuse_row(
    name="sample_has_no_seven", table="store_sample", events=["INSERT", "UPDATE"], when="NEW.number = 7", say="100% of sevens, it's so"
)


def _raise(wall: Wall) -> None:
    with connection.schema_editor() as editor:
        RaiseWall(wall).database_forwards("store", editor, ProjectState(), ProjectState())


def _lower(wall: Wall) -> None:
    with connection.schema_editor() as editor:
        RaiseWall(wall).database_backwards("store", editor, ProjectState(), ProjectState())


def _missing(walls: list[Wall]) -> list[str]:
    with read() as tx:
        return missing_walls(tx, walls)


def _insert(database: Database, samples: Table, number: int) -> None:
    with database.write() as tx:
        tx.insert(samples, ["id", "number"], [(new_id(), number)])


def test_rows_of_an_append_only_table_are_neither_changed_nor_deleted(database: Database, samples: Table) -> None:
    _insert(database, samples, 1)
    _raise(append_only("store_sample"))
    statements = ["UPDATE store_sample SET number = 2", "DELETE FROM store_sample"]
    if database.engine == "postgresql":
        statements.append("TRUNCATE store_sample")
    for statement in statements:
        with pytest.raises(WallHit, match="write a new row instead") as hit, database.write() as tx:
            tx.execute(statement)
        assert hit.value.constraint.startswith("store_sample_is_append_only")
    _insert(database, samples, 3)
    assert sorted(Sample.objects.values_list("number", flat=True)) == [1, 3]


def test_a_refused_row_names_the_wall_and_its_words(database: Database, samples: Table) -> None:
    _raise(NO_SEVEN)
    _insert(database, samples, 6)
    with pytest.raises(WallHit, match="100% of sevens, it's so") as hit:
        _insert(database, samples, 7)
    assert hit.value.constraint.startswith("sample_has_no_seven")
    with pytest.raises(WallHit), database.write() as tx:
        tx.execute("UPDATE store_sample SET number = 7")


def test_a_row_must_point_at_a_row_of_the_same_kind(database: Database, samples: Table) -> None:
    with database.write() as tx:
        tx.execute("CREATE TABLE store_target (id integer, currency text, UNIQUE (id, currency))")
        tx.execute("INSERT INTO store_target (id, currency) VALUES (1, 'EUR')")
    _raise(
        same_on_both_sides(
            name="sample_in_its_currency",
            table="store_sample",
            columns=["number", "text"],
            target="store_target",
            target_columns=["id", "currency"],
            say="post in the account's own currency",
        )
    )
    with database.write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), 1, "EUR")])
    with pytest.raises(WallHit) as hit, database.write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), 2, "EUR")])
    assert hit.value.constraint.startswith("sample_in_its_currency")


def test_a_reversed_migration_lowers_the_wall_and_raising_twice_is_once(database: Database, samples: Table) -> None:
    for _ in range(2):
        _raise(NO_SEVEN)
    assert _missing([NO_SEVEN]) == []
    _lower(NO_SEVEN)
    assert _missing([NO_SEVEN]) == ["sample_has_no_seven"]
    _insert(database, samples, 7)


def test_lowering_for_good_is_reversed_by_raising(database: Database, samples: Table) -> None:
    _raise(NO_SEVEN)
    with connection.schema_editor() as editor:
        LowerWall(NO_SEVEN).database_forwards("store", editor, ProjectState(), ProjectState())
    assert _missing([NO_SEVEN]) == ["sample_has_no_seven"]
    with connection.schema_editor() as editor:
        LowerWall(NO_SEVEN).database_backwards("store", editor, ProjectState(), ProjectState())
    assert _missing([NO_SEVEN]) == []


def test_all_walls_of_the_migrations_stand_in_a_fresh_database(database: Database) -> None:
    walls = standing_walls()
    assert {"store_audit_is_append_only", "store_fact_is_append_only"} <= {wall.name for wall in walls}
    assert _missing(walls) == []


def test_a_wall_that_somebody_removed_is_missed(database: Database) -> None:
    with database.write() as tx:
        tx.execute("DROP TRIGGER store_fact_is_append_only" + (" ON store_fact" if database.engine == "postgresql" else ""))
    assert _missing(standing_walls()) == ["store_fact_is_append_only"]


def test_a_wall_that_is_switched_off_is_missed(postgresql: Database) -> None:
    with postgresql.write() as tx:
        tx.execute("ALTER TABLE store_fact DISABLE TRIGGER store_fact_is_append_only")
    assert _missing(standing_walls()) == ["store_fact_is_append_only"]


def test_djangos_table_rebuild_loses_triggers_and_migrate_brings_them_back(sqlite: Database) -> None:
    connection.disable_constraint_checking()
    with connection.schema_editor() as editor:
        editor._remake_table(store_models.AuditEntry)  # type: ignore[attr-defined]  # what altering a field does on SQLite
    assert _missing(standing_walls()) == ["store_audit_is_append_only"]
    call_command("migrate", verbosity=0)
    assert _missing(standing_walls()) == []
