"""Offers: what is sold, for what price, how many are left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grandstand.games import api as games
from grandstand.inventory import api as inventory
from grandstand.kit.codecs import digest
from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.movement.api import Market
from grandstand.store.api import Kind, Row, Tx, read, table
from grandstand.ticketing import models, rules
from grandstand.ticketing.values import Category, Level, OfferOnSale, OfferStatus, SaleState, SessionOnSale

PRICE = table(models.OfferPrice)

_SQL = """
SELECT o.id, o.organisation_id, o.session_id, o.account_id, k.pool_id, o.status, o.cap_per_person, o.limit_per_line, o.sale_starts_at,
       o.sale_ends_at, o.gates, o.needs_activation, o.version, c.id, c.code, c.name, c.names, c.colour
FROM ticketing_offer o
JOIN ticketing_category_stock k ON k.id = o.stock_id
JOIN ticketing_price_category c ON c.id = k.category_id
WHERE """
_ORDER = " ORDER BY o.session_id, c.position, c.code, o.id"
_KINDS = [
    *(Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.UUID, Kind.TEXT, Kind.INT, Kind.INT, Kind.INSTANT),
    *(Kind.INSTANT, Kind.JSON, Kind.BOOL, Kind.INT, Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.JSON, Kind.TEXT),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An offer as it is written down: nothing of it depends on the instant."""

    id: UUID
    organisation_id: UUID
    session_id: UUID
    account_id: UUID
    pool_id: UUID
    status: OfferStatus
    cap_per_person: int
    limit_per_line: int
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    gates: frozenset[int]
    needs_activation: bool
    version: int
    category: Category

    def window(self, session: games.SessionBrief) -> Span:
        """When it is sold, never after the session."""
        return rules.sale_window(starts_at=self.sale_starts_at, ends_at=self.sale_ends_at, session_ends_at=session.ends_at)

    def version_at(self, price: rules.PriceNow, session: games.SessionBrief) -> int:
        """Another number whenever price, conditions, time or place are others: what moved while it lay in a basket is not ordered unseen."""
        seen = [self.version, price.version, session.starts_at, session.ends_at, session.venue_id, session.zone]
        return int(digest(seen)[:15], 16)  # 60 bits: within a bigint


def offers_by_id(tx: Tx, offer_ids: Sequence[UUID], *, language: str = "en") -> dict[UUID, OfferRow]:
    """The offers with these ids. One raw statement."""
    return {offer.id: offer for offer in _offers(tx, "o.id", offer_ids, language)}


def offers_of_sessions(tx: Tx, session_ids: Sequence[UUID], *, language: str = "en") -> list[OfferRow]:
    """All offers of these sessions, by session and category. One raw statement."""
    return _offers(tx, "o.session_id", session_ids, language)


def prices_now(tx: Tx, offer_ids: Sequence[UUID], *, currency: str, now: datetime) -> dict[UUID, rules.PriceNow]:
    """The price in effect of each offer that has one in this currency. One raw statement."""
    if not offer_ids:
        return {}
    where, param = tx.among("offer_id", PRICE.kinds["offer_id"], offer_ids)
    dated: dict[UUID, list[rules.DatedPrice]] = defaultdict(list)
    for offer_id, minor, valid_from_at in tx.select(
        PRICE, ["offer_id", "amount_minor", "valid_from_at"], f"{where} AND currency = %s AND valid_from_at <= %s", (param, currency, now)
    ):
        dated[offer_id].append(rules.DatedPrice(minor=minor, valid_from_at=valid_from_at))
    found = {offer_id: rules.price_now(prices, now=now) for offer_id, prices in dated.items()}
    return {offer_id: price for offer_id, price in found.items() if price is not None}


def offers_for_session(*, session_id: UUID, market: Market, language: str, now: datetime) -> list[OfferOnSale]:
    """What the session's page sells in this market: offers with a price in its currency, best category first, drafts and withdrawn ones left out.

    Four statements. Empty where the box office is not open.
    """
    with read() as tx:
        return _on_sale(tx, [session_id], market, language, now)


def sessions_on_sale(*, session_ids: Sequence[UUID], market: Market, now: datetime) -> dict[UUID, SessionOnSale]:
    """The box office of each session that has something for this market, in one line each. Four statements whatever the number of sessions."""
    by_session: dict[UUID, list[OfferOnSale]] = defaultdict(list)
    with read() as tx:
        for offer in _on_sale(tx, sorted(set(session_ids)), market, "en", now):
            by_session[offer.session_id].append(offer)
    return {session_id: _summary(session_id, offers) for session_id, offers in by_session.items()}


