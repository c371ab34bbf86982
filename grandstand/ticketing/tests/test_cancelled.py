"""A session is cancelled: everybody with a ticket has the money back without asking, once, and nobody when it takes place after all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import AdminSite

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_world, selling
from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.inventory import api as inventory
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.admin.sales import SessionSaleAdmin
from grandstand.ticketing.services import cancelled
from grandstand.ticketing.services.cancelled import GRACE
from grandstand.ticketing.testing import NOW, BoxOffice, codes_of, make_box_office
from grandstand.ticketing.tests.test_telling import settle
from grandstand.ticketing.values import Reason, ScanAttempt, TicketState

BY = Actor.system("test")
DUE = NOW + timedelta(hours=1) + GRACE


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with make_world(database) as world, selling(ticketing.Tickets()):
        yield world


@pytest.fixture
def office(world: World) -> BoxOffice:
    return make_box_office(session=make_session(edition=make_edition(organisation_id=world.organisation.id)))


def buy(world: World, office: BoxOffice, quantity: int, *, category: str = "A", **contact: Any) -> commerce.Placed:
    ref = commerce.ItemRef(kind="ticket", item_id=office.offers[category])
    return world.bought(ref, quantity, owner=commerce.Owner(visitor=new_id().hex), now=NOW, **contact)


def cancel(office: BoxOffice) -> None:
    games.cancel_session(session_id=office.session.id, now=NOW + timedelta(hours=1), by=BY, reason="storm")
    settle()


def refund_all(*, at: Any = DUE) -> int:
    handled = 0
    while done := ticketing.refund_cancelled_sessions(now=at):
        handled += done
    return handled


def states(placed: commerce.Placed) -> list[TicketState]:
    return [ticket.state for ticket in ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")]


def assert_all_is_well(world: World) -> None:
    with world.database.write() as tx:
        findings = [*ticketing.check_tickets(tx), *commerce.check_orders(tx), *inventory.check_stock(tx)]
    assert [finding for finding in findings if not finding.healthy] == []


def test_every_ticket_of_a_cancelled_session_is_refunded_in_batches_and_once(
    world: World, office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelled, "BATCH", 2)
    orders = [buy(world, office, quantity) for quantity in (1, 2, 3)]
    cancel(office)
    assert [ticketing.refund_cancelled_sessions(now=DUE) for _ in range(4)] == [2, 1, 1, 0]
    assert [commerce.order(placed.order_id).status for placed in orders] == [commerce.OrderStatus.REFUNDED] * 3
    assert [set(states(placed)) for placed in orders] == [{TicketState.VOID}] * 3
    row = models.SessionRefund.objects.get()
    assert (row.refunded, row.ended_at) == (3, DUE)
    assert_all_is_well(world)


def test_the_money_stays_for_a_day_so_that_a_mistake_can_be_taken_back(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 2)
    cancel(office)
    assert refund_all(at=DUE - timedelta(seconds=1)) == 0
    games.reinstate_session(session_id=office.session.id, now=NOW + timedelta(hours=2), by=BY, reason="it was another session")
    assert refund_all() == 1  # found on again before anybody was told
    settle()
    assert refund_all(at=DUE + timedelta(days=9)) == 0
    assert (commerce.order(placed.order_id).status, states(placed)) == (commerce.OrderStatus.PAID, [TicketState.VALID] * 2)


def test_a_session_cancelled_again_is_refunded_a_day_after_the_last_time_in_whatever_order_it_is_heard_of(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 1)
    cancel(office)
    again = NOW + timedelta(hours=20)
    with world.database.write() as tx:
        cancelled.plan_refund(tx, session_id=office.session.id, cancelled_at=again)
        cancelled.plan_refund(tx, session_id=office.session.id, cancelled_at=NOW + timedelta(hours=1))
        cancelled.end_refund(tx, session_id=office.session.id, reinstated_at=again - timedelta(minutes=5))
    assert refund_all(at=DUE) == 0
    assert refund_all(at=again + GRACE) == 2
    assert commerce.order(placed.order_id).status == commerce.OrderStatus.REFUNDED


def test_what_is_heard_at_once_is_told_in_the_order_of_its_happening_and_ends_as_it_is(world: World, office: BoxOffice) -> None:
    other = make_box_office(session=make_session(edition=games.edition_by_id(edition_id=office.session.edition_id), code="SWM02"), gates=())
    placed = [buy(world, each, 1) for each in (office, other)]
    settle()
    games.cancel_session(session_id=office.session.id, now=NOW + timedelta(hours=1), by=BY, reason="storm")
    games.reinstate_session(session_id=office.session.id, now=NOW + timedelta(hours=2), by=BY, reason="it has passed")
    games.cancel_session(session_id=other.session.id, now=NOW + timedelta(hours=3), by=BY, reason="storm")
    told = [mail.subject.partition(":")[0] for mail in settle()]
    assert told == ["Cancelled", "It takes place after all", "Cancelled"]
    assert models.SessionRefund.objects.get().sale_id == other.session.id
    refund_all(at=DUE + timedelta(days=9))
    assert [states(each) for each in placed] == [[TicketState.VALID], [TicketState.VOID]]


def test_only_the_tickets_of_the_cancelled_session_go_back(world: World, office: BoxOffice) -> None:
    other = make_box_office(session=make_session(edition=games.edition_by_id(edition_id=office.session.edition_id), code="SWM02"), gates=())
    owner = commerce.Owner(visitor="visitor-1")
    for each in (office, other):
        world.add(owner, commerce.ItemRef(kind="ticket", item_id=each.offers["A"]), 1, now=NOW)
    placed = world.place(owner, now=NOW)
    world.pay(placed, now=NOW)
    cancel(office)
    refund_all()
    order = commerce.order(placed.order_id)
    assert order.status == commerce.OrderStatus.PARTLY_REFUNDED
    by_session = {ticket.session_id: ticket.state for ticket in ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")}
    assert by_session == {office.session.id: TicketState.VOID, other.session.id: TicketState.VALID}
    assert_all_is_well(world)


def test_the_buyer_is_told_why_and_of_the_money_in_their_language(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 2)
    with world.database.write() as tx:
        tx.execute("UPDATE commerce_order SET language = 'fr' WHERE id = %s", (placed.order_id,))
    cancel(office)
    refund_all()
    mails = settle()
    (voided,) = [mail for mail in mails if "La session a été annulée." in mail.body and "2 billets" in mail.body]
    assert "remboursé" in voided.body.lower() or "argent" in voided.body.lower()
    assert len(mails) == 2
    assert refund_all() == 0
    assert settle() == []


def test_whoever_came_in_before_the_session_was_cancelled_is_refunded_too(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 1)
    (ticket,) = ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en")
    assert office.session.starts_at is not None
    attempt = ScanAttempt(scan_id=new_id(), code=codes_of([ticket.id])[ticket.id], session_id=office.session.id, gate_id=None, device_id=None)
    with world.database.write() as tx:
        assert ticketing.scan_many(tx, [attempt], by=BY, now=office.session.starts_at)[0].admitted
    cancel(office)
    refund_all()
    assert commerce.order(placed.order_id).status == commerce.OrderStatus.REFUNDED
    with world.database.write() as tx:
        again = ticketing.scan_many(tx, [replace(attempt, scan_id=new_id())], by=BY, now=office.session.starts_at)
    assert again[0].reason is Reason.SESSION_CANCELLED
    assert_all_is_well(world)


def test_an_order_that_cannot_be_refunded_is_shown_with_its_reason_and_keeps_nobody_waiting(
    world: World, office: BoxOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [buy(world, office, 1) for _ in range(3)]
    stuck = orders[1].order_id
    true = commerce.refund_many

    def refund_many(tx: Any, asks: Any, **how: Any) -> Any:
        if any(ask.order_id == stuck for ask in asks):
            raise commerce.RefundTooLarge("The buyer's bank has taken that money back already.")
        return true(tx, asks, **how)

    monkeypatch.setattr(commerce, "refund_many", refund_many)
    cancel(office)
    refund_all()
    assert sorted(str(commerce.order(placed.order_id).status) for placed in orders) == ["paid", "refunded", "refunded"]
    with world.database.write() as tx:
        (found,) = [finding for finding in ticketing.check_tickets(tx) if not finding.healthy]
    assert found.name == "ticketing_cancelled_sessions_are_refunded"
    assert f"order {stuck}" in found.detail
    shown = SessionSaleAdmin(models.SessionSale, AdminSite()).money_back(models.SessionSale.objects.get())
    assert "<div>Orders refunded: <b>2</b></div>" in str(shown)
    assert f"{stuck}: RefundTooLarge" in str(shown)
    assert "bank has taken" in found.detail
    monkeypatch.undo()
    with world.database.write() as tx:
        commerce.refund_many(tx, [commerce.RefundAsk(key="by hand", order_id=stuck, reason="the dispute is over")], by=BY, now=DUE)
    assert_all_is_well(world)


def test_a_worker_that_is_behind_is_shown(world: World, office: BoxOffice) -> None:
    buy(world, office, 1)
    cancel(office)
    with world.database.write() as tx:
        tx.execute("UPDATE ticketing_session_refund SET cancelled_at = %s, due_at = %s", (tx.now() - timedelta(days=2), tx.now() - timedelta(days=1)))
        (found,) = [finding for finding in ticketing.check_tickets(tx) if not finding.healthy]
    assert f"session {office.session.id}" in found.detail


def test_a_session_cancelled_before_refunds_were_planned_shows_and_is_refunded_a_day_after_it_is_found(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 2)
    cancel(office)
    with world.database.write() as tx:
        tx.execute("DELETE FROM ticketing_session_refund")
        (found,) = [finding for finding in ticketing.check_tickets(tx) if not finding.healthy]
    assert f"session {office.session.id} was cancelled and no refund is planned" in found.detail
    assert refund_all(at=DUE) == 0
    row = models.SessionRefund.objects.get()
    assert (row.cancelled_at, row.due_at, row.ended_at) == (DUE, DUE + GRACE, None)
    assert_all_is_well(world)
    assert refund_all(at=DUE + GRACE) == 2
    assert commerce.order(placed.order_id).status == commerce.OrderStatus.REFUNDED
    assert refund_all(at=DUE + 9 * GRACE) == 0
    assert models.SessionRefund.objects.count() == 1
    assert_all_is_well(world)


def test_a_ticket_that_an_ended_refund_has_left_is_refunded_by_the_next(world: World, office: BoxOffice) -> None:
    placed = buy(world, office, 1)
    cancel(office)
    with world.database.write() as tx:
        tx.execute("UPDATE ticketing_session_refund SET ended_at = %s", (DUE,))
    assert refund_all(at=DUE) == 0
    refund_all(at=DUE + GRACE)
    assert commerce.order(placed.order_id).status == commerce.OrderStatus.REFUNDED
    assert_all_is_well(world)


def test_sessions_that_take_place_or_are_postponed_have_no_refund_planned(world: World, office: BoxOffice) -> None:
    buy(world, office, 1)
    assert refund_all() == 0
    games.postpone_session(session_id=office.session.id, now=NOW, by=BY, reason="storm")
    assert refund_all() == 0
    assert not models.SessionRefund.objects.exists()
