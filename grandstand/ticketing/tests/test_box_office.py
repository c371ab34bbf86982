from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grandstand.commerce.api import Ask, ItemRef, NoQuote, NotQuoted, Quote, TaxPlace
from grandstand.games import testing as games
from grandstand.games.api import describe_venue
from grandstand.games.testing import make_edition, make_sessions, session_draft
from grandstand.inventory import api as inventory
from grandstand.inventory.api import Cap
from grandstand.kit.ids import new_id
from grandstand.kit.spans import Span
from grandstand.store.api import Database, read, write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.testing import BY, EUROS, NOW, euros, make_box_office, plan
from grandstand.ticketing.values import Level, OfferStatus, OfferTerms, OfferWrong, Reserves, SaleState, SessionPlan, Skipped

TICKETS = ticketing.Tickets()


def ask(offer_id: UUID, quantity: int = 2) -> Ask:
    return Ask(ref=ItemRef(kind="ticket", item_id=offer_id), quantity=quantity)


def quotes(database: Database, *asks: Ask) -> list[Quote | NotQuoted]:
    with database.write() as tx:
        return TICKETS.quote_many(tx, asks, market=EUROS, now=NOW)


def change(offer_id: UUID, organisation_id: UUID, **terms: Any) -> None:
    given: dict[str, Any] = {
        "status": OfferStatus.ON_SALE,
        "cap_per_person": 8,
        "limit_per_line": 6,
        "window": Span(),
        "gates": frozenset(),
        "needs_activation": False,
    } | terms
    ticketing.change_offer(
        offer_id=offer_id,
        organisation_id=organisation_id,
        terms=OfferTerms(**given),
        now=NOW,
        by=BY,
        reason="test",
    )


def test_opening_makes_a_pool_per_category_whose_accounts_add_up_to_the_plan(database: Database) -> None:
    office = make_box_office(seats=300, reserves=Reserves(accessible_percent=1, kill_percent=2, contingency_percent=3))
    books = ticketing.reconciliation(session_id=office.session.id)
    assert books.capacity == 900
    assert [(line.category_code, line.account, line.on_hand) for line in books.lines if line.category_code == "A"] == [
        ("A", "accessible", 3),
        ("A", "contingency", 9),
        ("A", "kill", 6),
        ("A", "public", 282),
    ]
    assert (books.sellable, books.taken, books.set_aside, books.unassigned, books.tickets) == (855, 0, 45, 0, 0)


def test_opening_again_leaves_an_open_box_office_as_it_is(database: Database) -> None:
    office = make_box_office()
    with database.write() as tx:
        again = ticketing.open_sessions(tx, plans=[plan(office.session.id, seats=999)], now=NOW, by=BY, reason="again")
    assert (again.opened, again.unchanged, again.skipped) == ((), (office.session.id,), ())
    assert ticketing.reconciliation(session_id=office.session.id).capacity == 900


def test_what_cannot_be_opened_is_named_with_its_reason(database: Database) -> None:
    nowhere = new_id()
    empty = games.make_session()
    with database.write() as tx:
        plans = [plan(nowhere), SessionPlan(session_id=empty.id, categories=())]
        opened = ticketing.open_sessions(tx, plans=plans, now=NOW, by=BY, reason="test")
    assert opened.opened == ()
    assert opened.skipped == ((nowhere, Skipped.UNKNOWN_SESSION), (empty.id, Skipped.NO_SEATS))


def test_a_plan_with_a_category_that_nobody_named_is_a_fault(database: Database) -> None:
    session = games.make_session()
    with pytest.raises(LookupError, match="no category B"), database.write() as tx:
        ticketing.open_sessions(
            tx, plans=[plan(session.id)], categories=[c for c in ticketing.CATEGORIES if c.code != "B"], now=NOW, by=BY, reason="t"
        )


def test_a_quote_names_price_stock_caps_window_and_the_venues_country(database: Database) -> None:
    office = make_box_office(cap_per_person=4, limit_per_line=3)
    (quote,) = quotes(database, ask(office.offers["B"], 2))
    assert isinstance(quote, Quote)
    assert quote.unit_price == euros(8_000)
    assert (quote.tax_class, quote.tax_place, quote.country) == ("admission", TaxPlace.VENUE, "FR")
    assert quote.caps == (Cap(scope=f"session:{office.session.id}", limit=4, quantity=2),)
    assert (quote.hold_limit, quote.needs_shipping, quote.seller_id) == (3, False, office.organisation_id)
    assert quote.window == Span(ends_at=office.session.ends_at)
    (want,) = quote.wants
    with read() as tx:
        assert inventory.availability_many(tx, [want.account_id])[want.account_id].code == "public"


def test_a_quote_names_the_venues_region_too_because_some_tax_by_it(database: Database) -> None:
    office = make_box_office()
    assert office.session.venue_id is not None
    describe_venue(venue_id=office.session.venue_id, region="FR-IDF", now=NOW, by=BY, reason="test")
    (quote,) = quotes(database, ask(office.offers["B"]))
    assert isinstance(quote, Quote)
    assert (quote.region, quote.country) == ("FR-IDF", "FR")