def sells_tickets(tx: Tx, *, now: datetime) -> bool:
    """Whether tickets that cost something are on sale for a session that is still to come. At most two statements."""
    rows = tx.rows(
        "SELECT DISTINCT o.session_id FROM ticketing_offer o JOIN ticketing_offer_price p ON p.offer_id = o.id "
        "WHERE o.status = 'on_sale' AND p.amount_minor > 0",
        kinds=[Kind.UUID],
    )
    sessions = games.sessions_many(tx, sorted(session_id for (session_id,) in rows)) if rows else {}
    return any(session.status != games.Status.CANCELLED and (session.ends_at is None or session.ends_at > now) for session in sessions.values())


def _offers(tx: Tx, column: str, values: Sequence[UUID], language: str) -> list[OfferRow]:
    if not values:
        return []
    where, param = tx.among(column, Kind.UUID, values)
    return [_row(row, language) for row in tx.rows(_SQL + where + _ORDER, (param,), kinds=_KINDS)]


def _row(row: Row, language: str) -> OfferRow:
    *offer, category_id, code, name, names, colour = row
    columns = (
        *("id", "organisation_id", "session_id", "account_id", "pool_id", "status", "cap_per_person", "limit_per_line"),
        *("sale_starts_at", "sale_ends_at", "gates", "needs_activation", "version"),
    )
    values = dict(zip(columns, offer, strict=True))
    category = Category(id=category_id, code=code, name=rules.in_language(name, names, language), colour=colour)
    return OfferRow(**values | {"status": OfferStatus(values["status"]), "gates": frozenset(values["gates"]), "category": category})


def _on_sale(tx: Tx, session_ids: Sequence[UUID], market: Market, language: str, now: datetime) -> list[OfferOnSale]:
    shown = [offer for offer in offers_of_sessions(tx, session_ids, language=language) if offer.status in {OfferStatus.ON_SALE, OfferStatus.PAUSED}]
    if not shown:
        return []
    prices = prices_now(tx, [offer.id for offer in shown], currency=market.currency, now=now)
    sessions = games.sessions_many(tx, sorted({offer.session_id for offer in shown}))
    stock = inventory.availability_many(tx, [offer.account_id for offer in shown])
    return [
        _offer_on_sale(offer, prices[offer.id], sessions[offer.session_id], stock[offer.account_id], market, now)
        for offer in shown
        if offer.id in prices
    ]


def _offer_on_sale(
    offer: OfferRow, price: rules.PriceNow, session: games.SessionBrief, stock: inventory.Availability, market: Market, now: datetime
) -> OfferOnSale:
    window = offer.window(session)
    # Nobody sells a seat for a time that nobody knows any more.
    status = OfferStatus.PAUSED if session.status is games.Status.POSTPONED else offer.status
    level, left = rules.level(free=stock.free, on_hand=stock.on_hand)
    return OfferOnSale(
        offer_id=offer.id,
        session_id=offer.session_id,
        category=offer.category,
        account=stock.code,
        price=Money(minor=price.minor, currency=market.currency),
        state=rules.sale_state(status=status, window=window, free=stock.free, takes_place=session.status != games.Status.CANCELLED, now=now),
        level=level,
        left=left,
        window=window,
        limit_per_line=offer.limit_per_line,
        cap_per_person=offer.cap_per_person,
        needs_activation=offer.needs_activation,
        version=offer.version_at(price, session),
    )


_LEVELS = [Level.PLENTY, Level.FEW, Level.LAST, Level.NONE]


def _summary(session_id: UUID, offers: Sequence[OfferOnSale]) -> SessionOnSale:
    everybodys = [offer for offer in offers if offer.account == "public"] or list(offers)
    state = rules.best_state([offer.state for offer in everybodys])
    best = [offer for offer in everybodys if offer.state is state]
    level = min((offer.level for offer in best), key=_LEVELS.index)
    lefts = [offer.left for offer in best if offer.left is not None]
    return SessionOnSale(
        session_id=session_id,
        state=state,
        level=level,
        left=sum(lefts) if level is Level.LAST else None,
        cheapest=min((offer.price for offer in best), key=lambda price: price.minor),
        opens_at=min((offer.window.starts_at for offer in best if offer.window.starts_at is not None), default=None)
        if state is SaleState.NOT_OPEN
        else None,
    )
