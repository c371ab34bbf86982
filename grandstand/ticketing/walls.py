"""What the database itself refuses, beyond the constraints of the models."""

from grandstand.store.api import append_only, refuse_row, same_on_both_sides

WALLS = (
    same_on_both_sides(
        name="ticketing_stock_is_its_sellers",
        table="ticketing_category_stock",
        columns=["session_id", "organisation_id"],
        target="ticketing_session_sale",
        target_columns=["session_id", "organisation_id"],
        say="stock belongs to the organisation that sells the session",
    ),
    same_on_both_sides(
        name="ticketing_offer_is_its_sellers",
        table="ticketing_offer",
        columns=["session_id", "organisation_id"],
        target="ticketing_session_sale",
        target_columns=["session_id", "organisation_id"],
        say="an offer belongs to the organisation that sells the session",
    ),
    same_on_both_sides(
        name="ticketing_ticket_is_for_its_offers_session",
        table="ticketing_ticket",
        columns=["offer_id", "session_id", "organisation_id"],
        target="ticketing_offer",
        target_columns=["id", "session_id", "organisation_id"],
        say="a ticket is for the session of its offer, from the same seller",
    ),
    refuse_row(
        name="ticketing_void_ticket_not_voided_again",
        table="ticketing_voiding",
        events=["INSERT"],
        when=(
            "EXISTS (SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = NEW.ticket_id "
            "AND NOT EXISTS (SELECT 1 FROM ticketing_reinstatement r WHERE r.voiding_id = v.id))"
        ),
        say="reinstate the ticket before it is voided again",
    ),
    append_only("ticketing_offer_price"),
    append_only("ticketing_activation"),
    append_only("ticketing_voiding"),
    append_only("ticketing_reinstatement"),
    append_only("ticketing_scan"),
)

PLAN_WALLS = (
    same_on_both_sides(
        name="ticketing_seating_is_its_sellers",
        table="ticketing_session_seating",
        columns=["session_id", "organisation_id"],
        target="ticketing_session_sale",
        target_columns=["session_id", "organisation_id"],
        say="a session is seated by the organisation that sells it",
    ),
    append_only("ticketing_seat_plan"),
    append_only("ticketing_planned_seat"),
    append_only("ticketing_session_seating"),
    append_only("ticketing_seat_change"),
)
