"""Lists cost the same for one and for many, sums are what they say, papers are for whoever they are for."""

from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grandstand.commerce.links import order_key
from grandstand.commerce.queries.documents import documents_of
from grandstand.commerce.queries.orders import ORDERS_A_PAGE, order, orders_of
from grandstand.commerce.queries.sales import sales_totals
from grandstand.commerce.rules.orders import MOST_LINES
from grandstand.commerce.services.adopting import adopt
from grandstand.commerce.services.baskets import add_lines_many
from grandstand.commerce.services.numbering import issue_invoices_many
from grandstand.commerce.services.refunding import refund_many
from grandstand.commerce.testing import BY, NOW, World, euros, later
from grandstand.commerce.tests.buying import Buying
from grandstand.commerce.values import Adding, LineRefund, OrderStatus, Owner, Placed, RefundAsk
from grandstand.commerce.visitors import SESSION_KEY
from grandstand.kit.ids import new_id
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member, make_organisation
from grandstand.people.testing import make_person


def counted(read: object) -> int:
    assert callable(read)
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def ordered(world: World, owner: Owner, lines: int) -> Placed:
    addings = [Adding(key=new_id().hex, owner=owner, market_code="fr", ref=world.sell(), quantity=1) for _ in range(lines)]
    with world.database.write() as tx:
        add_lines_many(tx, addings, now=NOW)
    return world.place(owner)


def test_an_order_costs_the_same_with_1_and_40_lines(sqlite_world: World) -> None:
    few, many = (ordered(sqlite_world, sqlite_world.buyer(), lines) for lines in (1, MOST_LINES))
    assert len(order(many.order_id).sales[0].lines) == MOST_LINES
    assert counted(lambda: order(few.order_id)) == counted(lambda: order(many.order_id))


def test_a_list_of_orders_costs_the_same_for_1_and_40(sqlite_world: World) -> None:
    world, ref = sqlite_world, sqlite_world.sell(units=99)
    few, many = (person_id(world.buyer()) for _ in range(2))
    world.order(ref, owner=Owner(person_id=few))
    for _ in range(2 * ORDERS_A_PAGE):
        world.order(ref, owner=Owner(person_id=many))
    assert counted(lambda: orders_of(few)) == counted(lambda: orders_of(many))


def person_id(owner: Owner) -> UUID:
    assert owner.person_id is not None
    return owner.person_id


def test_papers_of_an_order_cost_one_statement(sqlite_world: World) -> None:
    assert counted(lambda: documents_of(new_id())) == 1


def test_sales_are_what_was_paid_since_then_less_what_went_back(world: World) -> None:
    ref = world.sell(units=99, price_minor=1200)
    world.bought(ref, now=later(days=-2))
    sold = world.bought(ref, 3)
    world.order(ref)
    world.bought(world.sell(seller=make_organisation()))
    (line,) = [line for sale in order(sold.order_id).sales for line in sale.lines]
    with world.database.write() as tx:
        ask = RefundAsk(key="k", order_id=sold.order_id, reason="r", lines=(LineRefund(line_id=line.line_id, quantity=1),))
        refund_many(tx, [ask], by=BY, now=NOW)
    (totals,) = sales_totals(world.organisation.id, since=later(days=-1))
    assert (totals.orders, totals.units, totals.gross, totals.refunded) == (1, 2, euros(3600), euros(1200))
    assert sales_totals(world.organisation.id, since=later(days=1)) == []


# -- papers ---------------------------------------------------------------------------------------------------------------------------------


def signed_in(someone: UUID) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(id=someone))
    return client


@pytest.fixture
def papers(sqlite_world: World) -> tuple[World, Owner, list[str], str]:
    """A buyer who paid, the addresses of their papers, and the key from their mail."""
    world, owner = sqlite_world, sqlite_world.buyer()
    placed = world.bought(world.sell(), owner=owner)
    with world.database.write() as tx:
        issue_invoices_many(tx, [sale.sale_id for sale in order(placed.order_id).sales], now=NOW)
    (invoice,) = documents_of(placed.order_id)
    return world, owner, [f"/papers/{invoice.document_id}.pdf", f"/receipts/{placed.order_id}.pdf"], order_key(placed.order_id)


def test_the_buyer_has_the_papers_and_whoever_has_their_mail(papers: tuple[World, Owner, list[str], str]) -> None:
    _, owner, urls, key = papers
    for url in urls:
        mine = signed_in(person_id(owner)).get(url)
        assert (mine.status_code, mine.headers["Content-Type"], mine.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert "no-store" in mine.headers["Cache-Control"]
        assert Client().get(url, {"key": key}).status_code == 200


def test_the_sellers_finance_has_them_and_no_other_role(papers: tuple[World, Owner, list[str], str]) -> None:
    world, _, urls, _ = papers
    for role, status in ((Role.FINANCE, 200), (Role.OWNER, 200), (Role.BOX_OFFICE, 404), (Role.STEWARD, 404)):
        client = signed_in(make_member(world.organisation.id, role).id)
        assert [client.get(url).status_code for url in urls] == [status, status]


def test_for_everybody_else_there_is_no_such_paper(papers: tuple[World, Owner, list[str], str]) -> None:
    _, _, urls, key = papers
    strangers = [Client(), signed_in(make_person().id), signed_in(make_member(make_organisation().id, Role.OWNER).id)]
    assert {client.get(url).status_code for client in strangers for url in urls} == {404}
    assert Client().get(urls[0], {"key": key[:-1]}).status_code == 404
    assert {signed_in(make_person().id).get(url).status_code for url in (f"/papers/{new_id()}.pdf", f"/receipts/{new_id()}.pdf")} == {404}


def test_an_unpaid_order_has_no_receipt(sqlite_world: World) -> None:
    owner = sqlite_world.buyer()
    placed = sqlite_world.order(sqlite_world.sell(), owner=owner)
    assert signed_in(person_id(owner)).get(f"/receipts/{placed.order_id}.pdf").status_code == 404


# -- who is buying --------------------------------------------------------------------------------------------------------------------------


def test_the_first_page_after_signing_in_makes_a_visitors_order_theirs(buying: Buying) -> None:
    person = make_person()
    buying.client.force_login(get_user_model().objects.get(id=person.id))
    assert buying.come_back().status_code == 200
    assert order(buying.placed.order_id).owner == Owner(person_id=person.id)
    assert SESSION_KEY not in buying.client.session


def test_an_order_adopted_after_it_was_paid_stays_paid(world: World) -> None:
    placed = world.bought(world.sell(), owner=Owner(visitor="v"))
    someone = make_person().id
    with world.database.write() as tx:
        adopt(tx, visitor="v", person_id=someone, now=NOW)
    found = order(placed.order_id, owner=Owner(person_id=someone))
    assert (found.status, [change.status for change in found.history]) == (
        OrderStatus.PAID,
        [OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID, OrderStatus.PAID],
    )
