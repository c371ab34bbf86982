from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from grandstand.kit.money import Money
from grandstand.ledger.api import (
    AccountKind,
    AlreadyReversed,
    AlreadySettled,
    Balance,
    Entry,
    EntryWrong,
    KeyReused,
    NoSuchEntry,
    NotPending,
    NotPosted,
    Reversal,
    Settlement,
    State,
    UnknownAccount,
    Written,
    balances,
    entries_of,
    post_many,
    reverse_many,
    settle_many,
)
from grandstand.ledger.testing import BY, NOW, make_entry, make_posting
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database, read, write

LATER = NOW + timedelta(hours=1)


def _post(*entries: Entry) -> list[Written]:
    with write() as tx:
        return post_many(tx, entries, by=BY, now=NOW)


def _amounts(organisation_id: UUID) -> dict[tuple[str, str], int]:
    with read() as tx:
        return {(balance.code, balance.amount.currency): balance.amount.minor for balance in balances(tx, organisation_id)}


def test_a_sale_stands_on_the_accounts_of_its_postings(database: Database) -> None:
    organisation = make_organisation().id
    sale = make_entry(
        organisation,
        make_posting(1000, debit="clearing:test", credit="sales:ticket"),
        make_posting(200, debit="clearing:test", credit="tax:FR"),
        make_posting(30, debit="fees:test", credit="clearing:test"),
    )
    _post(sale)
    with read() as tx:
        assert balances(tx, organisation) == [
            _balance(organisation, "clearing:test", AccountKind.ASSET, debits=1200, credit=30),
            _balance(organisation, "fees:test", AccountKind.EXPENSE, debits=30),
            _balance(organisation, "sales:ticket", AccountKind.INCOME, credit=1000),
            _balance(organisation, "tax:FR", AccountKind.LIABILITY, credit=200),
        ]
        assert [recorded.entry for recorded in entries_of(tx, organisation_id=organisation, subject="sale:1")] == [sale]


def _balance(organisation_id: UUID, code: str, kind: AccountKind, *, debits: int = 0, credit: int = 0, currency: str = "EUR") -> Balance:
    nothing = Money.zero(currency)
    return Balance(
        organisation_id=organisation_id,
        code=code,
        kind=kind,
        debits=Money(minor=debits, currency=currency),
        credits=Money(minor=credit, currency=currency),
        pending_debits=nothing,
        pending_credits=nothing,
    )


def test_the_same_key_with_the_same_content_is_the_same_entry(database: Database) -> None:
    organisation = make_organisation().id
    sale = make_entry(organisation, key="sale:7")
    first, second = _post(sale, sale)
    [third] = _post(replace(sale, occurred_at=LATER))
    assert not first.repeated
    assert second == third == replace(first, repeated=True)
    assert _amounts(organisation) == {("clearing:test", "EUR"): 1200, ("sales:ticket", "EUR"): 1200}
    with read() as tx:
        assert [recorded.entry.occurred_at for recorded in entries_of(tx, organisation_id=organisation, subject="sale:1")] == [NOW]


def test_the_same_key_with_other_content_is_an_error_and_writes_nothing(database: Database) -> None:
    organisation = make_organisation().id
    sale = make_entry(organisation, key="sale:7")
    _post(sale)
    others = [
        replace(sale, postings=(make_posting(1201),)),
        replace(sale, kind="gift"),
        replace(sale, subject="sale:2"),
        replace(sale, pending=True),
        replace(sale, postings=(make_posting(currency="USD"),)),
    ]
    for other in others:
        with pytest.raises(KeyReused) as refused:
            _post(make_entry(organisation, key="new"), other)
        assert (refused.value.organisation_id, refused.value.key) == (organisation, "sale:7")
    assert _amounts(organisation) == {("clearing:test", "EUR"): 1200, ("sales:ticket", "EUR"): 1200}


def test_a_key_with_two_contents_in_one_batch_is_an_error(database: Database) -> None:
    organisation = make_organisation().id
    sale = make_entry(organisation, key="sale:7")
    with pytest.raises(KeyReused):
        _post(sale, replace(sale, subject="sale:2"))
    assert _amounts(organisation) == {}


def test_two_organisations_use_one_key_for_two_entries(database: Database) -> None:
    ours, theirs = make_organisation().id, make_organisation().id
    written = _post(make_entry(ours, key="sale:7"), make_entry(theirs, make_posting(500), key="sale:7"))
    assert [one.repeated for one in written] == [False, False]
    assert _amounts(ours)["sales:ticket", "EUR"] == 1200
    assert _amounts(theirs)["sales:ticket", "EUR"] == 500


