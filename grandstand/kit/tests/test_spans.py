from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.spans import Span

NOON = datetime(2031, 7, 1, 12, tzinfo=UTC)
instants = st.integers(min_value=-50, max_value=50).map(lambda minutes: NOON + timedelta(minutes=minutes))
bounds = st.none() | instants


def _possible(starts_at: datetime | None, ends_at: datetime | None) -> bool:
    return starts_at is None or ends_at is None or starts_at < ends_at


spans = st.tuples(bounds, bounds).filter(lambda pair: _possible(*pair)).map(lambda pair: Span(starts_at=pair[0], ends_at=pair[1]))


@given(span=spans)
def test_a_span_holds_its_start_and_not_its_end(span: Span) -> None:
    if span.starts_at is not None:
        assert span.starts_at in span
        assert span.starts_at - timedelta(microseconds=1) not in span
    if span.ends_at is not None:
        assert span.ends_at not in span
        assert span.ends_at - timedelta(microseconds=1) in span


@given(a=spans, b=spans)
def test_two_spans_overlap_when_one_of_their_starts_lies_in_the_other(a: Span, b: Span) -> None:
    far = NOON - timedelta(days=1)
    expected = (a.starts_at or far) in b or (b.starts_at or far) in a
    assert a.overlaps(b) == b.overlaps(a) == expected


def test_spans_that_touch_do_not_overlap() -> None:
    before = Span(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    after = Span(starts_at=NOON + timedelta(hours=1))
    assert not before.overlaps(after)


def test_the_same_instant_in_another_zone_is_the_same() -> None:
    span = Span(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    assert NOON.astimezone(timezone(timedelta(hours=8))) in span


def test_a_span_without_length_or_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a span ends after it starts"):
        Span(starts_at=NOON, ends_at=NOON)
    with pytest.raises(ValueError, match="give a time zone"):
        Span(starts_at=NOON.replace(tzinfo=None))