def test_what_cannot_be_quoted_says_why(database: Database) -> None:
    office = make_box_office()
    unknown, a, b = ask(new_id()), ask(office.offers["A"]), ask(office.offers["B"])
    change(office.offers["B"], office.organisation_id, status=OfferStatus.WITHDRAWN)
    assert [q.reason for q in quotes(database, unknown, b) if isinstance(q, NotQuoted)] == [NoQuote.UNKNOWN_ITEM, NoQuote.WITHDRAWN]
    with database.write() as tx:
        (quote,) = TICKETS.quote_many(tx, [a], market=replace(EUROS, currency="JPY"), now=NOW)
    assert quote == NotQuoted(ref=a.ref, reason=NoQuote.NOT_SOLD_HERE)


def test_the_version_of_a_quote_is_another_one_after_every_change_of_terms_and_every_price_that_comes_into_effect(database: Database) -> None:
    office = make_box_office()
    offer_id, seen = office.offers["A"], []

    def version(now_later: timedelta) -> tuple[int, int]:
        with database.write() as tx:
            (quote,) = TICKETS.quote_many(tx, [ask(offer_id)], market=EUROS, now=NOW + now_later)
        assert isinstance(quote, Quote)
        return quote.version, quote.unit_price.minor

    seen.append(version(timedelta(0)))
    change(offer_id, office.organisation_id, cap_per_person=7)
    seen.append(version(timedelta(0)))
    ticketing.set_price(
        offer_id=offer_id,
        organisation_id=office.organisation_id,
        price=euros(15_000),
        valid_from_at=NOW + timedelta(hours=1),
        now=NOW,
        by=BY,
        reason="test",
    )
    seen.append(version(timedelta(minutes=59)))
    seen.append(version(timedelta(hours=1)))
    assert [minor for _, minor in seen] == [12_000, 12_000, 12_000, 15_000]
    first, changed, waiting, priced = (version for version, _ in seen)
    assert changed == waiting
    assert len({first, changed, priced}) == 3


def test_a_price_cannot_begin_in_the_past_or_twice_at_one_instant(database: Database) -> None:
    office = make_box_office()

    def set_price(minor: int, later: timedelta) -> None:
        ticketing.set_price(
            offer_id=office.offers["A"],
            organisation_id=office.organisation_id,
            price=euros(minor),
            valid_from_at=NOW + later,
            now=NOW,
            by=BY,
            reason="test",
        )

    for minor, later in [(1, timedelta(seconds=-1)), (-1, timedelta(1)), (5, timedelta(0))]:
        with pytest.raises(OfferWrong):
            set_price(minor, later)
    set_price(0, timedelta(1))
    assert models.OfferPrice.objects.filter(offer_id=office.offers["A"], currency="EUR").count() == 2


def test_a_session_page_shows_open_offers_with_price_level_and_window(database: Database) -> None:
    office = make_box_office(seats=100, categories=("A", "B"), reserves=Reserves(accessible_percent=0, kill_percent=0, contingency_percent=85))
    change(office.offers["B"], office.organisation_id, window=Span(starts_at=NOW + timedelta(days=1)))
    shown = ticketing.offers_for_session(session_id=office.session.id, market=EUROS, language="fr", now=NOW)
    assert [(offer.category.code, offer.category.name, offer.price, offer.state, offer.level, offer.left) for offer in shown] == [
        ("A", "Catégorie A", euros(12_000), SaleState.OPEN, Level.LAST, 15),
        ("B", "Catégorie B", euros(8_000), SaleState.NOT_OPEN, Level.LAST, 15),
    ]


def test_lists_summarise_each_session_by_the_best_that_can_be_had(database: Database) -> None:
    edition = make_edition()
    first, second, third = make_sessions([session_draft(f"SWM0{n}") for n in (1, 2, 3)], edition=edition)
    for session in (first, second):
        make_box_office(session=session)
    found = ticketing.sessions_on_sale(session_ids=[first.id, second.id, third.id], market=EUROS, now=NOW)
    assert sorted(found) == sorted([first.id, second.id])
    assert (found[first.id].state, found[first.id].cheapest, found[first.id].level, found[first.id].left) == (
        SaleState.OPEN,
        euros(4_000),
        Level.PLENTY,
        None,
    )


def test_opening_eight_hundred_sessions_takes_as_many_statements_as_opening_one(sqlite: Database) -> None:
    edition = make_edition()
    sessions = make_sessions([session_draft(f"S{n:03}") for n in range(801)], edition=edition)
    counts = []
    for part in (sessions[:1], sessions[1:]):
        with CaptureQueriesContext(connection) as queries, write() as tx:
            opened = ticketing.open_sessions(tx, plans=[plan(session.id) for session in part], now=NOW, by=BY, reason="test")
        assert len(opened.opened) == len(part)
        counts.append(len(queries))
    # The first session of an edition also makes its categories and its seller's key.
    assert counts[1] <= counts[0]
    assert models.Offer.objects.count() == 801 * 3 * 2
