"""Opening the box office: hundreds of sessions in a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grandstand.games import api as games
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id, new_ids
from grandstand.store.api import Change, Tx, announce, record, table
from grandstand.ticketing import models, rules
from grandstand.ticketing.facts import BoxOfficeOpened
from grandstand.ticketing.queries.sales import sales_by_session
from grandstand.ticketing.services.keys import ensure_keys
from grandstand.ticketing.values import CategoryPlan, Conditions, NewCategory, OfferStatus, Opened, Reserves, SessionPlan, Skipped

CATEGORY = table(models.PriceCategory)
OFFER = table(models.Offer)
PRICE = table(models.OfferPrice)
SALE = table(models.SessionSale)
STOCK = table(models.CategoryStock)


def open_box_office(
    tx: Tx,
    *,
    edition_id: UUID,
    now: datetime,
    by: Actor,
    reason: str,
    rates: Mapping[str, Decimal] | None = None,
    seats_without_plan: int | None = None,
    conditions: Conditions | None = None,
    reserves: Reserves | None = None,
) -> Opened:
    """Open the box office of every session of an edition for which an imported file named prices.

    Categories follow `rules.category_plans`. Seats are the venue's capacity, else `seats_without_plan`; a session with neither is skipped and
    said so. `rates` say how much of another currency one unit of the announced one is: the edition is then sold in that currency too.
    """
    imported = {price.session_id: price for price in games.imported_prices(edition_id=edition_id)}
    capacities = {venue.id: venue.capacity for venue in games.venues(edition_id=edition_id)}
    sessions = games.sessions_many(tx, sorted(imported))
    plans, skipped = [], []
    for session_id, price in imported.items():
        venue_id = sessions[session_id].venue_id
        seats = (capacities.get(venue_id) if venue_id is not None else None) or seats_without_plan
        if not price.ticketed:
            skipped.append((session_id, Skipped.NOT_TICKETED))
        elif not price.highest:
            skipped.append((session_id, Skipped.NO_PRICE))
        elif not seats:
            skipped.append((session_id, Skipped.NO_SEATS))
        else:
            categories = rules.category_plans(lowest=price.lowest, highest=price.highest, seats=seats, rates=rates or {})
            plans.append(SessionPlan(session_id=session_id, categories=categories))
    opened = open_sessions(tx, plans=plans, now=now, by=by, reason=reason, conditions=conditions, reserves=reserves)
    return Opened(opened=opened.opened, unchanged=opened.unchanged, skipped=(*skipped, *opened.skipped))


def open_sessions(
    tx: Tx,
    *,
    plans: Sequence[SessionPlan],
    now: datetime,
    by: Actor,
    reason: str,
    categories: Sequence[NewCategory] = rules.CATEGORIES,
    conditions: Conditions | None = None,
    reserves: Reserves | None = None,
) -> Opened:
    """Open the box office of these sessions: a pool per category with its accounts, and an offer on each account that is for everybody.

    The organisation is that of the session's edition. A session that is open already is left as it is. Categories that the edition has not
    are made from `categories`; a plan that names another one raises LookupError. About twenty statements whatever the number of sessions.
    """
    sessions = games.sessions_many(tx, sorted({plan.session_id for plan in plans}))
    open_before = sales_by_session(tx, sorted(sessions))
    skipped = [(plan.session_id, why) for plan in plans if (why := _why_not(plan, sessions)) is not None]
    fresh = [
        _Opening(plan=plan, session=sessions[plan.session_id])
        for plan in plans
        if _why_not(plan, sessions) is None and plan.session_id not in open_before
    ]
    if fresh:
        _open(tx, fresh, categories, conditions or Conditions(), reserves or Reserves(), now=now, by=by, reason=reason)
    return Opened(
        opened=tuple(opening.plan.session_id for opening in fresh),
        unchanged=tuple(plan.session_id for plan in plans if plan.session_id in open_before),
        skipped=tuple(skipped),
    )


# -- below here: helpers, in the order of their use ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    plan: SessionPlan
    session: games.SessionBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """One category of one session, with the ids that its rows will have."""

    opening: _Opening
    category: CategoryPlan
    category_id: UUID
    stock_id: UUID
    pool_id: UUID
    accounts: dict[str, tuple[UUID, int]]

    @property
    def organisation_id(self) -> UUID:
        return self.opening.session.organisation_id

    @property
    def session_id(self) -> UUID:
        return self.opening.session.id


def _why_not(plan: SessionPlan, sessions: Mapping[UUID, games.SessionBrief]) -> Skipped | None:
    session = sessions.get(plan.session_id)
    if session is None:
        return Skipped.UNKNOWN_SESSION
    if session.status is games.Status.CANCELLED:
        return Skipped.CANCELLED
    return None if any(category.seats > 0 for category in plan.categories) else Skipped.NO_SEATS


def _open(
    tx: Tx,
    openings: Sequence[_Opening],
    categories: Sequence[NewCategory],
    conditions: Conditions,
    reserves: Reserves,
    *,
    now: datetime,
    by: Actor,
    reason: str,
) -> None:
    category_ids = _categories(tx, openings, categories)
    ensure_keys(tx, {opening.session.organisation_id for opening in openings}, now=now, by=by)
    stocks = [
        _Stock(
            opening=opening,
            category=category,
            category_id=category_ids[opening.session.edition_id, category.code],
            stock_id=new_id(),
            pool_id=new_id(),
            accounts={code: (new_id(), seats) for code, seats in rules.set_aside(category.seats, reserves, accessible=category.accessible).items()},
        )
        for opening in openings
        for category in opening.plan.categories
        if category.seats > 0
    ]
    inventory.open_pools(tx, [_pool(stock) for stock in stocks], now=now, by=by, reason=reason)
    _write_sales(tx, openings, stocks, conditions, now)
    _write_offers(tx, stocks, conditions, now)
    record(tx, [_change(opening, by, reason) for opening in openings], now=now)
    announce(
        tx,
        [BoxOfficeOpened(organisation_id=opening.session.organisation_id, occurred_at=now, session_id=opening.session.id) for opening in openings],
    )


def _categories(tx: Tx, openings: Sequence[_Opening], categories: Sequence[NewCategory]) -> dict[tuple[UUID, str], UUID]:
    owners = {opening.session.edition_id: opening.session.organisation_id for opening in openings}
    needed = {(opening.session.edition_id, category.code) for opening in openings for category in opening.plan.categories}
    where, param = tx.among("edition_id", CATEGORY.kinds["edition_id"], sorted(owners))
    rows = tx.select(CATEGORY, ["edition_id", "code", "id"], f"{where} AND session_id IS NULL", (param,))
    found = {(edition_id, code): id_ for edition_id, code, id_ in rows}
    known = {category.code: (position, category) for position, category in enumerate(categories, start=1)}
    if strangers := sorted({code for _, code in needed - set(found)} - set(known)):
        raise LookupError(f"no category {', '.join(strangers)}: pass it in `categories` with its names")
    missing = sorted(needed - set(found))
    made = dict(zip(missing, new_ids(len(missing)) if missing else [], strict=True))
    tx.insert(
        CATEGORY,
        ["id", "organisation_id", "edition_id", "code", "name", "names", "colour", "position"],
        [
            (id_, owners[edition_id], edition_id, code, category.name, dict(category.names), category.colour, position)
            for (edition_id, code), id_ in made.items()
            for position, category in [known[code]]
        ],
    )
    return found | made


def _pool(stock: _Stock) -> inventory.NewPool:
    return inventory.NewPool(
        organisation_id=stock.organisation_id,
        name=f"{stock.opening.session.code} {stock.category.code}",
        accounts=tuple(inventory.NewAccount(code=code, on_hand=seats, account_id=account_id) for code, (account_id, seats) in stock.accounts.items()),
        capacity=stock.category.seats,
        pool_id=stock.pool_id,
    )


def _write_sales(tx: Tx, openings: Sequence[_Opening], stocks: Sequence[_Stock], conditions: Conditions, now: datetime) -> None:
    tx.insert(
        SALE,
        ["session_id", "organisation_id", "doors_before_min", "opened_at"],
        [(opening.session.id, opening.session.organisation_id, conditions.doors_before_min, now) for opening in openings],
    )
    tx.insert(
        STOCK,
        ["id", "organisation_id", "session_id", "category_id", "pool_id"],
        [(stock.stock_id, stock.organisation_id, stock.session_id, stock.category_id, stock.pool_id) for stock in stocks],
    )


def _write_offers(tx: Tx, stocks: Sequence[_Stock], conditions: Conditions, now: datetime) -> None:
    offers = [
        (new_id(), stock, account_id)
        for stock in stocks
        for code, (account_id, seats) in stock.accounts.items()
        if code in rules.FOR_EVERYBODY and seats > 0
    ]
    columns = [
        *("id", "organisation_id", "session_id", "stock_id", "account_id", "status", "cap_per_person", "limit_per_line"),
        *("sale_starts_at", "sale_ends_at", "gates", "needs_activation", "version"),
    ]
    shared = (
        OfferStatus.ON_SALE.value,
        conditions.cap_per_person,
        conditions.limit_per_line,
        conditions.window.starts_at,
        conditions.window.ends_at,
        sorted(conditions.gates),
        conditions.needs_activation,
        1,
    )
    tx.insert(
        OFFER,
        columns,
        [(offer_id, stock.organisation_id, stock.session_id, stock.stock_id, account_id, *shared) for offer_id, stock, account_id in offers],
    )
    tx.insert(
        PRICE,
        ["id", "organisation_id", "offer_id", "currency", "amount_minor", "valid_from_at"],
        [
            (new_id(), stock.organisation_id, offer_id, price.currency, price.minor, now)
            for offer_id, stock, _ in offers
            for price in stock.category.prices
        ],
    )


def _change(opening: _Opening, by: Actor, reason: str) -> Change:
    return Change(
        by=by,
        action="open_box_office",
        object_type="ticketing.sessionsale",
        object_id=opening.session.id,
        reason=reason,
        organisation_id=opening.session.organisation_id,
        after={"categories": {category.code: category.seats for category in opening.plan.categories}},
    )
