"""For tests of this room and those above it: organisations, members and markets in one line."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.apps import apps

from grandstand.kit.actors import Actor
from grandstand.kit.ids import new_id
from grandstand.movement import services
from grandstand.movement.values import Market, Organisation, OrganisationDetails, OrganisationKind, Role
from grandstand.people import testing as people
from grandstand.people.api import PersonSummary

NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
BY = Actor.system("test")


def make_organisation(*, parent_id: UUID | None = None, now: datetime = NOW, **details: Any) -> Organisation:
    """An organising committee in France with books in euro, unless told otherwise."""
    slug = details.pop("slug", f"organisation-{new_id().hex}")
    given = OrganisationDetails(
        **{"kind": OrganisationKind.ORGANISING_COMMITTEE, "slug": slug, "name": slug, "country": "FR", "currency": "EUR", "time_zone": "Europe/Paris"}
        | details
    )
    return services.create_organisation(details=given, parent_id=parent_id, now=now, by=BY, reason="for a test")


def make_member(organisation_id: UUID, *roles: Role, **person: Any) -> PersonSummary:
    """Somebody new with these roles in the organisation."""
    made = people.make_person(**person)
    for role in roles:
        services.grant_role(person_id=made.id, organisation_id=organisation_id, role=role, now=NOW, by=BY, reason="for a test")
    return made


def make_market(**details: Any) -> Market:
    """A French market in euro with tax in its prices, unless told otherwise."""
    given = Market(
        **{
            "code": "fr",
            "name": "France",
            "territories": ("FR",),
            "languages": ("fr", "en", "zh-hans"),
            "currency": "EUR",
            "time_zone": "Europe/Paris",
        }
        | details
    )
    return services.create_market(market=given, now=NOW, by=BY, reason="for a test")


def audit_trail(object_type: str) -> list[Any]:
    """The rows of the audit log about things of this type, in the order they were written."""
    return list(apps.get_model("store", "AuditEntry").objects.filter(object_type=object_type).order_by("id"))