def test_answers_come_in_the_order_of_what_was_given(database: Database) -> None:
    organisation = make_organisation().id
    keys = ["b", "c", "a", "c"]
    written = _post(*(make_entry(organisation, key=key) for key in keys))
    assert [one.key for one in written] == keys
    assert [one.repeated for one in written] == [False, False, False, True]


def test_currencies_without_cents_and_with_mils_keep_their_minor_units(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, make_posting(1500, currency="JPY"), make_posting(1500, currency="KWD")))
    with read() as tx:
        shown = {str(balance.amount) for balance in balances(tx, organisation) if balance.code == "sales:ticket"}
    assert shown == {"1500 JPY", "1.500 KWD"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"postings": ()}, EntryWrong),
        ({"postings": (make_posting(0),)}, EntryWrong),
        ({"postings": (make_posting(-5),)}, EntryWrong),
        ({"postings": (make_posting(10**15 + 1),)}, EntryWrong),
        ({"postings": (make_posting(debit="bank", credit="bank"),)}, EntryWrong),
        ({"postings": (make_posting(debit="casino:red"),)}, UnknownAccount),
        ({"key": ""}, EntryWrong),
        ({"key": "k" * 121}, EntryWrong),
        ({"subject": ""}, EntryWrong),
        ({"reverses": "other", "pending": True}, EntryWrong),
    ],
)
def test_an_entry_that_no_books_can_take_is_refused_before_anything_is_written(
    wrong: dict[str, Any], reason: type[Exception], database: Database
) -> None:
    organisation = make_organisation().id
    entry = replace(make_entry(organisation), **wrong)
    with write() as tx, pytest.raises(reason):
        post_many(tx, [make_entry(organisation), entry], by=BY, now=NOW)
    assert _amounts(organisation) == {}


def test_a_pending_entry_counts_once_it_is_posted(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, key="authorised", pending=True))
    with read() as tx:
        waiting = balances(tx, organisation)[0]
    assert (waiting.amount.minor, waiting.pending_debits.minor) == (0, 1200)
    posted = Settlement(organisation_id=organisation, key="authorised", outcome=State.POSTED)
    with write() as tx:
        first, second = settle_many(tx, [posted, posted], by=BY, now=LATER)
        [third] = settle_many(tx, [posted], by=BY, now=LATER)
    assert (first.state, first.repeated) == (State.POSTED, False)
    assert second == third == replace(first, repeated=True)
    with read() as tx:
        counted = balances(tx, organisation)[0]
        [recorded] = entries_of(tx, organisation_id=organisation, subject="sale:1")
    assert (counted.amount.minor, counted.pending_debits.minor) == (1200, 0)
    assert (recorded.state, recorded.recorded_at, recorded.booked_at) == (State.POSTED, NOW, LATER)
    assert _post(make_entry(organisation, key="authorised", pending=True))[0].state is State.POSTED


def test_a_voided_entry_counts_for_nothing(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, key="declined", pending=True))
    with write() as tx:
        settle_many(tx, [Settlement(organisation_id=organisation, key="declined", outcome=State.VOIDED)], by=BY, now=LATER)
    with read() as tx:
        assert balances(tx, organisation)[0] == _balance(organisation, "clearing:test", AccountKind.ASSET)
        [recorded] = entries_of(tx, organisation_id=organisation, subject="sale:1")
    assert (recorded.state, recorded.booked_at) == (State.VOIDED, None)


def test_a_pending_entry_is_settled_one_way_only(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, key="p", pending=True), make_entry(organisation, key="q", pending=True), make_entry(organisation, key="direct"))
    post, void = (Settlement(organisation_id=organisation, key="p", outcome=outcome) for outcome in (State.POSTED, State.VOIDED))
    with pytest.raises(AlreadySettled), write() as tx:
        settle_many(tx, [post, void], by=BY, now=LATER)
    with write() as tx:
        settle_many(tx, [post], by=BY, now=LATER)
    with pytest.raises(AlreadySettled) as refused, write() as tx:
        settle_many(tx, [replace(void, key="q"), void], by=BY, now=LATER)
    assert refused.value.detail == {"state": "posted"}
    with read() as tx:
        states = {recorded.entry.key: recorded.state for recorded in entries_of(tx, organisation_id=organisation, subject="sale:1")}
    assert states == {"p": State.POSTED, "q": State.PENDING, "direct": State.POSTED}
    for key, reason in (("direct", NotPending), ("unheard", NoSuchEntry)):
        with write() as tx, pytest.raises(reason):
            settle_many(tx, [replace(post, key=key)], by=BY, now=LATER)


