"""A basket as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from grandstand.commerce import api as commerce
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.sites.refusals import said_of
from grandstand.ui.paths import localised
from grandstand.ui.refusals import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with the words of its state. `problem` is None while it is held at the price that was seen."""

    line_id: UUID
    title: str
    subtitle: str
    path: str
    picture: str
    starts_at: datetime | None
    time_zone: str
    details: tuple[tuple[str, str], ...]
    quantity: int
    most: int
    has_seats: bool
    price: Money
    old_price: Money | None
    sum: Money | None
    state: str
    problem: Said | None
    can_be_retaken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one seller sells in a basket."""

    seller: str
    lines: tuple[Line, ...]
    shipping: tuple[commerce.ShippingChoice, ...]
    seller_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The whole basket. `sums` are names and amounts, the last one what is paid. `can_go_on`: nothing in it has to be put right first."""

    parts: tuple[Part, ...]
    sums: tuple[tuple[str, Money], ...]
    total: Money
    shown_until: datetime | None
    time_zone: str
    ready: bool
    estimated: bool
    repriced: bool
    can_go_on: bool
    units: int


def shown(basket: commerce.Basket, *, time_zone: str = "UTC") -> Basket:
    """The basket with its sellers' names. One statement."""
    sellers = movement.organisations({part.seller_id for part in basket.parts})
    parts = tuple(
        Part(
            seller=sellers[part.seller_id].name if part.seller_id in sellers else "",
            lines=tuple(_line(line) for line in part.lines),
            shipping=part.shipping,
            seller_id=part.seller_id,
        )
        for part in basket.parts
    )
    return Basket(
        parts=parts,
        sums=tuple(_sums(basket)),
        total=basket.totals.gross,
        shown_until=basket.shown_until,
        time_zone=time_zone,
        ready=basket.ready,
        estimated=basket.estimated,
        repriced=any(line.new_price is not None for line in basket.lines),
        can_go_on=all(line.state is commerce.LineState.HELD and line.new_price is None for line in basket.lines),
        units=sum(line.quantity for line in basket.lines),
    )


def _line(line: commerce.BasketLine) -> Line:
    about, lost = line.description, line.state is not commerce.LineState.HELD
    return Line(
        line_id=line.line_id,
        title=about.title,
        subtitle=about.subtitle,
        path=localised(about.path) if about.path else "",
        picture=about.picture,
        starts_at=about.starts_at,
        time_zone=about.time_zone,
        details=about.details,
        quantity=line.quantity,
        most=max(line.quantity, MOST_TO_CHOOSE),
        has_seats=bool(line.seat_ids),
        price=line.new_price or line.unit_price,
        old_price=line.unit_price if line.new_price is not None else None,
        sum=line.taxed.gross if line.taxed is not None else None,
        state=line.state.value,
        problem=_problem(line) if lost else None,
        can_be_retaken=line.state in {commerce.LineState.EXPIRED, commerce.LineState.REFUSED},
    )


MOST = 50
"""More of one item than any seller allows at once; commerce and the seller decide the rest."""

MOST_TO_CHOOSE = 10
"""A line's stepper goes this far; what a seller allows is decided when it is asked."""


def _problem(line: commerce.BasketLine) -> Said:
    unavailable = "unknown_item" if line.state is commerce.LineState.UNAVAILABLE else "gone"
    words = said_of(line.problem) if line.problem else None
    return words or said_of(unavailable) or Said(title=gettext("That did not work"), body="")


def _sums(basket: commerce.Basket) -> Sequence[tuple[str, Money]]:
    """Items, shipping, tax where it comes on top, and the total."""
    zero = Money.zero(basket.currency)
    chosen = [choice.taxed for part in basket.parts for choice in part.shipping if choice.chosen and choice.taxed is not None]
    shipping = sum((each.gross if basket.prices_include_tax else each.net for each in chosen), start=zero)
    whole = basket.totals.gross if basket.prices_include_tax else basket.totals.net
    rows = [(gettext("Items"), whole - shipping)]
    if chosen:
        rows.append((gettext("Shipping"), shipping))
    if not basket.prices_include_tax:
        rows.append((gettext("Tax"), basket.totals.tax))
    return [*rows, (gettext("To pay"), basket.totals.gross)]
