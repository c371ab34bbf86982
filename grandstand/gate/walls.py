"""What the database itself refuses, beyond the constraints of the models."""

from grandstand.store.api import append_only, refuse_row, same_on_both_sides

_FIXED = ("digest", "closed_at", "beacon_round", "seed", "seed_from", "signature", "ordered_at")

WALLS = (
    same_on_both_sides(
        name="gate_guard_is_its_rooms",
        table="gate_guard",
        columns=["room_id", "organisation_id"],
        target="gate_room",
        target_columns=["id", "organisation_id"],
        say="it belongs to the organisation of its waiting room",
    ),
    append_only("gate_early_rank"),
    append_only("gate_door_step"),
    refuse_row(
        name="gate_room_what_was_published_stands",
        table="gate_room",
        events=["UPDATE"],
        when=" OR ".join(f"(COALESCE(CAST(OLD.{column} AS text), '') <> '' AND NEW.{column} IS DISTINCT FROM OLD.{column})" for column in _FIXED)
        + " OR OLD.commitment <> NEW.commitment OR (OLD.named_round <> NEW.named_round AND OLD.closed_at IS NOT NULL)",
        say="digest, seed and order of a waiting room are published once; open another room",
    ),
)
