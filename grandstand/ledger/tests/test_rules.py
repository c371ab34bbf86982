from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from grandstand.kit.ids import new_id
from grandstand.kit.money import Money
from grandstand.ledger.api import FAMILIES, AccountKind, UnknownAccount, family_of
from grandstand.ledger.rules import check_entry, content_digest, mirror
from grandstand.ledger.testing import NOW, make_entry, make_posting

_ORGANISATION = new_id()
_CODES = st.sampled_from(["bank", "clearing:test", "sales:ticket", "tax:FR", "fees:test", "payable:refunds"])
_POSTINGS = st.builds(
    lambda codes, minor: make_posting(minor, debit=codes[0], credit=codes[1]),
    st.tuples(_CODES, _CODES).filter(lambda pair: pair[0] != pair[1]),
    st.integers(1, 10**15),
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("bank", AccountKind.ASSET),
        ("clearing:test", AccountKind.ASSET),
        ("payable:refunds", AccountKind.LIABILITY),
        ("tax:FR", AccountKind.LIABILITY),
        ("tax:US-CA", AccountKind.LIABILITY),
        ("sales:ticket", AccountKind.INCOME),
        ("shipping", AccountKind.INCOME),
        ("fees:test", AccountKind.EXPENSE),
    ],
)
def test_an_account_is_of_its_familys_kind(code: str, kind: AccountKind) -> None:
    assert family_of(code).kind is kind


@pytest.mark.parametrize("code", ["", "casino", "Bank", "bank:", "bank: x", "shipping:post", "sales:" + "x" * 49, "sales:a:b", ":sales"])
def test_a_code_outside_the_chart_is_refused(code: str) -> None:
    with pytest.raises(UnknownAccount):
        family_of(code)


def test_every_family_says_what_it_means() -> None:
    assert all(family.meaning for family in FAMILIES.values())


@given(st.lists(_POSTINGS, min_size=1, max_size=5))
def test_a_mirror_undoes_every_account_and_a_mirror_of_it_is_the_original(postings: list[object]) -> None:
    original = make_entry(_ORGANISATION, *postings)  # type: ignore[arg-type]  # hypothesis does not carry the type through builds
    check_entry(original)
    undone = mirror(original.postings)
    sums: dict[str, int] = {}
    for posting in (*original.postings, *undone):
        sums[posting.debit] = sums.get(posting.debit, 0) + posting.amount.minor
        sums[posting.credit] = sums.get(posting.credit, 0) - posting.amount.minor
    assert set(sums.values()) == {0}
    assert mirror(undone) == original.postings


def test_the_instant_is_not_part_of_what_a_key_stands_for_and_everything_else_is() -> None:
    entry = make_entry(_ORGANISATION, make_posting(), make_posting(5), key="k")
    same = content_digest(entry)
    assert content_digest(replace(entry, occurred_at=NOW + timedelta(days=1))) == same
    others = [
        replace(entry, kind="other"),
        replace(entry, subject="other"),
        replace(entry, pending=True),
        replace(entry, reverses="other"),
        replace(entry, postings=entry.postings[:1]),
        replace(entry, postings=entry.postings[::-1]),
        replace(entry, postings=(replace(entry.postings[0], amount=Money(minor=1200, currency="USD")), entry.postings[1])),
    ]
    assert len({same, *(content_digest(other) for other in others)}) == len(others) + 1


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**4), min_size=1, max_size=12).filter(any))
def test_a_split_amount_posted_part_by_part_is_the_amount(minor: int, weights: list[int]) -> None:
    parts = Money(minor=minor, currency="JPY").split(weights)
    assert sum(part.minor for part in parts) == minor
    exact = [minor * weight / sum(weights) for weight in weights]
    assert all(abs(part.minor - ideal) < 1 for part, ideal in zip(parts, exact, strict=True))
