"""What doctor asks of the books. The walls make each of these true; the checks are for the day when somebody went around the walls."""

from datetime import timedelta

from grandstand.kit.findings import Finding
from grandstand.ledger.queries import trial_balance
from grandstand.store.api import Kind, Tx

PENDING_AT_MOST = timedelta(days=14)
"""Card schemes let an authorisation stand for 7 days, a few for longer; twice that means that nobody will settle the entry any more."""

_SHOWN = 10
"""So many culprits are named; the others are counted."""


def check_books(tx: Tx) -> list[Finding]:
    """Whether the books are whole. Six statements, each reads all postings or entries."""
    return [_trial_balance(tx), _accounts_agree(tx), _entries_whole(tx), _settlements_fit(tx), _reversals_mirror(tx), _nothing_left_pending(tx)]


def _trial_balance(tx: Tx) -> Finding:
    lines = trial_balance(tx)
    wrong = [f"{line.currency}: debits {line.debits}, credits {line.credits}" for line in lines if line.debits != line.credits]
    return Finding(
        name="ledger_trial_balance_is_zero",
        healthy=not wrong,
        detail="; ".join(wrong) or f"debits equal credits in {', '.join(line.currency for line in lines) or 'no currency yet'}",
    )


def _accounts_agree(tx: Tx) -> Finding:
    return _named(
        tx,
        "ledger_postings_agree_with_their_accounts",
        "every posting, its entry and both its accounts are of one organisation and one currency",
        "postings whose account or entry is missing, of another organisation or of another currency",
        "SELECT p.id FROM ledger_posting p LEFT JOIN ledger_entry e ON e.id = p.entry_id AND e.organisation_id = p.organisation_id "
        + "".join(
            f"LEFT JOIN ledger_account {a} ON {a}.id = p.{side}_account_id AND {a}.currency = p.currency AND {a}.organisation_id = p.organisation_id "
            for a, side in (("d", "debit"), ("c", "credit"))
        )
        + "WHERE e.id IS NULL OR d.id IS NULL OR c.id IS NULL OR p.debit_account_id = p.credit_account_id OR p.amount_minor <= 0 ORDER BY p.id",
    )


def _entries_whole(tx: Tx) -> Finding:
    return _named(
        tx,
        "ledger_entries_are_whole",
        "every entry has the postings it was made with",
        "entries with postings missing or added",
        "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id "
        "GROUP BY e.id, e.posting_count HAVING COUNT(p.id) <> e.posting_count ORDER BY e.id",
    )


def _settlements_fit(tx: Tx) -> Finding:
    return _named(
        tx,
        "ledger_settlements_are_of_pending_entries",
        "only entries that were made pending are settled",
        "settlements of entries that were posted from the start",
        "SELECT s.entry_id FROM ledger_settlement s JOIN ledger_entry e ON e.id = s.entry_id WHERE NOT e.pending ORDER BY s.entry_id",
    )


def _reversals_mirror(tx: Tx) -> Finding:
    mirrored = (
        "m.debit_account_id = o.credit_account_id AND m.credit_account_id = o.debit_account_id "
        "AND m.amount_minor = o.amount_minor AND m.currency = o.currency"
    )
    return _named(
        tx,
        "ledger_reversals_mirror_their_originals",
        "every reversal undoes its original posting by posting",
        "reversals that are no mirror of their original",
        "SELECT e.id FROM ledger_entry e JOIN ledger_entry r ON r.id = e.reverses_id JOIN ledger_posting o ON o.entry_id = r.id "
        f"LEFT JOIN ledger_posting m ON m.entry_id = e.id AND m.position = o.position AND {mirrored} "
        "GROUP BY e.id, e.posting_count HAVING COUNT(m.id) <> e.posting_count OR COUNT(o.id) <> e.posting_count ORDER BY e.id",
    )


def _nothing_left_pending(tx: Tx) -> Finding:
    return _named(
        tx,
        "ledger_nothing_pending_too_long",
        f"no entry has been pending for more than {PENDING_AT_MOST.days} days",
        f"entries pending for more than {PENDING_AT_MOST.days} days: post or void them",
        "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_settlement s ON s.entry_id = e.id "
        "WHERE e.pending AND s.entry_id IS NULL AND e.recorded_at < %s ORDER BY e.id",
        tx.now() - PENDING_AT_MOST,
    )


def _named(tx: Tx, name: str, right: str, wrong: str, sql: str, *params: object) -> Finding:
    culprits = [str(id_) for (id_,) in tx.rows(sql, params, kinds=[Kind.UUID])]
    if not culprits:
        return Finding(name=name, healthy=True, detail=right)
    more = f" and {len(culprits) - _SHOWN} more" if len(culprits) > _SHOWN else ""
    return Finding(name=name, healthy=False, detail=f"{len(culprits)} {wrong}: {', '.join(culprits[:_SHOWN])}{more}")
