"""Sixteen processes at once, on PostgreSQL."""

import multiprocessing
from collections import Counter
from collections.abc import Callable

import pytest

from grandstand.ledger.api import check_books, entries_of, post_many
from grandstand.ledger.testing import BY, NOW, make_entry
from grandstand.ledger.tests import racers
from grandstand.movement.testing import make_organisation
from grandstand.store.api import Database

RACERS = 16


def _race(work: Callable[..., None], database: Database, *arguments: list[object]) -> list[tuple[str, bool]]:
    """Run `work` in one process per list of arguments, all let go at once, and return their answers."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([racers.__name__])
    gate, answers = context.Barrier(len(arguments)), context.Queue()
    processes = [context.Process(target=work, args=(database.url, gate, answers, *own)) for own in arguments]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return found


def test_one_key_posted_by_sixteen_processes_is_one_entry(postgresql: Database) -> None:
    organisation = make_organisation().id
    found = _race(racers.post, postgresql, *([organisation, 500] for _ in range(RACERS)))
    assert len({entry_id for entry_id, _ in found}) == 1
    assert sorted(repeated for _, repeated in found) == [False] + [True] * (RACERS - 1)
    with postgresql.write() as tx:
        assert len(entries_of(tx, organisation_id=organisation, subject="sale:1")) == 1
        assert all(finding.healthy for finding in check_books(tx))


def test_one_key_with_sixteen_contents_is_the_first_entry_and_fifteen_errors(postgresql: Database) -> None:
    organisation = make_organisation().id
    found = _race(racers.post, postgresql, *([organisation, 500 + n] for n in range(RACERS)))
    assert Counter(repeated for _, repeated in found) == {False: 1, True: RACERS - 1}
    assert Counter(answer for answer, _ in found)["reused"] == RACERS - 1
    with postgresql.write() as tx:
        assert len(entries_of(tx, organisation_id=organisation, subject="sale:1")) == 1
        assert all(finding.healthy for finding in check_books(tx))


def test_without_the_unique_key_the_same_race_writes_the_payment_sixteen_times(postgresql: Database) -> None:
    """The control: the race is real, and looking before writing does not win it."""
    organisation = make_organisation().id
    with postgresql.write() as tx:
        tx.execute("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_once_per_key")
    found = _race(racers.look_then_post, postgresql, *([organisation, 500] for _ in range(RACERS)))
    assert len({entry_id for entry_id, _ in found}) == RACERS
    with postgresql.write() as tx:
        assert len(entries_of(tx, organisation_id=organisation, subject="sale:1")) == RACERS


@pytest.mark.parametrize("attempt", range(2))
def test_a_pending_entry_settled_both_ways_at_once_becomes_one_of_them(attempt: int, postgresql: Database) -> None:
    organisation = make_organisation().id
    with postgresql.write() as tx:
        post_many(tx, [make_entry(organisation, key="payment:1", pending=True)], by=BY, now=NOW)
    found = _race(racers.settle, postgresql, *([organisation, n] for n in range(RACERS)))
    [outcome] = [answer for answer, repeated in found if not repeated]
    assert Counter(answer for answer, _ in found) == {outcome: RACERS // 2, f"refused, it is {outcome}": RACERS // 2}
