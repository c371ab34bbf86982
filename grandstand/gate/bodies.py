"""What the bodies of requests say, and what is wrong with those that say nothing we know."""

from collections.abc import Callable
from uuid import UUID

import msgspec

from grandstand.commerce import api as commerce
from grandstand.commerce.api import Buying, HeldItem, ItemRef, ShipTo
from grandstand.gate.values import LONGEST_KEY, ChangeAsk, HoldAsk, Pass
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import named_id
from grandstand.kit.money import Money

TEST_PROVIDER = "test"


class BodyWrong(Refusal):
    """The body is not what was expected."""

    code = "body_wrong"
    status = 422


class _Hold(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    kind: str
    item: UUID
    quantity: int
    seats: tuple[UUID, ...] = ()
    accessible: int = 0
    may_split: bool = False


class _Change(_Hold, forbid_unknown_fields=True, kw_only=True):
    hold: UUID


class _Release(msgspec.Struct, forbid_unknown_fields=True):
    hold: UUID


class _Item(msgspec.Struct, forbid_unknown_fields=True):
    hold: UUID
    kind: str
    item: UUID
    quantity: int
    seats: tuple[UUID, ...] = ()


class _Pay(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    items: tuple[_Item, ...]
    email: str
    name: str
    language: str
    told_minor: int
    currency: str
    provider: str
    ship_to: ShipTo | None = None
    shipping: dict[UUID, str] = {}
    is_charged: bool = False
    """The test bank charged the card already, as a wallet would have: with test payments only."""


_read_hold = msgspec.json.Decoder(_Hold).decode
_read_change = msgspec.json.Decoder(_Change).decode
_read_release = msgspec.json.Decoder(_Release).decode
_read_pay = msgspec.json.Decoder(_Pay).decode


def hold_ask(body: bytes, bearer: Pass) -> HoldAsk:
    """What a request to `/gate/hold` asks for. Raises BodyWrong."""
    return _wanted(_read(_read_hold, body), bearer)


def change_ask(body: bytes, bearer: Pass) -> ChangeAsk:
    """What a request to `/gate/change` asks for. Raises BodyWrong."""
    asked = _read(_read_change, body)
    return ChangeAsk(hold_id=asked.hold, want=_wanted(asked, bearer))


def hold_to_release(body: bytes) -> UUID:
    """Which hold a request to `/gate/release` gives back. Raises BodyWrong."""
    return _read(_read_release, body).hold


def buying(body: bytes, bearer: Pass, *, test_payments: bool) -> Buying:
    """What a request to `/gate/pay` buys. Raises BodyWrong."""
    asked = _read(_read_pay, body)
    _check_key(asked.key)
    if not asked.items:
        raise BodyWrong("items: one or more")
    if asked.provider not in {provider.code for provider in commerce.providers()}:
        raise BodyWrong("provider: one of those that the checkout offers")
    if asked.is_charged and not (test_payments and asked.provider == TEST_PROVIDER):
        raise BodyWrong("is_charged: with the test bank only, where test payments are on")
    key = named_id(bearer.basket_id.bytes + asked.key.encode()).hex
    return Buying(
        key=key,
        owner=bearer.owner,
        market_code=bearer.market_code,
        items=tuple(
            HeldItem(hold_id=each.hold, ref=ItemRef(kind=each.kind, item_id=each.item), quantity=each.quantity, seat_ids=each.seats)
            for each in asked.items
        ),
        email=asked.email,
        name=asked.name,
        language=asked.language,
        told=Money(minor=asked.told_minor, currency=asked.currency),
        provider_code=asked.provider,
        captured_as=f"gate-{key}" if asked.is_charged else "",
        ship_to=asked.ship_to,
        shipping=asked.shipping,
    )


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _wanted(asked: _Hold, bearer: Pass) -> HoldAsk:
    _check_key(asked.key)
    if asked.quantity < 1:
        raise BodyWrong("quantity: one or more")
    if asked.seats and len(set(asked.seats)) != asked.quantity:
        raise BodyWrong("seats: as many different ones as quantity says, or none")
    if not 0 <= asked.accessible <= asked.quantity:
        raise BodyWrong("accessible: how many of the party need an accessible place, at most all")
    if asked.seats and (asked.accessible or asked.may_split):
        raise BodyWrong("accessible, may_split: only where the choice of seats is left to us")
    return HoldAsk(
        key=asked.key,
        bearer=bearer,
        ref=ItemRef(kind=asked.kind, item_id=asked.item),
        quantity=asked.quantity,
        seat_ids=asked.seats,
        accessible=asked.accessible,
        may_split=asked.may_split,
    )


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY:
        raise BodyWrong(f"key: 1 to {LONGEST_KEY} characters")


def _read[T](decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except msgspec.MsgspecError as wrong:
        raise BodyWrong(str(wrong)) from wrong
