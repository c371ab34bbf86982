from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grandstand.commerce.queries.baskets import find_basket
from grandstand.commerce.queries.open_baskets import units_in_basket
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import BasketFull, KeyReused, LineRefused, NoSuchLine
from grandstand.commerce.rules.orders import COUNTDOWN_MARGIN, HOLD_FOR, MOST_LINES
from grandstand.commerce.services.adopting import move_to_market
from grandstand.commerce.services.baskets import add_lines_many, change_lines_many, remove_lines_many, retake_lines_many
from grandstand.commerce.services.taxes import set_tax_rates
from grandstand.commerce.testing import BY, LYON, NOW, World, euros, later
from grandstand.commerce.tests.looking import stock, sweep
from grandstand.commerce.values import Adding, LineChange, LineSet, LineState, NewTaxRate, Owner
from grandstand.inventory import api as inventory
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.movement.testing import make_market


def change(world: World, owner: Owner, line: LineSet, quantity: int, minutes: float = 0) -> LineSet | Refusal:
    with world.database.write() as tx:
        wanted = LineChange(owner=owner, line_id=line.line_id, quantity=quantity)
        (answer,) = change_lines_many(tx, [wanted], now=later(minutes=minutes))
    return answer


def test_what_is_put_into_a_basket_is_set_aside(world: World) -> None:
    ref, owner = world.sell(units=10), world.buyer()
    line = world.add(owner, ref, 3)
    assert line.expires_at == NOW + HOLD_FOR
    assert stock(world, ref) == (3, 0)
    (seen,) = world.basket(owner).lines
    assert (seen.quantity, seen.state, seen.unit_price, seen.shown_until) == (3, LineState.HELD, euros(1000), line.expires_at - COUNTDOWN_MARGIN)
    assert units_in_basket(owner=owner) == 3


def test_a_visitor_has_a_basket_too(world: World) -> None:
    ref, owner = world.sell(), Owner(visitor="nobody-knows")
    world.add(owner, ref)
    assert world.basket(owner).ready
    assert find_basket(owner=Owner(visitor="somebody-else"), language="en", now=NOW) is None


def test_what_cannot_be_set_aside_is_refused_with_what_is_left(world: World) -> None:
    ref, owner = world.sell(units=2), world.buyer()
    with pytest.raises(LineRefused) as refused:
        world.add(owner, ref, 3)
    assert refused.value.detail == {"reason": "sold_out", "left": 2}
    assert stock(world, ref) == (0, 0)


def test_what_nobody_sells_here_is_refused(world: World) -> None:
    ref = world.sell(currency="USD")
    with pytest.raises(LineRefused) as refused:
        world.add(world.buyer(), ref)
    assert refused.value.detail["reason"] == "not_sold_here"


def test_asking_twice_with_one_key_sets_aside_once(world: World) -> None:
    ref, owner = world.sell(units=10), world.buyer()
    first = world.add(owner, ref, 2, key="k")
    assert (first.repeated, world.add(owner, ref, 2, key="k")) == (False, replace(first, repeated=True))
    assert stock(world, ref) == (2, 0)
    with pytest.raises(KeyReused):
        world.add(owner, ref, 5, key="k")


def test_a_refusal_in_a_batch_is_answered_again_under_its_key(world: World) -> None:
    scarce, plenty, owner = world.sell(units=1), world.sell(units=9), world.buyer()
    addings = [
        Adding(key="a", owner=owner, market_code="fr", ref=scarce, quantity=2),
        Adding(key="b", owner=owner, market_code="fr", ref=plenty, quantity=2),
        Adding(key="a", owner=owner, market_code="fr", ref=scarce, quantity=1),
    ]
    with world.database.write() as tx:
        refused, taken, reused = add_lines_many(tx, addings, now=NOW)
    assert isinstance(refused, LineRefused)
    assert isinstance(taken, LineSet)
    assert isinstance(reused, KeyReused)
    with world.database.write() as tx:
        again, same = add_lines_many(tx, addings[:2], now=NOW)
    assert (type(again), str(again), same) == (LineRefused, str(refused), replace(taken, repeated=True))


def test_more_of_the_same_grows_its_line_within_the_time_it_had(world: World) -> None:
    ref, owner = world.sell(units=10), world.buyer()
    first = world.add(owner, ref, 2)
    second = world.add(owner, ref, 3, now=later(minutes=5))
    assert (second.line_id, second.expires_at) == (first.line_id, first.expires_at)
    (seen,) = world.basket(owner).lines
    assert seen.quantity == 5
    assert stock(world, ref) == (5, 0)


