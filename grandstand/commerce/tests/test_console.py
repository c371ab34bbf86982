"""The console shows an organisation its own sales, and gives money back with a reason."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.commerce import admin
from grandstand.commerce.models import Sale, SaleLine, TaxRate
from grandstand.commerce.queries.orders import order
from grandstand.commerce.refusals import TaxRateInThePast, TaxRateOverlaps
from grandstand.commerce.services.numbering import issue_invoices_many
from grandstand.commerce.services.taxes import set_tax_rates
from grandstand.commerce.testing import BY, NOW, World, make_fact
from grandstand.commerce.tests.looking import stock
from grandstand.commerce.values import NewTaxRate, OrderStatus, Placed
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.testing import make_person
from grandstand.store.api import Deadlock, WallHit


@pytest.fixture
def finance(sqlite_world: World) -> Client:
    return signed_in(sqlite_world, Role.FINANCE)


def signed_in(world: World, *roles: Role) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(id=make_member(world.organisation.id, *roles).id))
    return client


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"console:commerce_{model}_{name}", args=args)


def issued(world: World, placed: Placed) -> None:
    with world.database.write() as tx:
        issue_invoices_many(tx, [sale.sale_id for sale in order(placed.order_id).sales], now=NOW)


def test_a_sale_is_shown_to_its_seller_with_lines_history_and_papers(sqlite_world: World, finance: Client) -> None:
    placed = sqlite_world.bought(sqlite_world.sell(price_minor=1200), 2)
    issued(sqlite_world, placed)
    assert placed.number in finance.get(page("sale", "changelist")).text
    shown = finance.get(page("sale", "change", Sale.objects.get().id)).text
    assert [
        word for word in (placed.number, "€24.00", "ticket (en)", "the money came in", "INV-2031-000001", "ada@example.org") if word not in shown
    ] == []


def test_sales_of_others_do_not_exist(sqlite_world: World, finance: Client) -> None:
    other = make_organisation()
    placed = sqlite_world.bought(sqlite_world.sell(seller=other))
    assert placed.number not in finance.get(page("sale", "changelist")).text
    assert finance.get(page("sale", "change", Sale.objects.get().id)).status_code == 404
    assert finance.get(page("saleline", "change", SaleLine.objects.get().id)).status_code == 404


def test_finance_gives_back_some_units_of_a_line_once_however_often_it_clicks(sqlite_world: World, finance: Client) -> None:
    placed = sqlite_world.bought(sqlite_world.sell(price_minor=1200), 3)
    url = page("saleline", "change", SaleLine.objects.get().id)
    for _ in range(2):
        answer = finance.post(url, {"units": 2, "restock": "on", "key": "k", "reason": "fell ill"})
        assert answer.status_code == 302
    found = order(placed.order_id)
    assert (found.status, found.refunded.minor, found.history[-1].reason) == (OrderStatus.PARTLY_REFUNDED, 2400, "fell ill")


def test_a_deadlock_keeps_the_refund_form_and_says_to_send_it_again(sqlite_world: World, finance: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = sqlite_world.bought(sqlite_world.sell(), 2)

    def crossed(*_: Any, **__: Any) -> None:
        raise Deadlock("deadlock detected")

    monkeypatch.setattr(admin, "refund_many", crossed)
    given = {"units": 2, "restock": "on", "key": "k", "reason": "fell ill"}
    answer = finance.post(page("saleline", "change", SaleLine.objects.get().id), given)
    assert "Somebody else was changing the same things. Nothing was written: send it again." in answer.text
    assert 'value="fell ill"' in answer.text
    assert order(placed.order_id).status is OrderStatus.PAID


def test_finance_cancels_an_order_that_is_not_paid_with_a_reason(sqlite_world: World, finance: Client) -> None:
    ref = sqlite_world.sell(units=3, price_minor=1200)
    placed = sqlite_world.order(ref, 3)
    sqlite_world.tell(make_fact(sqlite_world.open_payment(placed), minor=700))
    url = page("sale", "change", Sale.objects.get().id)
    form = finance.get(url).text
    assert ('name="cancel"' in form, 'name="restock"' in form) == (True, False)
    assert finance.post(url, {"reason": "asked by telephone"}).status_code == 200
    assert order(placed.order_id).status is OrderStatus.AWAITING_PAYMENT
    assert finance.post(url, {"cancel": "on", "reason": "asked by telephone"}).status_code == 302
    found = order(placed.order_id)
    assert (found.status, found.refunded.minor, found.history[1].reason) == (OrderStatus.SENT_BACK, 700, "asked by telephone")
    assert stock(sqlite_world, ref) == (0, 0)


def test_an_order_of_several_sellers_is_cancelled_by_the_platforms_staff_only(sqlite_world: World, finance: Client) -> None:
    owner = sqlite_world.buyer()
    sqlite_world.add(owner, sqlite_world.sell())
    sqlite_world.add(owner, sqlite_world.sell(seller=make_organisation()))
    placed = sqlite_world.place(owner)
    url = page("sale", "change", Sale.objects.get(organisation_id=sqlite_world.organisation.id).id)
    given = {"cancel": "on", "reason": "asked by telephone"}
    assert "only the platform&#x27;s staff can cancel it" in finance.post(url, given).text
    assert order(placed.order_id).status is OrderStatus.AWAITING_PAYMENT
    staff = Client()
    staff.force_login(get_user_model().objects.get(id=make_person(staff=True).id))
    assert staff.post(url, given).status_code == 302
    assert order(placed.order_id).status is OrderStatus.CANCELLED


def test_finance_gives_back_all_that_is_left_of_a_sale(sqlite_world: World, finance: Client) -> None:
    placed = sqlite_world.bought(sqlite_world.sell(price_minor=1200, goods=True), 3)
    answer = finance.post(page("sale", "change", Sale.objects.get().id), {"key": "k", "reason": "broken"})
    assert (answer.status_code, order(placed.order_id).status) == (302, OrderStatus.REFUNDED)


def test_too_much_or_without_a_reason_is_an_error_of_the_form(sqlite_world: World, finance: Client) -> None:
    placed = sqlite_world.bought(sqlite_world.sell())
    url = page("saleline", "change", SaleLine.objects.get().id)
    assert finance.post(url, {"units": 2, "key": "k", "reason": "r"}).status_code == 200
    assert finance.post(url, {"units": 1, "key": "k"}).status_code == 200
    assert order(placed.order_id).status is OrderStatus.PAID


@pytest.mark.parametrize("role", [Role.BOX_OFFICE, Role.SHOP])
def test_whoever_answers_questions_sees_and_gives_nothing_back(sqlite_world: World, role: Role) -> None:
    placed, client = sqlite_world.bought(sqlite_world.sell()), signed_in(sqlite_world, role)
    url = page("sale", "change", Sale.objects.get().id)
    assert client.get(url).status_code == 200
    client.post(url, {"key": "k", "reason": "r"})
    assert order(placed.order_id).status is OrderStatus.PAID


def test_a_steward_sees_no_sales(sqlite_world: World) -> None:
    assert signed_in(sqlite_world, Role.STEWARD).get(page("sale", "changelist")).status_code == 404


def test_lists_cost_the_same_for_1_and_40(sqlite_world: World, finance: Client) -> None:
    ref = sqlite_world.sell(units=99)
    counts = []
    for many in (1, 39):
        for _ in range(many):
            issued(sqlite_world, sqlite_world.bought(ref))
        counts.append([_queries(finance, page(model, "changelist")) for model in ("sale", "saleline", "document")])
    assert counts[0] == counts[1]


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# -- tax rates ------------------------------------------------------------------------------------------------------------------------------


def rate(rate_bp: int, starts_on: date) -> NewTaxRate:
    return NewTaxRate(place="JP", tax_class="standard", rate_bp=rate_bp, starts_on=starts_on, source="a law")


def test_a_new_rate_ends_the_one_before_it_and_entering_a_table_again_changes_nothing(world: World) -> None:
    rates = [rate(800, date(2014, 4, 1)), rate(1000, date(2019, 10, 1))]
    with world.database.write() as tx:
        first = set_tax_rates(tx, rates, by=BY, reason="r", now=NOW)
        assert set_tax_rates(tx, rates, by=BY, reason="r", now=NOW) == first
    assert list(TaxRate.objects.filter(place="JP").order_by("starts_on").values_list("rate_bp", "ends_on")) == [
        (800, date(2019, 10, 1)),
        (1000, None),
    ]


def test_a_rate_cannot_begin_before_one_that_is_entered(world: World) -> None:
    with world.database.write() as tx:
        set_tax_rates(tx, [rate(1000, date(2019, 10, 1))], by=BY, reason="r", now=NOW)
        with pytest.raises(TaxRateOverlaps):
            set_tax_rates(tx, [rate(800, date(2014, 4, 1))], by=BY, reason="r", now=NOW)


def test_a_rate_cannot_change_what_applied_on_days_that_are_over(world: World) -> None:
    def french(rate_bp: int, starts_on: date) -> NewTaxRate:
        return NewTaxRate(place="FR", tax_class="standard", rate_bp=rate_bp, starts_on=starts_on, source="a law")

    rates = TaxRate.objects.filter(place="FR").order_by("starts_on").values_list("rate_bp", "starts_on", "ends_on")
    before = list(rates.all())
    late = datetime(2031, 7, 1, 22, 30, tzinfo=UTC)  # in Paris it is the second of July
    with world.database.write() as tx:
        for over in (date(2010, 1, 1), date(2031, 7, 1)):
            with pytest.raises(TaxRateInThePast):
                set_tax_rates(tx, [french(100, over)], by=BY, reason="r", now=late)
    assert list(rates.all()) == before
    with world.database.write() as tx:
        set_tax_rates(tx, [french(2100, date(2031, 7, 2)), french(2200, date(2032, 1, 1))], by=BY, reason="r", now=late)
    assert list(rates.all()) == [
        (2000, date(2000, 1, 1), date(2031, 7, 2)),
        (2100, date(2031, 7, 2), date(2032, 1, 1)),
        (2200, date(2032, 1, 1), None),
    ]


def test_two_rates_of_one_day_meet_a_wall(world: World) -> None:
    with pytest.raises(WallHit, match="commerce_tax_rate"), world.database.write() as tx:
        tx.execute(
            "INSERT INTO commerce_tax_rate (id, place, tax_class, rate_bp, starts_on, source) "
            "SELECT %s, place, tax_class, 1, '2010-01-01', '' FROM commerce_tax_rate WHERE place = 'FR'",
            (new_id(),),
        )


def test_only_the_platforms_staff_enters_rates(sqlite_world: World, finance: Client) -> None:
    assert finance.get(page("taxrate", "changelist")).status_code == 404
    staff = Client()
    staff.force_login(get_user_model().objects.get(id=make_person(staff=True).id))
    given = {"place": "JP", "tax_class": "standard", "rate_bp": 1000, "starts_on": "2019-10-01", "source": "a law", "reason": "r"}
    assert staff.post(page("taxrate", "add"), given).status_code == 302
    assert TaxRate.objects.get(place="JP").rate_bp == 1000
    assert "A later rate is entered already" in staff.post(page("taxrate", "add"), given | {"starts_on": "2014-04-01", "rate_bp": 800}).text
