"""An order before it is written: its sales and lines, at the prices the buyer agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from grandstand.commerce import models
from grandstand.commerce.queries.cases import Case
from grandstand.commerce.queries.pricing import PricedBasket, describe_all
from grandstand.commerce.queries.rows import BasketLineRow, OrderRow, SaleLineRow, SaleRow, put, stored_wants
from grandstand.commerce.rules.orders import PAYMENT_WINDOW, new_number
from grandstand.commerce.selling import Quote
from grandstand.commerce.values import ItemRef, Nature, OrderStatus, Placing, Taxed
from grandstand.kit.ids import new_id
from grandstand.store.api import Tx


@dataclass(slots=True, kw_only=True)
class Draft:
    """An order about to be written."""

    placing: Placing
    priced: PricedBasket
    case: Case


def draft_order(placing: Placing, priced: PricedBasket, now: datetime) -> Draft:
    """What will be written, for a basket that `check_placing` lets pass."""
    order_id = new_id()
    order = OrderRow(
        id=order_id,
        number=new_number(),
        basket_id=priced.basket.id,
        person_id=placing.owner.person_id,
        visitor=placing.owner.visitor,
        email=placing.email.strip(),
        name=placing.name.strip(),
        language=placing.language,
        ship_to=None if placing.ship_to is None else msgspec.to_builtins(placing.ship_to),
        shipping_codes={},
        market_code=priced.market.code,
        currency=priced.market.currency,
        total_minor=0,
        status=OrderStatus.AWAITING_PAYMENT.value,
        placed_at=now,
        pay_by=now + PAYMENT_WINDOW,
    )
    case = Case(order=order)
    sales: dict[UUID, SaleRow] = {}
    for each in priced.lines:
        assert isinstance(each.quote, Quote) and each.taxed is not None, "check_placing refuses what has no quote or tax"  # noqa: PT018
        sale = _sale(sales, order, each.quote.seller_id)
        case.lines.append(_item_line(sale, each.line, each.quote, each.taxed))
    for parcel in priced.parcels:
        assert parcel.chosen is not None, "check_placing refuses what is not shipped"
        option, amount = parcel.options[parcel.chosen]
        assert amount is not None, "check_placing refuses what has no tax"
        order.shipping_codes[str(parcel.seller_id)] = option.code
        case.lines.append(_shipping_line(_sale(sales, order, parcel.seller_id), parcel.kind, option.title, amount, priced.market.prices_include_tax))
    for line in case.lines:
        sales[line.organisation_id].net_minor += line.net_minor
        sales[line.organisation_id].tax_minor += line.tax_minor
    case.sales = sorted(sales.values(), key=lambda sale: sale.id)
    order.total_minor = sum(sale.net_minor + sale.tax_minor for sale in case.sales)
    return Draft(placing=placing, priced=priced, case=case)


def _sale(sales: dict[UUID, SaleRow], order: OrderRow, seller_id: UUID) -> SaleRow:
    if seller_id not in sales:
        sales[seller_id] = SaleRow(id=new_id(), order_id=order.id, organisation_id=seller_id, currency=order.currency, net_minor=0, tax_minor=0)
    return sales[seller_id]


def _item_line(sale: SaleRow, line: BasketLineRow, quote: Quote, amount: Taxed) -> SaleLineRow:
    return SaleLineRow(
        id=new_id(),
        sale_id=sale.id,
        order_id=sale.order_id,
        organisation_id=sale.organisation_id,
        nature=Nature.ITEM.value,
        item_kind=line.item_kind,
        item_id=line.item_id,
        quantity=line.quantity,
        seat_ids=line.seat_ids,
        wants=stored_wants(quote.wants),
        hold_id=line.hold_id,
        title="",
        subtitle="",
        currency=quote.unit_price.currency,
        unit_price_minor=quote.unit_price.minor,
        version=quote.version,
        net_minor=amount.net.minor,
        tax_minor=amount.tax.minor,
        tax_place=amount.place,
        tax_rate_bp=amount.rate_bp,
    )


def _shipping_line(sale: SaleRow, kind: str, title: str, amount: Taxed, included: bool) -> SaleLineRow:  # noqa: FBT001 passed through, named there
    price = amount.gross if included else amount.net
    return SaleLineRow(
        id=new_id(),
        sale_id=sale.id,
        order_id=sale.order_id,
        organisation_id=sale.organisation_id,
        nature=Nature.SHIPPING.value,
        item_kind=kind,
        item_id=sale.id,
        quantity=1,
        seat_ids=[],
        wants=[],
        hold_id=None,
        title=title,
        subtitle="",
        currency=price.currency,
        unit_price_minor=price.minor,
        version=0,
        net_minor=amount.net.minor,
        tax_minor=amount.tax.minor,
        tax_place=amount.place,
        tax_rate_bp=amount.rate_bp,
    )


def write_cases(tx: Tx, cases: Sequence[Case]) -> None:
    """Write drafted orders with their sales, lines and payments as they stand. Four statements.

    Once, at the end of what makes and completes them: rows that point at them are checked at the commit.
    """
    put(tx, models.Order, [case.order for case in cases])
    put(tx, models.Sale, [sale for case in cases for sale in case.sales])
    put(tx, models.SaleLine, [line for case in cases for line in case.lines])
    put(tx, models.Payment, [payment for case in cases for payment in case.payments])


def name_lines(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Write down what the buyer was shown: an item may be renamed, an invoice not."""
    items = [
        (ItemRef(kind=line.item_kind, item_id=line.item_id), draft.placing.language, line)
        for draft in drafts
        for line in draft.case.lines
        if line.nature == Nature.ITEM
    ]
    described = describe_all(tx, [(ref, language) for ref, language, _ in items])
    for ref, language, line in items:
        line.title, line.subtitle = described[ref, language].title[:300], described[ref, language].subtitle[:300]
