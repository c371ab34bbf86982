"""The same key with the same body gets the same answer, however often and from wherever it is asked."""

import threading
from datetime import UTC, datetime

from grandstand.store.api import Asked, Database, Fresh, Known, Reused, Tx, ask, keep_answers
from grandstand.store.tests.conftest import Open

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


def _ask(tx: Tx, *requests: Asked, scope: str = "hold") -> dict[str, Fresh | Known | Reused]:
    return ask(tx, scope=scope, requests=requests, now=NOW)


def test_a_new_key_is_fresh_and_then_known(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        assert _ask(tx, Asked("b", "1"), Asked("a", "1")) == {"a": Fresh(), "b": Fresh()}
        keep_answers(tx, scope="hold", answers={"a": {"held": ["鸟", None]}, "b": "a bare text"})
    with open_write() as tx:
        assert _ask(tx, Asked("a", "1"), Asked("b", "1"), Asked("c", "1")) == {
            "a": Known({"held": ["鸟", None]}),
            "b": Known("a bare text"),
            "c": Fresh(),
        }


def test_another_body_under_the_same_key_is_told_apart(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        _ask(tx, Asked("a", "1"))
        keep_answers(tx, scope="hold", answers={"a": 1})
    with open_write() as tx:
        assert _ask(tx, Asked("a", "2")) == {"a": Reused()}


def test_scopes_do_not_share_keys(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        _ask(tx, Asked("a", "1"), scope="hold")
        assert _ask(tx, Asked("a", "2"), scope="pay") == {"a": Fresh()}


def test_within_one_call_the_first_request_of_a_key_decides(database: Database, open_write: Open) -> None:
    with open_write() as tx:
        assert _ask(tx, Asked("a", "1"), Asked("a", "2")) == {"a": Fresh()}
        keep_answers(tx, scope="hold", answers={"a": "first"})
        assert _ask(tx, Asked("a", "1")) == {"a": Known("first")}


def test_a_refused_transaction_leaves_the_key_free(database: Database, open_write: Open) -> None:
    def fail() -> None:
        with open_write() as tx:
            _ask(tx, Asked("a", "1"))
            raise LookupError

    for _ in range(2):
        try:
            fail()
        except LookupError:
            continue
    with open_write() as tx:
        assert _ask(tx, Asked("a", "1")) == {"a": Fresh()}


def test_racing_duplicates_are_decided_once_and_all_get_that_answer(postgresql: Database) -> None:
    """Sixteen threads with the same key; the control without keys shows that the race is real."""
    with postgresql.write() as tx:
        tx.execute("CREATE TABLE decided (with_keys boolean)")
    answers: list[object] = []
    start = threading.Barrier(16)

    def submit(number: int) -> None:
        database = Database(postgresql.url)
        start.wait()
        with database.write() as tx:  # the control: everybody decides
            tx.execute("INSERT INTO decided VALUES (false)")
        start.wait()
        with database.write() as tx:
            verdict = _ask(tx, Asked("key", "body"))["key"]
            if isinstance(verdict, Fresh):
                tx.execute("INSERT INTO decided VALUES (true)")
                keep_answers(tx, scope="hold", answers={"key": {"winner": number}})
                answers.append({"winner": number})
            elif isinstance(verdict, Known):
                answers.append(verdict.answer)
        database.close()

    threads = [threading.Thread(target=submit, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with postgresql.write() as tx:
        assert tx.execute("SELECT 1 FROM decided WHERE NOT with_keys") == 16
        assert tx.execute("SELECT 1 FROM decided WHERE with_keys") == 1
    assert len(answers) == 16
    assert all(answer == answers[0] for answer in answers)
