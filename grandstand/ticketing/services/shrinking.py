"""A plan with fewer seats for a session that sells already: nobody is left with a seat that is not there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_ids
from grandstand.store.api import Change, Kind, Tx, announce, record, table
from grandstand.ticketing import models
from grandstand.ticketing.facts import SeatsChanged
from grandstand.ticketing.queries import plans as stored
from grandstand.ticketing.rules import plans
from grandstand.ticketing.rules.best import Chooser
from grandstand.ticketing.services.seating import ACCESSIBLE, PUBLIC, lock_sale, note_seating, pools_of_session
from grandstand.ticketing.values import NoSuchPlan, NotOnSale, PlanWrong, SeatsUnresolved, VoidedBy
from grandstand.ticketing.values.plans import HitParty, Plan, PlanSeat, SeatSwap, Shrink

TICKET = table(models.Ticket)
CHANGE = table(models.SeatChange)


def preview_shrink(tx: Tx, *, session_id: UUID, plan_id: UUID) -> Shrink:
    """What the plan, a version with fewer seats than the session has now, would do to it. Changes nothing.

    For each party that is hit, the largest first, other seats are proposed that are still free: as many, side by side, from its own account, else
    from the public of its category, else of the next better one; those who have accessible places get such. Raises NotOnSale when the session
    has no seats, NoSuchPlan, and PlanWrong for a plan that is no part of the present one. Twelve statements.
    """
    return _look(tx, session_id, plan_id).shrink


def apply_shrink(tx: Tx, *, session_id: UUID, plan_id: UUID, swaps: Sequence[SeatSwap], now: datetime, by: Actor, reason: str) -> Shrink:
    """Take the seats away that the plan does not have, and give each party that is hit the seats agreed on; returns what was done.

    All or nothing. Every party that is hit needs a swap; the buyers are told. Raises SeatsUnresolved while a party has none, or a seat that would
    go is held in a basket (wait until that lapses, or pause the offers) or kept without a ticket; PlanWrong for a swap to seats that are not
    in the plan, of a worse category, or somebody's; what `preview_shrink` raises. About forty statements.
    """
    organisation_id = lock_sale(tx, session_id)
    look = _look(tx, session_id, plan_id)
    agreed = _agreed(look, swaps)
    swapped = [
        inventory.Swap(hold_id=party.hold_id, pairs=pairs)
        for party in look.shrink.parties
        if (pairs := tuple((source, target) for source, target in zip(party.seats, agreed[party.line_id], strict=True) if source != target))
    ]
    refused = inventory.change_seating(
        tx, seating_id=look.seating.seating_id, swaps=swapped, gone=look.gone, empty=look.empty, by=by, now=now, reason=reason
    )
    if refused is not None:
        raise SeatsUnresolved("Seats were bought or given back at this moment: look at the preview again.", why=refused.reason.value)
    number = look.seating.number + 1
    note_seating(
        tx, organisation_id=organisation_id, session_id=session_id, plan_id=plan_id, seating_id=look.seating.seating_id, number=number, now=now
    )
    _change_tickets(tx, organisation_id, look, agreed, now=now, by=by, reason=reason)
    change = Change(
        by=by,
        action="shrink_plan",
        object_type="ticketing.sessionsale",
        object_id=session_id,
        reason=reason,
        organisation_id=organisation_id,
        before={"plan_id": str(look.seating.plan_id)},
        after={"plan_id": str(plan_id), "seats_gone": len(look.gone), "parties_moved": len(look.shrink.parties)},
    )
    record(tx, [change], now=now)
    return look.shrink


# -- below here: looking -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What was found. `gone` are the seats that the session has and the new plan has not; `states` are all seats of the session now.

    `empty` are those of `gone` whose ticket its sale took back without freeing them, each with the hold that has it.
    """

    shrink: Shrink
    seating: stored.SeatingRow
    gone: tuple[UUID, ...]
    empty: dict[UUID, UUID]
    states: dict[UUID, inventory.SeatState]
    category_of: dict[UUID, str]
    better: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A ticket that was not refunded, with its seat."""

    ticket_id: UUID
    order_id: UUID
    line_id: UUID
    seat_id: UUID


def _look(tx: Tx, session_id: UUID, plan_id: UUID) -> _Look:
    seating = stored.seatings_many(tx, [session_id]).get(session_id)
    if seating is None:
        raise NotOnSale("This session has no seats yet: there is nothing to shrink.", session_id=str(session_id))
    views = stored.plan_views(tx, [seating.plan_id, plan_id])
    if plan_id not in views or views[plan_id].organisation_id != views[seating.plan_id].organisation_id:
        raise NoSuchPlan("There is no such seat plan.", plan_id=str(plan_id))
    present, plan = stored.plan(tx, seating.plan_id), stored.plan(tx, plan_id)
    _check_smaller(present, plan)
    states = {state.seat_id: state for state in inventory.seats_of_seating(tx, seating.seating_id)}
    kept = {seat.id for seat in plans.seats_of(plan)}
    gone = tuple(seat_id for seat_id in states if seat_id not in kept)
    pools = pools_of_session(tx, session_id)
    parties, without_ticket = _hit(tx, session_id, gone, states)
    empty = _empty(tx, session_id, without_ticket)
    chooser = _chooser(plan, states)
    publics = _publics(tx, pools)
    of_seat = {seat.id: seat for seat in plans.seats_of(present)}
    proposed = tuple(_proposed(party, chooser, of_seat, states, publics) for party in parties)
    shrink = Shrink(
        session_id=session_id,
        plan_id=plan_id,
        free=tuple(seat_id for seat_id in gone if states[seat_id].hold_id is None),
        parties=proposed,
        empty=tuple(empty),
        unclear=tuple(seat_id for seat_id in without_ticket if seat_id not in empty),
    )
    return _Look(
        shrink=shrink,
        seating=seating,
        gone=gone,
        empty=empty,
        states=states,
        category_of={id_: seat.category for id_, seat in of_seat.items()},
        better=tuple(pools),
    )


def _check_smaller(present: Plan, plan: Plan) -> None:
    """Every seat of the new plan is one of the present, in the same category. Raises PlanWrong."""
    before = {seat.id: seat.category for seat in plans.seats_of(present)}
    labels = plans.labels(plan)
    problems = []
    for seat in plans.seats_of(plan):
        where = f"section {labels[seat.id].section}, row {labels[seat.id].row}, seat {labels[seat.id].number}"
        if seat.id not in before:
            problems.append({"where": where, "what": "The session has no such seat.", "advice": "A plan that shrinks has no seat that is new."})
        elif seat.category != before[seat.id]:
            problems.append({"where": where, "what": "It changes its category.", "advice": "Leave the categories as they were sold."})
    if problems:
        raise PlanWrong(f"The plan is no part of the session's: {problems[0]['where']}: {problems[0]['what']}", problems=problems)


def _hit(tx: Tx, session_id: UUID, gone: Sequence[UUID], states: Mapping[UUID, inventory.SeatState]) -> tuple[list[HitParty], dict[UUID, UUID]]:
    """The parties that lose a seat, the largest first, and the seats of holds that have no ticket for them, each with its hold."""
    holds = {hold_id for seat_id in gone if (hold_id := states[seat_id].hold_id) is not None}
    seats_of = inventory.seats_of_holds_many(tx, sorted(holds))
    tickets = {ticket.seat_id: ticket for ticket in _tickets(tx, session_id, [seat_id for seats in seats_of.values() for seat_id in seats])}
    lost = set(gone)
    parties, without_ticket = [], dict[UUID, UUID]()
    for hold_id, seats in seats_of.items():
        here = sorted((tickets[seat_id] for seat_id in seats if seat_id in tickets), key=lambda ticket: ticket.ticket_id)
        without_ticket |= dict.fromkeys(sorted(lost.intersection(seats) - tickets.keys()), hold_id)
        if not lost.intersection(ticket.seat_id for ticket in here):
            continue
        party = HitParty(
            order_id=here[0].order_id,
            line_id=here[0].line_id,
            hold_id=hold_id,
            ticket_ids=tuple(ticket.ticket_id for ticket in here),
            seats=tuple(ticket.seat_id for ticket in here),
            lost=tuple(ticket.seat_id for ticket in here if ticket.seat_id in lost),
            proposal=None,
        )
        parties.append(party)
    return sorted(parties, key=lambda party: (-len(party.seats), party.line_id)), without_ticket


def _empty(tx: Tx, session_id: UUID, without_ticket: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Those of these seats that were sold and paid back without being freed. Two statements.

    A hold is confirmed in the step that issues its tickets, so a confirmed one without a ticket that stands is what a refund left.
    """
    if not without_ticket:
        return {}
    holds = inventory.holds(tx, sorted(set(without_ticket.values())))
    where, param = tx.among("t.seat_id", Kind.UUID, list(without_ticket))
    rows = tx.rows(
        f"SELECT DISTINCT t.seat_id FROM ticketing_ticket t WHERE t.session_id = %s AND {where} AND EXISTS ("
        "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = %s)",
        (session_id, param, VoidedBy.SALE.value),
        kinds=[Kind.UUID],
    )
    paid_back = {seat_id for (seat_id,) in rows}
    return {
        seat_id: hold_id
        for seat_id, hold_id in without_ticket.items()
        if seat_id in paid_back and holds[hold_id].state is inventory.HoldState.CONFIRMED
    }


