"""The database itself refuses what the services never write."""

from uuid import UUID

import pytest

from grandstand.kit.ids import new_id
from grandstand.ledger.api import Reversal, Settlement, State, post_many, reverse_many, settle_many
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Kind, Tx, WallHit, write


@pytest.fixture
def organisation_id(database: Database) -> UUID:
    organisation_id = make_organisation().id
    with write() as tx:
        post_many(tx, [make_entry(organisation_id, key="direct"), make_entry(organisation_id, key="waiting", pending=True)], by=BY, now=NOW)
        post_many(tx, [make_entry(organisation_id, make_posting(currency="USD"), key="dollars")], by=BY, now=NOW)
        settle_many(tx, [Settlement(organisation_id=organisation_id, key="waiting", outcome=State.POSTED)], by=BY, now=NOW)
        reverse_many(tx, [Reversal(organisation_id=organisation_id, reverses="direct", key="undone", occurred_at=NOW)], by=BY, now=NOW)
    return organisation_id


@pytest.mark.parametrize("table", ["ledger_account", "ledger_entry", "ledger_posting", "ledger_settlement"])
@pytest.mark.parametrize("change", ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"])
def test_nothing_in_the_books_is_changed_or_deleted(change: str, table: str, database: Database, organisation_id: UUID) -> None:
    column = "outcome" if table == "ledger_settlement" else "organisation_id"
    with pytest.raises(WallHit) as hit, database.write() as tx:
        tx.execute(change.format(table=table, column=column))
    assert f"{table}_is_append_only" in hit.value.constraint


def test_both_sides_of_a_posting_are_in_its_organisation_and_currency(database: Database, organisation_id: UUID) -> None:
    other = make_organisation().id
    with database.write() as tx:
        post_many(tx, [make_entry(other)], by=BY, now=NOW)
        euro, dollar = _account(tx, organisation_id, "EUR"), _account(tx, organisation_id, "USD")
        sales, theirs = _account(tx, organisation_id, "EUR", code="sales:ticket"), _account(tx, other, "EUR")
    for debit, credit, side in ((dollar, sales, "debit"), (sales, dollar, "credit"), (theirs, sales, "debit"), (new_id(), euro, "debit")):
        with pytest.raises(WallHit) as hit, database.write() as tx:
            _post(tx, organisation_id, debit=debit, credit=credit)
        assert f"ledger_posting_{side}_in_its_organisation_and_currency" in hit.value.constraint


def test_a_posting_belongs_to_an_entry_of_its_own_organisation(database: Database, organisation_id: UUID) -> None:
    other = make_organisation().id
    with database.write() as tx:
        post_many(tx, [make_entry(other)], by=BY, now=NOW)
        entry_id, debit, credit = _entry(tx, organisation_id, "direct"), _account(tx, other, "EUR"), _account(tx, other, "EUR", code="sales:ticket")
    with pytest.raises(WallHit) as hit, database.write() as tx:
        _post(tx, other, debit=debit, credit=credit, entry_id=entry_id)
    assert "ledger_posting_in_the_organisation_of_its_entry" in hit.value.constraint


@pytest.mark.parametrize("minor", [0, -1])
def test_a_posting_is_above_zero(minor: int, database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        debit, credit = _account(tx, organisation_id, "EUR"), _account(tx, organisation_id, "EUR", code="sales:ticket")
    with pytest.raises(WallHit) as hit, database.write() as tx:
        _post(tx, organisation_id, debit=debit, credit=credit, minor=minor)
    assert hit.value.constraint == "ledger_posting_amount_above_zero"


def test_a_posting_moves_between_two_accounts(database: Database, organisation_id: UUID) -> None:
    with database.write() as tx:
        account = _account(tx, organisation_id, "EUR")
    with pytest.raises(WallHit) as hit, database.write() as tx:
        _post(tx, organisation_id, debit=account, credit=account)
    assert hit.value.constraint == "ledger_posting_debit_is_not_credit"


def test_an_entry_posted_from_the_start_is_not_settled(database: Database, organisation_id: UUID) -> None:
    sql = "INSERT INTO ledger_settlement (entry_id, outcome, settled_at, actor) VALUES (%s, 'voided', %s, 'system:test')"
    with pytest.raises(WallHit) as hit, database.write() as tx:
        tx.execute(sql, (_entry(tx, organisation_id, "direct"), NOW))
    assert "ledger_settlement_of_a_pending_entry" in hit.value.constraint


@pytest.mark.parametrize("case", ["of another organisation", "still pending", "voided"])
def test_only_a_posted_entry_of_the_same_organisation_is_reversed(case: str, database: Database, organisation_id: UUID) -> None:
    owner = make_organisation().id if case == "of another organisation" else organisation_id
    with write() as tx:
        post_many(tx, [make_entry(owner, key="original", pending=case != "of another organisation")], by=BY, now=NOW)
        if case == "voided":
            settle_many(tx, [Settlement(organisation_id=owner, key="original", outcome=State.VOIDED)], by=BY, now=NOW)
    with pytest.raises(WallHit) as hit, database.write() as tx:
        _reverse(tx, organisation_id, _entry(tx, owner, "original"))
    assert "ledger_reversal_of_a_posted_entry" in hit.value.constraint


def test_an_entry_is_reversed_once(database: Database, organisation_id: UUID) -> None:
    with pytest.raises(WallHit) as hit, database.write() as tx:
        _reverse(tx, organisation_id, _entry(tx, organisation_id, "direct"))
    assert hit.value.constraint in {"ledger_entry_reversed_once", "ledger_entry.reverses_id"}


def _account(tx: Tx, organisation_id: UUID, currency: str, *, code: str = "clearing:test") -> UUID:
    sql = "SELECT id FROM ledger_account WHERE organisation_id = %s AND currency = %s AND code = %s"
    found = tx.row(sql, (organisation_id, currency, code), kinds=[Kind.UUID])
    assert found is not None
    return found[0]  # type: ignore[no-any-return]


def _entry(tx: Tx, organisation_id: UUID, key: str) -> UUID:
    found = tx.row("SELECT id FROM ledger_entry WHERE organisation_id = %s AND key = %s", (organisation_id, key), kinds=[Kind.UUID])
    assert found is not None
    return found[0]  # type: ignore[no-any-return]


def _post(tx: Tx, organisation_id: UUID, *, debit: UUID, credit: UUID, minor: int = 5, entry_id: UUID | None = None) -> None:
    tx.execute(
        "INSERT INTO ledger_posting (id, entry_id, position, organisation_id, debit_account_id, credit_account_id, amount_minor, currency) "
        "VALUES (%s, %s, 9, %s, %s, %s, %s, 'EUR')",
        (new_id(), entry_id or _entry(tx, organisation_id, "direct"), organisation_id, debit, credit, minor),
    )


def _reverse(tx: Tx, organisation_id: UUID, original_id: UUID) -> None:
    tx.execute(
        "INSERT INTO ledger_entry (id, organisation_id, key, content_digest, kind, subject, occurred_at, recorded_at, actor, pending, "
        "posting_count, reverses_id) VALUES (%s, %s, 'second', '', 'reversal', 's', %s, %s, 'system:test', %s, 1, %s)",
        (new_id(), organisation_id, NOW, NOW, False, original_id),
    )
