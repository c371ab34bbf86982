"""What is dear to make is made once, and what nobody asks for makes room."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grandstand.kit.keeping import Kept

THREADS = 8


def words(most: int) -> Kept[str, str]:
    return Kept(most=most, size=len)


def test_what_nobody_asked_for_longest_is_forgotten_first() -> None:
    kept = words(most=6)
    for word in ("aa", "bb", "cc"):
        kept.get(word, lambda word=word: word)  # type: ignore[misc]
    assert kept.find("aa") == "aa"
    kept.get("dd", lambda: "dd")
    assert [kept.find(word) for word in ("aa", "bb", "cc", "dd")] == ["aa", None, "cc", "dd"]


def test_a_large_thing_makes_room_for_itself_and_is_kept_however_large() -> None:
    kept = words(most=6)
    for word in ("aa", "bb", "larger than all"):
        kept.get(word, lambda word=word: word)  # type: ignore[misc]
    assert [kept.find(word) for word in ("aa", "bb", "larger than all")] == [None, None, "larger than all"]
    kept.get("aa", lambda: "aa")
    assert [kept.find(word) for word in ("aa", "larger than all")] == ["aa", None]


def test_however_many_threads_ask_at_once_it_is_made_once_and_nobody_else_waits() -> None:
    kept = words(most=100)
    made: list[int] = []
    begun, finish, start = threading.Event(), threading.Event(), threading.Barrier(THREADS)

    def make() -> str:
        made.append(1)
        begun.set()
        assert finish.wait(10), "the other key was never made"
        return "slow"

    def ask() -> str:
        start.wait(10)
        return kept.get("slow", make)

    with ThreadPoolExecutor(THREADS) as threads:
        asked = [threads.submit(ask) for _ in range(THREADS)]
        assert begun.wait(10)
        assert kept.get("other", lambda: "quick") == "quick"
        finish.set()
        assert {each.result(10) for each in asked} == {"slow"}
    assert len(made) == 1


def test_what_could_not_be_made_is_raised_and_tried_again() -> None:
    kept = words(most=10)

    def fail() -> str:
        raise LookupError("there is none")

    for _ in range(2):
        with pytest.raises(LookupError):
            kept.get("a", fail)
    assert kept.get("a", lambda: "made") == "made"
