"""What the gate is asked and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from grandstand.commerce.values import ItemRef, Owner
from grandstand.kit.errors import Refusal

LONGEST_KEY = 64
"""Characters of a request's idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Who somebody at the gate is, in which market they buy, and which basket their holds are for. `valid_until` is aware."""

    owner: Owner
    market_code: str
    basket_id: UUID
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsk:
    """Somebody wants units of an item set aside. The same `key` and body get the same answer again."""

    key: str
    bearer: Pass
    ref: ItemRef
    quantity: int
    seat_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsk:
    """Somebody gives a hold of theirs back."""

    bearer: Pass
    hold_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """The units are set aside until `expires_at`, at a price per unit that is asked again when they are paid."""

    hold_id: UUID
    expires_at: datetime
    unit_price_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Nothing was taken. `reason` is inventory's (sold_out, cap, too_many, not_open, closed, ...) or commerce's (unknown_item, withdrawn, ...)."""

    reason: str
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """Whether this call freed the units; False when they were paid, given back or swept before."""

    freed: bool


class PassWrong(Refusal):
    """There is no pass, it was not made here, or its time is over."""

    code: ClassVar[str] = "pass_wrong"
    status: ClassVar[int] = 401


class GateBusy(Refusal):
    """More is waiting than can be answered in good time. Nothing was decided; `retry_after_s` says when to ask again, with the same key."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s
