"""The demo's box office and shop, opened once."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec

from grandstand.commerce import api as commerce
from grandstand.config.demo import goods, world
from grandstand.games import api as games
from grandstand.kit.actors import Actor
from grandstand.kit.ids import named_id
from grandstand.kit.money import Money
from grandstand.shop import api as shop
from grandstand.store import api as store
from grandstand.ticketing import api as ticketing

REASON = "part of the demo"
RATES = {"CNY": Decimal("7.80"), "USD": Decimal("1.10")}
"""How much of another currency one euro is worth in the demo. Its own, no market's."""

GATES = (1, 2)
_CODES = ("A", "B", "C")
_SHARES = {1: [1], 3: [2, 4, 4]}
"""How a venue's seats are spread over as many categories."""


def enter_taxes(*, by: Actor, now: datetime) -> None:
    """The tax rates of `taxes.json`, each with its source. Operators check and enter their own."""
    rates = msgspec.json.decode(Path(__file__).with_name("taxes.json").read_bytes(), type=tuple[commerce.NewTaxRate, ...])
    with store.write() as tx:
        commerce.set_tax_rates(tx, rates, by=by, reason=REASON, now=now)


def open_box_office(edition_id: UUID, *, plans: list[world.SessionPlan], by: Actor, now: datetime) -> None:
    """Sell every session of the demo that has a venue. Sessions that are open already stay as they are."""
    ids = {session.code: session.id for session in _all_sessions(edition_id)}
    venues = {venue.code: venue for venue in world.world().venues}
    bowls = {code: _bowl(venue) for code, venue in venues.items() if venue.is_seated}
    openings: dict[int, list[ticketing.SessionPlan]] = {}
    for plan in plans:
        if plan.venue is not None:
            categories = _seated(plan, bowls[plan.venue]) if plan.venue in bowls else _categories(plan, venues[plan.venue].capacity)
            openings.setdefault(plan.doors_before_min, []).append(ticketing.SessionPlan(session_id=ids[plan.code], categories=categories))
    with store.write() as tx:
        for doors_before_min, alike in openings.items():
            conditions = ticketing.Conditions(doors_before_min=doors_before_min)
            ticketing.open_sessions(tx, plans=alike, conditions=conditions, now=now, by=by, reason=REASON)
        known = {venue.code: venue.id for venue in games.venues(edition_id=edition_id)}
        for code, bowl in bowls.items():
            plan_id = ticketing.add_plan(tx, plan=bowl, venue_id=known[code], now=now, by=by, reason=REASON)
            for session_id in [ids[plan.code] for plan in plans if plan.venue == code]:
                ticketing.open_seats(tx, session_id=session_id, plan_id=plan_id, now=now, by=by, reason=REASON)
    open_gates(edition_id, by=by, now=now)


def open_imported_box_office(edition_id: UUID, *, by: Actor, now: datetime) -> None:
    """Sell every imported session that named prices, in its own currency and, when that is the dollar, in the demo's other currencies."""
    rates = {"EUR": Decimal("0.92"), "CNY": Decimal("7.10")}
    with store.write() as tx:
        ticketing.open_box_office(tx, edition_id=edition_id, now=now, by=by, reason=REASON, rates=rates, seats_without_plan=5_000)
    open_gates(edition_id, by=by, now=now)


def open_gates(edition_id: UUID, *, by: Actor, now: datetime) -> None:
    """Two gates at each venue."""
    organisation_id = games.edition_by_id(edition_id=edition_id).organisation_id
    gates = [
        ticketing.NewGate(
            organisation_id=organisation_id,
            venue_id=venue.id,
            number=number,
            code=f"G{number}",
            name=f"Gate {number}",
            names={"fr": f"Porte {number}", "zh-hans": f"{number}号门"},
        )
        for venue in games.venues(edition_id=edition_id)
        for number in GATES
    ]
    with store.write() as tx:
        ticketing.add_gates(tx, gates=gates, now=now, by=by, reason=REASON)


def stock_shop(organisation_id: UUID, *, by: Actor, now: datetime) -> None:
    """The demo's products, priced and listed, and what shipping costs. Products that are there already stay as they are."""
    for plan in goods.products():
        with store.write():
            _stock(plan, organisation_id, by=by, now=now)


