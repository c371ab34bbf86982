"""An order as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, pgettext

from grandstand.commerce import api as commerce
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.shop import api as shop
from grandstand.sites.seating.labels import seats_of_lines
from grandstand.sites.words import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one seller sold in the order."""

    seller: str
    lines: tuple["LineSold", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSold:
    """A line with where its seats are, one text for each row."""

    line: commerce.SaleLine
    seats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelShown:
    """A parcel with the words of where it is."""

    parcel: shop.Parcel
    tone: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShown:
    """The order with the words of its state and its sums; the last one is what was paid."""

    order: commerce.Order
    tone: str
    word: str
    parts: tuple[Part, ...]
    sums: tuple[tuple[str, Money], ...]
    parcels: tuple[ParcelShown, ...]
    documents: tuple[commerce.Document, ...]


def order_shown(order: commerce.Order, *, parcels: Sequence[shop.Parcel], documents: Sequence[commerce.Document]) -> OrderShown:
    """The order with its sellers' names and where its seats are. One statement, four with seats."""
    lines = [line for sale in order.sales for line in sale.lines]
    places = seats_of_lines([(line.ref.item_id, line.seat_ids) for line in lines], language=get_language() or "en")
    seats = dict(zip([line.line_id for line in lines], places, strict=True))
    sellers = movement.organisations({sale.seller_id for sale in order.sales})
    tone, word = status_words(order.status)
    sums = [(gettext("Without tax"), order.totals.net), (gettext("Tax"), order.totals.tax), (pgettext("sum", "Total"), order.totals.gross)]
    if order.refunded:
        sums += [(gettext("Given back"), -order.refunded), (gettext("Remains"), order.totals.gross - order.refunded)]
    return OrderShown(
        order=order,
        tone=tone,
        word=word,
        parts=tuple(
            Part(
                seller=sellers[sale.seller_id].name if sale.seller_id in sellers else "",
                lines=tuple(LineSold(line=line, seats=seats[line.line_id]) for line in sale.lines),
            )
            for sale in order.sales
        ),
        sums=tuple(sums),
        parcels=tuple(parcel_shown(parcel) for parcel in parcels),
        documents=tuple(documents),
    )


def status_words(status: commerce.OrderStatus) -> Said:
    """Where an order stands."""
    return {
        commerce.OrderStatus.AWAITING_PAYMENT: ("wait", gettext("Waiting for payment")),
        commerce.OrderStatus.PAID: ("done", gettext("Paid")),
        commerce.OrderStatus.PARTLY_REFUNDED: ("done", gettext("Partly refunded")),
        commerce.OrderStatus.REFUNDED: ("plain", gettext("Refunded")),
        commerce.OrderStatus.CANCELLED: ("plain", gettext("Cancelled")),
        commerce.OrderStatus.SENT_BACK: ("refused", gettext("Money sent back")),
    }[status]


def parcel_shown(parcel: shop.Parcel) -> ParcelShown:
    tone, word = {
        shop.ParcelStatus.TO_PACK: ("wait", gettext("Being prepared")),
        shop.ParcelStatus.PACKED: ("wait", gettext("Packed")),
        shop.ParcelStatus.SHIPPED: ("act", gettext("On its way")),
        shop.ParcelStatus.DELIVERED: ("done", gettext("Delivered")),
        shop.ParcelStatus.RETURNED: ("refused", gettext("Came back to the shop")),
        shop.ParcelStatus.CANCELLED: ("plain", gettext("Cancelled")),
    }[parcel.status]
    return ParcelShown(parcel=parcel, tone=tone, word=word)
