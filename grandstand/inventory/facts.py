"""What inventory announces."""

from dataclasses import dataclass
from uuid import UUID

from grandstand.kit.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsExpired(Fact):
    """A sweep freed these holds of one basket: their units can be taken by others."""

    basket_id: UUID
    hold_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMoved(Fact):
    """Free units went from one account to another, by hand or by a timed release."""

    from_account_id: UUID
    to_account_id: UUID
    quantity: int
