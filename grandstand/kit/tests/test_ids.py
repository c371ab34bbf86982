import threading
import time
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grandstand.kit.ids import named_id, new_id, new_ids


@given(counts=st.lists(st.integers(min_value=1, max_value=200), min_size=1, max_size=20))
def test_every_id_is_larger_than_all_before_it(counts: list[int]) -> None:
    made = [one for count in counts for one in new_ids(count)]
    assert made == sorted(made)
    assert len(set(made)) == sum(counts)


def test_ids_are_uuids_of_version_7_that_tell_their_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    # A burst may run ahead of the clock; nothing here makes one.
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_threads_never_get_the_same_id_and_each_sees_its_own_in_order() -> None:
    made: list[list[UUID]] = [[] for _ in range(8)]
    start = threading.Barrier(8)

    def make(into: list[UUID]) -> None:
        start.wait()
        for _ in range(500):
            into.extend(new_ids(3))

    threads = [threading.Thread(target=make, args=[into]) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(into == sorted(into) for into in made)
    assert len({one for into in made for one in into}) == 8 * 500 * 3


def test_a_clock_that_jumps_back_does_not_break_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    assert first < new_id() < new_id()


def test_the_id_of_a_name_is_always_the_same_and_no_other_names() -> None:
    assert named_id(b"session:1") == named_id(b"session:1") == UUID("6da77282-d4fd-8d90-86a2-836be3b8d70d")
    assert named_id(b"session:1") != named_id(b"session:2")
    assert named_id(b"").version == 8
    assert named_id(b"").variant == RFC_4122
