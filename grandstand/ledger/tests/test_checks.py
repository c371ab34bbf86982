"""Each check of doctor goes red when somebody goes around the walls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from grandstand.kit.ids import new_id
from grandstand.ledger.api import Reversal, check_books, post_many, reverse_many
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind, Tx, standing_walls, write


@pytest.fixture
def organisation_id(database: Database) -> UUID:
    organisation_id = make_organisation().id
    with write() as tx:
        post_many(tx, [make_entry(organisation_id, key="sale"), make_entry(organisation_id, make_posting(currency="USD"))], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation_id, key="waiting", pending=True)], by=BY, now=NOW)
        reverse_many(tx, [Reversal(organisation_id=organisation_id, reverses="sale", key="undo", occurred_at=NOW)], by=BY, now=NOW)
    return organisation_id


def _red(database: Database) -> dict[str, str]:
    with database.write() as tx:
        return {finding.name: finding.detail for finding in check_books(tx) if not finding.healthy}


def _lower(tx: Tx, *names: str) -> None:
    for wall in standing_walls():
        if wall.name in names:
            for statement in wall.lower_sql[tx.engine]:
                tx.execute(statement)


def test_whole_books_are_green_and_say_in_which_currencies(database: Database, organisation_id: UUID) -> None:
    assert _red(database) == {}
    with database.write() as tx:
        details = {finding.name: finding.detail for finding in check_books(tx)}
    assert details["ledger_trial_balance_is_zero"] == "debits equal credits in EUR, USD"


def test_books_without_entries_are_green(database: Database) -> None:
    assert _red(database) == {}


def _across_currencies(tx: Tx) -> None:
    _lower(tx, "ledger_posting_is_append_only", "ledger_posting_credit_in_its_organisation_and_currency")
    dollars = "(SELECT id FROM ledger_account WHERE currency = 'USD' AND code = 'sales:ticket')"
    sale = "(SELECT id FROM ledger_entry WHERE key = 'sale')"
    tx.execute(f"UPDATE ledger_posting SET credit_account_id = {dollars} WHERE entry_id = {sale}")


def _into_another_organisation(tx: Tx) -> None:
    _lower(tx, "ledger_posting_is_append_only", "ledger_posting_debit_in_its_organisation_and_currency")
    other = new_id()
    tx.execute(
        "INSERT INTO ledger_account (id, organisation_id, code, currency, kind, opened_at) "
        "SELECT %s, o.id, 'clearing:test', 'EUR', 'asset', %s FROM movement_organisation o WHERE o.slug = 'other'",
        (other, NOW),
    )
    tx.execute("UPDATE ledger_posting SET debit_account_id = %s WHERE entry_id = (SELECT id FROM ledger_entry WHERE key = 'waiting')", (other,))


def _without_a_posting(tx: Tx) -> None:
    _lower(tx, "ledger_posting_is_append_only")
    tx.execute("DELETE FROM ledger_posting WHERE entry_id = (SELECT id FROM ledger_entry WHERE key = 'waiting')")


def _with_a_posting_more(tx: Tx) -> None:
    tx.execute(
        "INSERT INTO ledger_posting (id, entry_id, position, organisation_id, debit_account_id, credit_account_id, amount_minor, currency) "
        "SELECT %s, entry_id, 1, organisation_id, debit_account_id, credit_account_id, 1, currency FROM ledger_posting "
        "WHERE entry_id = (SELECT id FROM ledger_entry WHERE key = 'waiting')",
        (new_id(),),
    )


def _settled_though_direct(tx: Tx) -> None:
    _lower(tx, "ledger_settlement_of_a_pending_entry")
    sql = "INSERT INTO ledger_settlement (entry_id, outcome, settled_at, actor) SELECT id, 'voided', %s, 'x:y' FROM ledger_entry WHERE key = 'sale'"
    tx.execute(sql, (NOW,))


def _reversed_in_part(tx: Tx) -> None:
    _lower(tx, "ledger_posting_is_append_only")
    tx.execute("UPDATE ledger_posting SET amount_minor = 1 WHERE entry_id = (SELECT id FROM ledger_entry WHERE key = 'undo')")


def _pending_for_long(tx: Tx) -> None:
    organisation = tx.row("SELECT organisation_id FROM ledger_entry WHERE key = 'sale'", kinds=[Kind.UUID])
    assert organisation is not None
    post_many(tx, [make_entry(organisation[0], pending=True)], by=BY, now=datetime.now(UTC) - timedelta(days=15))


@pytest.mark.parametrize(
    ("corrupt", "red"),
    [
        (
            _across_currencies,
            {"ledger_trial_balance_is_zero", "ledger_postings_agree_with_their_accounts", "ledger_reversals_mirror_their_originals"},
        ),
        (_into_another_organisation, {"ledger_postings_agree_with_their_accounts"}),
        (_without_a_posting, {"ledger_entries_are_whole"}),
        (_with_a_posting_more, {"ledger_entries_are_whole"}),
        (_settled_though_direct, {"ledger_settlements_are_of_pending_entries"}),
        (_reversed_in_part, {"ledger_reversals_mirror_their_originals"}),
        (_pending_for_long, {"ledger_nothing_pending_too_long"}),
    ],
)
def test_a_check_goes_red_for_what_it_watches_and_names_the_culprit(
    corrupt: Callable[[Tx], None], red: set[str], database: Database, organisation_id: UUID
) -> None:
    make_organisation(slug="other")
    with database.write() as tx:
        corrupt(tx)
    found = _red(database)
    assert set(found) == red
    assert all(detail.startswith("1 ") for name, detail in found.items() if name != "ledger_trial_balance_is_zero")


def test_the_trial_balance_says_how_much_is_missing_in_each_currency(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        _across_currencies(tx)
    assert _red(database)["ledger_trial_balance_is_zero"] == ("EUR: debits 24.00 EUR, credits 12.00 EUR; USD: debits 12.00 USD, credits 24.00 USD")
