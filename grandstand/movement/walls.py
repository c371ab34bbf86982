"""What the database itself refuses."""

from grandstand.store.api import refuse_row

NO_CYCLE = refuse_row(
    name="movement_organisation_tree_has_no_cycle",
    table="movement_organisation",
    events=["INSERT", "UPDATE OF parent_id"],
    when=(
        "NEW.id IN (WITH RECURSIVE above(id) AS (SELECT NEW.parent_id UNION SELECT o.parent_id FROM movement_organisation o "
        "JOIN above ON o.id = above.id WHERE o.parent_id IS NOT NULL) SELECT id FROM above)"
    ),
    say="an organisation cannot be part of one that is part of it",
)
