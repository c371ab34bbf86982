"""Statements that nobody waits for: what they hit is raised in their transaction, which then leaves nothing, and the connection goes on."""

from collections.abc import Callable

import pytest

from grandstand.kit.ids import new_id
from grandstand.store.api import Database, Kind, Table, Tx, WallHit
from grandstand.store.tests.conftest import Open, Sample

type Work = Callable[[Tx, Table], object]


def _insert(tx: Tx, samples: Table, *numbers: int) -> int:
    return tx.insert(samples, ["id", "number"], [(new_id(), number) for number in numbers])


def _at_the_next_answer(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1, 1)
    with pytest.raises(WallHit):
        tx.select(samples, ["number"])
    raise WallHit("as told", "store_sample_number_key")


def _at_the_next_count(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1, 1)
    tx.execute("UPDATE store_sample SET number = 5")


def _at_the_commit(tx: Tx, samples: Table) -> None:
    tx.select(samples, ["number"])
    _insert(tx, samples, 1, 1)


def _with_others_behind_it(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1, 1)
    _insert(tx, samples, 2)
    _insert(tx, samples, 3)


def _in_an_answer(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1)
    tx.rows("INSERT INTO store_sample (id, number) VALUES (gen_random_uuid(), 1) RETURNING number", kinds=[Kind.INT])


def _in_a_count(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1)
    tx.execute("INSERT INTO store_sample (id, number) VALUES (gen_random_uuid(), 1)")


@pytest.mark.parametrize("work", [_at_the_next_answer, _at_the_next_count, _at_the_commit, _with_others_behind_it, _in_an_answer, _in_a_count])
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_what_a_statement_hits_undoes_everything_and_the_connection_goes_on(samples: Table, database: Database, work: Work) -> None:
    with database.write() as tx:
        before = _backend(tx)
    with pytest.raises(WallHit, match=r"number|as told"), database.write() as tx:
        work(tx, samples)
    assert not Sample.objects.exists()
    with database.write() as tx:
        assert _backend(tx) == before
        _insert(tx, samples, 7)
    assert Sample.objects.get().number == 7


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_statement_that_was_often_skipped_can_be_run_afterwards(samples: Table, database: Database) -> None:
    """The driver prepares what is run often; it must not take what the server skipped for prepared."""
    with database.write() as tx:
        _insert(tx, samples, 7)
    for _ in range(8):
        with database.write() as tx:
            _name(tx, samples, 7)
        with pytest.raises(WallHit), database.write() as tx:
            _fail_and_name(tx, samples)
    assert Sample.objects.get().text == "n"


def _fail_and_name(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1, 1)
    _name(tx, samples, 1)


def _name(tx: Tx, samples: Table, number: int) -> None:
    tx.update(samples, [(number, "n")], key=["number"], set_to=["text"], known=True)


def test_what_was_not_yet_sent_is_undone_with_the_rest_when_the_work_fails(samples: Table, database: Database) -> None:
    with pytest.raises(LookupError), database.write() as tx:
        _insert_and_fail(tx, samples)
    assert not Sample.objects.exists()


def _insert_and_fail(tx: Tx, samples: Table) -> None:
    _insert(tx, samples, 1)
    raise LookupError


def test_an_answer_is_that_of_its_own_statement(samples: Table, database: Database) -> None:
    """Not of one before it that nobody waited for."""
    with database.write() as tx:
        for number in range(20):
            assert _insert(tx, samples, number) == 1
            assert tx.update(samples, [(number, f"n{number}")], key=["number"], set_to=["text"], known=True) == 1
            assert tx.select(samples, ["number", "text"], "number >= %s", (number,)) == [(number, f"n{number}")]
            assert tx.execute("UPDATE store_sample SET truth = number > 0") == number + 1


def _backend(tx: Tx) -> int:

    return int(tx.rows("SELECT pg_backend_pid()", kinds=[Kind.INT])[0][0])


def test_a_part_that_is_undone_takes_with_it_what_nobody_waited_for(samples: Table, open_write: Open) -> None:
    """And the transaction goes on, however often."""
    for attempt in range(4):
        with open_write() as tx:
            _insert(tx, samples, 100 + attempt)
            with pytest.raises(WallHit), tx.savepoint("part"):
                _insert(tx, samples, 1, 1)
            with tx.savepoint("part") as undo:
                _insert(tx, samples, 2)
                undo()
            _insert(tx, samples, 200 + attempt)
            assert tx.update(samples, [(200 + attempt, "on")], key=["number"], set_to=["text"]) == 1
    assert sorted(Sample.objects.values_list("number", flat=True)) == [100, 101, 102, 103, 200, 201, 202, 203]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_statements_go_on_after_one_that_changes_a_table(samples: Table, database: Database) -> None:
    for number in range(3):
        with database.write() as tx:
            _insert(tx, samples, number)
            tx.execute("ALTER TABLE store_sample ALTER COLUMN truth SET DEFAULT true")
            _insert(tx, samples, 10 + number)
            assert tx.execute("UPDATE store_sample SET truth = false") == 2 * (number + 1)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_transaction_that_was_undone_does_not_end_as_if_it_stood(samples: Table, database: Database) -> None:
    with pytest.raises(RuntimeError, match="savepoint"), database.write() as tx:
        _catch(tx, samples)
    assert not Sample.objects.exists()


def _catch(tx: Tx, samples: Table) -> None:
    with pytest.raises(WallHit):
        tx.execute("INSERT INTO store_sample (id, number) VALUES (gen_random_uuid(), 1), (gen_random_uuid(), 1)")
