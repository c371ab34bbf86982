"""Everybody who holds a ticket hears what happens to it, in their language, once."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from grandstand.commerce.api import ItemRef, Owner, RevokedLine
from grandstand.commerce.testing import World, make_world, selling
from grandstand.games import api as games
from grandstand.games.testing import make_edition, make_session
from grandstand.kit.actors import Actor
from grandstand.messaging import api as messaging
from grandstand.people.testing import make_person
from grandstand.store import api as store
from grandstand.store.api import Database
from grandstand.store.testing import statements
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import NOW, BoxOffice, make_box_office
from grandstand.ticketing.tests.conftest import SetClock

BY = Actor.system("test")
LATER = NOW + timedelta(days=40)


def settle() -> list[mail.EmailMessage]:
    """Deliver every fact and send every mail; returns the mails sent by it."""
    before = len(mail.outbox)
    while store.deliver_due(now=LATER):
        pass
    with store.read() as tx:
        assert store.undelivered(tx) == []
    messaging.send_due(now=LATER)
    with store.read() as tx:
        assert messaging.undelivered(tx) == []
    return mail.outbox[before:]


def test_tickets_of_many_orders_cost_the_statements_of_one_and_everybody_gets_their_own(database: Database) -> None:
    office, costs = make_box_office(seats=60), []
    for count in (1, 12):
        people = [make_person(language="en") for _ in range(count)]
        for person in people:
            office.issue(office.line(quantity=2, person_id=person.id))
        with statements() as seen:
            assert store.deliver_due(now=LATER) == count
        costs.append(len(seen))
        assert {address for message in settle() for address in message.to} == {person.email for person in people}
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("language", "subject", "venue", "path"),
    [
        ("en", "Your tickets are here: Women's 100 m freestyle, heats", "River Pool", "/tickets/orders/"),
        ("fr", "Vos billets sont là : 100 m nage libre dames, séries", "Piscine de la Rivière", "/fr/tickets/orders/"),
        ("zh-hans", "您的门票已出：女子100米自由泳预赛", "河畔游泳馆", "/zh-hans/tickets/orders/"),
    ],
)
def test_tickets_come_by_mail_with_link_paper_and_calendar_in_the_readers_language(
    database: Database, language: str, subject: str, venue: str, path: str
) -> None:
    titles = {"fr": "100 m nage libre dames, séries", "zh-hans": "女子100米自由泳预赛"}
    office = make_box_office(session=make_session(titles=titles))
    line = office.line(quantity=2, person_id=make_person(language=language).id)
    office.issue(line)
    (sent,) = settle()
    assert sent.subject == subject
    assert f", {venue}\n" in sent.body
    assert f"{settings.GRANDSTAND_URL}{path}{line.order_id}" in sent.body
    assert [(attached[0], attached[2]) for attached in sent.attachments] == [("tickets.pdf", "application/pdf"), ("tickets.ics", "text/calendar")]
    assert settle() == []


def test_tickets_taken_back_together_are_told_of_in_one_mail_with_the_reason(database: Database) -> None:
    office = make_box_office()
    line = office.line(quantity=3, person_id=make_person().id)
    office.issue(line)
    settle()
    with database.write() as tx:
        ticketing.Tickets().revoke_many(tx, [RevokedLine(line_id=line.line_id, quantity=2, reason="refunded on request")], by=BY, now=NOW)
    (sent,) = settle()
    assert sent.subject == "Tickets taken back: Women's 100 m freestyle, heats"
    assert "2 tickets" in sent.body
    assert "The reason: refunded on request" in sent.body
    assert "Your money goes back" in sent.body


@pytest.mark.parametrize(
    ("change", "subject", "words"),
    [
        ("moved", "New time or place", "Sun, 6 Jul 2031, 19:00"),
        ("postponed", "Postponed", "The new time is not known yet"),
        ("cancelled", "Cancelled", "You get your money back"),
    ],
)
def test_whatever_happens_to_a_session_is_told_to_every_holder_once(database: Database, change: str, subject: str, words: str) -> None:
    office = make_box_office()
    for _ in range(2):
        office.issue(office.line(quantity=2, person_id=make_person().id))
    (void,) = office.issue(office.line(person_id=make_person().id))
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=BY, reason="stolen", now=NOW)
    settle()
    _change(office, change)
    sent = settle()
    assert sorted(each.subject for each in sent) == [f"{subject}: Women's 100 m freestyle, heats"] * 2
    assert all(words in each.body for each in sent)


def _change(office: BoxOffice, change: str) -> None:
    session = office.session
    match change:
        case "moved":
            assert session.starts_local is not None
            assert session.ends_local is not None
            later = timedelta(days=5)
            to = replace(session.place, starts_local=session.starts_local + later, ends_local=session.ends_local + later, day_on=None)
            moved = games.move_session(session_id=session.id, to=to, now=NOW, by=BY, reason="storm")
            assert moved.stakes == 4
        case "postponed":
            games.postpone_session(session_id=session.id, now=NOW, by=BY, reason="storm")
        case "cancelled":
            games.cancel_session(session_id=session.id, now=NOW, by=BY, reason="storm")


def test_a_guest_is_told_by_mail_opens_the_tickets_by_its_link_and_has_them_after_signing_in(
    sqlite: Database, client: Client, set_clock: SetClock
) -> None:
    with make_world(sqlite) as world, selling(ticketing.Tickets()):
        office = _office_of(world)
        owner = Owner(visitor="visitor-1")
        placed = world.bought(ItemRef(kind="ticket", item_id=office.offers["A"]), 2, owner=owner, now=NOW)
        (sent,) = [each for each in settle() if each.subject.startswith("Your tickets")]
        assert sent.to == ["ada@example.org"]
        link = re.search(r"http\S+/tickets/orders/\S+", str(sent.body))
        assert link is not None
        page = client.get(link[0].removeprefix(settings.GRANDSTAND_URL))
        assert page.status_code == 200
        assert page.content.decode().count('class="qr keep"') == 2
        assert client.get(link[0].removeprefix(settings.GRANDSTAND_URL).partition("?")[0]).status_code == 404
        person = make_person()
        session = client.session
        session["commerce_visitor"] = "visitor-1"
        session.save()
        client.force_login(get_user_model().objects.get(id=person.id))
        assert client.get(f"/tickets/orders/{placed.order_id}").status_code == 404
        settle()
        assert client.get(f"/tickets/orders/{placed.order_id}").status_code == 200
        mine = ticketing.my_tickets(person_id=person.id, language="en")
        assert [ticket.order_id for ticket in mine] == [placed.order_id] * 2


def _office_of(world: World) -> BoxOffice:
    session = make_session(edition=make_edition(organisation_id=world.organisation.id))
    return make_box_office(session=session)