def ship_from(organisation_id: UUID, *, by: Actor, now: datetime) -> None:
    """One zone per market, each with a standard rate."""
    for name, countries, price in (
        ("Europe", ("FR", "DE", "IT", "ES", "NL", "BE", "AT", "IE", "PT", "FI"), "6.90 EUR"),
        ("China", ("CN",), "48.00 CNY"),
        ("United States", ("US",), "14.00 USD"),
    ):
        zone = shop.create_zone(organisation_id=organisation_id, draft=shop.ZoneDraft(name=name, countries=countries), by=by, reason=REASON, now=now)
        amount, currency = price.split()
        rate = shop.RateDraft(
            code="standard",
            names={"en": "Standard", "fr": "Standard", "zh-hans": "标准配送"},
            price=Money.parse(amount, currency),
            up_to_g=30_000,
        )
        shop.set_rate(zone_id=zone, draft=rate, by=by, reason=REASON, now=now)


# -- below here ------------------------------------------------------------------------------------------------------------------------


def _all_sessions(edition_id: UUID) -> list[games.Session]:
    found: list[games.Session] = []
    page = 1
    while True:
        answer = games.schedule(edition_id=edition_id, page=page)
        found += answer.sessions
        if page >= answer.pages:
            return found
        page += 1


def _categories(plan: world.SessionPlan, seats: int) -> tuple[ticketing.CategoryPlan, ...]:
    shares = Money(minor=seats, currency="XXX").split(_SHARES[len(plan.prices_eur)])
    return tuple(
        ticketing.CategoryPlan(code=code, seats=share.minor, prices=_prices(euros))
        for code, share, euros in zip(_CODES, shares, plan.prices_eur, strict=False)
    )


def _bowl(venue: world.VenuePlan) -> ticketing.Plan:
    """A stand all around, in the same shares as elsewhere, whose seats have the same ids in every demo."""
    plan_id = named_id(f"demo:{venue.code}".encode())
    shares = dict(zip(_CODES, _SHARES[len(_CODES)], strict=True))
    return ticketing.make_bowl(plan_id=plan_id, name=venue.name["en"], capacity=venue.capacity, shares=shares, gates=len(GATES))


def _seated(plan: world.SessionPlan, bowl: ticketing.Plan) -> tuple[ticketing.CategoryPlan, ...]:
    return ticketing.plan_categories(bowl, {code: _prices(euros) for code, euros in zip(_CODES, plan.prices_eur, strict=True)})


def _prices(euros: int) -> tuple[Money, ...]:
    """The price in each of the demo's currencies, whole units."""
    return (
        Money.parse(str(euros), "EUR"),
        *(Money.parse(str(int(euros * rate) + 1), currency) for currency, rate in RATES.items()),
    )


def _stock(plan: goods.ProductPlan, organisation_id: UUID, *, by: Actor, now: datetime) -> None:
    draft = shop.ProductDraft(
        slug=plan.slug,
        category=shop.Category(plan.category),
        names=plan.name,
        descriptions=plan.description,
        licensed_mark="Meridian Games",
    )
    try:
        product_id = shop.create_product(organisation_id=organisation_id, draft=draft, by=by, reason=REASON, now=now)
    except shop.SlugTaken:
        return
    prices = []
    for n, (size, stock) in enumerate(plan.variants):
        variant = shop.VariantDraft(sku=f"{plan.slug}-{size or 'one'}".upper(), weight_g=plan.weight_g, size=size, position=n)
        variant_id = shop.add_variant(product_id=product_id, draft=variant, on_hand=stock, by=by, reason=REASON, now=now)
        prices += [
            shop.PriceDraft(variant_id=variant_id, price=Money.parse(amount, currency), valid_from_at=now) for currency, amount in plan.prices.items()
        ]
    shop.set_prices(drafts=prices, by=by, reason=REASON, now=now)
    drawing = shop.Drawing(kind=plan.shape, colour=plan.colours[0], second=plan.colours[1])
    shop.add_picture(product_id=product_id, draft=shop.PictureDraft(alt=plan.name, drawing=drawing), by=by, reason=REASON, now=now)
    listings = [shop.ListingDraft(market_code=code) for code in plan.listed_in]
    shop.set_listings(product_id=product_id, drafts=listings, by=by, reason=REASON, now=now)
    shop.list_product(product_id=product_id, by=by, reason=REASON, now=now)
