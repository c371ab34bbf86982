"""Sets of rows in one statement, errors that name the wall, on both engines and over Django's connection and the drivers."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from grandstand.kit.ids import new_id, new_ids
from grandstand.store import models
from grandstand.store.api import Database, DataWrong, Deadlock, Kind, Lost, Table, Tx, WallHit, table
from grandstand.store.tests.conftest import Open, Sample


def test_an_insert_tells_how_many_rows_were_new(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        assert tx.insert(samples, ["id", "number"], [(new_id(), 1), (new_id(), 2)]) == 2
        assert tx.insert(samples, ["id", "number"], [(new_id(), 2), (new_id(), 3)], skip_conflicts=True) == 1
        assert tx.insert(samples, ["id", "number"], []) == 0
        assert tx.select(samples, ["number"], order_by="number") == [(1,), (2,), (3,)]


def test_a_conflict_names_what_was_hit_and_undoes_the_whole_transaction(samples: Table, open_write: Open) -> None:
    with pytest.raises(WallHit) as hit, open_write() as tx:
        _insert_twice(tx, samples)
    assert "number" in hit.value.constraint
    assert not Sample.objects.exists()


def _insert_twice(tx: Tx, samples: Table) -> None:
    tx.insert(samples, ["id", "number"], [(new_id(), 1)])
    tx.insert(samples, ["id", "number"], [(new_id(), 2), (new_id(), 1)])


def test_new_rows_are_told_from_those_that_were_there(samples: Table, open_write: Open) -> None:
    first, second, third = new_ids(3)
    with open_write() as tx:
        assert tx.insert_new(samples, ["id", "number", "text", "document"], [(first, 1, "a", {"a": 1})], key=["id"]) == {(first,)}
        rows = [(second, 2, "b", "bare"), (first, 3, "c", None), (third, 2, "d", None)]
        assert tx.insert_new(samples, ["id", "number", "text", "document"], rows, key=["id", "number"]) == {(second, 2)}
        assert tx.insert_new(samples, ["id"], [], key=["id"]) == set()
        found = tx.select(samples, ["number", "text", "document"], order_by="number")
    assert found == [(1, "a", {"a": 1}), (2, "b", "bare")]


def test_an_update_sets_and_adds_row_by_row(samples: Table, open_write: Open) -> None:
    first, second, third = new_ids(3)
    with open_write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(first, 10, "a"), (second, 20, "b"), (third, 30, "c")])
        changed = tx.update(samples, [(first, "A", 1), (second, "B", -5), (new_id(), "?", 0)], key=["id"], set_to=["text"], add_to=["number"])
        assert changed == 2
        assert tx.update(samples, [], key=["id"], set_to=["text"]) == 0
        assert tx.select(samples, ["number", "text"], order_by="number") == [(11, "A"), (15, "B"), (30, "c")]


def test_an_update_may_be_keyed_by_several_columns(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), 1, "a"), (new_id(), 2, "a")])
        assert tx.update(samples, [(2, "a", True), (1, "b", True)], key=["number", "text"], set_to=["truth"]) == 1
        assert tx.select(samples, ["number", "truth"], order_by="number") == [(1, None), (2, True)]


def test_among_many_values_is_one_statement_and_none_is_no_statement(samples: Table, open_write: Open) -> None:
    ids = new_ids(3_000)
    with open_write() as tx:
        tx.insert(samples, ["id", "number"], [(id_, number) for number, id_ in enumerate(ids)])
        assert len(tx.select_among(samples, ["id"], "id", ids)) == 3_000
        assert tx.select_among(samples, ["number"], "number", [7, 9, 10**6], order_by="number") == [(7,), (9,)]
        assert tx.select_among(samples, ["id"], "id", []) == []


def test_one_statement_tells_its_rows_and_their_number(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), number, "100%") for number in range(3)])
        assert tx.execute("UPDATE store_sample SET number = number + %s WHERE number > %s", (10, 0)) == 2
        assert tx.row("SELECT sum(number), count(*) FROM store_sample", kinds=[Kind.INT, Kind.INT]) == (23, 3)
        assert tx.row("SELECT number FROM store_sample WHERE text LIKE '1%%' AND number < %s", (0,), kinds=[Kind.INT]) is None


def test_locking_without_an_order_is_refused(samples: Table, open_write: Open) -> None:
    with pytest.raises(ValueError, match="locked in key order"), open_write() as tx:
        tx.select(samples, ["id"], lock=True)


def test_locked_rows_are_given_in_order(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        tx.insert(samples, ["id", "number"], [(new_id(), number) for number in (3, 1, 2)])
        assert tx.select(samples, ["number"], order_by="number", lock=True) == [(1,), (2,), (3,)]


def test_a_column_that_the_table_has_not_is_an_error_at_once(samples: Table, open_write: Open) -> None:
    with pytest.raises(KeyError, match="nonsense"), open_write() as tx:
        tx.insert(samples, ["nonsense"], [(1,)])


def test_a_table_is_streamed_in_batches(samples: Table, database: Database) -> None:
    with database.write() as tx:
        tx.insert(samples, ["id", "number"], [(new_id(), number) for number in range(25)])
        batches = list(tx.stream(samples, ["number"], size=10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert sorted(number for batch in batches for (number,) in batch) == list(range(25))


def test_a_snapshot_sees_one_moment_while_others_write(samples: Table, database: Database) -> None:
    other = Database(database.url)
    with database.write() as tx:
        tx.insert(samples, ["id", "number"], [(new_id(), 1)])
    with database.snapshot() as before:
        assert before.select(samples, ["number"]) == [(1,)]
        _in_a_thread(lambda: _insert(other, samples, 2))
        assert before.select(samples, ["number"]) == [(1,)]
    with database.snapshot() as after:
        assert len(after.select(samples, ["number"])) == 2


def _insert(database: Database, samples: Table, number: int) -> None:
    with database.write() as tx:
        tx.insert(samples, ["id", "number"], [(new_id(), number)])
    database.close()


def _in_a_thread(work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 shown in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not failures, failures


def test_a_deadlock_is_told_and_tried_again(postgresql: Database) -> None:
    """Two transactions lock two rows in opposite order; whoever is chosen as the victim runs again, as often as it takes, and both end."""
    with postgresql.write() as tx:
        tx.execute("CREATE TABLE pair (id int PRIMARY KEY, n int)")
        tx.execute("INSERT INTO pair VALUES (1, 0), (2, 0)")
    both_hold_one = threading.Barrier(2)
    lost: list[int] = []

    def climb(first: int, second: int) -> None:
        database = Database(postgresql.url)
        met = False

        def work(tx: Tx) -> None:
            nonlocal met
            tx.execute("UPDATE pair SET n = n + 1 WHERE id = %s", (first,))
            if not met:
                met = True
                both_hold_one.wait(60)
            try:
                tx.execute("UPDATE pair SET n = n + 1 WHERE id = %s", (second,))
            except Deadlock:
                lost.append(first)
                raise

        database.write_retrying(work)
        database.close()

    threads = [threading.Thread(target=climb, args=order) for order in [(1, 2), (2, 1)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with postgresql.write() as tx:
        assert tx.rows("SELECT n FROM pair ORDER BY id", kinds=[Kind.INT]) == [(2,), (2,)]
    assert lost


def test_a_deadlock_that_never_ends_is_told_in_the_end(sqlite: Database) -> None:
    tries = []

    def always(tx: Tx) -> None:
        tries.append(tx)
        raise Deadlock("again")

    with pytest.raises(Deadlock):
        sqlite.write_retrying(always)
    assert len(tries) == 5


def test_an_instant_is_the_same_whatever_the_sessions_zone(samples: Table, database: Database) -> None:
    noon = datetime(2031, 7, 1, 12, tzinfo=UTC)
    with database.write() as tx:
        tx.insert(samples, ["id", "at"], [(new_id(), noon)])
    assert Sample.objects.get().at == noon


def test_columns_equal_in_all_rows_are_given_once(samples: Table, open_write: Open) -> None:
    same = {"text": 'a "quoted" \\ text', "document": ["bare"], "at": datetime(2031, 7, 1, 12, tzinfo=UTC), "other": None, "truth": True}
    with open_write() as tx:
        assert tx.insert(samples, ["id", "number"], [(new_id(), 1), (new_id(), 2)], same=same) == 2
        found = tx.select(samples, ["number", *same], order_by="number")
    assert found == [(1, *same.values()), (2, *same.values())]


def test_a_row_grows_or_is_made_and_tells_what_it_grew_to(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        assert tx.grow(samples, ["id", "number", "text"], [], key=["id"], add_to="number") == []
        first, second = new_ids(2)
        assert tx.grow(samples, ["id", "number", "text"], [(first, 3, "made")], key=["id"], add_to="number") == [(first, 3)]
        grown = tx.grow(samples, ["id", "number", "text"], [(first, 4, "ignored"), (second, 5, "made too")], key=["id"], add_to="number")
        assert sorted(grown) == [(first, 7), (second, 5)]
        assert tx.select(samples, ["number", "text"], order_by="number") == [(5, "made too"), (7, "made")]


def test_rows_are_found_by_several_columns_together(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), 1, "a"), (new_id(), 2, "a"), (new_id(), 3, "b")])
        wanted = [(1, "a"), (3, "a"), (3, "b")]
        assert tx.select_matching(samples, ["number"], ["number", "text"], wanted, order_by="number", lock=True) == [(1,), (3,)]
        assert tx.select_matching(samples, ["number"], ["number", "text"], []) == []


def test_rows_are_deleted_by_several_columns_together(samples: Table, open_write: Open) -> None:
    with open_write() as tx:
        tx.insert(samples, ["id", "number", "text"], [(new_id(), 1, "a"), (new_id(), 2, "a"), (new_id(), 3, "b")])
        assert tx.delete_matching(samples, ["number", "text"], [(1, "a"), (3, "a"), (3, "b")]) == 2
        assert tx.delete_matching(samples, ["number", "text"], []) == 0
        assert tx.select(samples, ["number"]) == [(2,)]


def test_a_value_that_does_not_fit_its_column_is_told(postgresql: Database) -> None:
    with pytest.raises(DataWrong, match="too long"), postgresql.write() as tx:
        tx.execute("INSERT INTO store_answer (scope, key, body_digest, at) VALUES (%s, 'k', 'd', now())", ("s" * 61,))


def test_a_lost_connection_is_said_to_be_lost_and_the_next_transaction_connects_anew(postgresql: Database) -> None:
    with pytest.raises(Lost), postgresql.write() as tx:
        tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with postgresql.write() as tx:
        assert tx.rows("SELECT 1", kinds=[Kind.INT]) == [(1,)]


def test_a_server_that_is_not_there_is_lost_too() -> None:
    with pytest.raises(Lost), Database("postgresql://nobody@127.0.0.1:9/nothing").write():
        pass


def test_a_reference_to_nothing_is_a_wall_that_is_hit_at_the_commit_and_the_connection_goes_on(database: Database) -> None:
    delivery = table(models.Delivery)
    with pytest.raises(WallHit), database.write() as tx:
        tx.insert(delivery, ["id", "fact_id", "handler", "due_at"], [(new_id(), new_id(), "h", NOW)], same={"attempts": 0, "error": ""})
    with database.write() as tx:
        assert tx.select(delivery, ["id"]) == []


NOW = datetime(2031, 7, 1, tzinfo=UTC)
