from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from grandstand.commerce.api import Ask, ItemRef, RevokedLine, SoldLine
from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Kind, Tx, WallHit, read, write
from grandstand.ticketing import api as ticketing
from grandstand.ticketing import models
from grandstand.ticketing.queries.sales import keyrings
from grandstand.ticketing.testing import EUROS, NOW, BoxOffice, euros, make_box_office, make_holder
from grandstand.ticketing.tests.conftest import Counted
from grandstand.ticketing.values import (
    EventKind,
    NoSuchTicket,
    TicketIsVoid,
    TicketNotVoid,
    TicketRefunded,
    TicketsMiscounted,
    TicketState,
    TooFewTickets,
)

BY = Actor.person(new_id())
TICKETS = ticketing.Tickets()


def revoke(database: Database, line: SoldLine, quantity: int, *unit_ids: UUID) -> None:
    with database.write() as tx:
        TICKETS.revoke_many(tx, [RevokedLine(line_id=line.line_id, quantity=quantity, reason="refunded", unit_ids=unit_ids)], by=BY, now=NOW)


def states(office: BoxOffice, line: SoldLine) -> list[TicketState]:
    shown = ticketing.tickets_of_order(order_id=line.order_id, holder_id=line.person_id, language="en")
    return [ticket.state for ticket in shown]


def keyring(tx: Tx, office: BoxOffice) -> dict[str, bytes]:
    return keyrings(tx, [office.organisation_id])[office.organisation_id]


def test_fulfilling_a_line_issues_its_tickets_once_however_often_it_is_told(database: Database) -> None:
    office = make_box_office()
    holder = make_holder()
    line = office.line(quantity=3, person_id=holder)
    for _ in range(3):
        with database.write() as tx:
            TICKETS.fulfil_many(tx, [line, line], now=NOW)
    mine = ticketing.my_tickets(person_id=holder, language="zh-hans")
    assert [(ticket.number, ticket.of, ticket.price, ticket.state) for ticket in mine] == [
        (n, 3, euros(12_000), TicketState.VALID) for n in (1, 2, 3)
    ]
    assert mine[0].venue == "河畔游泳馆"
    assert mine[0].category.name == "甲等票"
    with read() as tx:
        (facts,) = tx.rows("SELECT count(*) FROM store_fact WHERE kind = 'TicketsIssued'", kinds=[Kind.INT])
        assert facts == (1,)
        assert TICKETS.fulfilled_many(tx, [line.line_id]) == {line.line_id: 3}


def test_a_line_for_an_offer_that_does_not_exist_is_a_fault(database: Database) -> None:
    office = make_box_office()
    office.offers["A"] = new_id()
    with pytest.raises(LookupError, match="offers that do not exist"):
        office.issue()


def test_a_ticket_cannot_be_for_another_session_than_its_offer(database: Database) -> None:
    office, other = make_box_office(), make_box_office()
    (ticket_id,) = office.issue()
    with pytest.raises(WallHit) as hit, write() as tx:
        tx.execute("UPDATE ticketing_ticket SET session_id = %s WHERE id = %s", (other.session.id, ticket_id))
    assert "ticketing_ticket_is_for_its_offers_session" in str(hit.value)


def test_revoking_takes_the_newest_tickets_unless_they_are_named(database: Database) -> None:
    office = make_box_office()
    line = office.line(quantity=4)
    ids = office.issue(line)
    revoke(database, line, 1)
    revoke(database, line, 1, ids[0])
    assert states(office, line) == [TicketState.VOID, TicketState.VALID, TicketState.VALID, TicketState.VOID]
    with database.write() as tx:
        assert TICKETS.fulfilled_many(tx, [line.line_id, new_id()]) == {line.line_id: 2}


def test_revoking_more_than_there_is_or_what_is_not_of_the_line_changes_nothing(database: Database) -> None:
    office = make_box_office()
    line = office.line(quantity=2)
    ids = office.issue(line)
    stranger = office.issue()
    with pytest.raises(TooFewTickets):
        revoke(database, line, 3)
    with pytest.raises(NoSuchTicket):
        revoke(database, line, 1, *stranger)
    revoke(database, line, 1, ids[1])
    with pytest.raises(TicketIsVoid):
        revoke(database, line, 1, ids[1])
    assert states(office, line) == [TicketState.VALID, TicketState.VOID]


