from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grandstand.kit.ids import new_id
from grandstand.ledger.api import Settlement, State, post_many, settle_many
from grandstand.ledger.models import Account, Entry
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.api import Role
from grandstand.movement.testing import make_member, make_organisation
from grandstand.store.api import write

pytestmark = pytest.mark.django_db

LISTS = ["console:ledger_account_changelist", "console:ledger_entry_changelist"]


def _client(organisation_id: UUID, *roles: Role) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(id=make_member(organisation_id, *roles).id))
    return client


def _post(organisation_id: UUID, times: int) -> None:
    with write() as tx:
        for n in range(times):
            post_many(tx, [make_entry(organisation_id, make_posting(1200, credit=f"sales:kind{n}"), subject=f"sale:{new_id()}")], by=BY, now=NOW)


def test_finance_sees_the_balance_of_each_account_and_the_postings_of_each_entry() -> None:
    organisation = make_organisation().id
    with write() as tx:
        post_many(tx, [make_entry(organisation, make_posting(120000, debit="clearing:test"), subject="sale:9")], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation, make_posting(300), key="p", pending=True)], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation, make_posting(77), key="v", pending=True)], by=BY, now=NOW)
        settle_many(tx, [Settlement(organisation_id=organisation, key="p", outcome=State.POSTED)], by=BY, now=NOW)
        settle_many(tx, [Settlement(organisation_id=organisation, key="v", outcome=State.VOIDED)], by=BY, now=NOW)
    client = _client(organisation, Role.FINANCE)
    accounts = client.get(reverse(LISTS[0])).content.decode()
    assert accounts.count("€1,203.00") == 4  # a sum and a balance of each of the two accounts
    entries = client.get(reverse(LISTS[1])).content.decode()
    assert "clearing:test ← sales:ticket" in entries
    for model in (Account, Entry):
        row = model.objects.filter(organisation_id=organisation).first()
        assert row is not None
        page = client.get(reverse(f"console:ledger_{model._meta.model_name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_the_books_are_for_finance_and_owners_of_the_organisation(name: str) -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    _post(ours, 1)
    shown = {role: _client(ours, role).get(reverse(name)).status_code for role in Role}
    assert {role for role, status in shown.items() if status == 200} == {Role.FINANCE, Role.OWNER}
    stranger = _client(theirs, Role.FINANCE)
    assert "clearing:test" not in stranger.get(reverse(name)).content.decode()
    for model in (Account, Entry):
        row = model.objects.get(**({"code": "clearing:test"} if model is Account else {}))
        assert stranger.get(reverse(f"console:ledger_{model._meta.model_name}_change", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_forty_needs_as_many_queries_as_a_list_of_one(name: str) -> None:
    organisation = make_organisation().id
    client = _client(organisation, Role.FINANCE)
    _post(organisation, 1)
    counts = []
    for times in (0, 40):
        _post(organisation, times)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]
