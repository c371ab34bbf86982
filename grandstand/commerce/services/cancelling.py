"""An order that will not be paid."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderCancelled
from grandstand.commerce.queries.cases import Case, open_cases
from grandstand.commerce.queries.open_baskets import open_baskets, owner_of
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, OrderRow, among, change
from grandstand.commerce.refusals import NoSuchOrder, OrderClosed
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.journal import set_status, write_journal
from grandstand.commerce.services.taking import BY
from grandstand.commerce.values import Owner
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Tx, announce, table


def cancel_order(tx: Tx, *, order_id: UUID, by: Actor, now: datetime, reason: str, owner: Owner | None = None, to_basket: bool = False) -> None:
    """The unpaid order ends. Its units are free again or, `to_basket`, back in the owner's basket.

    There they stay for what is left of the time they had before the order: placing and giving up again keeps nothing from others for longer. Money
    that comes all the same, or came in part, is given back. Cancelling again changes nothing. With `owner`, only theirs is found; only an owner has
    a basket. Raises NoSuchOrder, OrderClosed when it was paid. Locks baskets, then the order, then stock.
    """
    baskets = _own_baskets(tx, order_id, _given(owner)) if to_basket else []
    case = _case(tx, order_id, owner)
    order = case.order
    if order.cancelled_at is not None:
        return
    if order.completed_at is not None or order.sent_back_at is not None:
        raise OrderClosed("This order was paid: ask for a refund instead.", status=order.status)
    if to_basket:
        _reopen(tx, case, baskets, now=now)
    end_unpaid(tx, [case], by=by, reason=reason, cause="asked", now=now)


def end_unpaid(tx: Tx, cases: Sequence[Case], *, by: Actor, reason: str, cause: str, now: datetime) -> None:
    """These orders, which wait for their payment, end: what they hold is free again, and what came of their money goes back.

    `cause` is that of OrderCancelled.
    """
    for case in cases:
        case.order.cancelled_at = now
        set_status(case)
    hold_ids = sorted(line.hold_id for case in cases for line in case.lines if line.hold_id)
    inventory.release_many(tx, hold_ids, by=by, now=now, reason="the order was cancelled")
    change(tx, models.Order, [case.order for case in cases], ["cancelled_at", "status"])
    write_journal(tx, cases, action="cancel", by=by, reason=reason, now=now)
    announce(
        tx,
        [OrderCancelled(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id, cause=cause) for case in cases],
    )
    complete_many(tx, [case.order.id for case in cases], now=now)


def _case(tx: Tx, order_id: UUID, owner: Owner | None) -> Case:
    for case in open_cases(tx, [order_id]):
        if owner is None or (case.order.person_id, case.order.visitor) == (owner.person_id, owner.visitor):
            return case
    raise NoSuchOrder("There is no such order.")


# -- back into the basket ----------------------------------------------------------------------------------------------------------------


def _own_baskets(tx: Tx, order_id: UUID, owner: Owner) -> list[BasketRow]:
    """The basket that the order came from and the owner's open one, locked in id order."""
    origins = [row.basket_id for row in among(tx, models.Order, OrderRow, "id", [order_id]) if row.basket_id]
    ids = {*origins, *(basket.id for basket in open_baskets(tx, [owner]).values())}
    return among(tx, models.Basket, BasketRow, "id", sorted(ids), lock=True)


def _reopen(tx: Tx, case: Case, baskets: Sequence[BasketRow], *, now: datetime) -> None:
    """Lines go back to the basket they came from, or into the one that was opened since."""
    order = case.order
    owner = Owner(person_id=order.person_id, visitor=order.visitor)
    now_open = next((basket for basket in baskets if basket.state == "open" and owner_of(basket) == owner), None)
    for basket in baskets:
        if basket.id != order.basket_id:
            continue
        lines = among(tx, models.BasketLine, BasketLineRow, "basket_id", [basket.id])
        if now_open is None:
            tx.update(
                table(models.Basket), [(basket.id, "open", order.person_id, order.visitor)], key=["id"], set_to=["state", "person_id", "visitor"]
            )
        for line in lines:
            line.basket_id = basket.id if now_open is None else now_open.id
        _set_back(tx, lines, now=now)
        change(tx, models.BasketLine, lines, ["basket_id", "hold_id"])
    for sold in case.lines:
        sold.hold_id = None  # the hold is the basket line's again, and goes with it into the next order
    change(tx, models.SaleLine, case.lines, ["hold_id"])


def _set_back(tx: Tx, lines: Sequence[BasketLineRow], *, now: datetime) -> None:
    """Let what the order held longer, for its payment, end when the line's own time does; what is past that is free again.

    A hold is never shortened, so it is given back and taken anew in one transaction: between the two nobody else can have it.
    """
    holds = inventory.holds(tx, sorted(line.hold_id for line in lines if line.hold_id))
    held = [line for line in lines if line.hold_id in holds and holds[line.hold_id].state is inventory.HoldState.HELD]
    if not held:
        return
    inventory.release_many(tx, sorted(line.hold_id for line in held if line.hold_id), by=BY, now=now, reason="the order was given up")
    again = [line for line in held if line.hold_expires_at is not None and line.hold_expires_at > now]
    wishes = [_wish(line, holds[line.hold_id], line.hold_expires_at - now) for line in again if line.hold_id and line.hold_expires_at]
    for line, answer in zip(again, inventory.hold_many(tx, wishes, now=now) if wishes else (), strict=True):
        line.hold_id = answer.hold_id if isinstance(answer, inventory.Held) else None


def _wish(line: BasketLineRow, before: inventory.Hold, left: timedelta) -> inventory.Wish:
    return inventory.Wish(
        key=f"back:{line.id.hex}:{new_id().hex}",
        organisation_id=line.organisation_id,
        holder=before.holder,
        basket_id=line.basket_id,
        wants=before.wants,
        caps=before.caps,
        hold_for=left,
        offer_version=before.offer_version,
    )


def _given(owner: Owner | None) -> Owner:
    if owner is None:
        raise ValueError("an order goes back into the basket of its owner: say whose it is")
    return owner