def test_voiding_and_reinstating_follow_each_other_and_all_of_it_is_remembered(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue()
    void = partial(ticketing.void_ticket, ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY)
    reinstate = partial(ticketing.reinstate_ticket, ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY)
    with pytest.raises(TicketNotVoid):
        reinstate(reason="nothing to undo", now=NOW)
    for n in range(2):
        void(reason=f"mistake {n}", now=NOW + timedelta(hours=2 * n))
        with pytest.raises(TicketIsVoid):
            void(reason="again", now=NOW)
        reinstate(reason=f"sorry {n}", now=NOW + timedelta(hours=2 * n + 1))
    events = ticketing.history(ticket_id=ticket_id, language="en")
    assert [(event.kind, event.reason) for event in events] == [
        (EventKind.ISSUED, ""),
        (EventKind.VOIDED, "mistake 0"),
        (EventKind.REINSTATED, "sorry 0"),
        (EventKind.VOIDED, "mistake 1"),
        (EventKind.REINSTATED, "sorry 1"),
    ]


def test_the_database_itself_refuses_a_second_open_voiding_and_a_voiding_without_reason(database: Database) -> None:
    office = make_box_office()
    (ticket_id,) = office.issue()
    ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY, reason="why", now=NOW)
    columns = "id, organisation_id, ticket_id, number, origin, at, actor, reason"
    sql = f"INSERT INTO ticketing_voiding ({columns}) VALUES (%s, %s, %s, 2, 'sale', %s, 'system:x', %s)"
    with pytest.raises(WallHit, match="reinstate the ticket before it is voided again"), write() as tx:
        tx.execute(sql, (new_id(), office.organisation_id, ticket_id, NOW, "again"))
    (other,) = office.issue()
    with pytest.raises(WallHit) as hit, write() as tx:
        tx.execute(sql, (new_id(), office.organisation_id, other, NOW, ""))
    assert "ticketing_voiding_has_a_reason" in str(hit.value)


def test_a_refunded_ticket_cannot_come_back_because_its_seat_went_back(database: Database) -> None:
    office = make_box_office()
    line = office.line()
    (ticket_id,) = office.issue(line)
    revoke(database, line, 1)
    with pytest.raises(TicketRefunded):
        ticketing.reinstate_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY, reason="please", now=NOW)


def test_a_refund_takes_what_the_box_office_voided_first_and_its_history_tells_of_no_way_back(database: Database) -> None:
    office = make_box_office()
    line = office.line(quantity=3)
    ids = office.issue(line)
    ticketing.void_ticket(ticket_id=ids[0], organisation_id=office.organisation_id, by=BY, reason="stolen", now=NOW)
    revoke(database, line, 1)
    assert states(office, line) == [TicketState.VOID, TicketState.VALID, TicketState.VALID]
    assert [(event.kind, event.reason) for event in ticketing.history(ticket_id=ids[0], language="en")] == [
        (EventKind.ISSUED, ""),
        (EventKind.VOIDED, "stolen"),
        (EventKind.VOIDED, "refunded"),
    ]
    with pytest.raises(TicketRefunded):
        ticketing.reinstate_ticket(ticket_id=ids[0], organisation_id=office.organisation_id, by=BY, reason="found", now=NOW)
    with pytest.raises(TooFewTickets, match="2 tickets left"):
        revoke(database, line, 3)
    revoke(database, line, 2)
    with database.write() as tx:
        assert TICKETS.fulfilled_many(tx, [line.line_id]) == {}
        assert [finding for finding in ticketing.check_tickets(tx) if not finding.healthy] == []


def test_tickets_named_are_as_many_as_are_taken_back_and_different(database: Database) -> None:
    office = make_box_office()
    line = office.line(quantity=3)
    first, second, _ = office.issue(line)
    for quantity, named in ((1, (first, second)), (2, (first,)), (2, (first, first))):
        with pytest.raises(TicketsMiscounted, match="Name as many different tickets") as refused:
            revoke(database, line, quantity, *named)
        assert refused.value.detail == {"named": len(set(named)), "quantity": quantity}
    assert states(office, line) == [TicketState.VALID] * 3


def test_a_ticket_voided_by_the_box_office_was_given_to_its_buyer_all_the_same(database: Database) -> None:
    office = make_box_office()
    line = office.line()
    (ticket_id,) = office.issue(line)
    ticketing.void_ticket(ticket_id=ticket_id, organisation_id=office.organisation_id, by=BY, reason="sold on", now=NOW)
    with database.write() as tx:
        assert TICKETS.fulfilled_many(tx, [line.line_id]) == {line.line_id: 1}


