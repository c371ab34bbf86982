"""What commerce announces. A fact about a whole order carries the organisation of its largest sale."""

from dataclasses import dataclass
from uuid import UUID

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Fact):
    """Somebody promised to buy; nothing is paid yet, unless there is nothing to pay."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Fact):
    """An unpaid order will not be paid any more.

    `cause`: asked (by its buyer or a person at the desk; also in facts that were announced before there were causes), overdue (its time to pay
    ran out).
    """

    order_id: UUID
    cause: str = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(Fact):
    """The money came in, holds are confirmed, every seller has fulfilled."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePaid(Fact):
    """The same for one seller's part of an order; `organisation_id` is the seller."""

    order_id: UUID
    sale_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Fact):
    """Money goes back to the buyer.

    `cause`: asked (for something bought), late (paid in vain), excess (paid too much), called_off (what was ordered will not take place), provider
    (it was given back there, without our asking: what was bought stays with the buyer until somebody decides).
    """

    order_id: UUID
    refund_id: UUID
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRefunded(Fact):
    """The part of a refund of something bought that one seller bears; `organisation_id` is the seller."""

    order_id: UUID
    sale_id: UUID
    refund_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDisputed(Fact):
    """The buyer's bank took money back, or gave disputed money back: `disputed_minor` is what is disputed now."""

    order_id: UUID
    disputed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAdopted(Fact):
    """What a visitor ordered is `person_id`'s from now on, because they signed in."""

    order_id: UUID
    person_id: UUID