def test_a_refused_change_keeps_what_was_set_aside(world: World) -> None:
    ref, owner = world.sell(units=4), world.buyer()
    line = world.add(owner, ref, 3)
    refused = change(world, owner, line, 5)
    assert isinstance(refused, LineRefused)
    (seen,) = world.basket(owner).lines
    assert (seen.quantity, seen.state) == (3, LineState.HELD)
    assert stock(world, ref) == (3, 0)
    with world.database.write() as tx:
        assert inventory.holds(tx, [line.hold_id])[line.hold_id].state is inventory.HoldState.HELD


def test_a_change_needs_no_more_than_the_difference_to_be_free(world: World) -> None:
    ref, owner = world.sell(units=4), world.buyer()
    line = world.add(owner, ref, 3)
    assert isinstance(change(world, owner, line, 4), LineSet)
    assert stock(world, ref) == (4, 0)


def test_one_refused_change_of_a_batch_does_not_stop_the_others(world: World) -> None:
    scarce, plenty, owner = world.sell(units=2), world.sell(units=9), world.buyer()
    few, many = world.add(owner, scarce, 2), world.add(owner, plenty, 2)
    with world.database.write() as tx:
        wanted = [LineChange(owner=owner, line_id=few.line_id, quantity=3), LineChange(owner=owner, line_id=many.line_id, quantity=7)]
        refused, taken = change_lines_many(tx, wanted, now=NOW)
    assert isinstance(refused, LineRefused)
    assert isinstance(taken, LineSet)
    assert (stock(world, scarce), stock(world, plenty)) == ((2, 0), (7, 0))


def test_changing_to_and_fro_does_not_prolong_a_hold(world: World) -> None:
    ref, owner = world.sell(units=9), world.buyer()
    line = world.add(owner, ref, 2)
    changed = change(world, owner, line, 3, minutes=10)
    assert isinstance(changed, LineSet)
    assert changed.expires_at == line.expires_at


def test_a_line_whose_time_ran_out_stays_and_can_be_taken_again(world: World) -> None:
    ref, owner = world.sell(units=2, price_minor=1000), world.buyer()
    line = world.add(owner, ref, 2)
    sweep(world)
    afterwards = later(hours=1)
    (seen,) = world.basket(owner, now=afterwards).lines
    assert (seen.state, seen.shown_until) == (LineState.EXPIRED, None)
    assert not world.basket(owner, now=afterwards).ready
    with world.database.write() as tx:
        (taken,) = retake_lines_many(tx, [(owner, line.line_id)], now=afterwards)
    assert isinstance(taken, LineSet)
    assert (taken.line_id, taken.expires_at) == (line.line_id, afterwards + HOLD_FOR)
    assert world.basket(owner, now=afterwards).ready


def test_a_line_that_cannot_be_taken_again_says_why(world: World) -> None:
    ref, owner = world.sell(units=2), world.buyer()
    line = world.add(owner, ref, 2)
    sweep(world)
    world.add(world.buyer(), ref, 1, now=later(hours=1))
    with world.database.write() as tx:
        (refused,) = retake_lines_many(tx, [(owner, line.line_id)], now=later(hours=1))
    assert isinstance(refused, LineRefused)
    (seen,) = world.basket(owner, now=later(hours=1)).lines
    assert (seen.state, seen.problem) == (LineState.REFUSED, "sold_out")


def test_the_countdown_ends_before_the_hold_does(world: World) -> None:
    ref, owner = world.sell(), world.buyer()
    line = world.add(owner, ref)
    at_the_end = line.expires_at - COUNTDOWN_MARGIN
    assert world.basket(owner, now=at_the_end - timedelta(seconds=1)).lines[0].state is LineState.HELD
    assert world.basket(owner, now=at_the_end).lines[0].state is LineState.EXPIRED
    with world.database.write() as tx:
        assert inventory.holds(tx, [line.hold_id])[line.hold_id].state is inventory.HoldState.HELD


def test_a_removed_line_gives_its_units_back_and_removing_it_again_is_nothing(world: World) -> None:
    ref, owner = world.sell(units=3), world.buyer()
    line = world.add(owner, ref, 3)
    for expected in (1, 0):
        with world.database.write() as tx:
            assert remove_lines_many(tx, [(owner, line.line_id)], now=NOW) == expected
    assert stock(world, ref) == (0, 0)
    assert world.basket(owner).lines == ()


def test_nobody_reaches_into_the_basket_of_another(world: World) -> None:
    ref, owner, other = world.sell(units=9), world.buyer(), world.buyer()
    line = world.add(owner, ref, 3)
    world.add(other, ref, 1)
    assert isinstance(change(world, other, line, 1), NoSuchLine)
    with world.database.write() as tx:
        assert remove_lines_many(tx, [(other, line.line_id)], now=NOW) == 0
    assert stock(world, ref) == (4, 0)


def test_a_quantity_below_one_is_a_fault(world: World) -> None:
    ref, owner = world.sell(), world.buyer()
    line = world.add(owner, ref)
    with pytest.raises(ValueError, match="remove it instead"):
        change(world, owner, line, 0)


