"""People who were forgotten stay forgotten, whatever is restored."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from grandstand.config import erasures, worker
from grandstand.config.archive import operations
from grandstand.config.doctor import look
from grandstand.config.tests.installed import installed
from grandstand.kit.actors import Actor
from grandstand.kit.clock import now
from grandstand.kit.errors import Refusal
from grandstand.people import api as people
from grandstand.people.testing import make_person
from grandstand.store import api as store

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)


def _show(what: str, total: int) -> Callable[[int], None]:
    return lambda _count: None


def test_a_restore_does_not_bring_back_who_was_forgotten(home: Path, empty: str, settings: Settings, tmp_path: Path) -> None:
    """Of GRANDSTAND_HOME the file of erasures must outlive the database; the one of another machine can be given afterwards."""
    here, there, stays = (make_person() for _ in range(3))
    file, other = tmp_path / "b.zip", tmp_path / "other"
    operations.backup(file, at=NOW, show=_show)
    other.mkdir()
    for person, folder in ((here, other), (there, tmp_path / "elsewhere")):
        settings.GRANDSTAND_HOME = folder
        people.erase_person(person_id=person.id, now=now(), by=Actor.person(person.id))
    lines = (other / "erasures.jsonl").read_text()
    assert str(here.id) in lines
    assert "@" not in lines
    assert (other / "erasures.jsonl").stat().st_mode & 0o077 == 0
    with installed(settings, empty, other):
        assert operations.restore(file, show=_show).forgotten == 1
        assert _known(here.id, there.id, stays.id) == [False, True, True]
        assert [finding for finding in look() if not finding.healthy] == []
        brought = tmp_path / "elsewhere" / "erasures.jsonl"
        assert erasures.forget_again(brought, now=now()) == erasures.Again(forgotten=1, refused=())
        assert erasures.forget_again(brought, now=now()) == erasures.Again(forgotten=0, refused=())
        assert _known(here.id, there.id, stays.id) == [False, False, True]


def test_who_cannot_be_forgotten_again_is_named_and_the_doctor_is_red(home: Path, settings: Settings) -> None:
    person = make_person()
    with (home / erasures.NAME).open("a") as file:
        file.write(f'{{"of":"person","id":"{person.id}","at":"2031-07-01T12:00:00Z"}}\n{{"of":"person","id":"cut sh')

    class Refusing(people.AccountOfPerson):
        def erase(self, tx: store.Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
            raise Refusal("The last owner of an organisation stays.")

    people.register_personal_data("people", Refusing())
    try:
        again = erasures.forget_again(erasures.home_file(), now=NOW)
    finally:
        people.register_personal_data("people", people.AccountOfPerson())
    assert [(each.id, why) for each, why in again.refused] == [(person.id, "The last owner of an organisation stays.")]
    assert [finding.name for finding in look() if not finding.healthy] == ["config_erasures_stand"]


def test_a_fault_at_one_does_not_keep_the_others_from_being_forgotten(home: Path, settings: Settings) -> None:
    persons = [make_person(), make_person()]
    for person in persons:
        erasures.keep_person(person.id, NOW)

    class Faulty(people.AccountOfPerson):
        def erase(self, tx: store.Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
            if person_id == persons[0].id:
                raise RuntimeError("a bug")
            super().erase(tx, person_id, now=now, by=by)

    people.register_personal_data("people", Faulty())
    try:
        again = erasures.forget_again(erasures.home_file(), now=NOW)
    finally:
        people.register_personal_data("people", people.AccountOfPerson())
    assert (again.forgotten, [(each.id, why) for each, why in again.refused]) == (1, [(persons[0].id, "RuntimeError('a bug')")])
    assert _known(persons[0].id, persons[1].id) == [True, False]


@pytest.mark.parametrize("cut", [b'{"of":"person","id":"cut sh', b"\xff", b'{"of":"person"}\n{"of":"\xff"}\n'])
def test_a_line_that_was_cut_short_takes_no_other_with_it(home: Path, cut: bytes) -> None:
    ids = [UUID(int=1), UUID(int=2)]
    erasures.keep_person(ids[0], NOW)
    with erasures.home_file().open("ab") as file:
        file.write(cut)
    erasures.keep_guest(ids[1], NOW)
    kept = erasures.kept(erasures.home_file())
    assert ([erasure.id for erasure in kept.erasures], kept.unreadable) == (ids, max(1, cut.count(b"\n")))
    (said,) = [finding for finding in look() if finding.name == "config_erasures_stand"]
    assert said.detail.endswith(f"lines of erasures.jsonl that cannot be read: {kept.unreadable}")


def test_who_was_forgotten_before_there_was_a_file_is_put_into_it_once(home: Path) -> None:
    before, since = make_person(), make_person()
    make_person()
    people.erase_person(person_id=before.id, now=NOW, by=Actor.person(before.id))
    erasures.home_file().unlink()
    people.erase_person(person_id=since.id, now=NOW, by=Actor.person(since.id))
    (job,) = [job for job in worker.jobs() if job.name == "keep_erasures"]
    assert [job.work(NOW), job.work(NOW)] == [0, 0]
    assert erasures.kept(erasures.home_file()).erasures == tuple(erasures.Erasure("person", each.id, NOW) for each in (since, before))


def _known(*person_ids: UUID) -> list[bool]:
    found = people.people(person_ids)
    return [found[person_id].email != "" for person_id in person_ids]
