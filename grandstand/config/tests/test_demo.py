"""The demo: what stands when it is made, and that making it again changes nothing."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from grandstand.commerce import api as commerce
from grandstand.config.demo import cast, world
from grandstand.config.demo.build import Made, build
from grandstand.config.demo.purchases import HOURS, Purchase, purchases
from grandstand.config.doctor import look
from grandstand.kit.clock import now
from grandstand.messaging import api as messaging
from grandstand.movement import api as movement
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing

DAY = date(2031, 7, 1)
SEED = 2031


def drawn(seed: int = SEED) -> list[Purchase]:
    return purchases(world.sessions(first_day=DAY, seed=seed), seed=seed)


def test_the_same_seed_gives_the_same_purchases_and_another_seed_others() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(SEED + 1)


def test_purchases_are_spread_over_the_day_by_invented_buyers_and_some_take_a_shirt() -> None:
    found = drawn()
    assert 24 <= len(found) <= 48
    assert [purchase.ago for purchase in found] == sorted((purchase.ago for purchase in found), reverse=True)
    assert timedelta(minutes=10) < found[-1].ago < found[0].ago < timedelta(hours=HOURS)
    assert all(purchase.email.endswith("@fans.example") for purchase in found)
    assert len({purchase.visitor for purchase in found}) == len(found)
    assert len({purchase.session for purchase in found}) >= 12
    assert 3 <= len([purchase for purchase in found if purchase.shirt]) <= len(found) // 2


def test_the_festival_keeps_the_hours_of_a_festival_and_admits_at_any_hour_of_the_first_day() -> None:
    [festival] = [plan for plan in world.sessions(first_day=DAY, seed=SEED) if plan.code == "FES01"]
    starts_at, ends_at = festival.starts_at, festival.ends_at
    assert starts_at is not None
    assert ends_at is not None
    assert (f"{starts_at:%H:%M}", f"{ends_at:%H:%M}") == ("08:00", "02:00")
    doors_at = starts_at - timedelta(minutes=festival.doors_before_min)
    midnight = starts_at.replace(hour=0)
    assert doors_at == midnight
    assert ends_at > midnight + timedelta(days=1)


def test_a_fresh_demo_sold_for_a_day_sent_no_mail_is_sound_and_is_made_once(database: Database) -> None:
    for is_new in (True, False):
        made = build(seed=SEED, now=now(), show=lambda _step: None)
        assert made == Made(edition=world.EDITION_CODE, sessions=40, is_new=is_new)
        assert _doors_open_at_midnight()
        sold = drawn()
        goods = [purchase for purchase in sold if purchase.shirt]
        found = ticketing.sales_now(organisation_ids=None, now=now(), language="en")
        assert sum(count for _hour, count in found.hours) == sum(purchase.tickets for purchase in sold)
        assert _sales_of(cast.ORGANISER) == (len(sold), sum(purchase.tickets for purchase in sold))
        assert _sales_of(cast.LICENSEE) == (len(goods), len(goods))
        assert messaging.send_due(now=now()) == 0
        assert [finding for finding in look() if not finding.healthy] == []


def _doors_open_at_midnight() -> bool:
    """Whether the festival admits from the first minute of its day."""
    places = ticketing.scan_places(organisation_ids=None, language="en", now=now())
    [entry] = [place.entry for place in places if place.session_code == "FES01"]
    assert entry is not None
    assert entry.starts_at is not None
    return f"{entry.starts_at.astimezone(ZoneInfo(world.TIME_ZONE)):%H:%M}" == "00:00"


def _sales_of(slug: str) -> tuple[int, int]:
    """Orders and units that an organisation of the demo was paid for in the last day."""
    organisation = movement.organisation_by_slug(slug)
    totals = commerce.sales_totals(organisation.id, since=now() - timedelta(hours=HOURS))
    return sum(each.orders for each in totals), sum(each.units for each in totals)