def test_a_reversal_mirrors_its_original_and_edits_nothing(database: Database) -> None:
    organisation = make_organisation().id
    sale = make_entry(organisation, make_posting(1000), make_posting(30, debit="fees:test", credit="clearing:test"), key="sale:7")
    _post(sale)
    undo = Reversal(organisation_id=organisation, reverses="sale:7", key="undo:7", occurred_at=LATER)
    with write() as tx:
        first, second = reverse_many(tx, [undo, undo], by=BY, now=LATER)
        [third] = reverse_many(tx, [undo], by=BY, now=LATER)
    assert not first.repeated
    assert second == third == replace(first, repeated=True)
    assert set(_amounts(organisation).values()) == {0}
    with read() as tx:
        original, mirrored = entries_of(tx, organisation_id=organisation, subject="sale:1")
    assert original.entry == sale
    assert mirrored.entry.reverses == "sale:7"
    assert mirrored.entry.postings == (
        make_posting(1000, debit="sales:ticket", credit="clearing:test"),
        make_posting(30, debit="clearing:test", credit="fees:test"),
    )


def test_an_entry_is_reversed_once(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, key="sale:7"))
    undo = Reversal(organisation_id=organisation, reverses="sale:7", key="undo:7", occurred_at=LATER)
    with write() as tx:
        reverse_many(tx, [undo], by=BY, now=LATER)
    with pytest.raises(AlreadyReversed), write() as tx:
        reverse_many(tx, [replace(undo, key="undo:8")], by=BY, now=LATER)
    assert set(_amounts(organisation).values()) == {0}


def test_only_a_posted_entry_of_the_same_organisation_is_reversed(database: Database) -> None:
    organisation, other = make_organisation().id, make_organisation().id
    _post(make_entry(organisation, key="p", pending=True), make_entry(organisation, key="sale:7"))
    for reversal, reason in (
        (Reversal(organisation_id=organisation, reverses="p", key="u", occurred_at=NOW), NotPosted),
        (Reversal(organisation_id=other, reverses="sale:7", key="u", occurred_at=NOW), NoSuchEntry),
    ):
        with write() as tx, pytest.raises(reason):
            reverse_many(tx, [reversal], by=BY, now=NOW)


def test_an_entry_that_says_it_reverses_must_be_the_mirror(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation, key="sale:7"))
    back = make_posting(1200, debit="sales:ticket", credit="clearing:test")
    with write() as tx, pytest.raises(EntryWrong):
        post_many(tx, [make_entry(organisation, replace(back, amount=Money(minor=600, currency="EUR")), reverses="sale:7")], by=BY, now=NOW)
    _post(make_entry(organisation, back, reverses="sale:7"))
    assert set(_amounts(organisation).values()) == {0}


class _Counter:
    """Counts the statements that reach Django's connection."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *call: Any) -> Any:
        self.count += 1
        return execute(*call)


def test_a_batch_of_forty_needs_as_many_statements_as_a_batch_of_one(database: Database) -> None:
    organisation = make_organisation().id
    _post(make_entry(organisation))
    counts = {}
    for size in (1, 40):
        entries = [make_entry(organisation, pending=True) for _ in range(size)]
        again = [Settlement(organisation_id=organisation, key=entry.key, outcome=State.POSTED) for entry in entries]
        undo = [Reversal(organisation_id=organisation, reverses=entry.key, key=f"undo:{entry.key}", occurred_at=NOW) for entry in entries]
        for name, work in (
            ("post", lambda tx, entries=entries: post_many(tx, entries, by=BY, now=NOW)),
            ("repeat", lambda tx, entries=entries: post_many(tx, entries, by=BY, now=NOW)),
            ("settle", lambda tx, again=again: settle_many(tx, again, by=BY, now=NOW)),
            ("reverse", lambda tx, undo=undo: reverse_many(tx, undo, by=BY, now=NOW)),
            ("read", lambda tx: entries_of(tx, organisation_id=organisation, subject="sale:1")),
            ("balances", lambda tx: balances(tx, organisation)),
        ):
            with write() as tx, connection.execute_wrapper(counter := _Counter()):
                work(tx)
            counts[name, size] = counter.count
    assert counts == {
        (name, size): statements
        for size in (1, 40)
        for name, statements in {"post": 3, "repeat": 2, "settle": 2, "reverse": 5, "read": 2, "balances": 1}.items()
    }
