"""The books against a plain model of them, step by step, on both engines."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from grandstand.ledger.api import (
    AlreadyReversed,
    AlreadySettled,
    Balance,
    Entry,
    KeyReused,
    NoSuchEntry,
    NotPending,
    NotPosted,
    Posting,
    Reversal,
    Settlement,
    State,
    Written,
    balances,
    check_books,
    entries_of,
    post_many,
    reverse_many,
    settle_many,
    trial_balance,
)
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, Tx

SOAK = os.environ.get("GRANDSTAND_SOAK") == "1"
STEPS = settings(
    derandomize=not SOAK,
    max_examples=100 if SOAK else 20,
    stateful_step_count=40 if SOAK else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

KEYS = st.sampled_from([f"k{n}" for n in range(12)])
_CODES = ["bank", "clearing:test", "sales:ticket", "tax:FR", "fees:test"]


@st.composite
def _postings(draw: st.DrawFn) -> Posting:
    debit, credit = draw(st.permutations(_CODES))[:2]
    return make_posting(draw(st.integers(1, 10**6)), debit=debit, credit=credit, currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])))


@dataclass(slots=True)
class _Known:
    """What the model remembers of an entry."""

    entry: Entry
    state: State
    reversed_by: str | None = None


class Books(RuleBasedStateMachine):
    """The model is a dictionary from key to entry. Refusals must leave the books as they were."""

    database: Database

    @initialize()
    def open_books(self) -> None:
        self.organisation_id = make_organisation().id
        self.model: dict[str, _Known] = {}

    @rule(keys=st.lists(KEYS, min_size=1, max_size=4), postings=st.lists(_postings(), min_size=1, max_size=3), pending=st.booleans())
    def post(self, keys: list[str], postings: list[Posting], pending: bool) -> None:  # noqa: FBT001 hypothesis passes by keyword
        entries = [make_entry(self.organisation_id, *postings, key=key, pending=pending) for key in keys]
        reused = any(key in self.model and not _same(self.model[key].entry, entry) for key, entry in zip(keys, entries, strict=True))
        written = self._try(KeyReused if reused else None, lambda tx: post_many(tx, entries, by=BY, now=NOW))
        if written is None:
            return
        for entry, one in zip(entries, written, strict=True):
            assert one.repeated == (entry.key in self.model)
            known = self.model.setdefault(entry.key, _Known(entry, State.PENDING if pending else State.POSTED))
            assert one.state is known.state

    @precondition(lambda self: self.model)
    @rule(data=st.data(), outcome=st.sampled_from([State.POSTED, State.VOIDED]))
    def settle(self, data: st.DataObject, outcome: State) -> None:
        key = data.draw(KEYS)
        known = self.model.get(key)
        expected: type[Exception] | None = None
        if known is None:
            expected = NoSuchEntry
        elif not known.entry.pending:
            expected = NotPending
        elif known.state not in {State.PENDING, outcome}:
            expected = AlreadySettled
        written = self._try(
            expected, lambda tx: settle_many(tx, [Settlement(organisation_id=self.organisation_id, key=key, outcome=outcome)], by=BY, now=NOW)
        )
        if written and known is not None:
            assert written[0].repeated == (known.state is outcome)
            known.state = outcome

    @precondition(lambda self: self.model)
    @rule(original=KEYS, key=KEYS)
    def reverse(self, original: str, key: str) -> None:
        known, taken = self.model.get(original), self.model.get(key)
        expected: type[Exception] | None = None
        if known is None:
            expected = NoSuchEntry
        elif known.state is not State.POSTED:
            expected = NotPosted
        elif known.reversed_by is None:
            expected = KeyReused if taken is not None else None
        elif known.reversed_by != key:
            expected = KeyReused if taken is not None else AlreadyReversed
        reversal = Reversal(organisation_id=self.organisation_id, reverses=original, key=key, occurred_at=NOW)
        written = self._try(expected, lambda tx: reverse_many(tx, [reversal], by=BY, now=NOW))
        if written and known is not None and known.reversed_by is None:
            known.reversed_by = key
            mirrored = tuple(Posting(debit=p.credit, credit=p.debit, amount=p.amount) for p in known.entry.postings)
            self.model[key] = _Known(
                replace(known.entry, key=key, kind="reversal", postings=mirrored, pending=False, reverses=original), State.POSTED
            )

    def _try(self, expected: type[Exception] | None, work: Callable[[Tx], list[Written]]) -> list[Written] | None:
        if expected is not None:
            with pytest.raises(expected), self.database.write() as tx:
                work(tx)
            return None
        with self.database.write() as tx:
            return work(tx)

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.write() as tx:
            found = entries_of(tx, organisation_id=self.organisation_id, subject="sale:1")
            accounts = balances(tx, self.organisation_id)
            sums = trial_balance(tx, self.organisation_id)
        assert {one.entry.key: (one.entry, one.state) for one in found} == {key: (known.entry, known.state) for key, known in self.model.items()}
        assert all(line.debits == line.credits for line in sums)
        counted = {(account.code, account.debits.currency): _four(account) for account in accounts}
        assert {name: four for name, four in counted.items() if any(four)} == self._sums()

    def _sums(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        sums: dict[tuple[str, str], list[int]] = {}
        for known in self.model.values():
            if known.state is State.VOIDED:
                continue
            offset = 2 if known.state is State.PENDING else 0
            for posting in known.entry.postings:
                currency = posting.amount.currency
                sums.setdefault((posting.debit, currency), [0, 0, 0, 0])[offset] += posting.amount.minor
                sums.setdefault((posting.credit, currency), [0, 0, 0, 0])[offset + 1] += posting.amount.minor
        return {name: (four[0], four[1], four[2], four[3]) for name, four in sums.items()}

    def teardown(self) -> None:
        with self.database.write() as tx:
            assert [finding for finding in check_books(tx) if not finding.healthy] == []


def _same(known: Entry, entry: Entry) -> bool:
    return (known.postings, known.pending, known.kind, known.reverses) == (entry.postings, entry.pending, entry.kind, entry.reverses)


def _four(account: Balance) -> tuple[int, int, int, int]:
    return (account.debits.minor, account.credits.minor, account.pending_debits.minor, account.pending_credits.minor)


def test_the_books_agree_with_a_plain_model_after_every_step(database: Database) -> None:
    run_state_machine_as_test(type("BooksOfThisDatabase", (Books,), {"database": database}), settings=STEPS)
