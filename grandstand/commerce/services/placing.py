"""From basket to order: the buyer's promise, checked against what is true now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from grandstand.commerce import models
from grandstand.commerce.facts import OrderPlaced
from grandstand.commerce.queries.pricing import ToPrice, price_baskets
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, OrderRow, among, put
from grandstand.commerce.refusals import AlreadyOrdered, BasketNotReady, KeyReused, NoSuchBasket
from grandstand.commerce.rules.orders import PAYMENT_GRACE, PAYMENT_WINDOW
from grandstand.commerce.services.checking import check_placing
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.drafting import Draft, draft_order, name_lines
from grandstand.commerce.services.journal import write_journal
from grandstand.commerce.services.once import Verdicts, verdicts
from grandstand.commerce.values import Placed, Placing
from grandstand.inventory import api as inventory
from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.kit.money import Money
from grandstand.store.api import Asked, Tx, announce, keep_answers, table

SCOPE = "commerce.place"


def place_orders_many(tx: Tx, placings: Sequence[Placing], *, now: datetime) -> list[Placed | Refusal]:
    """Answer each placing, in their order: the order that stands now, or why not.

    Prices, conditions, tax and shipping are asked again: whatever differs from what the buyer saw is refused with old and new. Holds then last
    until the payment window and its grace are over. A refused placing writes nothing (its holds may last longer than before). The same key with
    the same body is answered with the same order; an order without anything to pay is completed at once. Baskets are locked in id order. A
    constant number of statements, apart from one quote, one shipping and one description per kind, market and language.
    """
    answers: dict[int, Placed | Refusal] = {}
    asked = verdicts(tx, scope=SCOPE, requests=[Asked(placing.key, _body(placing)) for placing in placings], now=now)
    _answer_known(tx, asked, answers)
    drafts = _checked(tx, {position: placings[position] for position in asked.fresh}, answers, now=now)
    _extend_holds(tx, drafts, answers, now=now)
    _write(tx, list(drafts.values()), now=now)
    for position, draft in drafts.items():
        order = draft.case.order
        total = draft.case.money(order.total_minor)
        answers[position] = Placed(order_id=order.id, number=order.number, total=total, pay_by=order.pay_by)
    keep_answers(tx, scope=SCOPE, answers={draft.placing.key: {"order_id": str(draft.case.order.id)} for draft in drafts.values()})
    free = [draft.case.order.id for draft in drafts.values() if draft.case.order.total_minor == 0]
    if free:
        complete_many(tx, free, now=now)
    for position, earlier in asked.same_as.items():
        answer = answers[earlier]
        answers[position] = replace(answer, repeated=True) if isinstance(answer, Placed) else answer
    return [answers[position] for position in range(len(placings))]


def place_order(tx: Tx, placing: Placing, *, now: datetime) -> Placed:
    """The same for one buyer; a refusal is raised, so that nothing of it stays."""
    (answer,) = place_orders_many(tx, [placing], now=now)
    if isinstance(answer, Refusal):
        raise answer
    return answer


# -- what is asked, and whether it can be ------------------------------------------------------------------------------------------------


def _answer_known(tx: Tx, asked: Verdicts, answers: dict[int, Placed | Refusal]) -> None:
    """Those that were answered before get their answer."""
    for position in asked.reused:
        answers[position] = KeyReused("This form was sent before with other contents: open the checkout again.")
    known = {position: UUID(answer["order_id"]) for position, answer in asked.known.items()}
    orders = {order.id: order for order in among(tx, models.Order, OrderRow, "id", list(known.values()))}
    for position, order_id in known.items():
        order = orders[order_id]
        total = Money(minor=order.total_minor, currency=order.currency)
        answers[position] = Placed(order_id=order.id, number=order.number, total=total, pay_by=order.pay_by, repeated=True)


def _body(placing: Placing) -> str:
    return digest([asdict(placing) | {"key": "", "shipping": {str(key): code for key, code in placing.shipping.items()}}])


def _checked(tx: Tx, fresh: Mapping[int, Placing], answers: dict[int, Placed | Refusal], *, now: datetime) -> dict[int, Draft]:
    baskets = {row.id: row for row in among(tx, models.Basket, BasketRow, "id", [p.basket_id for p in fresh.values()], lock=True)}
    ordered = [row.id for row in baskets.values() if row.state == "ordered"]
    order_of: dict[UUID, UUID] = dict(tx.select_among(table(models.Order), ["basket_id", "id"], "basket_id", ordered, order_by="placed_at"))
    lines: dict[UUID, list[BasketLineRow]] = {}
    for line in among(tx, models.BasketLine, BasketLineRow, "basket_id", list(baskets)):
        lines.setdefault(line.basket_id, []).append(line)
    wanted: dict[int, ToPrice] = {}
    taken: set[UUID] = set()
    for position, placing in fresh.items():
        basket = baskets.get(placing.basket_id)
        if basket is None or (basket.person_id, basket.visitor) != (placing.owner.person_id, placing.owner.visitor):
            answers[position] = NoSuchBasket("There is no such basket: open yours again.")
        elif basket.state == "ordered":
            answers[position] = AlreadyOrdered("This basket is an order already.", order_id=str(order_of.get(basket.id)))
        elif basket.id in taken:
            answers[position] = AlreadyOrdered("This basket is being ordered already.", order_id=None)
        else:
            taken.add(basket.id)
            wanted[position] = ToPrice(
                basket=basket,
                lines=lines.get(basket.id, []),
                language=placing.language,
                ship_to=placing.ship_to,
                shipping=placing.shipping,
            )
    drafts: dict[int, Draft] = {}
    for position, priced in zip(wanted, price_baskets(tx, list(wanted.values()), now=now), strict=True):
        refusal = check_placing(fresh[position], priced)
        if refusal is not None:
            answers[position] = refusal
        else:
            drafts[position] = draft_order(fresh[position], priced, now)
    return drafts


def _extend_holds(tx: Tx, drafts: dict[int, Draft], answers: dict[int, Placed | Refusal], *, now: datetime) -> None:
    """Let the holds last for the payment. A basket of which one is gone is refused."""
    lines = {line.hold_id: (position, line) for position, draft in drafts.items() for line in draft.case.lines if line.hold_id is not None}
    until = now + PAYMENT_WINDOW + PAYMENT_GRACE
    gone: dict[int, list[str]] = {}
    hold_ids = sorted(lines)
    if not hold_ids:
        return
    for hold_id, answer in zip(hold_ids, inventory.extend_many(tx, hold_ids, until=until, now=now), strict=True):
        if isinstance(answer, inventory.Refused):
            position, line = lines[hold_id]
            gone.setdefault(position, []).append(line.title)
    for position, titles in gone.items():
        del drafts[position]
        answers[position] = BasketNotReady("Some of it is no longer set aside for you: take it again.", titles=titles, reason="gone")


# -- writing it down ---------------------------------------------------------------------------------------------------------------------


def _write(tx: Tx, drafts: Sequence[Draft], *, now: datetime) -> None:
    if not drafts:
        return
    name_lines(tx, drafts)
    cases = [draft.case for draft in drafts]
    put(tx, models.Order, [case.order for case in cases])
    put(tx, models.Sale, [sale for case in cases for sale in case.sales])
    put(tx, models.SaleLine, [line for case in cases for line in case.lines])
    tx.update(table(models.Basket), [(draft.priced.basket.id, "ordered") for draft in drafts], key=["id"], set_to=["state"])
    write_journal(tx, cases, action="place", by=None, reason="the buyer placed the order", now=now)
    announce(tx, [OrderPlaced(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id) for case in cases])
