"""A basket as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext

from grandstand.commerce import api as commerce
from grandstand.kit.money import Money
from grandstand.movement import api as movement
from grandstand.sites.refusals import said_of
from grandstand.sites.seating.labels import seats_of_lines
from grandstand.store import api as store
from grandstand.ui.paths import localised
from grandstand.ui.refusals import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with the words of its state. `problem` is None while it is held at the price that was seen. `seats` are words, one for each row."""

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
    seats: tuple[str, ...]
    price: Money
    old_price: Money | None
    moved_from: commerce.Appointment | None
    old_place: str
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
    moved: bool
    can_go_on: bool
    units: int


def shown(basket: commerce.Basket, *, time_zone: str = "UTC") -> Basket:
    """The basket with its sellers' names and where its seats are. One statement, four with seats."""
    sellers = movement.organisations({part.seller_id for part in basket.parts})
    with_seats = [line for line in basket.lines if line.seat_ids]
    places = seats_of_lines([(line.ref.item_id, line.seat_ids) for line in with_seats], language=get_language() or "en")
    seats = dict(zip([line.line_id for line in with_seats], places, strict=True))
    parts = tuple(
        Part(
            seller=sellers[part.seller_id].name if part.seller_id in sellers else "",
            lines=tuple(_line(line, seats.get(line.line_id, ())) for line in part.lines),
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
        repriced=any(line.new_price is not None and (line.moved_from is None or line.new_price != line.unit_price) for line in basket.lines),
        moved=any(line.moved_from is not None for line in basket.lines),
        can_go_on=all(line.state is commerce.LineState.HELD and line.new_price is None for line in basket.lines),
        units=sum(line.quantity for line in basket.lines),
    )


def most_at_once(ref: commerce.ItemRef, *, market: movement.Market, now: datetime) -> int | commerce.NoQuote:
    """How many of an item one person may take at once, whatever they have already; or why it is not sold in the market."""
    with store.read() as tx:
        (quote,) = commerce.quote_all(tx, [(market, commerce.Ask(ref=ref, quantity=1))], now=now)
    if isinstance(quote, commerce.NotQuoted):
        return quote.reason
    limits = [MOST if quote.hold_limit is None else quote.hold_limit, *(cap.limit for cap in quote.caps)]
    return min(MOST, *limits)


def _line(line: commerce.BasketLine, seats: tuple[str, ...]) -> Line:
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
        seats=seats,
        price=line.new_price or line.unit_price,
        old_price=line.unit_price if line.new_price not in {None, line.unit_price} else None,
        moved_from=line.moved_from,
        old_place=line.moved_from.place_in(get_language() or "") if line.moved_from is not None else "",
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
