"""Doctor goes red when somebody goes around the services and the walls."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Tx, standing_walls
from grandstand.ticketing import api as ticketing
from grandstand.ticketing.testing import BY, NOW, BoxOffice, codes_of, make_box_office, make_holder


def red(database: Database) -> list[str]:
    with database.write() as tx:
        return [finding.name for finding in ticketing.check_tickets(tx) if not finding.healthy]


def break_(database: Database, *statements: str) -> None:
    """Write by hand what no service would, with the walls lowered."""
    with database.write() as tx:
        for wall in standing_walls():
            if wall.table.startswith("ticketing_"):
                for statement in wall.lower_sql[tx.engine]:
                    tx.execute(statement)
        for statement in statements:
            tx.execute(statement)


@pytest.fixture
def office(database: Database) -> BoxOffice:
    """Tickets in every state, all of it well."""
    office = make_box_office()
    void, used, _good = office.issue(office.line(quantity=3))
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=BY, reason="stolen", now=NOW)
    ticketing.reinstate_ticket(ticket_id=void, organisation_id=office.organisation_id, by=BY, reason="found", now=NOW)
    ticketing.void_ticket(ticket_id=void, organisation_id=office.organisation_id, by=BY, reason="stolen again", now=NOW)
    (code,) = codes_of([used]).values()
    attempt = ticketing.ScanAttempt(scan_id=new_id(), code=code, session_id=office.session.id, gate_id=None, device_id=None)
    assert office.session.starts_at is not None
    with database.write() as tx:
        assert ticketing.scan_many(tx, [attempt], by=BY, now=office.session.starts_at)[0].admitted
    return office


def test_all_is_well_in_an_office_that_nobody_tampered_with(database: Database, office: BoxOffice) -> None:
    assert red(database) == []


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DELETE FROM ticketing_ticket WHERE serial = 2", "ticketing_lines_have_all_their_tickets"),
        ("UPDATE ticketing_scan SET reason = 'forged'", "ticketing_admission_has_its_scan"),
        ("DELETE FROM ticketing_reinstatement", "ticketing_voidings_follow_each_other"),
        ("DELETE FROM ticketing_voiding WHERE number = 1", "ticketing_voidings_follow_each_other"),
        ("UPDATE ticketing_ticket SET seat_id = session_id", "ticketing_seat_has_one_valid_ticket"),
        ("UPDATE ticketing_signing_key SET revoked_at = made_at", "ticketing_keys_can_sign"),
        ("UPDATE ticketing_signing_key SET key_id = '00000000'", "ticketing_keys_can_sign"),
    ],
)
def test_each_kind_of_tampering_shows(database: Database, office: BoxOffice, statement: str, name: str) -> None:
    before = ["DELETE FROM ticketing_admission"] if "DELETE FROM ticketing_ticket" in statement else []
    if statement.startswith("DELETE FROM ticketing_voiding"):
        before = ["DELETE FROM ticketing_reinstatement"]
    break_(database, *before, statement)
    assert name in red(database)


def test_keys_sealed_with_another_secret_show(database: Database, office: BoxOffice, settings: Settings) -> None:
    settings.SECRET_KEY = "another secret, long enough to be one of fifty characters"
    assert red(database) == ["ticketing_keys_can_sign"]


def test_what_the_doctor_advises_for_an_unreadable_key_makes_it_green(database: Database, office: BoxOffice, settings: Settings) -> None:
    """A key that is made beside it would leave it unreadable, and would sign a day later."""
    settings.SECRET_KEY = "another secret, long enough to be one of fifty characters"
    with database.write() as tx:
        (detail,) = [finding.detail for finding in ticketing.check_tickets(tx) if not finding.healthy]
    assert detail.endswith("restore the secret, or revoke the key")
    ticketing.rotate_key(organisation_id=office.organisation_id, now=NOW, by=BY, reason="a try")
    assert red(database) == ["ticketing_keys_can_sign"]
    ticketing.revoke_key(organisation_id=office.organisation_id, key=detail.split()[1], now=NOW, by=BY, reason="as the doctor says")
    assert red(database) == []


# -- what we know of a person -----------------------------------------------------------------------------------------------------------


def test_a_person_reads_all_of_it_and_is_forgotten_without_their_tickets_being_lost(database: Database) -> None:
    office, holder = make_box_office(), make_holder()
    line = office.line(quantity=2, person_id=holder)
    office.issue(line)
    ticketing.add_device(organisation_id=office.organisation_id, steward_id=holder, name="Scanner 9", now=NOW, by=BY, reason="gate")
    data = ticketing.TicketsOfPerson()

    def told(tx: Tx) -> tuple[int, list[str]]:
        exported = data.export(tx, holder)
        assert isinstance(exported, dict)
        return len(exported["tickets"]), [scanner["name"] for scanner in exported["scanners"]]

    assert in_tx(database, told) == (2, ["Scanner 9"])
    in_tx(database, lambda tx: data.erase(tx, holder, now=NOW + timedelta(days=1), by=Actor.person(holder)))
    assert in_tx(database, told) == (0, [])
    left = ticketing.tickets_of_order(order_id=line.order_id, holder_id=None, language="en")
    assert [ticket.state for ticket in left] == [ticketing.TicketState.VALID] * 2
    assert red(database) == []


def in_tx[T](database: Database, work: Callable[[Tx], T]) -> T:
    with database.write() as tx:
        return work(tx)
