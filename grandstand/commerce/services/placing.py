"""From basket to order: the buyer's promise, checked against what is true now."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from grandstand.commerce import models
from grandstand.commerce.facts import OrderPlaced
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.orders import PLACED as SCOPE
from grandstand.commerce.queries.pricing import ToPrice, price_baskets
from grandstand.commerce.queries.rows import BasketLineRow, BasketRow, OrderRow, among
from grandstand.commerce.refusals import AlreadyOrdered, BasketNotReady, KeyReused, NoSuchBasket
from grandstand.commerce.rules.orders import PAYMENT_GRACE, PAYMENT_WINDOW
from grandstand.commerce.services.checking import check_placing
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.drafting import Draft, draft_order, name_lines, write_cases
from grandstand.commerce.services.journal import write_journal
from grandstand.commerce.services.once import Verdicts, verdicts
from grandstand.commerce.values import Placed, Placing
from grandstand.inventory import api as inventory
from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.kit.money import Money
from grandstand.store.api import Asked, Tx, announce, keep_answers, table


def place_orders_many(tx: Tx, placings: Sequence[Placing], *, now: datetime) -> list[Placed | Refusal]:
    """Answer each placing, in their order: the order that stands now, or why not.

    Prices, conditions, times, tax and shipping are asked again: whatever differs from what the buyer saw is refused with old and new. Holds then
    last until the payment window and its grace are over. A refused placing writes nothing (its holds may last longer than before, which gives no
    more time to order). The same key with the same body is answered with the same order; an order without anything to pay is completed at once.
    Baskets are locked in id order. A constant number of statements, apart from one quote, one shipping and one description per kind, market and
    language.
    """
    answers: dict[int, Placed | Refusal] = {}
    asked = verdicts(tx, scope=SCOPE, requests=[Asked(placing.key, _body(placing)) for placing in placings], now=now)
    _answer_known(tx, asked, answers)
    decided, drafts = order_baskets_many(tx, {position: placings[position] for position in asked.fresh}, now=now)
    write_cases(tx, list(drafts.values()))
    answers |= decided
    placed = {placings[position].key: answer for position, answer in decided.items() if isinstance(answer, Placed)}
    keep_answers(tx, scope=SCOPE, answers={key: {"order_id": str(answer.order_id)} for key, answer in placed.items()})
    for position, earlier in asked.same_as.items():
        answer = answers[earlier]
        answers[position] = replace(answer, repeated=True) if isinstance(answer, Placed) else answer
    return [answers[position] for position in range(len(placings))]


def order_baskets_many(
    tx: Tx, placings: Mapping[int, Placing], *, with_money: Container[int] = (), now: datetime
) -> tuple[dict[int, Placed | Refusal], dict[UUID, Case]]:
    """The same for placings whose keys somebody has claimed already; with the orders, which are still to be written (`write_cases`).

    Those `with_money` are completed in this transaction: their holds need not last any longer.
    """
    answers: dict[int, Placed | Refusal] = {}
    drafts = _checked(tx, placings, answers, now=now)
    _extend_holds(tx, drafts, answers, but=with_money, now=now)
    _write(tx, list(drafts.values()), now=now)
    cases = {draft.case.order.id: draft.case for draft in drafts.values()}
    for position, draft in drafts.items():
        order = draft.case.order
        total = draft.case.money(order.total_minor)
        answers[position] = Placed(order_id=order.id, number=order.number, total=total, pay_by=order.pay_by)
    free = [order_id for order_id, case in cases.items() if case.order.total_minor == 0]
    if free:
        complete_many(tx, free, now=now, drafts=cases)
    return answers, cases


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
    return digest([msgspec.to_builtins(placing) | {"key": ""}])


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
        refusal = check_placing(fresh[position], priced, now=now)
        if refusal is not None:
            answers[position] = refusal
        else:
            drafts[position] = draft_order(fresh[position], priced, now)
    return drafts


def _extend_holds(tx: Tx, drafts: dict[int, Draft], answers: dict[int, Placed | Refusal], *, but: Container[int], now: datetime) -> None:
    """Let the holds last for the payment. A basket of which one is gone is refused."""
    waiting = [(position, line) for position, draft in drafts.items() if position not in but for line in draft.case.lines]
    lines = {line.hold_id: (position, line) for position, line in waiting if line.hold_id is not None}
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
    tx.update(table(models.Basket), [(draft.priced.basket.id, "ordered") for draft in drafts], key=["id"], set_to=["state"])
    write_journal(tx, cases, action="place", by=None, reason="the buyer placed the order", now=now)
    announce(tx, [OrderPlaced(organisation_id=case.largest_sale.organisation_id, occurred_at=now, order_id=case.order.id) for case in cases])
