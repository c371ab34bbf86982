"""A session's box office takes a seat plan: the units of its pools become the plan's seats."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Kind, Tx, announce, record, table
from grandstand.ticketing import models
from grandstand.ticketing.facts import SessionSeated
from grandstand.ticketing.queries import plans as stored
from grandstand.ticketing.rules import plans
from grandstand.ticketing.values import NoSuchPlan, NotOnSale, PlanWrong
from grandstand.ticketing.values.plans import Plan

SALE = table(models.SessionSale)
SEATING = table(models.SessionSeating)

PUBLIC, ACCESSIBLE = "public", "accessible"

type Accounts = dict[str, inventory.Availability]
"""The accounts of one category by their code."""


def open_seats(tx: Tx, *, session_id: UUID, plan_id: UUID, now: datetime, by: Actor, reason: str) -> UUID:
    """Give a session whose box office is open the seats of a plan; returns the seating's id. From now on its tickets are for seats.

    Each account keeps as many units as it had; only between the public and the accessible account units move, so that the latter has the plan's
    accessible places and their companions. Which seats are whose says `rules.plans.accounts_of_seats`; inventory's `move_many` changes it
    afterwards. Raises NotOnSale, NoSuchPlan, and PlanWrong when the session has seats, is at another venue, has sold or held something, or
    when a category's capacity is not what the plan has. About thirty statements.
    """
    organisation_id = lock_sale(tx, session_id)
    view, session = stored.plan_views(tx, [plan_id]).get(plan_id), games.sessions_many(tx, [session_id])[session_id]
    if view is None or view.organisation_id != organisation_id:
        raise NoSuchPlan("There is no such seat plan.", plan_id=str(plan_id))
    if session_id in stored.seatings_many(tx, [session_id]):
        raise PlanWrong("This session has its seats already: shrink its plan, or move seats between accounts.", problems=[])
    if session.venue_id != view.venue_id:
        raise PlanWrong("The plan is of another venue than the session.", problems=[])
    pools = pools_of_session(tx, session_id)
    accounts = _accounts(tx, pools)
    _check_capacities(view.seats, inventory.capacities_many(tx, list(pools.values())), pools, accounts)
    plan = stored.plan(tx, plan_id)
    _fit_accessible(tx, plan, accounts, now=now, by=by, reason=reason)
    seats = [
        (seat_id, units[code].account_id)
        for category, units in _accounts(tx, pools).items()
        for seat_id, code in plans.accounts_of_seats(plan, category=category, units={code: each.on_hand for code, each in units.items()}).items()
    ]
    name = f"{session.code} {view.name} {view.version}"[:150]
    seating_id = inventory.open_seating(tx, organisation_id=organisation_id, name=name, seats=seats, now=now, by=by, reason=reason)
    note_seating(tx, organisation_id=organisation_id, session_id=session_id, plan_id=plan_id, seating_id=seating_id, number=1, now=now)
    change = Change(
        by=by,
        action="open_seats",
        object_type="ticketing.sessionsale",
        object_id=session_id,
        reason=reason,
        organisation_id=organisation_id,
        after={"plan_id": str(plan_id), "seats": len(seats)},
    )
    record(tx, [change], now=now)
    return seating_id


def lock_sale(tx: Tx, session_id: UUID) -> UUID:
    """Lock the session's box office, so that its seats are changed by one at a time; returns whose it is. Raises NotOnSale. One statement."""
    found = tx.select(SALE, ["organisation_id"], "session_id = %s", (session_id,), order_by="session_id", lock=True)
    if not found:
        raise NotOnSale("The box office of this session is not open.", session_id=str(session_id))
    organisation_id: UUID = found[0][0]
    return organisation_id


