"""A hall to choose seats in, and what is true of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit import clock
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.api import Plan, PlanCategory, PlanRow, PlanSeat, Point, Section
from grandstand.ticketing.testing import BY, Hall, make_hall


@dataclass(slots=True, kw_only=True)
class Chairs:
    """A hall of which a test speaks by row and number: `1/3` is the third seat of the first row, the nearest to the stage."""

    hall: Hall
    database: Database

    @property
    def session_id(self) -> UUID:
        return self.hall.office.session.id

    @property
    def offer(self) -> UUID:
        return self.hall.office.offers["A"]

    @property
    def accessible(self) -> UUID:
        return self.hall.accessible["A"]

    def wish(self, quantity: int = 1, *, key: str = "", **more: object) -> dict[str, object]:
        """The body of a request for seats."""
        return {"key": key or new_id().hex, "kind": "ticket", "item": str(self.offer), "quantity": quantity, **more}

    def seat(self, where: str) -> str:
        """The id of a seat."""
        row, _, number = where.partition("/")
        [found] = [
            str(seat.id)
            for section in self.hall.plan.sections
            for each in section.rows
            for seat in each.seats
            if (each.name, seat.number) == (row, number)
        ]
        return found

    def where(self, seats: Sequence[str]) -> list[str]:
        """Row and number of these seats, sorted."""
        names = {str(seat.id): f"{row.name}/{seat.number}" for section in self.hall.plan.sections for row in section.rows for seat in row.seats}
        return sorted(names[seat_id] for seat_id in seats)

    def shrink(self, gone: set[UUID]) -> None:
        """Seat the session by a plan without these seats, which nobody has."""
        session, now = self.hall.office.session, clock.now()
        assert session.venue_id is not None, "seats are at a venue"
        with self.database.write() as tx:
            smaller = without_seats(self.hall.plan, gone)
            plan_id = ticketing.add_plan(tx, plan=smaller, venue_id=session.venue_id, now=now, by=BY, reason="for a test")
            ticketing.apply_shrink(tx, session_id=session.id, plan_id=plan_id, swaps=[], now=now, by=BY, reason="for a test")

    def taken(self) -> dict[str, UUID]:
        """Which hold has each seat that is taken, by row and number; after looking that all is well."""
        with self.database.write() as tx:
            assert [finding.detail for finding in inventory.check_stock(tx) if not finding.healthy] == []
            states = inventory.seats_of_seating(tx, self.hall.seating_id)
        return {self.where([str(state.seat_id)])[0]: state.hold_id for state in states if state.hold_id is not None}


def without_seats(plan: Plan, gone: set[UUID]) -> Plan:
    """The plan without these seats."""
    return replace(
        plan,
        sections=tuple(
            replace(section, rows=tuple(replace(row, seats=tuple(seat for seat in row.seats if seat.id not in gone)) for row in section.rows))
            for section in plan.sections
        ),
    )


def rows_of(*lengths: int, pairs: Sequence[tuple[int, int]] = ()) -> Plan:
    """Rows of so many seats side by side, the first nearest to the stage. `pairs` are accessible places, each with a companion's seat after it."""
    rows = []
    for r, length in enumerate(lengths, start=1):
        seats = [PlanSeat(id=new_id(), number=str(n), at=Point(n, 0), category="A") for n in range(1, length + 1)]
        for row, number in pairs:
            if row == r:
                seats[number - 1] = replace(seats[number - 1], is_accessible=True)
                seats[number] = replace(seats[number], companion_of=seats[number - 1].id)
        rows.append(PlanRow(name=str(r), seats=tuple(seats), at=Point(0, 2 * r)))
    middle = (lengths[0] + 1) / 2
    return Plan(
        name="hall",
        categories=(PlanCategory(code="A", name="Category A"),),
        sections=(Section(name="Stalls", rows=tuple(rows)),),
        width=100,
        height=100,
        focus=Point(middle, 0),
    )


def open_hall(database: Database, plan: Plan, **conditions: Any) -> Chairs:
    """Sell the seats of the plan."""
    make_market(is_default=True)
    return Chairs(hall=make_hall(plan, now=clock.now() - timedelta(days=1), **conditions), database=database)