def _tickets(tx: Tx, session_id: UUID, seat_ids: Sequence[UUID]) -> list[_Held]:
    """The tickets for these seats that no refund took back; those that the box office voided keep their place."""
    if not seat_ids:
        return []
    where, param = tx.among("t.seat_id", Kind.UUID, seat_ids)
    rows = tx.rows(
        f"SELECT t.id, t.order_id, t.line_id, t.seat_id FROM ticketing_ticket t WHERE t.session_id = %s AND {where} AND NOT EXISTS ("
        "SELECT 1 FROM ticketing_voiding v WHERE v.ticket_id = t.id AND v.origin = %s)",
        (session_id, param, VoidedBy.SALE.value),
        kinds=[Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID],
    )
    return [_Held(ticket_id=ticket_id, order_id=order_id, line_id=line_id, seat_id=seat_id) for ticket_id, order_id, line_id, seat_id in rows]


# -- proposing ---------------------------------------------------------------------------------------------------------------------------


def _chooser(plan: Plan, states: Mapping[UUID, inventory.SeatState]) -> Chooser:
    """Chooses among the seats that stay, by account."""
    taken = [state.seat_id for state in states.values() if state.hold_id is not None]
    return Chooser(plan, taken=taken, group_of={state.seat_id: state.account_id for state in states.values()})


