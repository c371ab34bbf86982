"""What hypothesis draws for test_machine.py: small numbers, of which it finds the smallest that go wrong."""

from dataclasses import dataclass
from datetime import timedelta

import hypothesis.strategies as st

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

# Accounts by number: two of a pool with little room, one of goods, two that share a seating, one of another seating whose seats have the same
# ids (the plan is one, the nights are two), and a seventh that does not exist.
POOLS = {"hall": [14, 6], "goods": [9], "first night": [5, 3], "second night": [6]}
CAPACITIES = {"hall": 24, "first night": 8, "second night": 6}
SEATED = {3, 4, 5}
OTHER = {0: 1, 1: 0, 2: 0, 3: 4, 4: 3, 5: 3, 6: 0}
"""Where units of an account mostly move."""

ACCOUNTS = st.sampled_from([*range(6)] * 5 + [6])
SELDOM = st.sampled_from([False] * 11 + [True])
UNITS = st.sampled_from([1, 1, 1, 2, 2, 3, 5])
CHANGES = st.lists(st.tuples(st.sampled_from([*[0, 1, 2] * 4, *range(7)]), UNITS), min_size=1, max_size=3)
FIRST = st.integers(0, 4)
NOBODY = 30
PICK = st.integers(0, NOBODY)
PICKS = st.lists(PICK, min_size=1, max_size=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units of an account, by its number. `wrong`: seats named where there are none or not where there are, `strange`: of another account."""

    account: int
    quantity: int
    wrong: bool
    strange: bool


PARTS = st.builds(Part, account=ACCOUNTS, quantity=UNITS, wrong=SELDOM, strange=SELDOM)
PASS = UNITS.map(lambda quantity: [Part(account=account, quantity=quantity, wrong=False, strange=False) for account in (3, 5)])
"""The same seats for both nights."""

BACK = st.lists(st.tuples(PICK, st.lists(st.tuples(st.integers(0, 2), PARTS), min_size=1, max_size=3)), min_size=1, max_size=3)
"""Holds, and parts of what each was granted, by the number of the want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A wish in small numbers, from which hypothesis finds the smallest that goes wrong. `first` is the first seat that is named."""

    key: int
    person: int
    parts: list[Part]
    first: int
    caps: list[tuple[int, int, int]]
    limit: int | None
    window: tuple[timedelta | None, timedelta | None]
    minutes: int
    foreign: bool


AGAIN = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=2)
"""Wishes that were made before, by their number, and whether something else is asked for under the same key."""

ASKS = st.builds(
    Ask,
    key=st.integers(0, 99),
    person=st.integers(0, 1),
    parts=st.lists(PARTS, min_size=1, max_size=3) | PASS,
    first=FIRST,
    caps=st.lists(st.tuples(st.integers(0, 1), st.sampled_from([4, 30, 60, 90]), st.integers(1, 5)), max_size=2),
    limit=st.sampled_from([*[None] * 8, 3, 6]),
    window=st.sampled_from([*[(None, None)] * 12, (timedelta(), None), (SECOND, None), (None, timedelta()), (None, SECOND)]),
    minutes=st.integers(1, 9),
    foreign=SELDOM,
)
