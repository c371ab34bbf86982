"""A session that is cancelled, postponed or moved while somebody is buying: nobody pays for what is not, or orders what they have not seen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

import pytest

from grandstand.commerce import api as commerce
from grandstand.commerce.testing import World, make_fact, make_world, selling
from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.actors import Actor
from grandstand.store.api import Database
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import NOW, BoxOffice, make_box_office
from grandstand.ticketing.tests.test_telling import settle

BY = Actor.system("test")
GUEST = commerce.Owner(visitor="v1")


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """On each engine in turn."""
    with make_world(database) as made, selling(ticketing.Tickets()):
        yield made


@pytest.fixture
def office(world: World) -> BoxOffice:
    return make_box_office(session=make_session(edition=make_edition(organisation_id=world.organisation.id)))


def ticket(office: BoxOffice) -> commerce.ItemRef:
    return commerce.ItemRef(kind="ticket", item_id=office.offers["A"])


def cancel(office: BoxOffice) -> None:
    games.cancel_session(session_id=office.session.id, now=NOW, by=BY, reason="storm")


def move(office: BoxOffice, *, days: int = 2) -> None:
    found = games.session(session_id=office.session.id, language="en")
    assert found.starts_local is not None
    assert found.ends_local is not None
    to = games.Place(
        venue_id=found.venue_id,
        zone="",
        time_zone=found.time_zone,
        day_on=found.day_on,
        starts_local=found.starts_local + timedelta(days=days),
        ends_local=found.ends_local + timedelta(days=days),
    )
    games.move_session(session_id=found.id, to=to, now=NOW, by=BY, reason="the wind")


def given(placed: commerce.Placed) -> int:
    return len(ticketing.tickets_of_order(order_id=placed.order_id, holder_id=None, language="en"))


def test_nobody_begins_to_pay_for_a_session_that_was_cancelled_since_they_ordered(world: World, office: BoxOffice) -> None:
    placed = world.order(ticket(office), 2, owner=GUEST, now=NOW)
    cancel(office)
    with pytest.raises(commerce.CalledOff) as refused:
        world.open_payment(placed, GUEST, now=NOW)
    assert refused.value.detail == {"titles": [office.session.title]}


def test_money_that_comes_for_a_cancelled_session_goes_back_and_the_buyer_is_told_why(world: World, office: BoxOffice) -> None:
    placed = world.order(ticket(office), 2, owner=GUEST, now=NOW)
    payment_id = world.open_payment(placed, now=NOW)
    cancel(office)
    settle()
    assert world.tell(make_fact(payment_id, minor=placed.total.minor), now=NOW) == {placed.order_id: commerce.OrderStatus.SENT_BACK}
    assert (commerce.order(placed.order_id).refunded, given(placed)) == (placed.total, 0)
    (told,) = settle()
    assert told.subject.startswith("We are sending")
    assert "will not take place" in told.body
    assert "somebody else" not in told.body


def test_a_cancellation_in_the_moment_of_the_payment_is_told_instead_of_the_tickets(world: World, office: BoxOffice) -> None:
    placed = world.order(ticket(office), 2, owner=GUEST, now=NOW)
    settle()
    world.pay(placed, now=NOW)  # of its tickets the buyer hears after the commit only
    cancel(office)
    subjects = {mail.subject for mail in settle()}
    assert f"Cancelled: {office.session.title}" in subjects
    assert f"Your tickets are here: {office.session.title}" not in subjects


def test_a_ticket_paid_while_its_session_is_postponed_comes_with_that_news(world: World, office: BoxOffice) -> None:
    placed = world.order(ticket(office), 2, owner=GUEST, now=NOW)
    games.postpone_session(session_id=office.session.id, now=NOW, by=BY, reason="rain")
    settle()
    world.pay(placed, now=NOW)
    subjects = [mail.subject for mail in settle()]
    assert f"Your tickets are here: {office.session.title}" in subjects
    assert f"Postponed: {office.session.title}" in subjects


def test_a_session_that_moved_while_in_a_basket_is_not_ordered_unseen(world: World, office: BoxOffice) -> None:
    world.add(GUEST, ticket(office), 2, now=NOW)
    placing = world.placing(GUEST, now=NOW)
    before = games.session(session_id=office.session.id, language="en")
    move(office)
    with pytest.raises(commerce.Rescheduled) as refused, world.database.write() as tx:
        commerce.place_order(tx, placing, now=NOW)
    (line,) = cast(list[dict[str, dict[str, str]]], refused.value.detail["lines"])
    assert before.starts_at is not None
    after = games.session(session_id=office.session.id, language="en")
    assert after.starts_at is not None
    assert [line[key]["starts_at"] for key in ("old", "new")] == [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (before.starts_at, after.starts_at)]

    (shown,) = world.basket(GUEST, now=NOW).lines
    assert shown.moved_from is not None
    assert (shown.moved_from.starts_at, shown.description.starts_at) == (before.starts_at, after.starts_at)
    assert not world.basket(GUEST, now=NOW).ready
    with world.database.write() as tx:
        commerce.move_to_market(tx, owner=GUEST, market_code=world.market.code, now=NOW)
    assert world.basket(GUEST, now=NOW).lines[0].moved_from is None
    world.place(GUEST, now=NOW)


def test_another_name_of_a_session_is_no_move(world: World, office: BoxOffice) -> None:
    world.add(GUEST, ticket(office), 2, now=NOW)
    games.describe_session(session_id=office.session.id, title="Another title", now=NOW, by=BY, reason="a slip")
    world.place(GUEST, now=NOW)