def _publics(tx: Tx, pools: Mapping[str, UUID]) -> dict[str, dict[str, UUID]]:
    """The public and the accessible account of each category, by the account's code; the best category first."""
    category_of = {pool_id: category for category, pool_id in pools.items()}
    found: dict[str, dict[str, UUID]] = {category: {} for category in pools}
    for account in inventory.accounts_of_pools_many(tx, list(category_of)):
        if account.code in {PUBLIC, ACCESSIBLE}:
            found[category_of[account.pool_id]][account.code] = account.account_id
    return found


def _proposed(
    party: HitParty,
    chooser: Chooser,
    of_seat: Mapping[UUID, PlanSeat],
    states: Mapping[UUID, inventory.SeatState],
    publics: Mapping[str, Mapping[str, UUID]],
) -> HitParty:
    seats = [of_seat[seat_id] for seat_id in party.seats]
    accessible = sum(seat.is_accessible for seat in seats)
    as_good = _as_good([seat.category for seat in seats], list(publics))
    accounts = {states[seat_id].account_id for seat_id in party.seats}
    code = ACCESSIBLE if accessible else PUBLIC
    groups = [*(accounts if len(accounts) == 1 else ()), *(publics[category][code] for category in as_good if code in publics[category])]
    for group in dict.fromkeys(groups):
        chosen = chooser.choose(len(seats), group, accessible=accessible)
        if chosen is not None:
            return _with_proposal(party, chosen, [seat.is_accessible for seat in seats])
    return party


def _with_proposal(party: HitParty, chosen: Sequence[UUID], is_accessible: Sequence[bool]) -> HitParty:
    """Who had an accessible place gets one: they are the first that were chosen."""
    places, others = iter(chosen[: sum(is_accessible)]), iter(chosen[sum(is_accessible) :])
    proposal = tuple(next(places) if accessible else next(others) for accessible in is_accessible)
    return replace(party, proposal=proposal)


