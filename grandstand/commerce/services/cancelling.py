"""An order that will not be paid."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderCancelled
from grandstand.commerce.queries.cases import Case, open_cases
from grandstand.commerce.queries.open_baskets import open_baskets, owner_of
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, OrderRow, among, change
from grandstand.commerce.refusals import NoSuchOrder, OrderClosed
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.journal import set_status, write_journal
from grandstand.commerce.values import Owner
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.store.api import Tx, announce, table


def cancel_order(tx: Tx, *, order_id: UUID, by: Actor, now: datetime, reason: str, owner: Owner | None = None, to_basket: bool = False) -> None:
    """The unpaid order ends. Its units are free again or, `to_basket`, back in the owner's basket with the time they had left.

    Money that comes all the same, or came in part, is given back. Cancelling again changes nothing. With `owner`, only theirs is found; only an
    owner has a basket. Raises NoSuchOrder, OrderClosed when it was paid. Locks baskets, then the order, then stock.
    """
    baskets = _own_baskets(tx, order_id, _given(owner)) if to_basket else []
    case = _case(tx, order_id, owner)
    order = case.order
    if order.cancelled_at is not None:
        return
    if order.completed_at is not None or order.sent_back_at is not None:
        raise OrderClosed("This order was paid: ask for a refund instead.", status=order.status)
    if to_basket:
        _reopen(tx, case, baskets)
    end_unpaid(tx, [case], by=by, reason=reason, now=now)


def end_unpaid(tx: Tx, cases: Sequence[Case], *, by: Actor, reason: str, now: datetime) -> None:
    """These orders, which wait for their payment, end: what they hold is free again, and what came of their money goes back."""
    for case in cases:
        case.order.cancelled_at = now
        set_status(case)
    hold_ids = sorted(line.hold_id for case in cases for line in case.lines if line.hold_id)
    inventory.release_many(tx, hold_ids, by=by, now=now, reason="the order was cancelled")
    change(tx, models.Order, [case.order for case in cases], ["cancelled_at", "status"])
    write_journal(tx, cases, action="cancel", by=by, reason=reason, now=now)
    announce(tx, [OrderCancelled(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id) for case in cases])
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


def _reopen(tx: Tx, case: Case, baskets: Sequence[BasketRow]) -> None:
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
        holds = inventory.holds(tx, [line.hold_id for line in lines if line.hold_id])
        for line in lines:
            if line.hold_id in holds:
                line.hold_expires_at = holds[line.hold_id].expires_at
        change(tx, models.BasketLine, lines, ["basket_id", "hold_expires_at"])
    for sold in case.lines:
        sold.hold_id = None  # the hold is the basket line's again, and goes with it into the next order
    change(tx, models.SaleLine, case.lines, ["hold_id"])


def _given(owner: Owner | None) -> Owner:
    if owner is None:
        raise ValueError("an order goes back into the basket of its owner: say whose it is")
    return owner
