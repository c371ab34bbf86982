"""Send a buyer to a provider. The provider is asked between two transactions, never within one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from grandstand.commerce import models
from grandstand.commerce.payments import NextAction, PaymentAsk, PaymentProvider, providers
from grandstand.commerce.queries.cases import NONE, Case, open_cases
from grandstand.commerce.queries.rows import PaymentRow, SaleRow, change, orders_locked, put
from grandstand.commerce.refusals import CalledOff, NoSuchOrder, NoWayToPay, OrderClosed
from grandstand.commerce.services.calling_off import called_off
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.journal import buyer_of
from grandstand.commerce.values import Begun, OrderStatus, Owner
from grandstand.kit.actors import Actor
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.store.api import Change, Tx, record, write, write_retrying

FETCH_AFTER = timedelta(minutes=3)
"""A webhook that has not come by then may never: ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody goes to pay an order's total. With `owner`, only theirs is found. `return_path` is a path of this platform."""

    order_id: UUID
    owner: Owner | None
    provider_code: str
    return_path: str


def begin_payment(*, order_id: UUID, owner: Owner, provider_code: str, return_path: str, platform_url: str, description: str, now: datetime) -> Begun:
    """Open a payment of the order's total and say where the buyer goes next. Not inside a transaction.

    A payment through the same provider that is still open is gone on with, so that a second click does not pay twice. The buyer comes back to
    our own waiting page, and from there to `return_path`. Raises NoSuchOrder, OrderClosed (paid, cancelled, or its time is over), CalledOff,
    NoWayToPay (no such provider is wired), ProviderUnreachable: then nothing was paid and asking again is safe.
    """
    if not return_path.startswith("/") or return_path.startswith("//"):
        raise ValueError(f"return_path is a path of this platform, not {return_path!r}")
    asks = _wired(provider_code)
    opening = Opening(order_id=order_id, owner=owner, provider_code=provider_code, return_path=return_path)
    with write() as tx:
        case, payment = _opened(tx, opening, now=now)
    if payment.redirect_url:
        return Begun(payment_id=payment.id, redirect_url=payment.redirect_url)
    ask = PaymentAsk(
        payment_id=payment.id,
        amount=case.money(payment.amount_minor),
        description=description,
        return_url=platform_url + reverse("commerce:payment", args=[payment.id]),
        language=case.order.language,
        expires_at=case.order.pay_by,
    )
    action = asks.begin(ask, now=now)
    write_retrying(lambda tx: _keep(tx, payment, action, now))
    return Begun(payment_id=payment.id, redirect_url=action.redirect_url)


def _wired(code: str) -> PaymentProvider:
    for found in providers():
        if found.code == code:
            return found
    raise NoWayToPay("Nothing can be paid in this way at the moment: the operator has to wire the payment provider.", provider=code)


def open_payment(tx: Tx, *, order_id: UUID, owner: Owner | None, provider_code: str, return_path: str, now: datetime) -> UUID:
    """The id under which facts about a payment of the order's total may come, without asking the provider for a page.

    The same payment as before while it is open. With `owner`, only theirs is found. Raises NoSuchOrder, OrderClosed, CalledOff.
    """
    return _opened(tx, Opening(order_id=order_id, owner=owner, provider_code=provider_code, return_path=return_path), now=now)[1].id


def open_payments_many(tx: Tx, openings: Sequence[Opening], *, now: datetime, drafts: Mapping[UUID, Case] = NONE) -> list[UUID | Refusal]:
    """The same for many orders, each named once: a payment's id or why not, in their order. A constant number of statements.

    `drafts` as in `open_cases`: these get the payment, to be written with them.
    """
    return [opened if isinstance(opened, Refusal) else opened[1].id for opened in _opened_many(tx, openings, now=now, drafts=drafts)]


def _opened(tx: Tx, opening: Opening, *, now: datetime) -> tuple[Case, PaymentRow]:
    [opened] = _opened_many(tx, [opening], now=now)
    if isinstance(opened, Refusal):
        raise opened
    return opened


def _opened_many(
    tx: Tx, openings: Sequence[Opening], *, now: datetime, drafts: Mapping[UUID, Case] = NONE
) -> list[tuple[Case, PaymentRow] | Refusal]:
    cases = {case.order.id: case for case in open_cases(tx, [opening.order_id for opening in openings], drafts=drafts)}
    off = called_off(tx, list(cases.values()))
    found = [_found(opening, cases.get(opening.order_id), off, now) for opening in openings]
    new = [opened for opened in found if not isinstance(opened, Refusal) and opened[1] not in opened[0].payments]
    put(tx, models.Payment, [payment for case, payment in new if case.order.id not in drafts])
    for case, payment in new:
        case.payments.append(payment)
    record(tx, [_change(sale, payment, buyer_of(case)) for case, payment in new for sale in case.sales], now=now)
    return found


def _found(opening: Opening, case: Case | None, off: Mapping[UUID, list[str]], now: datetime) -> tuple[Case, PaymentRow] | Refusal:
    """The payment that is open already, or a new one that is still to be written."""
    owner = opening.owner
    if case is None or (owner is not None and (case.order.person_id, case.order.visitor) != (owner.person_id, owner.visitor)):
        return NoSuchOrder("There is no such order.")
    order = case.order
    if order.status != OrderStatus.AWAITING_PAYMENT or order.pay_by <= now:
        return OrderClosed("This order cannot be paid any more: choose again.", status=order.status)
    if order.id in off:
        return CalledOff("Something in this order will not take place: put it back into the basket and take that out.", titles=off[order.id])
    for payment in case.payments:
        totals = case.totals.get(payment.id)
        if payment.provider == opening.provider_code and (totals is None or not (totals.captured or totals.failures)):
            return case, payment
    return case, PaymentRow(
        id=new_id(),
        order_id=order.id,
        provider=opening.provider_code,
        provider_reference="",
        redirect_url="",
        return_path=opening.return_path,
        amount_minor=order.total_minor,
        currency=order.currency,
        begun_at=now,
        fetch_due_at=now + FETCH_AFTER,
    )


def _change(sale: SaleRow, payment: PaymentRow, by: Actor) -> Change:
    return Change(
        by=by,
        action="open_payment",
        object_type="commerce.sale",
        object_id=sale.id,
        reason="the buyer went to pay",
        organisation_id=sale.organisation_id,
        after={"payment": str(payment.id), "provider": payment.provider},
    )


def _keep(tx: Tx, payment: PaymentRow, action: NextAction, now: datetime) -> None:
    """Keep the provider's name for the payment. What it told under this name before we knew it counts now."""
    orders_locked(tx, [payment.order_id])
    payment.provider_reference, payment.redirect_url = action.provider_reference, action.redirect_url
    change(tx, models.Payment, [payment], ["provider_reference", "redirect_url"])
    complete_many(tx, [payment.order_id], now=now)
