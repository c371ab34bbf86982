"""Send a buyer to a provider. The provider is asked between two transactions, never within one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.urls import reverse

from grandstand.commerce import models
from grandstand.commerce.payments import NextAction, PaymentAsk, ProviderFact, ProviderUnreachable, provider
from grandstand.commerce.queries.cases import Case, open_cases
from grandstand.commerce.queries.rows import PaymentRow, among, change, columns_of, orders_locked, put
from grandstand.commerce.refusals import NoSuchOrder, OrderClosed
from grandstand.commerce.services.completing import complete_many
from grandstand.commerce.services.recording import record_payment_facts_many
from grandstand.commerce.values import Begun, OrderStatus, Owner
from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.store.api import Tx, read, table, write, write_retrying

log = structlog.get_logger(__name__)

FETCH_AFTER = timedelta(minutes=3)
"""A webhook that has not come by then may never: ask."""

FETCH_UNTIL = timedelta(days=3)
"""Nobody is still at the bank's page after this long past the payment window; providers end sessions within a day."""


def begin_payment(*, order_id: UUID, owner: Owner, provider_code: str, return_path: str, platform_url: str, description: str, now: datetime) -> Begun:
    """Open a payment of the order's total and say where the buyer goes next. Not inside a transaction.

    A payment through the same provider that is still open is gone on with, so that a second click does not pay twice. The buyer comes back to
    our own waiting page, and from there to `return_path`. Raises NoSuchOrder, OrderClosed (paid, cancelled, or its time is over),
    ProviderUnreachable: then nothing was paid and asking again is safe.
    """
    if not return_path.startswith("/") or return_path.startswith("//"):
        raise ValueError(f"return_path is a path of this platform, not {return_path!r}")
    asks = provider(provider_code)
    with write() as tx:
        case, payment = _opened(tx, order_id, owner, provider_code, return_path, now=now)
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


def open_payment(tx: Tx, *, order_id: UUID, owner: Owner | None, provider_code: str, return_path: str, now: datetime) -> UUID:
    """The id under which facts about a payment of the order's total may come, without asking the provider for a page.

    The same payment as before while it is open. With `owner`, only theirs is found. Raises NoSuchOrder, OrderClosed.
    """
    return _opened(tx, order_id, owner, provider_code, return_path, now=now)[1].id


def _opened(tx: Tx, order_id: UUID, owner: Owner | None, provider_code: str, return_path: str, *, now: datetime) -> tuple[Case, PaymentRow]:
    case = next(iter(open_cases(tx, [order_id])), None)
    if case is None or (owner is not None and (case.order.person_id, case.order.visitor) != (owner.person_id, owner.visitor)):
        raise NoSuchOrder("There is no such order.")
    order = case.order
    if order.status != OrderStatus.AWAITING_PAYMENT or order.pay_by <= now:
        raise OrderClosed("This order cannot be paid any more: choose again.", status=order.status)
    for payment in case.payments:
        totals = case.totals.get(payment.id)
        if payment.provider == provider_code and (totals is None or not (totals.captured or totals.failures)):
            return case, payment
    payment = PaymentRow(
        id=new_id(),
        order_id=order.id,
        provider=provider_code,
        provider_reference="",
        redirect_url="",
        return_path=return_path,
        amount_minor=order.total_minor,
        currency=order.currency,
        begun_at=now,
        fetch_due_at=now + FETCH_AFTER,
    )
    put(tx, models.Payment, [payment])
    return case, payment


def _keep(tx: Tx, payment: PaymentRow, action: NextAction, now: datetime) -> None:
    """Keep the provider's name for the payment. What it told under this name before we knew it counts now."""
    orders_locked(tx, [payment.order_id])
    payment.provider_reference, payment.redirect_url = action.provider_reference, action.redirect_url
    change(tx, models.Payment, [payment], ["provider_reference", "redirect_url"])
    complete_many(tx, [payment.order_id], now=now)


# -- when a webhook is lost --------------------------------------------------------------------------------------------------------------


def fetch_payments(*, now: datetime, limit: int = 20) -> int:
    """Ask providers about payments of which they told no capture; returns how many answered. Not inside a transaction.

    Each is asked after FETCH_AFTER, then ever more rarely (when it is twice as old), until FETCH_UNTIL. Several workers may run at once.
    """
    with write() as tx:
        due = _due(tx, now, limit)
    answered = 0
    for payment in due:
        try:
            facts = provider(payment.provider).fetch(payment_id=payment.id, provider_reference=payment.provider_reference, now=now)
        except ProviderUnreachable as unreachable:
            log.warning("payment_not_fetched", payment_id=str(payment.id), provider=payment.provider, error=str(unreachable))
            continue
        write_retrying(partial(receive_facts, facts=facts, now=now))
        answered += 1
    return answered


def receive_facts(tx: Tx, *, facts: Sequence[ProviderFact], now: datetime) -> dict[UUID, OrderStatus]:
    """Keep what a provider told and do what it calls for."""
    return complete_many(tx, record_payment_facts_many(tx, facts, now=now), now=now)


def _due(tx: Tx, now: datetime, limit: int) -> list[PaymentRow]:
    skip = " FOR UPDATE SKIP LOCKED" if tx.engine == "postgresql" else ""
    names = columns_of(PaymentRow)
    sql = (
        f"SELECT {', '.join(names)} FROM commerce_payment WHERE fetch_due_at <= %s AND captured_minor = 0 AND provider_reference <> '' "
        f"ORDER BY fetch_due_at, id LIMIT %s{skip}"
    )
    kinds = table(models.Payment).of(names)
    rows = [PaymentRow(**dict(zip(names, row, strict=True))) for row in tx.rows(sql, (now, limit), kinds=kinds)]
    again = [(row.id, None if now - row.begun_at > FETCH_UNTIL else now + (now - row.begun_at)) for row in rows]
    tx.update(table(models.Payment), again, key=["id"], set_to=["fetch_due_at"])
    return rows


# -- when the bank only set the money aside ----------------------------------------------------------------------------------------------


def capture_payment(*, payment_id: UUID, now: datetime) -> None:
    """Ask the provider for what it authorised; the answer comes as a fact. Asking twice is safe. Not inside a transaction.

    Raises ProviderUnreachable.
    """
    with read() as tx:
        (payment,) = among(tx, models.Payment, PaymentRow, "id", [payment_id])
    amount = Money(minor=payment.amount_minor, currency=payment.currency)
    provider(payment.provider).capture(payment_id=payment.id, provider_reference=payment.provider_reference, amount=amount, now=now)