def test_nobody_reaches_the_ticket_of_another_person_or_organisation(database: Database) -> None:
    office, other = make_box_office(), make_box_office()
    holder, stranger = make_holder(), make_holder()
    (ticket_id,) = office.issue(office.line(person_id=holder))
    with pytest.raises(NoSuchTicket):
        ticketing.ticket(ticket_id=ticket_id, holder_id=stranger, language="en")
    with pytest.raises(NoSuchTicket):
        ticketing.activate_ticket(ticket_id=ticket_id, holder_id=stranger, now=NOW)
    for write_ in (ticketing.void_ticket, ticketing.reinstate_ticket, ticketing.take_back_admission):
        with pytest.raises(NoSuchTicket):
            write_(ticket_id=ticket_id, organisation_id=other.organisation_id, by=BY, reason="not mine", now=NOW)


def test_the_selling_path_meets_no_orm_and_needs_as_many_statements_for_forty_lines_as_for_one(database: Database, counted: Counted) -> None:
    office = make_box_office()
    offers = [office.offers[code] for code in ("A", "B", "C")]
    counts = []
    for size in (1, 40):
        refs = [ItemRef(kind="ticket", item_id=offers[n % 3]) for n in range(size)]
        asks = [Ask(ref=ref, quantity=1) for ref in refs]
        lines = [office.line(code="ABC"[n % 3], quantity=2) for n in range(size)]
        line_ids = [line.line_id for line in lines]
        revoked = [RevokedLine(line_id=line_id, quantity=1, reason="refunded") for line_id in line_ids]
        work: list[partial[Any]] = [
            partial(TICKETS.quote_many, asks=asks, market=EUROS, now=NOW),
            partial(TICKETS.describe_many, refs=refs, language="fr"),
            partial(TICKETS.fulfil_many, lines=lines, now=NOW),
            partial(TICKETS.fulfilled_many, line_ids=line_ids),
            partial(TICKETS.revoke_many, lines=revoked, by=BY, now=NOW),
        ]
        counts.append([counted(step) for step in work])
    assert counts[0] == counts[1]
    assert sum(counts[0]) <= 19


def test_a_list_of_tickets_costs_the_same_for_one_and_for_forty(database: Database) -> None:
    office = make_box_office()
    counts = []
    for quantity in (1, 40):
        holder = make_holder()
        office.issue(office.line(quantity=quantity, person_id=holder))
        with CaptureQueriesContext(connection) as queries:
            assert len(ticketing.my_tickets(person_id=holder, language="en")) == quantity
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_a_key_that_rotates_signs_after_its_lead_and_codes_of_the_old_one_stay_good(database: Database) -> None:
    office = make_box_office()
    ids = office.issue()
    view = ticketing.tickets_by_ids(ticket_ids=ids, language="en")[0]
    before = ticketing.code(ticket=view, now=NOW)
    new = ticketing.rotate_key(organisation_id=office.organisation_id, now=NOW, by=BY, reason="yearly")
    assert ticketing.code(ticket=view, now=NOW + timedelta(hours=23)) == before
    after = ticketing.code(ticket=view, now=NOW + timedelta(hours=24))
    with read() as tx:
        keys = keyring(tx, office)
    assert ticketing.read_code(after, keys=keys).key_id == new != ticketing.read_code(before, keys=keys).key_id


def test_a_revoked_key_makes_its_codes_forged_and_another_signs_at_once(database: Database) -> None:
    office = make_box_office()
    view = ticketing.tickets_by_ids(ticket_ids=office.issue(), language="en")[0]
    before = ticketing.code(ticket=view, now=NOW)
    old = models.SigningKey.objects.get().key_id
    new = ticketing.revoke_key(organisation_id=office.organisation_id, key=old, now=NOW, by=BY, reason="stolen")
    after = ticketing.code(ticket=view, now=NOW)
    with read() as tx:
        keys = keyring(tx, office)
    assert list(keys) == [new]
    with pytest.raises(ticketing.Forged):
        ticketing.read_code(before, keys=keys)
    assert ticketing.read_code(after, keys=keys).ticket_id == view.id
    with pytest.raises(ticketing.NoSuchKey):
        ticketing.revoke_key(organisation_id=office.organisation_id, key=old, now=NOW, by=BY, reason="again")


def test_a_key_sealed_with_another_secret_is_unreadable_and_says_so(database: Database, settings: Settings) -> None:
    office = make_box_office()
    view = ticketing.tickets_by_ids(ticket_ids=office.issue(), language="en")[0]
    settings.SECRET_KEY, old = "another secret, long enough to be one of fifty characters", settings.SECRET_KEY
    with pytest.raises(ticketing.KeyUnreadable):
        ticketing.code(ticket=view, now=NOW)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert ticketing.code(ticket=view, now=NOW)