def _as_good(had: Collection[str], better: Sequence[str]) -> list[str]:
    """The categories that are as good as the best of `had`, or better: that one first, then upwards. `better` has the best first."""
    best = min((better.index(category) for category in had if category in better), default=-1)
    return list(reversed(better[: best + 1]))


# -- applying ----------------------------------------------------------------------------------------------------------------------------


def _agreed(look: _Look, swaps: Sequence[SeatSwap]) -> dict[UUID, tuple[UUID, ...]]:
    """The new seat of each ticket of each party that is hit. Raises SeatsUnresolved, PlanWrong."""
    agreed = {swap.line_id: swap.seats for swap in swaps}
    without = [party for party in look.shrink.parties if party.line_id not in agreed]
    if without or look.shrink.unclear:
        raise SeatsUnresolved(
            f"{len(without)} parties have no other seats yet, and {len(look.shrink.unclear)} seats are held or kept without a ticket.",
            parties=[str(party.line_id) for party in without],
            seats=[str(seat_id) for seat_id in look.shrink.unclear],
        )
    if strangers := agreed.keys() - {party.line_id for party in look.shrink.parties}:
        raise PlanWrong("A swap is for somebody who loses no seat.", problems=[], lines=[str(line_id) for line_id in strangers])
    kept = look.category_of.keys() - set(look.gone)
    named: set[UUID] = set()
    for party in look.shrink.parties:
        new = agreed[party.line_id]
        is_free = all(look.states[seat_id].hold_id in {None, party.hold_id} for seat_id in new if seat_id in look.states)
        as_good = _as_good([look.category_of[seat_id] for seat_id in party.seats], look.better)
        if len(new) != len(party.seats) or len(set(new)) < len(new) or not is_free or named & set(new):
            raise PlanWrong("A swap needs as many different free seats as the party has.", problems=[], line_id=str(party.line_id))
        if any(seat_id not in kept or look.category_of[seat_id] not in as_good for seat_id in new):
            raise PlanWrong("A swap goes to seats of the plan, in the same category or a better one.", problems=[], line_id=str(party.line_id))
        named |= set(new)
    return {party.line_id: _each_moved_once(party.seats, agreed[party.line_id]) for party in look.shrink.parties}


def _each_moved_once(had: Sequence[UUID], new: Sequence[UUID]) -> tuple[UUID, ...]:
    """The same new seats in another order: who has one of them already stays in it, the others get the rest in their order."""
    rest = (seat_id for seat_id in new if seat_id not in had)
    return tuple(seat_id if seat_id in new else next(rest) for seat_id in had)


def _change_tickets(
    tx: Tx, organisation_id: UUID, look: _Look, agreed: Mapping[UUID, tuple[UUID, ...]], *, now: datetime, by: Actor, reason: str
) -> None:
    moved = [
        (party, ticket_id, source, target)
        for party in look.shrink.parties
        for ticket_id, source, target in zip(party.ticket_ids, party.seats, agreed[party.line_id], strict=True)
        if source != target
    ]
    if not moved:
        return
    tx.update(TICKET, sorted((ticket_id, target) for _, ticket_id, _, target in moved), key=["id"], set_to=["seat_id"])
    columns = ["id", "organisation_id", "ticket_id", "from_seat_id", "to_seat_id", "at", "actor", "reason"]
    rows = [
        (id_, organisation_id, ticket_id, source, target, now, str(by), reason)
        for id_, (_, ticket_id, source, target) in zip(new_ids(len(moved)), moved, strict=True)
    ]
    tx.insert(CHANGE, columns, rows)
    changes, of_order = [], defaultdict[UUID, list[UUID]](list)
    for row, (party, ticket_id, source, target) in zip(rows, moved, strict=True):
        of_order[party.order_id].append(row[0])
        changes.append(
            Change(
                by=by,
                action="change_seat",
                object_type="ticketing.ticket",
                object_id=ticket_id,
                reason=reason,
                organisation_id=organisation_id,
                before={"seat_id": str(source)},
                after={"seat_id": str(target)},
            )
        )
    record(tx, changes, now=now)
    session_id = look.shrink.session_id
    facts = [
        SeatsChanged(organisation_id=organisation_id, occurred_at=now, session_id=session_id, order_id=order_id, change_ids=tuple(change_ids))
        for order_id, change_ids in of_order.items()
    ]
    announce(tx, facts)
