import json
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.codecs import canonical_json, digest

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


class Colour(Enum):
    RED = "red"


@given(value=values)
def test_canonical_json_reads_back_as_the_same_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(value=st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(backwards)
    assert digest(value) == digest(backwards)


def test_what_json_does_not_know_is_written_plainly() -> None:
    paris = timezone(timedelta(hours=2))
    value = {"id": UUID(int=7), "at": datetime(2031, 7, 1, 14, tzinfo=paris), "on": date(2031, 7, 1), "colour": Colour.RED, "é": "鸟"}
    assert canonical_json(value) == (
        '{"at":"2031-07-01T12:00:00+00:00","colour":"red","id":"00000000-0000-0000-0000-000000000007","on":"2031-07-01","é":"鸟"}'
    )


def test_the_digest_is_the_sha_256_of_the_canonical_bytes() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [{1, 2}, object(), datetime(2031, 7, 1)])  # noqa: DTZ001 a naive instant is what must be refused
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
    assert canonical_json({"at": datetime(2031, 7, 1, tzinfo=UTC)}) == '{"at":"2031-07-01T00:00:00+00:00"}'
