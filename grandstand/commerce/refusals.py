"""Every "no" of commerce, each with what to do next."""

from grandstand.kit.errors import NotFound, Refusal


class NoSuchBasket(NotFound):
    """There is no open basket, or not for this owner."""

    code = "no_such_basket"


class NoSuchLine(NotFound):
    """The line is not in this basket or order."""

    code = "no_such_line"


class NoSuchOrder(NotFound):
    """There is no such order, or not for this owner."""

    code = "no_such_order"


class NoSuchPayment(NotFound):
    """There is no such payment, or not for this owner."""

    code = "no_such_payment"


class NoSuchDocument(NotFound):
    """There is no such paper, or not for this person."""

    code = "no_such_document"


class LineRefused(Refusal):
    """The item could not be set aside; what was set aside before stays so.

    `detail["reason"]` is a code of inventory.Reason or NoQuote, `detail["left"]` how many there are, where that is the reason.
    """

    code = "line_refused"


class BasketFull(Refusal):
    """A basket has MOST_LINES lines at most."""

    code = "basket_full"


class KeyReused(Refusal):
    """The idempotency key was used before for something else: an error of the caller."""

    code = "key_reused"
    status = 422


class BasketNotReady(Refusal):
    """Lines are expired, refused or unavailable. `detail["lines"]` names them with the reason of each."""

    code = "basket_not_ready"


class PriceChanged(Refusal):
    """Prices or conditions changed since the buyer saw them. `detail["lines"]` has line, old and new price (minor), and the currency."""

    code = "price_changed"


class Rescheduled(Refusal):
    """Something in the basket takes place at another time or place than the buyer saw.

    `detail["lines"]` has line, `old` and `new`, each with starts_at, ends_at (UTC), time_zone and place.
    """

    code = "rescheduled"


class TotalChanged(Refusal):
    """The order would cost something else than the buyer was told. `detail["told_minor"]`, `detail["total_minor"]`, `detail["currency"]`."""

    code = "total_changed"


class ContactMissing(Refusal):
    """An e-mail address is needed to send the order to. `detail["field"]` names what is wrong."""

    code = "contact_missing"
    status = 422


class NameWrong(Refusal):
    """The buyer's name carries a link, which our mail would bring to whoever owns the address. `detail["field"]`."""

    code = "name_wrong"
    status = 422


class ShipToMissing(Refusal):
    """Something must be shipped and nobody said where."""

    code = "ship_to_missing"
    status = 422


class NotShipped(Refusal):
    """A seller does not ship there, or not in the way that was chosen. `detail["seller_id"]`."""

    code = "not_shipped"
    status = 422


class TaxUnknown(Refusal):
    """No tax rate is known for a place: the operator must enter one (or a rate of zero). `detail["place"]`, `detail["tax_class"]`."""

    code = "tax_unknown"
    status = 503


class AlreadyOrdered(Refusal):
    """The basket became an order already: `detail["order_id"]`."""

    code = "already_ordered"


class NotAGuests(Refusal):
    """The order belongs to an account, through which its data are read and forgotten; or there is none."""

    code = "not_a_guests"


class OrderClosed(Refusal):
    """The order cannot be paid or cancelled any more. `detail["status"]`."""

    code = "order_closed"


class CalledOff(Refusal):
    """Something in the order will not take place, so nothing is to be paid for it. `detail["titles"]` names it."""

    code = "called_off"


class NoWayToPay(Refusal):
    """No payment provider is wired that takes this payment: the operator must wire one (config/wiring.py)."""

    code = "no_way_to_pay"
    status = 503


class NothingToRefund(Refusal):
    """The order was not paid, or all of it went back already."""

    code = "nothing_to_refund"


class RefundTooLarge(Refusal):
    """More than was bought or paid, and is neither refunded nor disputed. `detail["left"]` units or `detail["left_minor"]`."""

    code = "refund_too_large"


class CannotRestock(Refusal):
    """The stock was shipped or used: refund without taking it back into stock."""

    code = "cannot_restock"


class TaxRateOverlaps(Refusal):
    """A rate cannot begin before one that is entered already. `detail["field"]`."""

    code = "tax_rate_overlaps"
    status = 422


class TaxRateInThePast(Refusal):
    """A rate cannot begin on a day that is over: what was sold then keeps its tax. `detail["field"]`."""

    code = "tax_rate_in_the_past"
    status = 422


class Crossed(Refusal):
    """Two people changed the same things at one moment, and the database let the other go first: nothing was written, ask again."""

    code = "crossed"
