"""Reads of the books, in raw SQL so that they work over any Tx. Each says how many statements it needs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grandstand.kit.money import Money
from grandstand.kit.spans import Span
from grandstand.ledger import models
from grandstand.ledger.values import (
    AccountKind,
    AccountRef,
    Balance,
    Entry,
    NoSuchAccount,
    Posting,
    Recorded,
    State,
    Statement,
    StatementLine,
    TrialBalance,
)
from grandstand.store.api import Kind, Row, Tx, table

# An entry's state and the instant from which it counts, wherever it is read: e is the entry, s its settlement or nothing.
STATE = "CASE WHEN NOT e.pending THEN 'posted' WHEN s.entry_id IS NULL THEN 'pending' ELSE s.outcome END"
_POSTED = "(NOT e.pending OR s.outcome = 'posted')"
_PENDING = "(e.pending AND s.entry_id IS NULL)"
_BOOKED_AT = "CASE WHEN NOT e.pending THEN e.recorded_at WHEN s.outcome = 'posted' THEN s.settled_at END"
_ENTRIES = "ledger_entry e LEFT JOIN ledger_settlement s ON s.entry_id = e.id"
_POSTINGS = "ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id LEFT JOIN ledger_settlement s ON s.entry_id = e.id"


def balances(tx: Tx, organisation_id: UUID) -> list[Balance]:
    """Every account of the organisation with its sums, ordered by code and currency. One statement."""
    sides = " UNION ALL ".join(
        f"SELECT p.{side}_account_id AS account_id, '{side}' AS side, p.amount_minor AS minor, {_PENDING} AS pending "
        f"FROM {_POSTINGS} WHERE p.organisation_id = %s AND ({_POSTED} OR {_PENDING})"
        for side in ("debit", "credit")
    )
    sums = ", ".join(_sum(f"m.side = '{side}' AND {state}") for state in ("NOT m.pending", "m.pending") for side in ("debit", "credit"))
    rows = tx.rows(
        f"SELECT a.code, a.currency, a.kind, {sums} FROM ledger_account a LEFT JOIN ({sides}) m ON m.account_id = a.id "
        "WHERE a.organisation_id = %s GROUP BY a.id, a.code, a.currency, a.kind ORDER BY a.code, a.currency",
        (organisation_id, organisation_id, organisation_id),
        kinds=[Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.INT, Kind.INT, Kind.INT, Kind.INT],
    )
    return [_balance(organisation_id, *row) for row in rows]


def trial_balance(tx: Tx, organisation_id: UUID | None = None) -> list[TrialBalance]:
    """Debits and credits of what is posted, by the currency of the accounts they stand on, for one organisation or all. One statement.

    Each side is summed over its own accounts, so a posting that an account does not fit makes the two differ.
    """
    of = "" if organisation_id is None else " AND a.organisation_id = %s"
    sides = " UNION ALL ".join(
        f"SELECT a.currency, '{side}' AS side, p.amount_minor AS minor FROM {_POSTINGS} "
        f"JOIN ledger_account a ON a.id = p.{side}_account_id WHERE {_POSTED}{of}"
        for side in ("debit", "credit")
    )
    rows = tx.rows(
        f"SELECT m.currency, {_sum("m.side = 'debit'")}, {_sum("m.side = 'credit'")} FROM ({sides}) m GROUP BY m.currency ORDER BY m.currency",
        () if organisation_id is None else (organisation_id, organisation_id),
        kinds=[Kind.TEXT, Kind.INT, Kind.INT],
    )
    return [
        TrialBalance(currency=currency, debits=Money(minor=debits, currency=currency), credits=Money(minor=credit, currency=currency))
        for currency, debits, credit in rows
    ]


def statement(tx: Tx, account: AccountRef, span: Span) -> Statement:
    """What was booked on the account within the span, by the instant of booking: a statement once given stays as it is. Three statements.

    Raises NoSuchAccount.
    """
    found = tx.select(
        table(models.Account),
        ["id", "kind"],
        "organisation_id = %s AND code = %s AND currency = %s",
        (account.organisation_id, account.code, account.currency),
    )
    if not found:
        raise NoSuchAccount(f"No money has moved over {account.code} in {account.currency} yet.")
    account_id, kind = found[0]
    sign = 1 if AccountKind(kind).grows_by_debit else -1
    opening = balance = Money(minor=sign * _booked_before(tx, account_id, span.starts_at), currency=account.currency)
    lines = []
    for debit_minor, *about in _booked_within(tx, account_id, span):
        amount = Money(minor=sign * debit_minor, currency=account.currency)
        balance += amount
        lines.append(_line(*about, amount=amount, balance=balance))
    return Statement(account=account, opening=opening, lines=tuple(lines), closing=balance)


def entries_of(tx: Tx, *, organisation_id: UUID, subject: str) -> list[Recorded]:
    """What the organisation's books say about a subject, oldest first. Two statements."""
    return recorded(tx, "e.organisation_id = %s AND e.subject = %s", (organisation_id, subject))


