"""Walls: what must always be true, held by the database itself, on both engines.

A wall is raised by a migration (`RaiseWall`) and can be lowered by reversing it. Django rebuilds tables on SQLite and loses their triggers,
so after every migrate all walls of the applied migrations are raised again; `missing_walls` compares them with the catalogue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from grandstand.store.kinds import Engine, Kind
from grandstand.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Wall:
    """One thing the database refuses. `name` reads as the rule and is what the error carries."""

    name: str
    table: str
    raise_sql: dict[Engine, Sequence[str]]
    lower_sql: dict[Engine, Sequence[str]]


def append_only(table: str) -> Wall:
    """Rows of `table` are never changed or deleted, and the table is never truncated."""
    name = f"{table}_is_append_only"
    say = f"{name}: write a new row instead"
    return Wall(
        name,
        table,
        raise_sql={
            "postgresql": [
                (
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN RAISE EXCEPTION '{say}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{name}'; END $$"
                ),
                f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            ],
            "sqlite": [
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{say}'); END",
                f"CREATE TRIGGER IF NOT EXISTS {name}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{say}'); END",
            ],
        },
        lower_sql={
            "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
            "sqlite": [f"DROP TRIGGER IF EXISTS {name}", f"DROP TRIGGER IF EXISTS {name}_delete"],
        },
    )


def refuse_row(*, name: str, table: str, events: Sequence[str], when: str, say: str) -> Wall:
    """A row for which `when` is true is refused on each of `events` (INSERT, UPDATE). `when` may use NEW and OLD and subqueries.

    `events` with UPDATE may name columns: `UPDATE OF state`. `say` tells what to do instead.
    """
    message = f"{name}: {say}".replace("'", "''")
    triggers = {f"{name}_{n}": event for n, event in enumerate(events)}
    return Wall(
        name,
        table,
        raise_sql={
            "postgresql": [
                (
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
                    f"RAISE EXCEPTION '{message.replace('%', '%%')}' USING ERRCODE = 'integrity_constraint_violation', "
                    f"CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
                ),
                *(
                    f"CREATE OR REPLACE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                    for trigger, event in triggers.items()
                ),
            ],
            "sqlite": [
                f"CREATE TRIGGER IF NOT EXISTS {trigger} BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                for trigger, event in triggers.items()
            ],
        },
        lower_sql={
            "postgresql": [*(f"DROP TRIGGER IF EXISTS {trigger} ON {table}" for trigger in triggers), f"DROP FUNCTION IF EXISTS {name}()"],
            "sqlite": [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in triggers],
        },
    )


def same_on_both_sides(*, name: str, table: str, columns: Sequence[str], target: str, target_columns: Sequence[str], say: str) -> Wall:
    """`columns` of `table` together name a row of `target`: a composite foreign key. `target_columns` must be unique together.

    A row with a NULL among `columns` names nothing and is let through, as PostgreSQL's foreign keys do.

    SQLite cannot add a foreign key to a table that exists, so there a trigger on insert and update does the same for new rows.
    """
    matches = " AND ".join(f"{there} = NEW.{here}" for here, there in zip(columns, target_columns, strict=True))
    trigger = refuse_row(
        name=name,
        table=table,
        events=["INSERT", "UPDATE"],
        when=" AND ".join([*(f"NEW.{here} IS NOT NULL" for here in columns), f"NOT EXISTS (SELECT 1 FROM {target} WHERE {matches})"]),
        say=say,
    )
    # ADD CONSTRAINT has no IF NOT EXISTS, and dropping it first would validate the table again after every migrate.
    add = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}' AND conrelid = '{table}'::regclass) THEN "
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({', '.join(columns)}) REFERENCES {target} ({', '.join(target_columns)}); "
        f"END IF; END $$"
    )
    return Wall(
        name,
        table,
        raise_sql={"postgresql": [add], "sqlite": trigger.raise_sql["sqlite"]},
        lower_sql={"postgresql": [f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"], "sqlite": trigger.lower_sql["sqlite"]},
    )


class RaiseWall(migrations.operations.base.Operation):
    """Migration operation: raise a wall; reversed, lower it."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, wall: Wall) -> None:
        self.wall = wall

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """A wall is no part of the models' state."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        """Raise it."""
        _execute(schema_editor, self.wall.raise_sql)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        """Lower it."""
        _execute(schema_editor, self.wall.lower_sql)

    def describe(self) -> str:
        """For `migrate --plan`."""
        return f"Raise wall {self.wall.name}"

    @property
    def migration_name_fragment(self) -> str:
        """For automatic names."""
        return self.wall.name


class LowerWall(RaiseWall):
    """Migration operation: lower a wall for good; reversed, raise it."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        """Lower it."""
        _execute(schema_editor, self.wall.lower_sql)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        """Raise it."""
        _execute(schema_editor, self.wall.raise_sql)

    def describe(self) -> str:
        """For `migrate --plan`."""
        return f"Lower wall {self.wall.name}"


def standing_walls(using: str = "default") -> list[Wall]:
    """The walls that the applied migrations have raised and not lowered, in that order."""
    loader = MigrationLoader(connections[using])
    walls: dict[str, Wall] = {}
    for operation in _applied_operations(loader):
        if isinstance(operation, LowerWall):
            walls.pop(operation.wall.name, None)
        elif isinstance(operation, RaiseWall):
            walls[operation.wall.name] = operation.wall
    return list(walls.values())


def raise_again(using: str = "default") -> None:
    """Raise every standing wall; those that stand stay as they are."""
    with connections[using].schema_editor() as schema_editor:
        for wall in standing_walls(using):
            _execute(schema_editor, wall.raise_sql)


def missing_walls(tx: Tx, walls: Sequence[Wall]) -> list[str]:
    """Names of the walls that the database's catalogue does not show, or shows switched off."""
    if tx.engine == "postgresql":
        sql = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' UNION ALL SELECT conname FROM pg_constraint WHERE convalidated"
    else:
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    found = {name for (name,) in tx.rows(sql, kinds=[Kind.TEXT])}
    return [wall.name for wall in walls if not _catalogue_names(wall, tx.engine) <= found]


def _catalogue_names(wall: Wall, engine: Engine) -> set[str]:
    names = set()
    for statement in wall.raise_sql[engine]:
        words = statement.replace("OR REPLACE ", "").replace("IF NOT EXISTS ", "").split()
        if words[:2] == ["CREATE", "TRIGGER"]:
            names.add(words[2])
        elif "CONSTRAINT" in words and "ALTER" in words:
            names.add(wall.name)
    return names


def _applied_operations(loader: MigrationLoader) -> Iterator[Any]:
    plan = dict.fromkeys(key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf))
    for key in plan:
        if key in loader.applied_migrations:
            yield from loader.graph.nodes[key].operations


def _execute(schema_editor: BaseDatabaseSchemaEditor, statements: dict[Engine, Sequence[str]]) -> None:
    engine: Engine = "postgresql" if schema_editor.connection.vendor == "postgresql" else "sqlite"
    for statement in statements[engine]:
        schema_editor.execute(statement, params=None)
