"""Payments, refunds, papers, sums."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grandstand.commerce.values.items import Owner
from grandstand.commerce.values.orders import OrderStatus
from grandstand.kit.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A payment is open at its provider: the buyer goes to `redirect_url`."""

    payment_id: UUID
    redirect_url: str


class PaymentState(StrEnum):
    """What a buyer who comes back from a bank is told."""

    WAITING = "waiting"
    """The bank has told nothing yet."""
    AUTHORISED = "authorised"
    """The bank has set the money aside; it is not ours yet."""
    FAILED = "failed"
    """The try ended without money."""
    PAID = "paid"
    SENT_BACK = "sent_back"
    """The money came when the order could not be fulfilled any more, and goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProgress:
    """Where a payment stands. `redirect_url` is the provider's page, where the buyer may go on while it waits."""

    payment_id: UUID
    order_id: UUID
    owner: Owner | None
    number: str
    amount: Money
    state: PaymentState
    order_status: OrderStatus
    pay_by: datetime
    redirect_url: str
    return_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefund:
    """So many units of a line go back. `unit_ids` names which (tickets); without, the seller chooses the newest."""

    line_id: UUID
    quantity: int
    unit_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsk:
    """A refund of a paid order: these lines (ways of shipping are lines too), or, without any, all that is left.

    `key` makes asking again harmless. With `restock` the units can be sold again; without, they were shipped and stay away.
    """

    key: str
    order_id: UUID
    reason: str
    lines: tuple[LineRefund, ...] = ()
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The refund is decided; its money travels afterwards. `repeated` says that it was decided before this call."""

    refund_id: UUID
    order_id: UUID
    amount: Money
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTotals:
    """What an organisation sold since an instant, in one currency. `gross` is with tax and shipping, before `refunded`; `units` without refunded."""

    organisation_id: UUID
    orders: int
    units: int
    gross: Money
    refunded: Money


class DocumentKind(StrEnum):
    """Numbered papers of a seller. Each kind has its own series without gaps, by seller and year."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A numbered paper, as listed beside an order."""

    document_id: UUID
    order_id: UUID
    seller_id: UUID
    kind: DocumentKind
    number: str
    issued_at: datetime
    total: Money
