"""Tickets given back through commerce, from the basket on."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_world, selling
from grandstand.games.testing import make_edition, make_session
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import NOW, BoxOffice, make_box_office
from grandstand.ticketing.tests.test_telling import settle
from grandstand.ticketing.values import TicketState

BY = Actor.system("test")


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(ticketing.Tickets()):
        yield world


def bought(world: World, quantity: int) -> tuple[BoxOffice, commerce.Placed]:
    office = make_box_office(session=make_session(edition=make_edition(organisation_id=world.organisation.id)))
    ref = commerce.ItemRef(kind="ticket", item_id=office.offers["A"])
    return office, world.bought(ref, quantity, owner=commerce.Owner(visitor="visitor-1"), now=NOW)


def tickets(placed: commerce.Placed) -> list[ticketing.TicketView]:
    return ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")


def void(office: BoxOffice, ticket_id: UUID) -> None:
    ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY, reason="stolen", now=NOW)


def refund(world: World, placed: commerce.Placed, *lines: commerce.LineRefund) -> None:
    ask = commerce.RefundAsk(key=new_id().hex, order_id=placed.order_id, reason="the buyer asked", lines=lines)
    with world.database.write() as tx:
        commerce.refund_many(tx, [ask], by=BY, now=NOW + timedelta(hours=1))


def assert_all_is_well(world: World) -> None:
    with world.database.write() as tx:
        findings = [*ticketing.check_tickets(tx), *commerce.check_orders(tx), *inventory.check_stock(tx)]
    assert [finding for finding in findings if not finding.healthy] == []


def test_a_ticket_that_the_box_office_voided_is_refunded_before_those_that_still_admit(world: World) -> None:
    office, placed = bought(world, 3)
    void(office, tickets(placed)[0].id)
    (line,) = [line for sale in commerce.order(placed.order_id).sales for line in sale.lines]
    refund(world, placed, commerce.LineRefund(line_id=line.line_id, quantity=1))
    assert [(ticket.state, ticket.void_reason) for ticket in tickets(placed)] == [
        (TicketState.VOID, "the buyer asked"),
        (TicketState.VALID, ""),
        (TicketState.VALID, ""),
    ]
    assert_all_is_well(world)


def test_an_order_with_a_voided_ticket_is_refunded_whole_and_its_buyer_is_told_that_the_money_goes_back(world: World) -> None:
    office, placed = bought(world, 2)
    void(office, tickets(placed)[1].id)
    settle()
    refund(world, placed)
    assert [ticket.state for ticket in tickets(placed)] == [TicketState.VOID] * 2
    assert commerce.order(placed.order_id).status == commerce.OrderStatus.REFUNDED
    (told,) = [mail for mail in settle() if "taken back" in str(mail.subject)]
    assert "2 tickets" in told.body
    assert "Your money goes back" in told.body
    assert_all_is_well(world)
