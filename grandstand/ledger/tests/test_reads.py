from datetime import timedelta

import pytest
from pytest_django import DjangoDbBlocker

from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.ledger.api import (
    AccountRef,
    NoSuchAccount,
    Reversal,
    Settlement,
    State,
    TrialBalance,
    balances,
    check_books,
    entries_of,
    post_many,
    reverse_many,
    settle_many,
    statement,
    trial_balance,
)
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

DAY = timedelta(days=1)


def _euro(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def test_a_statement_goes_from_opening_to_closing_by_the_instant_of_booking(database: Database) -> None:
    organisation = make_organisation().id
    with database.write() as tx:
        post_many(tx, [make_entry(organisation, make_posting(1000), key="monday")], by=BY, now=NOW)
        late = make_entry(organisation, make_posting(400), make_posting(10, debit="fees:test", credit="clearing:test"), key="late", occurred_at=NOW)
        post_many(tx, [late], by=BY, now=NOW + DAY)
        post_many(tx, [make_entry(organisation, make_posting(70), key="pending", pending=True)], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation, make_posting(9), key="void", pending=True)], by=BY, now=NOW)
        settle_many(tx, [Settlement(organisation_id=organisation, key="pending", outcome=State.POSTED)], by=BY, now=NOW + DAY)
        settle_many(tx, [Settlement(organisation_id=organisation, key="void", outcome=State.VOIDED)], by=BY, now=NOW + DAY)
        reverse_many(tx, [Reversal(organisation_id=organisation, reverses="late", key="undo", occurred_at=NOW)], by=BY, now=NOW + 2 * DAY)
        clearing = AccountRef(organisation_id=organisation, code="clearing:test", currency="EUR")
        second_day = statement(tx, clearing, Span(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY))
        whole = statement(tx, clearing, Span())
        sales = statement(tx, AccountRef(organisation_id=organisation, code="sales:ticket", currency="EUR"), Span(starts_at=NOW + 2 * DAY))
    assert [(line.key, line.amount, line.balance, line.other) for line in second_day.lines] == [
        ("late", _euro(400), _euro(1400), "sales:ticket"),
        ("late", _euro(-10), _euro(1390), "fees:test"),
        ("pending", _euro(70), _euro(1460), "sales:ticket"),
    ]
    assert (second_day.opening, second_day.closing) == (_euro(1000), _euro(1460))
    assert (whole.opening, len(whole.lines), whole.closing) == (_euro(0), 6, _euro(1070))
    assert [(line.key, line.amount) for line in sales.lines] == [("undo", _euro(-400))]
    assert (sales.opening, sales.closing) == (_euro(1470), _euro(1070))


def test_an_account_over_which_no_money_has_moved_has_no_statement(database: Database) -> None:
    organisation = make_organisation().id
    with database.write() as tx, pytest.raises(NoSuchAccount):
        statement(tx, AccountRef(organisation_id=organisation, code="bank", currency="EUR"), Span())


def test_the_trial_balance_is_by_currency_over_all_organisations_or_one(database: Database) -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    with database.write() as tx:
        post_many(tx, [make_entry(ours, make_posting(1000), make_posting(700, currency="JPY")), make_entry(theirs, make_posting(5))], by=BY, now=NOW)
        post_many(tx, [make_entry(ours, make_posting(3), pending=True)], by=BY, now=NOW)
        assert trial_balance(tx) == [_line("EUR", 1005), _line("JPY", 700)]
        assert trial_balance(tx, theirs) == [_line("EUR", 5)]


def _line(currency: str, minor: int) -> TrialBalance:
    amount = Money(minor=minor, currency=currency)
    return TrialBalance(currency=currency, debits=amount, credits=amount)


def test_the_books_are_written_and_read_without_django(database: Database, django_db_blocker: DjangoDbBlocker) -> None:
    organisation = make_organisation().id
    with django_db_blocker.block(), database.write() as tx:
        post_many(tx, [make_entry(organisation, key="a"), make_entry(organisation, key="p", pending=True)], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation, key="a")], by=BY, now=NOW)
        settle_many(tx, [Settlement(organisation_id=organisation, key="p", outcome=State.POSTED)], by=BY, now=NOW)
        reverse_many(tx, [Reversal(organisation_id=organisation, reverses="p", key="u", occurred_at=NOW)], by=BY, now=NOW)
        assert [balance.amount for balance in balances(tx, organisation)] == [_euro(1200), _euro(1200)]
        assert [recorded.entry.key for recorded in entries_of(tx, organisation_id=organisation, subject="sale:1")] == ["a", "p", "u"]
        assert len(statement(tx, AccountRef(organisation_id=organisation, code="sales:ticket", currency="EUR"), Span()).lines) == 3
        assert all(finding.healthy for finding in check_books(tx))