def test_a_basket_is_full_at_its_named_limit(sqlite_world: World) -> None:
    world, owner = sqlite_world, sqlite_world.buyer()
    refs = [world.sell() for _ in range(MOST_LINES + 1)]
    addings = [Adding(key=new_id().hex, owner=owner, market_code="fr", ref=ref, quantity=1) for ref in refs]
    with world.database.write() as tx:
        *taken, last = add_lines_many(tx, addings, now=NOW)
    assert all(isinstance(answer, LineSet) for answer in taken)
    assert isinstance(last, BasketFull)


def test_goods_are_taxed_where_they_are_shipped_and_admission_at_the_venue(world: World) -> None:
    owner = world.buyer()
    world.add(owner, world.sell(price_minor=1200))
    world.add(owner, world.sell(price_minor=1190, goods=True))
    estimate = world.basket(owner)
    assert (estimate.estimated, [(t.place, t.rate_bp) for t in estimate.totals.taxes]) == (True, [("FR", 2000)])
    berlin = type(LYON)(name="Ada", country="DE", lines=("Olympischer Platz 3",), city="Berlin", postal_code="14053")
    shipped = world.basket(owner, ship_to=berlin)
    taxes = {(t.place, t.rate_bp): (t.net.minor, t.tax.minor) for t in shipped.totals.taxes}
    assert taxes == {("FR", 2000): (1000, 200), ("DE", 1900): (1000 + 420, 190 + 80)}
    assert shipped.totals.gross == euros(1200 + 1190 + 500)
    assert not shipped.estimated


def test_admission_is_taxed_by_the_rate_of_the_venues_region_where_it_has_one(world: World) -> None:
    regional = NewTaxRate(place="FR-IDF", tax_class="standard", rate_bp=550, starts_on=date(2000, 1, 1), source="for a test")
    with world.database.write() as tx:
        set_tax_rates(tx, [regional], by=BY, reason="for a test", now=NOW)
    owner = world.buyer()
    for region in ("FR-IDF", "FR-ARA", ""):
        world.add(owner, world.sell(price_minor=1200, region=region))
    taxes = [(each.place, each.rate_bp, each.net.minor) for each in world.basket(owner).totals.taxes]
    assert taxes == [("FR", 2000, 2000), ("FR-IDF", 550, 1137)]
    placed = world.place(owner)
    places = sorted(line.taxed.place for sale in order(placed.order_id).sales for line in sale.lines)
    assert places == ["FR", "FR", "FR-IDF"]


def test_a_price_that_changed_is_shown_beside_the_one_that_was_seen(world: World) -> None:
    ref, owner = world.sell(price_minor=1000), world.buyer()
    world.add(owner, ref)
    world.tickets.items[ref.item_id].price_minor = 1100
    basket = world.basket(owner)
    assert (basket.lines[0].unit_price, basket.lines[0].new_price, basket.ready) == (euros(1000), euros(1100), False)
    with world.database.write() as tx:
        move_to_market(tx, owner=owner, market_code="fr", now=NOW)
    assert (world.basket(owner).lines[0].unit_price, world.basket(owner).ready) == (euros(1100), True)


def test_what_is_withdrawn_stays_visible_but_cannot_be_ordered(world: World) -> None:
    ref, owner = world.sell(), world.buyer()
    world.add(owner, ref)
    del world.tickets.items[ref.item_id]
    (line,) = world.basket(owner).lines
    assert (line.state, line.problem, world.basket(owner).totals.gross) == (LineState.UNAVAILABLE, "unknown_item", euros(0))


def test_another_market_has_its_own_prices_and_knows_what_it_does_not_sell(world: World) -> None:
    make_market(code="cn", name="China", territories=("CN",), currency="CNY", languages=("zh-hans",), time_zone="Asia/Shanghai")
    ref, owner = world.sell(), world.buyer()
    world.add(owner, ref)
    with world.database.write() as tx:
        move_to_market(tx, owner=owner, market_code="cn", now=NOW)
    basket = world.basket(owner)
    assert (basket.market_code, basket.currency) == ("cn", "CNY")
    assert [(line.state, line.problem) for line in basket.lines] == [(LineState.UNAVAILABLE, "not_sold_here")]


def test_a_basket_needs_as_many_statements_for_forty_lines_as_for_one(sqlite_world: World) -> None:
    world = sqlite_world
    counts = []
    for lines in (1, MOST_LINES):
        owner = world.buyer()
        addings = [Adding(key=new_id().hex, owner=owner, market_code="fr", ref=world.sell(), quantity=1) for _ in range(lines)]
        with world.database.write() as tx:
            add_lines_many(tx, addings, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert len(world.basket(owner).lines) == lines
        counts.append(len(captured))
    assert counts[0] == counts[1]
