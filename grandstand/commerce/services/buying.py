"""A whole purchase at once, for the first minute of an on-sale: from holds to a paid order in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from grandstand.commerce import models
from grandstand.commerce.payments import FactKind, ProviderFact
from grandstand.commerce.queries.rows import OrderRow, among
from grandstand.commerce.refusals import KeyReused
from grandstand.commerce.services.collecting import collect_holds_many
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.drafting import write_cases
from grandstand.commerce.services.once import verdicts
from grandstand.commerce.services.paying import Opening, open_payments_many
from grandstand.commerce.services.placing import order_baskets_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.values import Bought, Buying, Collecting, OrderStatus, Placed, Placing
from grandstand.kit.codecs import digest
from grandstand.kit.errors import Refusal
from grandstand.kit.money import Money
from grandstand.store.api import Asked, Tx, keep_answers

SCOPE = "commerce.buy"


def buy_many(tx: Tx, buyings: Sequence[Buying], *, now: datetime) -> list[Bought | Refusal]:
    """Order what each buyer holds, open its payment and, where the money came with it, complete it: the order, or why not, in their order.

    The same functions as pages call one after the other, each once for all buyers (once more for a buyer who is named twice). The same key and
    body gets the same order again, as it stands now. Refused: KeyReused, and whatever collecting, placing and opening a payment refuse; such a
    buying leaves lines in its basket and nothing else.
    """
    asked = verdicts(tx, scope=SCOPE, requests=[Asked(buying.key, _body(buying)) for buying in buyings], now=now)
    answers: dict[int, Bought | Refusal] = {n: KeyReused("This was asked before with other contents: open the page again.") for n in asked.reused}
    answers |= _known(tx, asked.known)
    pending = list(asked.fresh)
    while pending:
        firsts = {buyings[n].owner: n for n in reversed(pending)}
        now_bought = sorted(firsts.values())
        answers |= _buy(tx, {n: buyings[n] for n in now_bought}, now=now)
        pending = [n for n in pending if n not in answers]
    kept = {buyings[n].key: _stored(answer) for n in asked.fresh if isinstance(answer := answers[n], Bought)}
    keep_answers(tx, scope=SCOPE, answers=kept)
    for n, earlier in asked.same_as.items():
        answer = answers[earlier]
        answers[n] = replace(answer, repeated=True) if isinstance(answer, Bought) else answer
    return [answers[n] for n in range(len(buyings))]


def _buy(tx: Tx, buyings: Mapping[int, Buying], *, now: datetime) -> dict[int, Bought | Refusal]:
    """Buyings of different owners."""
    answers: dict[int, Bought | Refusal] = {}
    collectings = [Collecting(owner=each.owner, market_code=each.market_code, items=each.items) for each in buyings.values()]
    baskets = dict(zip(buyings, collect_holds_many(tx, collectings, now=now), strict=True))
    placings = {n: _placing(buyings[n], basket) for n, basket in baskets.items() if isinstance(basket, UUID)}
    with_money = {n for n in placings if buyings[n].captured_as}
    orders, drafts = order_baskets_many(tx, placings, with_money=with_money, now=now)
    placed = {n: order for n, order in orders.items() if isinstance(order, Placed)}
    openings = {n: _opening(buyings[n], order) for n, order in placed.items() if order.total.minor}
    payments = dict(zip(openings, open_payments_many(tx, list(openings.values()), now=now, drafts=drafts), strict=True))
    opened = {n: payment_id for n, payment_id in payments.items() if isinstance(payment_id, UUID)}
    facts = [_captured(buyings[n], placed[n], payment_id, now) for n, payment_id in opened.items() if n in with_money]
    record_payment_facts_many(tx, facts, now=now)
    paid = sorted(placed[n].order_id for n in opened if n in with_money)
    statuses = complete_many(tx, paid, now=now, drafts=drafts) if paid else {}
    write_cases(tx, list(drafts.values()))
    for n, order in placed.items():
        status = statuses.get(order.order_id, OrderStatus.AWAITING_PAYMENT if order.total.minor else OrderStatus.PAID)
        answers[n] = Bought(order_id=order.order_id, number=order.number, total=order.total, payment_id=opened.get(n), status=status)
    answers |= {n: refusal for found in (baskets, orders, payments) for n, refusal in found.items() if isinstance(refusal, Refusal)}
    return answers


def _placing(buying: Buying, basket_id: UUID) -> Placing:
    return Placing(
        key=buying.key,
        owner=buying.owner,
        basket_id=basket_id,
        email=buying.email,
        name=buying.name,
        language=buying.language,
        told=buying.told,
        ship_to=buying.ship_to,
        shipping=buying.shipping,
    )


def _opening(buying: Buying, order: Placed) -> Opening:
    return Opening(order_id=order.order_id, owner=buying.owner, provider_code=buying.provider_code, return_path=buying.return_path)


def _captured(buying: Buying, order: Placed, payment_id: UUID, now: datetime) -> ProviderFact:
    return ProviderFact(
        provider=buying.provider_code,
        event_id=buying.captured_as,
        kind=FactKind.CAPTURED,
        payment_id=payment_id,
        provider_reference="",
        movement_reference=buying.captured_as,
        amount=order.total,
        occurred_at=now,
    )


def _body(buying: Buying) -> str:
    return digest([msgspec.to_builtins(buying) | {"key": "", "captured_as": ""}])


def _stored(answer: Bought) -> dict[str, Any]:
    return {"order_id": str(answer.order_id), "payment_id": str(answer.payment_id) if answer.payment_id else None}


def _known(tx: Tx, known: Mapping[int, Any]) -> dict[int, Bought | Refusal]:
    """Those that were answered before, with their orders as they stand now."""
    orders = {str(order.id): order for order in among(tx, models.Order, OrderRow, "id", [UUID(each["order_id"]) for each in known.values()])}
    return {n: _again(orders[stored["order_id"]], stored) for n, stored in known.items()}


def _again(order: OrderRow, stored: Mapping[str, Any]) -> Bought:
    return Bought(
        order_id=order.id,
        number=order.number,
        total=Money(minor=order.total_minor, currency=order.currency),
        payment_id=UUID(stored["payment_id"]) if stored["payment_id"] else None,
        status=OrderStatus(order.status),
        repeated=True,
    )
