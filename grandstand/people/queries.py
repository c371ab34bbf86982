"""Reads. Each is one statement."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from grandstand.people import models
from grandstand.people.values import NoSuchPerson, PersonSummary


def person(person_id: UUID) -> PersonSummary:
    """The person. Raises NoSuchPerson."""
    found = people([person_id]).get(person_id)
    if found is None:
        raise NoSuchPerson("There is no such person.", person_id=str(person_id))
    return found


def find_person_by_email(email: str) -> PersonSummary | None:
    """Who signs in with this address, whatever its case; None when nobody does."""
    row = models.Person.objects.filter(email=email.strip().lower(), erased_at=None).first()
    return None if row is None else summary(row)


def people(person_ids: Collection[UUID]) -> dict[UUID, PersonSummary]:
    """The persons with these ids, erased ones too; ids that nobody has are left out."""
    rows = models.Person.objects.filter(id__in=set(person_ids)) if person_ids else []
    return {row.id: summary(row) for row in rows}


def erased_people() -> dict[UUID, datetime]:
    """Who was forgotten, and when."""
    return {id_: at for id_, at in models.Person.objects.values_list("id", "erased_at").exclude(erased_at=None) if at}


def summary(row: models.Person) -> PersonSummary:
    """A row as it may leave this room."""
    return PersonSummary(
        id=row.id,
        email="" if row.erased_at else row.email,
        name=row.name,
        language=row.language,
        market_code=row.market_code,
    )