def recorded(tx: Tx, where: str, params: Sequence[object]) -> list[Recorded]:
    """Entries for which `where` holds (e the entry, s its settlement), with their postings, oldest first. Two statements."""
    rows = tx.rows(
        f"SELECT e.id, e.organisation_id, e.key, e.kind, e.subject, e.occurred_at, e.pending, e.actor, e.recorded_at, {_BOOKED_AT}, {STATE}, r.key "
        f"FROM {_ENTRIES} LEFT JOIN ledger_entry r ON r.id = e.reverses_id WHERE {where} ORDER BY e.recorded_at, e.id",
        params,
        kinds=[
            *(Kind.UUID, Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.INSTANT, Kind.BOOL),
            *(Kind.TEXT, Kind.INSTANT, Kind.INSTANT, Kind.TEXT, Kind.TEXT),
        ],
    )
    postings = _postings(tx, [row[0] for row in rows])
    return [
        Recorded(
            entry_id=id_,
            entry=Entry(
                organisation_id=organisation_id,
                key=key,
                kind=kind,
                subject=subject,
                postings=tuple(postings[id_]),
                occurred_at=occurred_at,
                pending=pending,
                reverses=reverses,
            ),
            state=State(state),
            by=by,
            recorded_at=recorded_at,
            booked_at=booked_at,
        )
        for id_, organisation_id, key, kind, subject, occurred_at, pending, by, recorded_at, booked_at, state, reverses in rows
    ]


def _sum(condition: str) -> str:
    return f"CAST(COALESCE(SUM(CASE WHEN {condition} THEN m.minor ELSE 0 END), 0) AS bigint)"


def _balance(organisation_id: UUID, code: str, currency: str, kind: str, *minors: int) -> Balance:
    debits, credit, pending_debits, pending_credits = (Money(minor=minor, currency=currency) for minor in minors)
    return Balance(
        organisation_id=organisation_id,
        code=code,
        kind=AccountKind(kind),
        debits=debits,
        credits=credit,
        pending_debits=pending_debits,
        pending_credits=pending_credits,
    )


_OF_ACCOUNT = f"(p.debit_account_id = %s OR p.credit_account_id = %s) AND {_POSTED}"
_AS_DEBIT = "CASE WHEN p.debit_account_id = %s THEN p.amount_minor ELSE -p.amount_minor END"


def _booked_before(tx: Tx, account_id: UUID, instant: datetime | None) -> int:
    """Debits less credits in minor units."""
    if instant is None:
        return 0
    row = tx.row(
        f"SELECT CAST(COALESCE(SUM({_AS_DEBIT}), 0) AS bigint) FROM {_POSTINGS} WHERE {_OF_ACCOUNT} AND {_BOOKED_AT} < %s",
        (account_id, account_id, account_id, instant),
        kinds=[Kind.INT],
    )
    return 0 if row is None else int(row[0])


def _booked_within(tx: Tx, account_id: UUID, span: Span) -> list[Row]:
    bounds = [(f" AND {_BOOKED_AT} >= %s", span.starts_at), (f" AND {_BOOKED_AT} < %s", span.ends_at)]
    given = [(sql, instant) for sql, instant in bounds if instant is not None]
    return tx.rows(
        f"SELECT {_AS_DEBIT}, e.id, e.key, e.kind, e.subject, e.occurred_at, {_BOOKED_AT} AS booked_at, o.code "
        f"FROM {_POSTINGS} "
        "JOIN ledger_account o ON o.id = CASE WHEN p.debit_account_id = %s THEN p.credit_account_id ELSE p.debit_account_id END "
        f"WHERE {_OF_ACCOUNT}{''.join(sql for sql, _ in given)} ORDER BY booked_at, e.id, p.position",
        (account_id, account_id, account_id, account_id, *(instant for _, instant in given)),
        kinds=[Kind.INT, Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.INSTANT, Kind.INSTANT, Kind.TEXT],
    )


def _line(
    entry_id: UUID, key: str, kind: str, subject: str, occurred_at: datetime, booked_at: datetime, other: str, *, amount: Money, balance: Money
) -> StatementLine:
    return StatementLine(
        entry_id=entry_id,
        key=key,
        kind=kind,
        subject=subject,
        occurred_at=occurred_at,
        booked_at=booked_at,
        other=other,
        amount=amount,
        balance=balance,
    )


def _postings(tx: Tx, entry_ids: Sequence[UUID]) -> dict[UUID, list[Posting]]:
    found: dict[UUID, list[Posting]] = defaultdict(list)
    if not entry_ids:
        return found
    where, param = tx.among("p.entry_id", Kind.UUID, entry_ids)
    rows = tx.rows(
        "SELECT p.entry_id, d.code, c.code, p.amount_minor, p.currency FROM ledger_posting p JOIN ledger_account d ON d.id = p.debit_account_id "
        f"JOIN ledger_account c ON c.id = p.credit_account_id WHERE {where} ORDER BY p.entry_id, p.position",
        (param,),
        kinds=[Kind.UUID, Kind.TEXT, Kind.TEXT, Kind.INT, Kind.TEXT],
    )
    for entry_id, debit, credit_, minor, currency in rows:
        found[entry_id].append(Posting(debit=debit, credit=credit_, amount=Money(minor=minor, currency=currency)))
    return found