def note_seating(tx: Tx, *, organisation_id: UUID, session_id: UUID, plan_id: UUID, seating_id: UUID, number: int, now: datetime) -> None:
    """Write down by which plan the session is seated from now on, and announce it."""
    columns = ["id", "organisation_id", "session_id", "plan_id", "seating_id", "number", "at"]
    tx.insert(SEATING, columns, [(new_id(), organisation_id, session_id, plan_id, seating_id, number, now)])
    announce(tx, [SessionSeated(organisation_id=organisation_id, occurred_at=now, session_id=session_id, plan_id=plan_id)])


def pools_of_session(tx: Tx, session_id: UUID) -> dict[str, UUID]:
    """The pool of each category, the best first. One statement."""
    rows = tx.rows(
        "SELECT c.code, k.pool_id FROM ticketing_category_stock k JOIN ticketing_price_category c ON c.id = k.category_id "
        "WHERE k.session_id = %s ORDER BY c.position, c.code",
        (session_id,),
        kinds=[Kind.TEXT, Kind.UUID],
    )
    return dict(rows)


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


def _accounts(tx: Tx, pools: Mapping[str, UUID]) -> dict[str, Accounts]:
    category_of = {pool_id: category for category, pool_id in pools.items()}
    accounts: dict[str, Accounts] = {category: {} for category in pools}
    for account in inventory.accounts_of_pools_many(tx, list(category_of)):
        accounts[category_of[account.pool_id]][account.code] = account
    return accounts


def _check_capacities(seats: Mapping[str, int], capacities: Mapping[UUID, int], pools: Mapping[str, UUID], accounts: Mapping[str, Accounts]) -> None:
    problems = []
    for category in [*pools, *(code for code in seats if code not in pools)]:
        planned, capacity = seats.get(category, 0), capacities.get(pools[category], 0) if category in pools else 0
        units = accounts.get(category, {}).values()
        if planned != capacity or planned != sum(account.on_hand for account in units):
            what = f"The plan has {planned} seats and the box office {capacity}, {sum(account.on_hand for account in units)} of them in accounts."
            problems.append(_problem(category, what, "Open the box office with as many seats as the plan has, or correct the plan."))
        if any(account.free != account.on_hand for account in units):
            problems.append(_problem(category, "Some of it is sold or held already.", "A session gets its seats before its sale starts."))
    if problems:
        raise PlanWrong(f"The plan does not fit the box office: {problems[0]['where']}: {problems[0]['what']}", problems=problems)


def _problem(category: str, what: str, advice: str) -> dict[str, str]:
    return {"where": f"category {category}", "what": what, "advice": advice}


def _fit_accessible(tx: Tx, plan: Plan, accounts: Mapping[str, Accounts], *, now: datetime, by: Actor, reason: str) -> None:
    """Let each accessible account have as many units as the plan has seats for it, from the public one or back to it."""
    moves: list[inventory.Move] = []
    for category, of in accounts.items():
        needed = sum(1 for seat in plans.seats_of(plan) if seat.category == category and plans.is_for_accessible(seat))
        more = needed - (of[ACCESSIBLE].on_hand if ACCESSIBLE in of else 0)
        if more and not (ACCESSIBLE in of and PUBLIC in of and of[PUBLIC].on_hand >= more):
            what = f"The plan has {needed} accessible places and companions' seats, and the accounts have no room for them."
            problem = _problem(category, what, "Open the box office with an accessible and a public account that is large enough.")
            raise PlanWrong(f"{problem['where']}: {what}", problems=[problem])
        if more:
            source, target = (of[PUBLIC], of[ACCESSIBLE]) if more > 0 else (of[ACCESSIBLE], of[PUBLIC])
            moves.append(inventory.Move(from_account_id=source.account_id, to_account_id=target.account_id, quantity=abs(more)))
    _made(inventory.move_many(tx, moves, by=by, now=now, reason=reason) if moves else [])


def _made(answers: Sequence[inventory.Availability | inventory.Refused]) -> None:
    if any(isinstance(answer, inventory.Refused) for answer in answers):
        raise PlanWrong("Somebody is buying at this moment: pause the offers, then give the session its seats.", problems=[])
