"""A person who was forgotten in every room at once is in no table any more."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from grandstand.kit.actors import Actor
from grandstand.messaging import api as messaging
from grandstand.movement import api as movement
from grandstand.people import api as people
from grandstand.people.api import PersonSummary
from grandstand.people.testing import sign_in
from grandstand.store.api import Database, deliver_due
from tests.architecture.tenant import HOW, NOW, SHIP_TO, Tenant, make_tenant

LATER = NOW + timedelta(days=1)


@pytest.fixture
def tenant(sqlite: Database, tmp_path: Path) -> Tenant:
    return make_tenant(tmp_path)


def _tables_with(*texts: str) -> dict[str, set[str]]:
    """Each table in which one of the texts is written, in whatever case, with those it has. JSON may have it escaped."""
    wanted = {text: (text.lower(), json.dumps(text)[1:-1].lower()) for text in texts}
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = "\n".join(_text(value) for row in cursor for value in row).lower()
            has = {text for text, forms in wanted.items() if any(form in rows for form in forms)}
            found |= {table: has} if has else {}
    return found


def _text(value: object) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def _known_as(person: PersonSummary) -> tuple[str, ...]:
    return (person.name, person.email, *SHIP_TO.lines)


def test_of_a_buyer_who_was_forgotten_no_table_has_name_address_or_e_mail(tenant: Tenant) -> None:
    texts = _known_as(tenant.buyer)
    before = _tables_with(*texts)
    assert set(texts) == set.union(*before.values())
    assert {"people_person", "commerce_order", "commerce_document", "messaging_notice"} <= set(before)

    people.erase_person(person_id=tenant.buyer.id, now=LATER, by=Actor.person(tenant.buyer.id))
    assert _tables_with(*texts) == {}
    deliver_due(now=LATER)
    messaging.send_due(now=LATER)
    assert _tables_with(*texts) == {}


def test_of_somebody_who_worked_for_an_organisation_and_was_forgotten_no_table_has_name_or_e_mail(tenant: Tenant) -> None:
    texts = (tenant.insider.name, tenant.insider.email)
    assert "people_person" in _tables_with(*texts)

    people.erase_person(person_id=tenant.insider.id, now=LATER, by=Actor.person(tenant.insider.id))
    assert _tables_with(*texts) == {}


def test_the_last_owner_is_told_what_to_do_and_nothing_of_them_is_forgotten(tenant: Tenant) -> None:
    for membership in movement.memberships(organisation_id=tenant.organisation.id):
        if membership.person_id != tenant.insider.id:
            movement.revoke_role(person_id=membership.person_id, organisation_id=membership.organisation_id, role=membership.role, **HOW)
    client = Client()
    sign_in(client, tenant.insider)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    before = _tables_with(tenant.insider.name, tenant.insider.email)

    answer = client.post(reverse("people:erase"), {"sure": "on"})
    assert answer.status_code == 409
    assert "make somebody else its owner first" in answer.content.decode()
    assert _tables_with(tenant.insider.name, tenant.insider.email) == before
    assert movement.has_role(tenant.insider.id, tenant.organisation.id, [movement.Role.OWNER])


def test_everything_that_was_known_of_a_buyer_was_theirs_to_read_before(tenant: Tenant) -> None:
    exported = people.export_person(tenant.buyer.id)
    text = json.dumps(exported)
    assert [each for each in _known_as(tenant.buyer) if each not in text] == []
    assert "Wombatvault refund" in text
