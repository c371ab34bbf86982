"""What we know of a person can be read by them, and forgotten, all of it at once."""

import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.urls import reverse

from grandstand.kit.actors import Actor
from grandstand.kit.codecs import Json
from grandstand.kit.errors import Refusal
from grandstand.kit.ids import new_id
from grandstand.people import api as people
from grandstand.people.models import Person
from grandstand.people.ports import ports
from grandstand.people.testing import BY, NOW, PASSWORD, make_person
from grandstand.store.api import Change, Database, Tx, WallHit, record, write


class Unpaid(Refusal):
    code = "unpaid"


class Room:
    """A room with one fact about everybody, which may refuse to forget it."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses, self.erased = refuses, list[UUID]()

    def export(self, tx: Tx, person_id: UUID) -> Json:
        return {"shoe_size": 42}

    def erase(self, tx: Tx, person_id: UUID, *, now: datetime, by: Actor) -> None:
        if self.refuses:
            raise Unpaid("Pay first.")
        self.erased.append(person_id)


@pytest.fixture
def rooms() -> Iterator[dict[str, people.PersonalData]]:
    """Only this room's own source; a test adds others."""
    before, ports.personal_data = ports.personal_data, {"people": people.AccountOfPerson()}
    yield ports.personal_data
    ports.personal_data = before


@pytest.fixture
def ada(client: Client, db: None) -> people.PersonSummary:
    """Signed in on `client`, by her password, and sure to be herself."""
    person = make_person(email="ada@example.org", name="Ada", password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return person


def test_the_export_is_a_file_with_every_room(client: Client, ada: people.PersonSummary, rooms: dict[str, people.PersonalData]) -> None:
    rooms["shoes"] = Room()
    answer = client.get(reverse("people:export"))
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    exported = json.loads(answer.content)
    assert exported["shoes"] == {"shoe_size": 42}
    assert (exported["people"]["email"], exported["people"]["name"]) == ("ada@example.org", "Ada")
    assert exported["people"]["email_addresses"] == [{"email": "ada@example.org", "verified": True, "primary": True}]
    assert [session["address"] for session in exported["people"]["sessions"]] == ["127.0.0.1"]
    assert PASSWORD not in answer.content.decode()
    assert "pbkdf2" not in answer.content.decode()


def test_the_export_tells_what_the_audit_log_says_by_and_about_the_person(ada: people.PersonSummary, rooms: dict[str, people.PersonalData]) -> None:
    eve, hers = make_person(), Actor.person(ada.id)
    people.set_name(person_id=ada.id, name="Ada L.", now=NOW, by=hers)
    people.set_language_and_market(person_id=ada.id, language="fr", market_code="", now=NOW, by=Actor.person(eve.id), reason="asked at the desk")
    mine = Change(by=hers, action="change", object_type="x", object_id="1", reason="dearer", organisation_id=new_id(), after={"price_minor": 9})
    named = Change(
        by=BY,
        action="grant",
        object_type="x",
        object_id="2",
        reason="hired",
        organisation_id=new_id(),
        after={"person_id": str(ada.id), "role": "shop"},
    )
    strange = Change(
        by=BY, action="grant", object_type="x", object_id="3", reason="hired", organisation_id=new_id(), after={"person_id": str(eve.id)}
    )
    with write() as tx:
        record(tx, [mine, named, strange], now=NOW)
    exported = people.export_person(ada.id)["people"]
    assert isinstance(exported, dict)
    told = [(each["by"], each["action"], each["reason"], each.get("after")) for each in exported["changes"]]
    assert told == [
        ("system", "create", "made by hand", None),
        ("you", "rename", "changed by the person", None),
        ("person", "choose_language_and_market", "asked at the desk", {"language": "fr", "market_code": ""}),
        ("you", "change", "dearer", None),
        ("system", "grant", "hired", {"person_id": str(ada.id), "role": "shop"}),
    ]
    assert "price_minor" not in str(exported)
    assert str(eve.id) not in str(exported)


@pytest.mark.parametrize("name", ["people:export", "people:erase"])
def test_export_and_erasure_ask_again_who_it_is(client: Client, name: str, db: None) -> None:
    person = make_person(password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))


def test_an_erased_person_is_nobody_and_signed_out_everywhere(
    client: Client, ada: people.PersonSummary, rooms: dict[str, people.PersonalData]
) -> None:
    room = rooms["shoes"] = Room()
    elsewhere = Client()
    elsewhere.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})

    assert client.post(reverse("people:erase"), {"sure": "on"})["Location"] == reverse("people:erased")

    row = Person.objects.get(id=ada.id)
    assert (row.email, row.name, row.is_active) == (f"erased-{ada.id.hex}@erased.invalid", "", False)
    assert people.person(ada.id).email == ""
    assert people.find_person_by_email("ada@example.org") is None
    assert not EmailAddress.objects.filter(user_id=ada.id).exists()
    assert room.erased == [ada.id]
    for browser in (client, elsewhere):
        assert browser.get(reverse("people:profile"))["Location"].startswith(reverse("account_login"))
    assert Client().post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD}).status_code == 200
    assert "ada@example.org" not in _everything()


def test_without_being_sure_nothing_is_erased(client: Client, ada: people.PersonSummary) -> None:
    answer = client.post(reverse("people:erase"), {})
    assert answer.status_code == 200
    assert people.person(ada.id).email == "ada@example.org"


def test_a_room_that_refuses_stops_the_whole_erasure(client: Client, ada: people.PersonSummary, rooms: dict[str, people.PersonalData]) -> None:
    rooms["shoes"] = Room(refuses=True)
    answer = client.post(reverse("people:erase"), {"sure": "on"})
    assert answer.status_code == 409
    assert "Pay first." in answer.content.decode()
    assert people.person(ada.id).email == "ada@example.org"
    assert EmailAddress.objects.filter(user_id=ada.id).exists()


def test_nobody_is_erased_twice(rooms: dict[str, people.PersonalData], database: Database) -> None:
    person = make_person()
    people.erase_person(person_id=person.id, now=NOW, by=BY)
    with pytest.raises(people.NoSuchPerson):
        people.erase_person(person_id=person.id, now=NOW, by=BY)
    assert Person.objects.get(id=person.id).erased_at == NOW


def test_the_database_keeps_an_erased_person_blank(rooms: dict[str, people.PersonalData], database: Database) -> None:
    person = make_person()
    people.erase_person(person_id=person.id, now=NOW, by=BY)
    with pytest.raises(WallHit), database.write() as tx:
        tx.execute("UPDATE people_person SET name = 'Ada' WHERE id = %s", (person.id,))


def test_an_address_is_kept_in_lower_case_by_the_database(database: Database) -> None:
    person = make_person(email="Ada@Example.ORG")
    assert person.email == "ada@example.org"
    with pytest.raises(WallHit), database.write() as tx:
        tx.execute("UPDATE people_person SET email = 'ADA@example.org' WHERE id = %s", (person.id,))


def test_one_address_is_one_person(db: None) -> None:
    make_person(email="ada@example.org")
    with pytest.raises(people.EmailTaken):
        make_person(email="ADA@example.org")


def test_people_are_read_in_one_statement_however_many(db: None, django_assert_num_queries: object) -> None:
    ids = [make_person().id for _ in range(40)]
    for wanted in (ids[:1], ids):
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert people.people(wanted).keys() == set(wanted)


def _everything() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        dumped = []
        for name in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{name}"')
            dumped += [str(row) for row in cursor.fetchall()]
    return "\n".join(dumped)
